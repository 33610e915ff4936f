//! What the live stream sends.

use super::{
    AlertSummary, HoldStatus, JobEntry, OperationSummary, Overview, RunningJob, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Everything that changes on its own, in one piece: the live stream sends it whole each time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whether the numbers are fresh.
    pub state: StoreState,
    /// The last numbers that could be read.
    pub overview: Overview,
    /// The jobs that run now, longest first; at most 100.
    pub running: Vec<RunningJob>,
    /// How many there are in all, those whose process is gone included.
    pub running_total: u64,
    /// How many of them are of a process that is gone.
    pub orphans: u64,
    /// The entries that failed last (of the retry and dead sets), newest first; at most 10.
    pub failures: Vec<JobEntry>,
    /// The last minutes, oldest first, one point each [`Snapshot::STEP_SECONDS`].
    pub history: Vec<HistoryPoint>,
    /// Sizes of each queue over the same points.
    pub trends: Vec<QueueTrend>,
    /// How many groups of failures are to be looked at; nothing until the sets have been read once.
    #[serde(default)]
    pub failure_groups: Option<u64>,
    /// What the store is; nothing until it has said so.
    pub store: Option<StoreInfo>,
    /// The operations that are not over, and those that ended within the last minute, newest first.
    #[serde(default)]
    pub operations: Vec<OperationSummary>,
    /// The holds that are in force, those that end first first.
    #[serde(default)]
    pub holds: Vec<HoldStatus>,
    /// The alerts that fire, those that are worst first; 50 at most.
    #[serde(default)]
    pub alerts: Vec<AlertSummary>,
}

impl Snapshot {
    /// Distance between two points of the history, seconds.
    pub const STEP_SECONDS: u32 = 5;
    /// Most points of the history: ten minutes.
    pub const POINTS: usize = 120;
}

/// Whether a store answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum StoreState {
    /// Not asked yet.
    #[default]
    Starting,
    /// It answers.
    Connected,
    /// It does not.
    Lost {
        /// Why, for people.
        reason: String,
        /// Since when, by this machine's clock.
        since: Timestamp,
    },
}

impl StoreState {
    /// Name for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Connected => "connected",
            Self::Lost { .. } => "lost",
        }
    }

    /// Whether it does not answer.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

/// One point of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryPoint {
    /// End of the interval.
    pub at: Timestamp,
    /// Executions a second over the interval, failed ones included; nothing while the store was lost.
    pub processed_per_second: Option<f64>,
    /// Failed executions a second.
    pub failed_per_second: Option<f64>,
    /// Jobs in all queues; nothing while the store was lost.
    pub enqueued: Option<u64>,
    /// Highest latency of any queue, seconds; nothing while the store was lost.
    pub latency_seconds: Option<f64>,
}

/// The recent sizes of one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueTrend {
    /// Queue name.
    pub name: String,
    /// Sizes, oldest first, one a point of the history (the newest last; may be shorter than the history); nothing where the store
    /// was lost.
    pub sizes: Vec<Option<u64>>,
}

/// What a store is, for the header and `check`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreInfo {
    /// `redis` or `sqlite`.
    pub kind: String,
    /// The address without user, password and other secrets.
    pub address: String,
    /// Server or library version, when known: `Redis 7.0.15`.
    pub version: String,
    /// Whether it is a replica that takes no changes: all can be looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_read_only: bool,
}
