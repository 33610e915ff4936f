//! What a handler is told about its job, and what it can tell.

use super::{JobError, run::Run, state};
use crate::job::Job;
use std::{future::Future, sync::Arc};
use tokio_util::sync::CancellationToken;

/// What a handler is told about its job, beside the arguments, and what it can tell of its run; cheap to clone.
#[derive(Clone, Debug)]
pub struct JobContext {
    run: Arc<Run>,
}

impl JobContext {
    pub(super) fn new(run: Arc<Run>) -> Self {
        Self { run }
    }

    /// What the worker's handlers share, by its type: the value that was given to [`super::WorkerBuilder::state`].
    ///
    /// # Errors
    /// One that names the type, if no such value was given: the job fails with it.
    #[track_caller]
    pub fn state<T: Send + Sync + 'static>(&self) -> Result<&T, JobError> {
        let states = self.run.states.as_deref();
        match states.and_then(state::States::get) {
            Some(value) => Ok(value),
            // Not in a closure: the error's place is the caller's.
            None => Err(state::missing::<T>(states)),
        }
    }

    /// The job as stored, with all its fields.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.run.job
    }

    /// The job id; empty if the job has none.
    #[must_use]
    pub fn jid(&self) -> String {
        self.job().jid().unwrap_or_default()
    }

    /// The class that named the handler.
    #[must_use]
    pub fn class(&self) -> String {
        self.job().handler_class().unwrap_or_default()
    }

    /// The queue that the job was fetched from.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.run.fetched.queue
    }

    /// Retries used before this run, this one not counted: nothing in the first run, 0 in the first retry.
    #[must_use]
    pub fn retry_count(&self) -> Option<i64> {
        self.job().integer("retry_count")
    }

    /// The number of this run: 1 in the first, 2 in the first retry. (A retry by hand takes one off.)
    #[must_use]
    pub fn attempt(&self) -> u64 {
        let retries = self
            .retry_count()
            .map_or(0, |count| count.saturating_add(1));
        u64::try_from(retries).unwrap_or_default().saturating_add(1)
    }

    /// Whether the worker wants to end: a long job does well to save its state and come to an end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.run.stopping.is_cancelled()
    }

    /// Waits until the worker wants to end.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + '_ {
        self.run.stopping.cancelled()
    }

    /// Cancelled when somebody wants this run to end. A handler that does not come to an end soon after is aborted.
    #[must_use]
    pub fn cancellation(&self) -> CancellationToken {
        self.run.cancellation().clone()
    }

    /// Whether somebody wants this run to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.run.is_cancelled()
    }

    /// Tells how far the job is, from 0 to 100 percent, and what it does: shown live on the job's page.
    pub fn progress(&self, percent: f64, message: impl AsRef<str>) {
        self.run
            .tell(|report| report.progress(percent, message.as_ref()));
    }

    /// Adds to the log that is kept with the job and shown on its page: its last 200 lines.
    pub fn log(&self, text: impl AsRef<str>) {
        self.run.tell(|report| report.log(text.as_ref()));
    }
}
