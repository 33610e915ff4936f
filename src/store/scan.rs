//! Looking through a whole place: only what tells whether an entry is wanted is read of each; its address is made for those that are.

use super::{AdminStore, SLICE_BYTES, Slice, Start, StoreResult, StoredEntry};
use crate::model::{Order, Place, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;
use std::fmt;

/// A quarter of the entries read first: who looks for a few may have them soon.
const FIRST: usize = 25;

/// Most entries read at a time: more would keep the store from everybody else for longer.
const MOST: usize = 500;

/// Reads a place from one entry to the next, some at a time, to its end.
#[async_trait]
pub trait Scanner: Send {
    /// The next entries, at most [`SLICE_BYTES`] of them unless a single one is larger, or entries grow from one moment to the next;
    /// nothing at the end.
    async fn next(&mut self) -> StoreResult<Option<Scan>>;
}

/// Some neighbouring entries of a place, in order; one at least.
pub struct Scan {
    /// Score or index, and bytes.
    pub entries: Vec<(f64, Bytes)>,
    /// Whether there is more behind them.
    pub more: bool,
    /// Entries of the whole place.
    pub total: u64,
    /// The store's clock.
    pub now: Timestamp,
    address: Box<Address>,
}

/// Makes the address of one of the entries.
type Address = dyn Fn(&[(f64, Bytes)], usize) -> Option<StoredEntry> + Send + Sync;

impl Scan {
    /// These entries; `address` makes the address of one.
    pub(super) fn new(
        entries: Vec<(f64, Bytes)>,
        more: bool,
        total: u64,
        now: Timestamp,
        address: impl Fn(&[(f64, Bytes)], usize) -> Option<StoredEntry> + Send + Sync + 'static,
    ) -> Self {
        Self {
            entries,
            more,
            total,
            now,
            address: Box::new(address),
        }
    }

    /// One of the entries with its address and the place behind it.
    #[must_use]
    pub fn stored(&self, index: usize) -> Option<StoredEntry> {
        (self.address)(&self.entries, index)
    }

    /// Bytes of all.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(|(_, raw)| raw.len()).sum()
    }
}

impl From<Slice> for Scan {
    fn from(slice: Slice) -> Self {
        let entries = slice
            .entries
            .iter()
            .map(|entry| (entry.id.position, entry.raw.clone()))
            .collect();
        let Slice {
            entries: stored,
            more,
            total,
            now,
        } = slice;
        Self::new(entries, more, total, now, move |_, index| {
            stored.get(index).cloned()
        })
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Scan")
            .field("entries", &self.entries.len())
            .field("more", &self.more)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// How many entries to read at a time: few at first, then as many as have the bytes of a slice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width(usize);

impl Width {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    pub(super) fn get(self) -> usize {
        self.0
    }

    /// Most entries that may be read after those.
    pub(super) fn most_next(self) -> usize {
        MOST.min(self.0 * 4)
    }

    /// No more than have the bytes of a slice where one has so many.
    pub(super) fn limit(&mut self, longest: usize) {
        self.0 = self.0.min((SLICE_BYTES / longest.max(1)).max(1));
    }

    /// Learns from entries that were read: the longest of them.
    pub(super) fn read(&mut self, longest: usize) {
        self.0 = (SLICE_BYTES / longest.max(1)).clamp(1, self.most_next());
    }
}

/// Scans by slices: for a store that has no faster way.
pub(super) struct SliceScanner<'store, S: ?Sized> {
    store: &'store S,
    place: Place,
    order: Order,
    /// Where to go on; nothing at the end.
    start: Option<Start>,
    width: Width,
}

impl<'store, S: AdminStore + ?Sized> SliceScanner<'store, S> {
    pub(super) fn new(store: &'store S, place: Place, start: Start, order: Order) -> Self {
        Self {
            store,
            place,
            order,
            start: Some(start),
            width: Width::new(),
        }
    }
}

#[async_trait]
impl<S: AdminStore + ?Sized> Scanner for SliceScanner<'_, S> {
    async fn next(&mut self) -> StoreResult<Option<Scan>> {
        let Some(start) = self.start.take() else {
            return Ok(None);
        };
        let slice = self
            .store
            .slice(&self.place, &start, self.order, self.width.most_next())
            .await?;
        let Some(last) = slice.entries.last() else {
            return Ok(None);
        };
        self.start = slice.more.then(|| Start::After(last.cursor.clone()));
        let longest = slice.entries.iter().map(|entry| entry.raw.len()).max();
        self.width.read(longest.unwrap_or(1));
        Ok(Some(slice.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Width};

    #[test]
    fn small_entries_are_read_by_the_hundred_and_large_ones_singly() {
        let mut width = Width::new();
        let mut sizes = Vec::new();
        for longest in [800, 800, 10_000_000, 20_000, 0, 800, 800] {
            width.read(longest);
            sizes.push(width.get());
        }
        assert_eq!(sizes, [100, 400, 1, 4, 16, 64, 256]);
        width.read(800);
        assert_eq!((width.get(), width.most_next()), (MOST, MOST));
        width.limit(100_000);
        assert_eq!(width.get(), 10);
    }
}
