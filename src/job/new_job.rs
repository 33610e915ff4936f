//! A job that does not exist yet.

use super::{Job, RetryRule, TimeUnit};
use crate::model::Timestamp;

/// A job to enqueue.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Class to run.
    pub class: String,
    /// Arguments: the JSON text of an array, kept as it is.
    pub args: String,
    /// Queue.
    pub queue: String,
    /// How often it is tried again.
    pub retry: RetryRule,
    /// Job id; a new one if empty.
    pub jid: Option<String>,
    /// When to enqueue it; now if missing or not in the future.
    pub at: Option<Timestamp>,
    /// Further fields (name, JSON text), such as `tags` or `backtrace`.
    pub extra: Vec<(String, String)>,
}

/// Why a job is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct NewJobError {
    /// Which field.
    pub field: String,
    /// What is wrong with it, and what to write instead.
    pub reason: String,
}

impl NewJob {
    /// A job of this class for queue `default`, without arguments.
    #[must_use]
    pub fn new(class: impl Into<String>) -> Self {
        let _ = class.into();
        unimplemented!()
    }

    /// Checks everything that Sidekiq's client checks.
    ///
    /// # Errors
    /// Which field is wrong, and why.
    pub fn validate(&self) -> Result<(), NewJobError> {
        unimplemented!()
    }

    /// The job's text, compact, fields in Sidekiq's order; `enqueued_at` only when it goes to a queue at once. A jid is made if there is none.
    ///
    /// # Errors
    /// As [`NewJob::validate`].
    pub fn encode(&self, now: Timestamp, unit: TimeUnit) -> Result<Job, NewJobError> {
        let _ = (now, unit);
        unimplemented!()
    }

    /// Whether it waits in the scheduled set first.
    #[must_use]
    pub fn is_scheduled(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at > now)
    }
}

/// A new job id: 12 random bytes, 24 hexadecimal digits.
#[must_use]
pub fn new_jid() -> String {
    unimplemented!()
}
