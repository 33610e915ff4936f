//! Jobs that are enqueued by the calendar.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// A periodic job, as its page shows it. Of a definition that another version wrote, what is not understood is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeriodicInfo {
    /// Name, unique in the store.
    pub name: String,
    /// Class of its jobs.
    pub class: String,
    /// Cron expression as it is written.
    pub cron: String,
    /// The same in English.
    pub in_words: String,
    /// IANA name of the time zone.
    pub timezone: String,
    /// Arguments, as JSON text.
    pub args: String,
    /// Queue of its jobs.
    pub queue: String,
    /// `retry` of its jobs: `true`, `false` or a count.
    pub retry: String,
    /// What becomes of ticks that come while no process runs: `skip`, `once` or `all`.
    pub missed: String,
    /// Tags of its jobs.
    pub tags: Vec<String>,
    /// Whether somebody has stopped it.
    pub paused: bool,
    /// Whether a running process has it in its configuration. Otherwise nobody enqueues it.
    pub held: bool,
    /// Next tick; nothing when it is paused, not held, or comes no more.
    pub next: Option<Timestamp>,
    /// What was enqueued last.
    pub last_run: Option<PeriodicRun>,
    /// Since when it is configured as it is.
    pub registered_at: Option<Timestamp>,
}

/// A job that a periodic job has enqueued.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeriodicRun {
    /// The tick that it was enqueued for; nothing when somebody wanted it at once.
    pub tick: Option<Timestamp>,
    /// When it was enqueued.
    pub enqueued_at: Timestamp,
    /// The job.
    pub jid: String,
    /// Who enqueued it: the identity of a process, or `run now`.
    pub by: String,
}
