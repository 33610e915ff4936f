//! A job as a page shows it.

use super::{EntryId, JsonNode, RunningJob, Timestamp};
use serde::{Deserialize, Serialize};

/// One entry of a queue or set, as a row shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobEntry {
    /// Its address.
    pub id: EntryId,
    /// In a set: when it is due (scheduled, retries) or died (dead). In a queue: nothing.
    pub at: Option<Timestamp>,
    /// Job id; empty if the entry has none.
    pub jid: String,
    /// The class as shown: `display_class`, the Active Job class, or `class`.
    pub class: String,
    /// The arguments as shown (Active Job unwrapped, encrypted ones hidden), as JSON text; lists may cut it.
    pub args: String,
    /// The queue that it belongs to.
    pub queue: String,
    /// First creation.
    pub created_at: Option<Timestamp>,
    /// Last push to a queue.
    pub enqueued_at: Option<Timestamp>,
    /// First failure.
    pub failed_at: Option<Timestamp>,
    /// Latest failure, from the second on.
    pub retried_at: Option<Timestamp>,
    /// Retries used already; nothing before the first failure.
    pub retry_count: Option<i64>,
    /// Class of the latest error.
    pub error_class: Option<String>,
    /// Message of the latest error; lists may cut it.
    pub error_message: Option<String>,
    /// Labels.
    pub tags: Vec<String>,
    /// Size of the stored bytes.
    pub size_bytes: u64,
    /// Whether something of it is not shown because it is taken for a secret.
    pub redacted: bool,
    /// Why it cannot be read as a job, if so.
    pub malformed: Option<String>,
    /// The stored bytes as text (invalid UTF-8 replaced), only when malformed; lists may cut it.
    pub raw: Option<String>,
}

/// One line of an error trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// The frame as stored.
    pub text: String,
    /// Whether it is the application's own code, not a library's.
    pub own: bool,
}

/// Everything about one job id: every place where it is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobDetail {
    /// Job id that was asked for.
    pub jid: String,
    /// Every place where it is now; empty when it is gone (done, deleted, or never there).
    pub locations: Vec<JobLocation>,
    /// Entries looked through.
    pub scanned: u64,
    /// Entries there are; more than `scanned` when the search was cut off.
    pub total: u64,
    /// Whether what is hidden otherwise is shown.
    pub revealed: bool,
}

/// One place of a job, with all that is stored there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobLocation {
    /// Where it is.
    pub whereabouts: Whereabouts,
    /// Its row; for a running job made from the payload that its process reports, with no address of use.
    pub entry: JobEntry,
    /// The stored bytes as text (invalid UTF-8 replaced, an encrypted argument masked).
    pub payload: String,
    /// The payload taken apart, numbers as they were written; nothing when it is not JSON.
    pub tree: Option<JsonNode>,
    /// The arguments as shown, taken apart, where they are not the payload's own `args` (Active Job unwrapped, encrypted ones hidden).
    pub args: Option<JsonNode>,
    /// The stored bytes with each one that is not UTF-8 as `\xNN` and backslashes doubled; only when there is such a byte.
    pub escaped: Option<String>,
    /// The error trace, decoded.
    pub trace: Vec<TraceLine>,
    /// Why the stored trace could not be decoded, if so.
    pub trace_problem: Option<String>,
    /// Fields that no other part of the page shows, with their JSON text.
    pub extras: Vec<(String, String)>,
    /// What the `retry` field says, in words: `25 times`, `5 times`, `never`.
    pub retry_rule: String,
}

/// Where a job is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are one or a few of them at a time"
)]
pub enum Whereabouts {
    /// In a queue or set: the entry's address says which.
    Stored,
    /// Being run.
    Running(RunningJob),
}
