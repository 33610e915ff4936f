//! One run of a job, as its handler and the rest of the worker see it.

use super::{report::Report, state::States};
use crate::{job::Job, model::Timestamp, store::FetchedJob};
use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One run of a job.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) job: Job,
    pub(super) fetched: Arc<FetchedJob>,
    pub(super) started_at: Timestamp,
    /// The same by a clock that is never put right.
    pub(super) began: Instant,
    /// The worker wants to end.
    pub(super) stopping: CancellationToken,
    /// What the worker's handlers share, if they share anything.
    pub(super) states: Option<Arc<States>>,
    /// Somebody wants this run to end. Made by the first who asks: most runs end before anybody does.
    cancellation: OnceLock<CancellationToken>,
    /// The time for ending by itself is over.
    pub(super) overdue: Notify,
    /// Whether it has ever told anything.
    has_told: AtomicBool,
    // A std mutex: held for a few instructions, never over an await.
    report: Mutex<Report>,
}

impl Run {
    pub(super) fn new(
        job: Job,
        fetched: Arc<FetchedJob>,
        started_at: Timestamp,
        stopping: CancellationToken,
        states: Option<Arc<States>>,
    ) -> Self {
        Self {
            job,
            fetched,
            started_at,
            began: Instant::now(),
            stopping,
            states,
            cancellation: OnceLock::new(),
            overdue: Notify::new(),
            has_told: AtomicBool::new(false),
            report: Mutex::default(),
        }
    }

    /// Cancelled when somebody wants this run to end.
    pub(super) fn cancellation(&self) -> &CancellationToken {
        self.cancellation.get_or_init(CancellationToken::new)
    }

    /// Whether somebody wants this run to end.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancellation
            .get()
            .is_some_and(CancellationToken::is_cancelled)
    }

    /// Lets the handler tell something.
    pub(super) fn tell(&self, tell: impl FnOnce(&mut Report)) {
        self.has_told.store(true, Ordering::Relaxed);
        tell(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether it has ever told anything.
    pub(super) fn has_told(&self) -> bool {
        self.has_told.load(Ordering::Relaxed)
    }

    /// What it has told since this was asked before.
    pub(super) fn take_report(&self) -> Report {
        std::mem::take(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
