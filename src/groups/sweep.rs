//! Reads a set, gently, and counts what it holds.

use crate::failures::Tally;
use crate::model::{Cursor, EntryId, Order, Place, Set, Timestamp};
use crate::store::{Scan, SharedStore, Start, StoreError, StoreResult};
use std::time::Duration;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

/// After each piece nothing is asked for this part of the time that it took, so that others' questions pass.
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
/// piece: the tally, and entries of the set.
///
/// A piece is counted while the next one is read.
pub(super) async fn sweep(
    store: &SharedStore,
    set: Set,
    cursor: Option<Cursor>,
    tally: Tally,
    mut tell: impl FnMut(&Tally, u64),
) -> StoreResult<Swept> {
    let started = Instant::now();
    let start = cursor.clone().map_or(Start::Edge, Start::After);
    let place = Place::Set(set);
    let begun = store
        .slice(&place, &Start::Edge, Order::Ascending, 1)
        .await?;
    let mut swept = Swept {
        tally,
        cursor,
        ends: None,
        totals: (begun.total, begun.total),
        now: begun.now,
        took: Duration::ZERO,
    };
    let mut scanner = store.scan(place, start, Order::Ascending);
    let mut piece = scanner.next().await?;
    while let Some(scan) = piece {
        swept.totals.1 = scan.total;
        swept.now = scan.now;
        let first = match swept.ends.take() {
            Some((first, _)) => Some(first),
            None => scan.stored(0).map(|entry| entry.id),
        };
        let last = scan.stored(scan.entries.len().saturating_sub(1));
        if let (Some(first), Some(last)) = (first, last) {
            swept.cursor = Some(last.cursor);
            swept.ends = Some((first, last.id));
        }
        let counting = count(std::mem::take(&mut swept.tally), scan);
        let reading = async {
            let asked = Instant::now();
            let next = scanner.next().await?;
            sleep(asked.elapsed() / PAUSE_PART).await;
            Ok::<_, StoreError>(next)
        };
        let (counted, read) = tokio::join!(counting, reading);
        swept.tally = counted?;
        tell(&swept.tally, swept.totals.1);
        piece = read?;
    }
    swept.took = started.elapsed();
    Ok(swept)
}

/// Counts the entries of a piece, on a thread that may be busy.
async fn count(mut tally: Tally, scan: Scan) -> StoreResult<Tally> {
    let counting = spawn_blocking(move || {
        let id = |index| scan.stored(index).map(|entry| entry.id);
        tally.add(&scan.entries, id, scan.now);
        tally
    });
    counting
        .await
        .map_err(|error| StoreError::Invalid(format!("failures could not be counted: {error}")))
}
