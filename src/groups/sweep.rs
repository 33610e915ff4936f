//! Reads a set, gently, and counts what it holds.

use crate::failures::Tally;
use crate::model::{Cursor, EntryId, Order, Place, Set, Timestamp};
use crate::store::{SharedStore, Slice, Start, StoreError, StoreResult};
use std::time::Duration;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

/// Entries read at a time; a store gives fewer where they are large. A Redis answers nobody else while it gathers them: about a
/// millisecond for so many of a usual size.
const SLICE: usize = 300;

/// After each slice nothing is asked for this part of the time that it took, so that others' questions pass.
const PAUSE_PART: u32 = 8;

/// What was read of a set.
#[derive(Debug)]
pub(super) struct Swept {
    pub(super) tally: Tally,
    /// Behind the last entry that was read; nothing when there was none.
    pub(super) cursor: Option<Cursor>,
    /// The lowest and the highest entry that were read.
    pub(super) ends: Option<(EntryId, EntryId)>,
    /// Entries of the set as the reading began, and as it ended.
    pub(super) totals: (u64, u64),
    /// The store's clock at the end.
    pub(super) now: Timestamp,
    /// How long it took.
    pub(super) took: Duration,
}

/// Reads a set from behind `cursor` to its end, lowest score first, and counts on in `tally`. `tell` is shown how far it is after each
/// slice: the tally, and entries of the set.
///
/// A slice is counted while the next one is read.
pub(super) async fn sweep(
    store: &SharedStore,
    set: Set,
    cursor: Option<Cursor>,
    tally: Tally,
    mut tell: impl FnMut(&Tally, u64),
) -> StoreResult<Swept> {
    let started = Instant::now();
    let place = Place::Set(set);
    let start = cursor.clone().map_or(Start::Edge, Start::After);
    let mut slice = store.slice(&place, &start, Order::Ascending, SLICE).await?;
    let mut swept = Swept {
        tally,
        cursor,
        ends: None,
        totals: (slice.total, slice.total),
        now: slice.now,
        took: Duration::ZERO,
    };
    loop {
        swept.totals.1 = slice.total;
        swept.now = slice.now;
        if let (Some(first), Some(last)) = (slice.entries.first(), slice.entries.last()) {
            swept.cursor = Some(last.cursor.clone());
            let first = swept
                .ends
                .take()
                .map_or_else(|| first.id.clone(), |(first, _)| first);
            swept.ends = Some((first, last.id.clone()));
        }
        let next = swept.cursor.clone().filter(|_| slice.more);
        let counting = count(std::mem::take(&mut swept.tally), slice);
        let reading = async {
            let Some(cursor) = next else {
                return Ok::<_, StoreError>(None);
            };
            let asked = Instant::now();
            let start = Start::After(cursor);
            let slice = store.slice(&place, &start, Order::Ascending, SLICE).await?;
            sleep(asked.elapsed() / PAUSE_PART).await;
            Ok(Some(slice))
        };
        let (counted, read) = tokio::join!(counting, reading);
        swept.tally = counted?;
        tell(&swept.tally, swept.totals.1);
        match read? {
            Some(next) => slice = next,
            None => {
                swept.took = started.elapsed();
                return Ok(swept);
            }
        }
    }
}

/// Counts the entries of a slice, on a thread that may be busy.
async fn count(mut tally: Tally, slice: Slice) -> StoreResult<Tally> {
    let counting = spawn_blocking(move || {
        for entry in slice.entries {
            tally.add(entry.id, entry.raw, slice.now);
        }
        tally
    });
    counting
        .await
        .map_err(|error| StoreError::Invalid(format!("failures could not be counted: {error}")))
}
