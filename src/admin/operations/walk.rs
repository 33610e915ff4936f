//! Going through the jobs of a selection, slice by slice.

use super::{bound::is_later, mark::Mark};
use crate::job::Job;
use crate::model::{Cursor, EntryId, OperationPlan, Order, Place, Timestamp};
use crate::store::listing::matcher::Matcher;
use crate::store::{SharedStore, Start, StoreResult, StoredEntry};

/// Entries that are read at a time out of a set: few enough for the store to answer others in between.
const SET_SLICE: usize = 500;

/// Out of a queue, whose cursors find their place again only near where it was.
const QUEUE_SLICE: usize = 200;

/// Ticked entries that are looked up at a time.
const TICKED: usize = 100;

/// Some neighbouring entries, in order.
pub(super) struct Batch {
    /// Each with whether it is meant.
    pub(super) entries: Vec<(StoredEntry, Option<Job>)>,
    /// Ticked entries that were not there any more.
    pub(super) gone: u64,
    /// Where the walk goes on behind all of them.
    pub(super) next: Position,
    /// The store's clock.
    pub(super) now: Timestamp,
}

/// A place in a walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Position {
    /// Which of the places (or of the ticked entries).
    pub(super) at: usize,
    /// Behind which entry of that place.
    pub(super) after: Option<Cursor>,
}

impl Position {
    pub(super) fn of(mark: &Mark) -> Self {
        Self {
            at: mark.at,
            after: mark.after.clone(),
        }
    }
}

/// Reads what an operation is about.
pub(super) struct Walk<'plan> {
    pub(super) store: SharedStore,
    pub(super) plan: &'plan OperationPlan,
    /// Places for which the change means something.
    pub(super) places: Vec<Place>,
}

impl<'plan> Walk<'plan> {
    pub(super) fn new(store: SharedStore, plan: &'plan OperationPlan) -> Self {
        let is_for = |place: &&Place| {
            plan.change
                .as_ref()
                .is_none_or(|change| change.is_for(place))
        };
        Self {
            store,
            plan,
            places: plan
                .selection
                .places
                .iter()
                .filter(is_for)
                .cloned()
                .collect(),
        }
    }

    /// The next entries; nothing at the end.
    pub(super) async fn next(&self, from: &Position) -> StoreResult<Option<Batch>> {
        let ticked = &self.plan.selection.entries;
        if !ticked.is_empty() {
            return self.ticked(ticked, from).await;
        }
        let Some(place) = self.places.get(from.at) else {
            return Ok(None);
        };
        let (order, limit) = match place {
            Place::Set(_) => (Order::Ascending, SET_SLICE),
            Place::Queue(_) => (Order::Ascending, QUEUE_SLICE),
        };
        let start = match &from.after {
            Some(cursor) => Start::After(cursor.clone()),
            None => Start::Edge,
        };
        let slice = self.store.slice(place, &start, order, limit).await?;
        let after = slice.entries.last().map(|entry| entry.cursor.clone());
        let next = match after {
            Some(after) if slice.more => Position {
                at: from.at,
                after: Some(after),
            },
            _ => Position {
                at: from.at + 1,
                after: None,
            },
        };
        let mut matcher = Matcher::new(&self.plan.selection.filter, place);
        let entries = slice
            .entries
            .into_iter()
            .map(|entry| {
                let job = matcher
                    .job(&entry)
                    .filter(|job| !is_later(place, entry.id.position, job, self.plan.before));
                (entry, job)
            })
            .collect();
        Ok(Some(Batch {
            entries,
            gone: 0,
            next,
            now: slice.now,
        }))
    }

    async fn ticked(&self, ticked: &[EntryId], from: &Position) -> StoreResult<Option<Batch>> {
        let rest = ticked.get(from.at..).unwrap_or_default();
        let ids = rest.get(..TICKED.min(rest.len())).unwrap_or_default();
        if ids.is_empty() {
            return Ok(None);
        }
        let found = self.store.locate(ids).await?;
        let asked = ids.len();
        let entries: Vec<_> = found
            .into_iter()
            .flatten()
            .map(|entry| {
                let job = Job::new(entry.raw.clone());
                (entry, Some(job))
            })
            .collect();
        Ok(Some(Batch {
            gone: u64::try_from(asked - entries.len()).unwrap_or(0),
            entries,
            next: Position {
                at: from.at + asked,
                after: None,
            },
            now: self.store.now().await?,
        }))
    }

    /// Entries that there are to look at.
    pub(super) async fn total(&self) -> StoreResult<u64> {
        let ticked = self.plan.selection.entries.len();
        if ticked > 0 {
            return Ok(u64::try_from(ticked).unwrap_or(u64::MAX));
        }
        let mut total = 0;
        for place in &self.places {
            let slice = self
                .store
                .slice(place, &Start::Edge, Order::Ascending, 1)
                .await?;
            total += slice.total;
        }
        Ok(total)
    }
}
