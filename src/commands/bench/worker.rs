//! `jobdeck bench worker`.

use super::{begin, print, shown, size};
use crate::{
    bench::{BenchOptions, BenchReport, bench_worker},
    commands::{Failure, options::Common, output},
};
use clap::Args;

/// Drain jobs that do nothing, and time the start of single ones
///
/// Works in a queue of its own, which is removed afterwards, also when it is stopped (Ctrl-C). Its worker does what every worker does: the
/// store's totals of processed jobs grow, metrics of class Jobdeck::Bench are written, and meanwhile jobs that are due are enqueued and
/// those of processes that are gone are recovered. Everything is crash-safe, as it always is. A busy machine is slower: compare processor
/// times first.
#[derive(Debug, Args)]
pub(super) struct WorkerBench {
    /// Jobs to drain at each concurrency.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    jobs: u64,
    /// Bytes of a job, about.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(190..=1_000_000))]
    job_bytes: u32,
    /// Jobs that run at a time; may be repeated.
    #[arg(long, value_name = "N", default_values_t = [10, 50], value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Vec<u16>,
    /// Jobs whose start is timed.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    latency_samples: u32,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl WorkerBench {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store, stop) = begin(&self.common).await?;
        let options = BenchOptions {
            jobs: self.jobs,
            job_bytes: size(self.job_bytes),
            concurrencies: self.concurrency.iter().copied().map(usize::from).collect(),
            latency_samples: size(self.latency_samples),
            url: config.store.url.clone(),
        };
        let report =
            bench_worker(store, &options, &stop, |doing| tracing::info!("{doing}")).await?;
        print(self.json, &report, print_drains)
    }
}

fn print_drains(report: &BenchReport) {
    for drain in &report.drains {
        output::line(format_args!(
            "concurrency {}: {:.0} jobs/s of {} jobs; enqueued {:.0} jobs/s",
            drain.concurrency, drain.jobs_per_second, drain.jobs, drain.enqueued_per_second
        ));
        output::line(format_args!(
            "  CPU for 100 000 jobs: worker {} s, Redis {} s; peak memory {} MiB",
            shown(drain.worker_cpu_seconds_per_100k),
            shown(drain.redis_cpu_seconds_per_100k),
            shown(drain.peak_memory_mib)
        ));
    }
    let latency = &report.latency;
    output::line(format_args!(
        "idle: from enqueueing to the start p50 {:.2} ms, p99 {:.2} ms, highest {:.2} ms of {}; CPU {} ms/s",
        latency.p50_ms,
        latency.p99_ms,
        latency.highest_ms,
        latency.samples,
        shown(latency.idle_cpu_ms_per_second)
    ));
}
