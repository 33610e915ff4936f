//! What can go wrong with a store.

use crate::model::QueryError;

/// Result of a store's call.
pub type StoreResult<T> = Result<T, StoreError>;

/// What can go wrong with a store. Each text says what, where and what to do, and holds no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached, or did not answer in time. The next call may succeed.
    #[error("{address} does not answer: {reason}")]
    Unavailable {
        /// The store, without secrets.
        address: String,
        /// Why.
        reason: String,
    },
    /// The address is wrong or not understood; trying again does not help.
    #[error("`{address}` cannot be used as a store: {reason}")]
    Address {
        /// The address, without secrets.
        address: String,
        /// Why, and what to write instead.
        reason: String,
    },
    /// The store is there but not usable as it is: a newer file, not a database, read-only, wrong password, too old a server.
    #[error("{address} cannot be used: {reason}")]
    Unusable {
        /// The store, without secrets.
        address: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The store refused to write: disk or memory full, read-only replica. Nothing was changed.
    #[error("{address} refused the change, nothing was changed: {reason}")]
    Refused {
        /// The store, without secrets.
        address: String,
        /// Why.
        reason: String,
    },
    /// The request itself is wrong: a foreign cursor, a score that is no number.
    #[error("{0}")]
    Invalid(String),
    /// The search of a filter cannot be read.
    #[error("the search cannot be read {0}")]
    Query(#[from] QueryError),
}
