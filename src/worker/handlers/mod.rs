//! Handlers that need no Rust: jobs are sent to an HTTP endpoint, or given to a command.
//!
//! | file | owns |
//! | --- | --- |
//! | `pattern` | names of classes with wildcards |
//! | `limits` | how many jobs of a handler run at a time and within a time |
//! | `http`, `http_client`, `http_answer`, `signature` | jobs sent to an endpoint, what goes wrong on the way, what the answer means |
//! | `command`, `process_group`, `output` | jobs given to a program, all of its processes, what it writes |
//! | `probe` | whether there is somebody to do the jobs |
//! | `error` | what is wrong with a handler's settings |
//!
//! `docs/HANDLERS.md` tells people what is sent and what is understood; the two say the same.

mod command;
mod error;
mod http;
mod http_answer;
mod http_client;
mod limits;
mod output;
mod pattern;
mod probe;
mod process_group;
mod signature;

pub use command::CommandHandler;
pub(super) use command::Commands;
pub use error::HandlerError;
pub use http::HttpHandler;
pub(super) use http_client::HttpClients;
pub use limits::Rate;
pub(super) use pattern::Pattern;
pub(crate) use pattern::patterns_tie;
pub(crate) use process_group::kill_commands;
pub(crate) use signature::Secret as WebhookSecret;

use super::{JobContext, JobError};
use crate::job;
use std::time::Duration;

/// The class of the error of a run that took too long.
const TIMEOUT: &str = "Timeout";

/// The longest time that a handler can be given: longer ones are taken for it.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What whoever does a job is told of it, beside the job itself: jid, class, queue, attempt, and the time at which a run that begins now is
/// out of time (RFC 3339, UTC).
fn facts(job: &JobContext, timeout: Duration) -> [String; 5] {
    let timeout = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
    [
        job.jid(),
        job.class(),
        job.queue().to_owned(),
        job.attempt().to_string(),
        job::now().plus_milliseconds(timeout).to_string(),
    ]
}

/// Somebody wanted the run to end.
fn cancelled() -> JobError {
    JobError::new("Cancelled", "the run was cancelled").with_trace([])
}

#[cfg(test)]
mod tests;
