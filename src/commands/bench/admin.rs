//! `jobdeck bench admin`.

use super::{begin, print, shown, size};
use crate::{
    bench::{AdminBenchOptions, AdminBenchReport, bench_admin},
    commands::{Failure, options::Common, output},
};
use clap::Args;

/// Change very many dead jobs and undo it, while another connection asks the store once a millisecond
///
/// The store must have no failed jobs and no queues; what is added is removed afterwards.
#[derive(Debug, Args)]
pub(super) struct AdminBench {
    /// Dead jobs.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    jobs: u64,
    /// Bytes of a job, about.
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    job_bytes: u32,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl AdminBench {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store, stop) = begin(&self.common).await?;
        let options = AdminBenchOptions {
            jobs: self.jobs,
            job_bytes: size(self.job_bytes),
            url: config.store.url.clone(),
            store: config.store.options(),
        };
        let measured =
            bench_admin(store, &options, &stop, |doing| tracing::info!("{doing}")).await?;
        print(self.json, &measured, print_work)
    }
}

fn print_work(measured: &Vec<AdminBenchReport>) {
    for work in measured {
        output::line(format_args!(
            "{}: {} jobs in {:.2} s: {:.0} jobs/s; CPU: this process {} s, Redis {} s; another connection: p99.9 {:.2} ms, slowest {:.2} ms of {}",
            work.work,
            work.jobs,
            work.seconds,
            work.jobs_per_second,
            shown(work.cpu_seconds),
            shown(work.redis_cpu_seconds),
            work.ping_p999_ms,
            work.ping_highest_ms,
            work.pings
        ));
    }
}
