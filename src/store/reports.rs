//! What runs tell of themselves, and requests that they end.

use super::StoreResult;
use crate::model::{JobReport, LogLine, Progress, Timestamp};
use async_trait::async_trait;
use std::time::Duration;

/// Lines of a job's log that are kept: the last ones.
pub const LOG_LINES: usize = 200;

/// Bytes of a job's log that are kept: of the last lines.
pub const LOG_BYTES: usize = 64 << 10;

/// How long a report is kept after its last word.
pub const REPORT_KEPT: Duration = Duration::from_secs(7 * 86_400);

/// How long the report of a job that is done is kept: nothing else is left of the job then.
pub const DONE_REPORT_KEPT: Duration = Duration::from_secs(3_600);

/// Running jobs that are shown with what they tell of themselves.
pub(super) const REPORTED: usize = 1_000;

/// What one run tells at a check-in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunReport {
    /// The job; never empty.
    pub jid: String,
    /// Start of the run, by the store's clock. Requests to end that were left before it mean another run.
    pub started_at: Timestamp,
    /// How far it is, if it told that anew.
    pub progress: Option<Progress>,
    /// New lines of its log, oldest first.
    pub log: Vec<LogLine>,
    /// Whether the job is done: then its report is of little use, and kept for a short time only.
    pub done: bool,
}

impl RunReport {
    /// Whether its run has told anything.
    #[must_use]
    pub fn has_told(&self) -> bool {
        self.progress.is_some() || !self.log.is_empty()
    }

    /// Whether there is anything in it that would be missed.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.done || self.has_told()
    }
}

/// What runs tell of themselves, and requests that they end: both sides of it.
#[async_trait]
pub trait ReportStore: Send + Sync {
    /// Takes down what these runs tell, and answers which of them (by their place in the list) somebody wants to end. A request is
    /// answered at each check-in of the run, so that none gets lost with an answer.
    ///
    /// The last [`LOG_LINES`] lines of a job are kept, [`LOG_BYTES`] of them at most, for [`REPORT_KEPT`] after the last word. When the
    /// answer gets lost, and the same is told again, lines may stand twice.
    async fn check_in(&self, reports: &[RunReport]) -> StoreResult<Vec<usize>>;

    /// What the runs of a job have told; nothing when they told nothing, or too long ago, and nobody asked one to end.
    async fn report(&self, jid: &str) -> StoreResult<Option<JobReport>>;

    /// Asks that the run of a job end that is on its way now; its process learns it at the run's next check-in. Nothing happens when none
    /// is. With `in_sidekiq` it is also left where Sidekiq's iterable jobs look; other jobs of Sidekiq never obey.
    async fn request_cancel(&self, jid: &str, in_sidekiq: bool) -> StoreResult<()>;
}
