//! What a handler is told about its job.

use crate::job::Job;
use std::{future::Future, sync::Arc};
use tokio_util::sync::CancellationToken;

/// What a handler is told about its job, beside the arguments; cheap to clone.
#[derive(Clone, Debug)]
pub struct JobContext {
    job: Arc<Job>,
    queue: Arc<str>,
    stopping: CancellationToken,
}

impl JobContext {
    pub(super) fn new(job: Arc<Job>, queue: &str, stopping: CancellationToken) -> Self {
        Self {
            job,
            queue: queue.into(),
            stopping,
        }
    }

    /// The job as stored, with all its fields.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The job id; empty if the job has none.
    #[must_use]
    pub fn jid(&self) -> String {
        self.job.jid().unwrap_or_default()
    }

    /// The class that named the handler.
    #[must_use]
    pub fn class(&self) -> String {
        self.job.handler_class().unwrap_or_default()
    }

    /// The queue that the job was fetched from.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// Retries used before this run, this one not counted: nothing in the first run, 0 in the first retry.
    #[must_use]
    pub fn retry_count(&self) -> Option<i64> {
        self.job.integer("retry_count")
    }

    /// Whether the worker wants to end: a long job does well to save its state and come to an end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Waits until the worker wants to end.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + '_ {
        self.stopping.cancelled()
    }
}
