//! `jobdeck bench failures`.

use super::{begin, print, shown, size};
use crate::{
    bench::{FailuresBenchOptions, FailuresBenchReport, bench_failures},
    commands::{Failure, options::Common, output},
};
use clap::Args;

/// Group very many dead jobs, while another connection asks the store once a millisecond
///
/// The store must have no failed jobs; those that are added are removed afterwards, also when it is stopped (Ctrl-C).
#[derive(Debug, Args)]
pub(super) struct FailuresBench {
    /// Dead jobs.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    jobs: u64,
    /// Bytes of a job, about.
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    job_bytes: u32,
    /// Different causes.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    signatures: u64,
    /// Different traces of each cause.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    traces: u64,
    /// Leave the jobs in the store.
    #[arg(long)]
    keep: bool,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl FailuresBench {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store, stop) = begin(&self.common).await?;
        let options = FailuresBenchOptions {
            jobs: self.jobs,
            job_bytes: size(self.job_bytes),
            signatures: self.signatures,
            traces: self.traces,
            keep: self.keep,
            url: config.store.url.clone(),
            store: config.store.options(),
        };
        let report =
            bench_failures(store, &options, &stop, |doing| tracing::info!("{doing}")).await?;
        print(self.json, &report, print_failures)
    }
}

fn print_failures(report: &FailuresBenchReport) {
    output::line(format_args!(
        "{} dead jobs in {} groups after {:.2} s: {:.0} jobs/s",
        report.jobs, report.groups, report.seconds, report.jobs_per_second
    ));
    output::line(format_args!(
        "  CPU: this process {} s, Redis {} s; memory {} MiB at most, {} MiB afterwards",
        shown(report.cpu_seconds),
        shown(report.redis_cpu_seconds),
        shown(report.peak_memory_mib),
        shown(report.kept_memory_mib)
    ));
    output::line(format_args!(
        "  another connection, {} questions meanwhile: p99.9 {:.2} ms, slowest {:.2} ms (before: {:.2} ms)",
        report.pings, report.ping_p999_ms, report.ping_highest_ms, report.idle_ping_highest_ms
    ));
}
