//! `jobdeck bench`: measures.

mod admin;
mod failures;
mod search;
mod worker;

use super::{
    Failure,
    options::{Common, open, settings},
    output, signals,
};
use crate::{config::Config, store::SharedStore};
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

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

/// The settings, the store that they name, and when to stop. Not quiet as other commands that act once: this one takes long, and says how
/// far it is.
async fn begin(common: &Common) -> Result<(Config, SharedStore, CancellationToken), Failure> {
    let config = settings(&common.sources())?;
    let stop = signals::shutdown()?;
    let store = open(&config).await?;
    Ok((config, store, stop))
}

/// Prints what was measured, as JSON or in words.
fn print<T: Serialize>(json: bool, measured: &T, in_words: impl FnOnce(&T)) -> Result<(), Failure> {
    if json {
        let json = serde_json::to_string_pretty(measured)
            .map_err(|error| Failure::new(error.to_string()))?;
        output::text(format!("{json}\n").as_bytes());
    } else {
        in_words(measured);
    }
    Ok(())
}

fn size(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn shown(number: Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.2}"))
}
