//! `jobdeck bench`: measures.

mod admin;
mod failures;
mod search;
mod worker;

use super::Failure;
use clap::{Args, Subcommand};

/// Measure this program on a store that you name
#[derive(Debug, Args)]
pub(super) struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Worker(worker::WorkerBench),
    Admin(admin::AdminBench),
    Search(search::SearchCommand),
    Failures(failures::FailuresBench),
}

impl Bench {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Worker(bench) => bench.run().await,
            What::Admin(bench) => bench.run().await,
            What::Search(bench) => bench.run().await,
            What::Failures(bench) => bench.run().await,
        }
    }
}

fn shown(number: Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.2}"))
}
