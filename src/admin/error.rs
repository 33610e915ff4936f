//! What can go wrong behind the door.

use crate::job::NewJobError;
use crate::model::{Right, Role};
use crate::store::StoreError;

/// Result of an admin call.
pub type AdminResult<T> = Result<T, AdminError>;

/// What can go wrong behind the door. The texts are for people and hold no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The store's own trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// It exists, but this cannot be done to it.
    #[error("{0}")]
    Refused(String),
    /// Whoever asked may not do this.
    #[error("the role `{role}` may not {}: that takes `{}`", .right.words(), .right.least())]
    Forbidden {
        /// What it is.
        role: Role,
        /// What it lacks.
        right: Right,
    },
    /// Whoever asked is limited to queues, and this is beyond them.
    #[error("{0}")]
    Beyond(String),
    /// A part of a request that is not acceptable.
    #[error("{reason}")]
    Field {
        /// Which, as REST names it.
        field: &'static str,
        /// What is wrong, and what to give instead.
        reason: String,
    },
    /// A job that is not acceptable: which (from 0), and why.
    #[error("job {index}: {error}")]
    Job {
        /// Which job of the call.
        index: usize,
        /// What is wrong.
        error: NewJobError,
    },
}
