//! One reading of a store, shared by everybody who watches.

use super::narrow::{Beside, narrowed};
use crate::groups::Groups;
use crate::model::{Limit, Snapshot};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::time::Instant;

/// One reading of a store. Its text is made once, however many streams send it.
#[derive(Debug)]
pub struct Frame {
    snapshot: Snapshot,
    beside: Arc<Beside>,
    text: OnceLock<String>,
    read_at: Instant,
    /// Whether running jobs and failures were read along with the numbers (or the store is lost, and there is no more to know).
    whole: bool,
    /// The same for those who are limited: each made once for all who are limited to the same.
    narrowed: Mutex<Vec<(Limit, Arc<Frame>)>>,
}

impl Frame {
    pub(super) fn new(
        snapshot: Snapshot,
        beside: Arc<Beside>,
        read_at: Instant,
        whole: bool,
    ) -> Self {
        Self {
            snapshot,
            beside,
            text: OnceLock::new(),
            read_at,
            whole,
            narrowed: Mutex::default(),
        }
    }

    /// The same reading, from before something was changed: never fresh.
    pub(super) fn outdated(&self) -> Self {
        let (snapshot, beside) = (self.snapshot.clone(), Arc::clone(&self.beside));
        Self::new(snapshot, beside, self.read_at, false)
    }

    /// The same reading for somebody who is limited to queues.
    pub(super) fn within(self: &Arc<Self>, limit: &Limit, groups: Option<&Groups>) -> Arc<Self> {
        if limit.is_none() {
            return Arc::clone(self);
        }
        let mut narrower = self.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = narrower.iter().find(|(known, _)| known == limit) {
            return Arc::clone(known);
        }
        let failure_groups = groups.and_then(|groups| groups.open_count(limit));
        let snapshot = narrowed(&self.snapshot, &self.beside, limit, failure_groups);
        // From there nobody goes on.
        let beside = Arc::default();
        let frame = Arc::new(Self::new(snapshot, beside, self.read_at, self.whole));
        narrower.push((limit.clone(), Arc::clone(&frame)));
        frame
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
