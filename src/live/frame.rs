//! One reading of a store, shared by everybody who watches.

use crate::model::Snapshot;
use std::sync::OnceLock;
use tokio::time::Instant;

/// One reading of a store. Its text is made once, however many streams send it.
#[derive(Debug)]
pub struct Frame {
    snapshot: Snapshot,
    text: OnceLock<String>,
    read_at: Instant,
    /// Whether running jobs and failures were read along with the numbers (or the store is lost, and there is no more to know).
    whole: bool,
}

impl Frame {
    pub(super) fn new(snapshot: Snapshot, read_at: Instant, whole: bool) -> Self {
        Self {
            snapshot,
            text: OnceLock::new(),
            read_at,
            whole,
        }
    }

    /// The same reading, from before something was changed: never fresh.
    pub(super) fn outdated(&self) -> Self {
        Self::new(self.snapshot.clone(), self.read_at, false)
    }

    /// What was read.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The snapshot as JSON text.
    #[must_use]
    pub fn json(&self) -> &str {
        // Plain data: there is no value in it that JSON cannot hold.
        self.text
            .get_or_init(|| serde_json::to_string(&self.snapshot).unwrap_or_default())
    }

    /// Whether all of it was read, less than `age` ago.
    pub(super) fn is_fresh(&self, age: std::time::Duration) -> bool {
        self.whole && self.read_at.elapsed() < age
    }
}
