//! A walk over a place that collects the entries of one page.

use super::pace::Pace;
use crate::job::entry;
use crate::model::{Cursor, JobEntry, JobFilter, Order, Place, Timestamp};
use crate::search::Matcher;
use crate::store::{Slice, Start, Store, StoreResult, StoredEntry};
use std::time::{Duration, Instant};

/// Bytes after which a page ends, full or not.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The first and the last time that an entry of a set may have.
type Times = (Option<Timestamp>, Option<Timestamp>);

/// What is looked for, where, and for how long.
pub(super) struct Walk<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) place: &'a Place,
    pub(super) filter: &'a JobFilter,
    /// The reading direction.
    pub(super) order: Order,
    pub(super) limit: usize,
    pub(super) budget: Duration,
}

/// What was found, in the reading direction.
#[derive(Default)]
pub(super) struct Found {
    pub(super) rows: Vec<JobEntry>,
    /// The place of the first row.
    pub(super) first: Option<Cursor>,
    /// Where the search goes on.
    pub(super) last: Option<Cursor>,
    /// Whether there may be more behind `last`.
    pub(super) more: bool,
    /// Whether the search was stopped before the page was full.
    pub(super) partial: bool,
    pub(super) scanned: u64,
    pub(super) total: u64,
}

impl Walk<'_> {
    pub(super) async fn run(&self, cursor: Option<&Cursor>) -> StoreResult<Found> {
        let started = Instant::now();
        // Ages count from the store's clock.
        let now = match self.filter.query {
            Some(_) => self.store.now().await?,
            None => Timestamp::default(),
        };
        let mut matcher = Matcher::new(self.filter, self.place, now)?;
        let times = matcher.times();
        let mut start = self.start(cursor, times);
        let mut found = Found::default();
        let mut pace = Pace::new();
        let mut bytes = 0;
        loop {
            let size = self.size(pace, &matcher, &found);
            let Slice {
                entries,
                more,
                total,
                ..
            } = self
                .store
                .slice(self.place, &start, self.order, size)
                .await?;
            found.total = total;
            let read = entries.len();
            let slice_bytes: usize = entries.iter().map(|entry| entry.raw.len()).sum();
            if matcher.is_never() || self.take(&mut matcher, times, entries, &mut found) || !more {
                return Ok(found);
            }
            let is_full = found.rows.len() == self.limit;
            bytes += slice_bytes;
            if is_full || started.elapsed() >= self.budget || bytes >= MOST_BYTES {
                found.more = true;
                found.partial = !is_full;
                return Ok(found);
            }
            pace.read(read, slice_bytes);
            if let Some(cursor) = &found.last {
                start = Start::After(cursor.clone());
            }
            tokio::task::yield_now().await;
        }
    }

    /// Entries to read next. One more than are missing tells whether there is another page.
    fn size(&self, pace: Pace, matcher: &Matcher, found: &Found) -> usize {
        if matcher.is_never() {
            // Only how many there are is of interest.
            1
        } else if matcher.is_always() {
            pace.size().min(self.limit - found.rows.len() + 1)
        } else {
            pace.size()
        }
    }

    /// Takes what matches out of a slice; whether the search ends there.
    fn take(
        &self,
        matcher: &mut Matcher,
        times: Times,
        entries: Vec<StoredEntry>,
        found: &mut Found,
    ) -> bool {
        for stored in entries {
            if self.is_beyond(&stored, times) {
                return true;
            }
            let job = matcher.job(stored.id.position, &stored.raw);
            // Behind a full page one more match is enough to know that another page is worth asking for.
            if job.is_some() && found.rows.len() == self.limit {
                found.more = true;
                return true;
            }
            found.scanned += 1;
            if let Some(job) = job {
                found.first.get_or_insert_with(|| stored.cursor.clone());
                found.rows.push(entry(stored.id, &job, false));
            }
            found.last = Some(stored.cursor);
        }
        false
    }

    /// A set's time filter is a bound of its scores. Scores are finer than times, so it begins a little before.
    fn start(&self, cursor: Option<&Cursor>, (from, to): Times) -> Start {
        let bound = match self.order {
            Order::Ascending => from.map(|from| from.plus_milliseconds(-1)),
            Order::Descending => to.map(|to| to.plus_milliseconds(1)),
        };
        match (cursor, bound, self.place) {
            (Some(cursor), ..) => Start::After(cursor.clone()),
            (None, Some(bound), Place::Set(_)) => Start::Score(bound.seconds()),
            _ => Start::Edge,
        }
    }

    /// Whether no entry from here on can be within the times that are asked for.
    fn is_beyond(&self, stored: &StoredEntry, (from, to): Times) -> bool {
        let at = Timestamp::from_seconds(stored.id.position);
        self.place.set().is_some()
            && match self.order {
                Order::Ascending => to.is_some_and(|to| at > to),
                Order::Descending => from.is_some_and(|from| at < from),
            }
    }
}
