//! A walk over a place that collects the entries of one page.

use super::pace::Pace;
use crate::model::{Cursor, JobEntry, JobFilter, Limit, Order, Place, Timestamp};
use crate::redaction::Redactor;
use crate::search::Matcher;
use crate::shown;
use crate::store::{Scan, Start, Store, StoreResult};
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
    pub(super) redactor: &'a Redactor,
    pub(super) limited_to: &'a Limit,
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

/// How far a page may go.
struct Limits {
    started: Instant,
    budget: Duration,
    /// Bytes read so far.
    bytes: usize,
}

impl Limits {
    fn new(budget: Duration) -> Self {
        Self {
            started: Instant::now(),
            budget,
            bytes: 0,
        }
    }
}

impl Walk<'_> {
    pub(super) async fn run(&self, cursor: Option<&Cursor>) -> StoreResult<Found> {
        // Ages count from the store's clock.
        let now = match self.filter.query {
            Some(_) => self.store.now().await?,
            None => Timestamp::default(),
        };
        let mut matcher = Matcher::new(self.filter, self.place, now)?
            .without_secrets(self.redactor)
            .within(self.limited_to);
        let times = matcher.times();
        let start = self.start(cursor, times);
        if matcher.is_always() || matcher.is_never() {
            self.list(&mut matcher, times, start).await
        } else {
            self.search(&mut matcher, times, start).await
        }
    }

    /// Reads as many as the page has.
    async fn list(
        &self,
        matcher: &mut Matcher,
        times: Times,
        mut start: Start,
    ) -> StoreResult<Found> {
        let mut found = Found::default();
        let mut limits = Limits::new(self.budget);
        let mut pace = Pace::new();
        loop {
            let size = self.size(pace, matcher, &found);
            let slice = self
                .store
                .slice(self.place, &start, self.order, size)
                .await?;
            let scan = Scan::from(slice);
            found.total = scan.total;
            if matcher.is_never() || self.take(matcher, times, &scan, &mut found) || !scan.more {
                return Ok(found);
            }
            if self.is_enough(&mut limits, &scan, &mut found) {
                return Ok(found);
            }
            pace.read(scan.entries.len(), scan.bytes());
            if let Some(cursor) = &found.last {
                start = Start::After(cursor.clone());
            }
        }
    }

    /// Looks through the place until the page is full.
    async fn search(
        &self,
        matcher: &mut Matcher,
        times: Times,
        start: Start,
    ) -> StoreResult<Found> {
        let mut found = Found::default();
        let mut limits = Limits::new(self.budget);
        let mut scanner = self.store.scan(self.place.clone(), start, self.order);
        while let Some(scan) = scanner.next().await? {
            found.total = scan.total;
            if self.take(matcher, times, &scan, &mut found)
                || !scan.more
                || self.is_enough(&mut limits, &scan, &mut found)
            {
                return Ok(found);
            }
            tokio::task::yield_now().await;
        }
        if found.total == 0 {
            // Nothing at all was behind the cursor: how many there are is still of interest.
            let edge = self
                .store
                .slice(self.place, &Start::Edge, self.order, 1)
                .await?;
            found.total = edge.total;
        }
        Ok(found)
    }

    /// Whether the page ends here, although there is more.
    fn is_enough(&self, limits: &mut Limits, scan: &Scan, found: &mut Found) -> bool {
        let is_full = found.rows.len() == self.limit;
        limits.bytes += scan.bytes();
        let is_enough =
            is_full || limits.started.elapsed() >= limits.budget || limits.bytes >= MOST_BYTES;
        if is_enough {
            found.more = true;
            found.partial = !is_full;
        }
        is_enough
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

    /// Takes what matches out of what was read; whether the search ends there.
    fn take(&self, matcher: &mut Matcher, times: Times, scan: &Scan, found: &mut Found) -> bool {
        let mut last = None;
        let mut is_over = false;
        for (index, (position, raw)) in scan.entries.iter().enumerate() {
            is_over = self.is_beyond(*position, times);
            if is_over {
                break;
            }
            let job = matcher.job(*position, raw);
            // Behind a full page one more match is enough to know that another page is worth asking for.
            if job.is_some() && found.rows.len() == self.limit {
                found.more = true;
                is_over = true;
                break;
            }
            found.scanned += 1;
            last = Some(index);
            if let Some(job) = job
                && let Some(stored) = scan.stored(index)
            {
                found.first.get_or_insert(stored.cursor);
                let row = shown::entry(stored.id, &job, false, self.redactor);
                found.rows.push(row);
            }
        }
        if let Some(stored) = last.and_then(|last| scan.stored(last)) {
            found.last = Some(stored.cursor);
        }
        is_over
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
    fn is_beyond(&self, position: f64, (from, to): Times) -> bool {
        let at = Timestamp::from_seconds(position);
        self.place.set().is_some()
            && match self.order {
                Order::Ascending => to.is_some_and(|to| at > to),
                Order::Descending => from.is_some_and(|from| at < from),
            }
    }
}
