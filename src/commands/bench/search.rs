//! `jobdeck bench search`.

use super::{begin, print, shown, size};
use crate::{
    bench::{SearchBench, SearchBenchOptions, bench_search},
    commands::{Failure, options::Common, output},
};
use clap::Args;

/// Search many jobs, and see what another client notices meanwhile
///
/// Fills the scheduled set with jobs of the year 2100, which nobody takes, and removes them afterwards, also when it is stopped (Ctrl-C).
#[derive(Debug, Args)]
pub(super) struct SearchCommand {
    /// Jobs to search.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    jobs: u64,
    /// Bytes of a job, about.
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = clap::value_parser!(u32).range(250..=1_000_000))]
    job_bytes: u32,
    /// What to search; may be repeated.
    #[arg(long, value_name = "SEARCH", default_values = ["nowhere", "class:Other error:Timeout", "arg.0:17"])]
    search: Vec<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

impl SearchCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store, stop) = begin(&self.common).await?;
        let options = SearchBenchOptions {
            jobs: self.jobs,
            job_bytes: size(self.job_bytes),
            searches: self.search,
            url: config.store.url.clone(),
            store: config.store.options(),
        };
        let measured =
            bench_search(store, &options, &stop, |doing| tracing::info!("{doing}")).await?;
        print(self.json, &measured, print_searches)
    }
}

fn print_searches(measured: &Vec<SearchBench>) {
    for search in measured {
        output::line(format_args!(
            "{}: {} of {} jobs in {:.2} s; first after {} ms; another client: p99.9 {:.2} ms, highest {:.2} ms of {}",
            search.search,
            search.found,
            search.searched,
            search.seconds,
            shown(search.first_hit_ms),
            search.other_p999_ms,
            search.other_highest_ms,
            search.other_answers
        ));
    }
}
