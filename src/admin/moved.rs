//! Where an entry has gone that has no job id to be found by: its bytes are looked for where somebody may have put it.

use super::{Admin, AdminResult};
use crate::model::{EntryId, Order, Place, Set};
use crate::store::{Start, StoredEntry};

/// Entries at an end of a set that are looked at; fewer where they are large.
const LOOKED_AT: usize = 250;

impl Admin {
    /// The entry with these bytes where it may have been moved to: killed lately, or due first or last of those that wait.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn moved_entry(&self, id: &EntryId) -> AdminResult<Option<StoredEntry>> {
        for (set, order) in [
            (Set::Dead, Order::Descending),
            (Set::Retries, Order::Ascending),
            (Set::Scheduled, Order::Ascending),
            (Set::Retries, Order::Descending),
            (Set::Scheduled, Order::Descending),
        ] {
            let place = Place::Set(set);
            let slice = self
                .store
                .slice(&place, &Start::Edge, order, LOOKED_AT)
                .await?;
            let mut entries = slice.entries.into_iter();
            if let Some(entry) = entries.find(|entry| entry.id.digest == id.digest) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}
