//! What is known of one set, and when it is to be read again.

use super::sweep::{Swept, sweep};
use crate::failures::Tally;
use crate::model::{Cursor, EntryId, Order, Place, Set, Timestamp};
use crate::store::{SharedStore, Slice, Start, StoreResult};
use std::time::Duration;
use tokio::time::Instant;

/// Shortest time between two whole readings while somebody looks.
const LOOKED_AT: Duration = Duration::from_secs(2);

/// The same while nobody does.
const UNWATCHED: Duration = Duration::from_secs(300);

/// How often it is read whole, while somebody looks, although nothing seems to have changed.
const WHOLE: Duration = Duration::from_secs(60);

/// A whole reading is followed by this many times its own length without one.
const REST: u32 = 9;

/// What is known of one set.
#[derive(Debug)]
pub(super) struct SetIndex {
    pub(super) set: Set,
    pub(super) tally: Tally,
    /// Entries of the set when it was read last.
    pub(super) total: u64,
    /// As of when the tally is; nothing until the set has been read whole.
    pub(super) as_of: Option<Timestamp>,
    /// Whether the tally was right then.
    pub(super) is_exact: bool,
    cursor: Option<Cursor>,
    /// The lowest and the highest entry when it was read last.
    ends: Option<(EntryId, EntryId)>,
    /// The counter of failures when it was read last.
    failed: u64,
    /// When the last whole reading ended, and how long it took.
    ended: Option<(Instant, Duration)>,
}

impl SetIndex {
    pub(super) fn new(set: Set) -> Self {
        Self {
            set,
            tally: Tally::default(),
            total: 0,
            as_of: None,
            is_exact: false,
            cursor: None,
            ends: None,
            failed: 0,
            ended: None,
        }
    }

    /// Whether the set is as it was when it was read last, as far as a look tells: as large, with the same entries at both ends, and
    /// nothing has failed since. What changes otherwise (a job in the middle taken out and another put in by hand) is seen by the next
    /// whole reading, which is due once in a while in any case.
    pub(super) async fn stands(
        &self,
        store: &SharedStore,
        size: u64,
        failed: u64,
    ) -> StoreResult<bool> {
        if !self.is_exact || self.total != size || self.failed != failed {
            return Ok(false);
        }
        let place = Place::Set(self.set);
        let (low, high) = tokio::try_join!(
            store.slice(&place, &Start::Edge, Order::Ascending, 1),
            store.slice(&place, &Start::Edge, Order::Descending, 1),
        )?;
        let end = |slice: Slice| slice.entries.into_iter().next().map(|entry| entry.id);
        Ok(end(low).zip(end(high)) == self.ends)
    }

    /// When it is read whole although nothing seems to have changed.
    pub(super) fn whole_due(&self, is_looked_at: bool) -> Option<Instant> {
        let (ended, took) = self.ended?;
        is_looked_at.then(|| ended + WHOLE.max(took * REST))
    }

    /// Nothing has changed until now.
    pub(super) fn confirm(&mut self, now: Timestamp) {
        self.as_of = self.as_of.map(|as_of| as_of.max(now));
    }

    /// Counts what has come to the end of the set since it was read last: all that comes to the dead set does, in the order of time.
    pub(super) async fn catch_up(&mut self, store: &SharedStore, failed: u64) -> StoreResult<()> {
        // While it is away, the tally is not looked at.
        let tally = std::mem::take(&mut self.tally);
        let cursor = self.cursor.take();
        match sweep(store, self.set, cursor, tally, |_, _| {}).await {
            Ok(swept) => {
                self.take(swept, failed, false);
                Ok(())
            }
            Err(error) => {
                // The tally is lost with the reading: the set is read whole the next time.
                *self = Self {
                    ended: self.ended,
                    ..Self::new(self.set)
                };
                Err(error)
            }
        }
    }

    /// Reads the whole set anew; `tell` as for [`sweep`].
    pub(super) async fn read(
        &mut self,
        store: &SharedStore,
        failed: u64,
        tell: impl FnMut(&Tally, u64),
    ) -> StoreResult<()> {
        let swept = sweep(store, self.set, None, Tally::default(), tell).await?;
        self.ended = Some((Instant::now(), swept.took));
        self.take(swept, failed, true);
        Ok(())
    }

    fn take(&mut self, swept: Swept, failed: u64, is_whole: bool) {
        let counted = swept.tally.counted();
        // What was read is what there was, when nothing came or went meanwhile. (As much may have come as gone: the counter of
        // failures, read before, tells of that at the next look.)
        self.is_exact = counted == swept.totals.0 && counted == swept.totals.1;
        self.tally = swept.tally;
        self.cursor = swept.cursor;
        // A reading from where the last one ended tells of the upper end only.
        self.ends = match (self.ends.take(), swept.ends) {
            (Some((first, _)), Some((_, last))) if !is_whole => Some((first, last)),
            (before, None) if !is_whole => before,
            (_, ends) => ends,
        };
        self.total = swept.totals.1;
        self.as_of = Some(swept.now);
        self.failed = failed;
    }

    /// When it may be read whole again.
    pub(super) fn next(&self, is_looked_at: bool) -> Option<Instant> {
        let (ended, took) = self.ended?;
        let least = if is_looked_at { LOOKED_AT } else { UNWATCHED };
        Some(ended + least.max(took * REST))
    }
}
