//! How many entries to read at a time.

use crate::store::SLICE_BYTES;

/// Entries read first.
const FIRST: usize = 100;

/// Most entries read at a time.
const MOST: usize = 1000;

/// How many entries to read at a time: few at first, for a page may be full soon; then as many as a store will read at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    size: usize,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { size: FIRST }
    }

    /// Entries to read next.
    pub(super) fn size(self) -> usize {
        self.size
    }

    /// Learns from a slice that has been read. Grows by steps: the next entries may be larger.
    pub(super) fn read(&mut self, entries: usize, bytes: usize) {
        let mean_bytes = (bytes / entries.max(1)).max(1);
        self.size = (SLICE_BYTES / mean_bytes).clamp(1, MOST.min(self.size * 4));
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Pace};

    #[test]
    fn small_entries_are_read_by_the_thousand_and_large_ones_singly() {
        let mut pace = Pace::new();
        let mut sizes = Vec::new();
        for mean_bytes in [800, 800, 800, 10_000_000, 20_000, 0] {
            pace.read(pace.size(), pace.size() * mean_bytes);
            sizes.push(pace.size());
        }
        assert_eq!(sizes, [400, MOST, MOST, 1, 4, 16]);
    }
}
