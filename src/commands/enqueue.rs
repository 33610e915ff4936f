//! `jobdeck enqueue`: adds jobs.

use super::{
    Failure,
    options::{Common, admin, settings_and_store},
    output, time,
};
use crate::{
    admin::AdminError,
    job::{NewJob, NewJobError, RetryRule},
    model::Timestamp,
};
use clap::Args;
use std::time::Duration;

/// Jobs that are added at a time.
const BATCH: u32 = 1000;

/// Enqueue a job, print its jid
#[derive(Debug, Args)]
pub(super) struct Enqueue {
    /// Class to run.
    #[arg(value_name = "CLASS")]
    class: String,
    /// Arguments: a JSON array, such as '[1, "two"]'.
    #[arg(
        long,
        value_name = "JSON",
        default_value = "[]",
        allow_hyphen_values = true
    )]
    args: String,
    /// Queue.
    #[arg(long, value_name = "NAME", default_value = "default")]
    queue: String,
    /// Enqueue it after this time: 30s, 5m, 1h 30m.
    #[arg(long = "in", value_name = "DURATION", value_parser = time::duration, conflicts_with = "at")]
    delay: Option<Duration>,
    /// Enqueue it at this time: 2026-11-23T21:51:41Z, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = time::moment)]
    at: Option<Timestamp>,
    /// Tries after a failure: a number, true (25) or false (none, and it does not go to the dead set).
    #[arg(long, value_name = "N|true|false", default_value = "true", value_parser = retry)]
    retry: RetryRule,
    /// Label; may be repeated.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Enqueue it so many times, each with a jid of its own.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    #[command(flatten)]
    common: Common,
}

impl Enqueue {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut job = NewJob::new(self.class);
        job.args = self.args;
        job.queue = self.queue;
        job.retry = self.retry;
        job.at = self.at;
        if !self.tags.is_empty() {
            let tags = serde_json::Value::from(self.tags).to_string();
            job.extra.push(("tags".to_owned(), tags));
        }
        job.validate().map_err(|error| wrong(&error))?;

        let (config, store) = settings_and_store(&self.common).await?;
        if let Some(delay) = self.delay {
            // The store's clock decides what is due.
            let now = store.now().await.map_err(AdminError::from)?;
            job.at = Some(time::after(now, delay));
            job.validate().map_err(|error| wrong(&error))?;
        }
        let admin = admin(&config, store);
        let mut left = self.count;
        while left > 0 {
            let batch = left.min(BATCH);
            let jobs = vec![job.clone(); batch as usize];
            for jid in admin.enqueue(&jobs).await? {
                output::line(jid);
            }
            left -= batch;
        }
        Ok(())
    }
}

/// What is wrong, by the name of what was typed.
fn wrong(error: &NewJobError) -> Failure {
    let name = match error.field.as_str() {
        "class" => "CLASS".to_owned(),
        "at" => "--in or --at".to_owned(),
        field => format!("--{field}"),
    };
    Failure::usage(format!("{name}: {}", error.reason))
}

fn retry(text: &str) -> Result<RetryRule, String> {
    RetryRule::from_input(text).ok_or_else(|| "write a number, `true` or `false`".to_owned())
}
