//! The store's clock, kept between the calls that ask for it.

use crate::{job, model::Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};

/// The store's clock as of the last heartbeat, carried on by this machine's: scores are compared with the store's time, by whichever
/// process looks next.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead_milliseconds: AtomicI64,
    /// How far this machine's clock is taken to be ahead of what it says: for tests.
    skew_milliseconds: i64,
}

impl Clock {
    pub(super) fn skewed(milliseconds: i64) -> Self {
        Self {
            skew_milliseconds: milliseconds,
            ..Self::default()
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.local_now()
            .plus_milliseconds(self.ahead_milliseconds.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, store_now: Timestamp) {
        let ahead = store_now.0.saturating_sub(self.local_now().0);
        self.ahead_milliseconds.store(ahead, Ordering::Relaxed);
    }

    fn local_now(&self) -> Timestamp {
        job::now().plus_milliseconds(self.skew_milliseconds)
    }
}
