//! Pages with filters, made from slices: the same for every store.

mod matcher;

use super::{Slice, Start, Store, StoreResult, StoredEntry};
use crate::job::{Job, entry};
use crate::model::{Cursor, Order, Page, PageRequest, Place, Timestamp};
use matcher::Matcher;
use std::time::{Duration, Instant};

/// Entries read at a time while a filter searches.
const SLICE: usize = 1000;

/// A page of `place`, filtered; looks for at most `budget` and says so when it stopped there.
///
/// # Errors
/// As [`super::AdminStore::slice`].
pub async fn page(
    store: &dyn Store,
    place: &Place,
    request: &PageRequest,
    budget: Duration,
) -> StoreResult<Page> {
    let limit = match request.limit {
        0 => 50,
        limit => limit.min(500) as usize,
    };
    let backward = request.after.is_none() && request.before.is_some();
    let order = if backward {
        request.order.reversed()
    } else {
        request.order
    };
    let cursor = request.after.as_ref().or(request.before.as_ref());
    let search = Search {
        store,
        place,
        request,
        order,
        limit,
        budget,
    };
    let mut found = search.run(cursor.cloned()).await?;
    // Behind the last entry of the reading direction there may be more; before the first there is something if a cursor led here.
    let edge = |entry: Option<&(StoredEntry, Job)>| entry.map(|(stored, _)| stored.cursor.clone());
    let far = if found.more || found.partial {
        found.last.clone()
    } else {
        None
    };
    let near = if cursor.is_some() {
        edge(found.entries.first()).or_else(|| cursor.cloned())
    } else {
        None
    };
    if backward {
        found.entries.reverse();
    }
    let (next, previous) = if backward { (near, far) } else { (far, near) };
    Ok(Page {
        entries: found
            .entries
            .into_iter()
            .map(|(stored, job)| entry(stored.id, &job, false))
            .collect(),
        next,
        previous,
        scanned: found.scanned,
        total: found.total,
        partial: found.partial,
    })
}

struct Search<'a> {
    store: &'a dyn Store,
    place: &'a Place,
    request: &'a PageRequest,
    order: Order,
    limit: usize,
    budget: Duration,
}

#[derive(Default)]
struct Found {
    entries: Vec<(StoredEntry, Job)>,
    /// Where the search goes on.
    last: Option<Cursor>,
    more: bool,
    partial: bool,
    scanned: u64,
    total: u64,
}

impl Search<'_> {
    async fn run(&self, cursor: Option<Cursor>) -> StoreResult<Found> {
        let started = Instant::now();
        let matcher = Matcher::new(&self.request.filter);
        // One more than the page holds tells whether there is another page.
        let size = if self.request.filter.is_empty() {
            self.limit + 1
        } else {
            SLICE
        };
        let mut start = self.start(cursor);
        let mut found = Found::default();
        loop {
            let Slice { entries, total, .. } = self
                .store
                .slice(self.place, &start, self.order, size)
                .await?;
            found.total = total;
            let at_end = entries.len() < size;
            for stored in entries {
                if self.is_beyond(&stored) {
                    return Ok(found);
                }
                if found.entries.len() == self.limit {
                    found.more = true;
                    return Ok(found);
                }
                found.scanned += 1;
                found.last = Some(stored.cursor.clone());
                if let Some(job) = matcher.job(&stored) {
                    found.entries.push((stored, job));
                }
            }
            if at_end {
                return Ok(found);
            }
            if started.elapsed() >= self.budget {
                found.partial = true;
                return Ok(found);
            }
            if let Some(cursor) = &found.last {
                start = Start::After(cursor.clone());
            }
            tokio::task::yield_now().await;
        }
    }

    /// A set's time filter is a bound of its scores.
    fn start(&self, cursor: Option<Cursor>) -> Start {
        let filter = &self.request.filter;
        let bound = match self.order {
            Order::Ascending => filter.from,
            Order::Descending => filter.to,
        };
        match (cursor, bound, self.place) {
            (Some(cursor), ..) => Start::After(cursor),
            (None, Some(bound), Place::Set(_)) => Start::Score(bound.seconds()),
            _ => Start::Edge,
        }
    }

    /// Whether no entry from here on can be within the times that are asked for.
    fn is_beyond(&self, stored: &StoredEntry) -> bool {
        let at = Timestamp::from_seconds(stored.id.position);
        let filter = &self.request.filter;
        self.place.set().is_some()
            && match self.order {
                Order::Ascending => filter.to.is_some_and(|to| at > to),
                Order::Descending => filter.from.is_some_and(|from| at < from),
            }
    }
}
