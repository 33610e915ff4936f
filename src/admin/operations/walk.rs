//! Going through the jobs of a selection, some at a time.

use super::{bound::is_later, mark::Mark};
use crate::admin::{limits::is_within, read_ahead::ReadAhead};
use crate::job::Job;
use crate::model::{Cursor, EntryId, OperationPlan, Order, Place, Timestamp};
use crate::search::Matcher;
use crate::store::{Scan, SharedStore, Start, StoreError, StoreResult, StoredEntry};
use bytes::Bytes;
use std::sync::Arc;

/// Entries that are read at a time out of a queue, whose cursors find their place again only near where it was.
const QUEUE_SLICE: usize = 200;

/// Ticked entries that are looked up at a time.
const TICKED: usize = 100;

/// Some neighbouring entries, in order.
pub(super) struct Batch {
    /// Those that are meant.
    pub(super) meant: Vec<Meant>,
    /// How many were looked at.
    pub(super) scanned: u64,
    /// Ticked entries that were not there any more.
    pub(super) gone: u64,
    /// Where the walk goes on behind all of them.
    pub(super) next: Position,
    /// The store's clock.
    pub(super) now: Timestamp,
    /// All of them, meant or not; nothing for ticked entries.
    read: Option<Scan>,
}

impl Batch {
    /// An entry with the place behind it.
    pub(super) fn stored(&self, meant: &Meant) -> Option<StoredEntry> {
        match &self.read {
            Some(read) => read.stored(meant.index),
            None => Some(meant.entry.clone()),
        }
    }
}

/// An entry that is meant.
pub(super) struct Meant {
    /// Its place, position and bytes; digest and cursor are made by [`Batch::stored`], for they cost more than all the rest.
    pub(super) entry: StoredEntry,
    pub(super) job: Job,
    /// Which entry of the batch it is.
    index: usize,
}

impl Meant {
    /// How many entries of the batch were looked at up to this one.
    pub(super) fn scanned(&self) -> u64 {
        u64::try_from(self.index + 1).unwrap_or(u64::MAX)
    }
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

    fn start(&self) -> Start {
        self.start_from(None)
    }

    /// In a set where nothing before `first` can match.
    fn start_from(&self, first: Option<Timestamp>) -> Start {
        match (&self.after, first) {
            (Some(cursor), _) => Start::After(cursor.clone()),
            (None, Some(first)) => Start::not_before(first),
            (None, None) => Start::Edge,
        }
    }
}

/// What an operation is about. Cheap to clone.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) store: SharedStore,
    pub(super) plan: Arc<OperationPlan>,
}

impl Walk {
    pub(super) fn new(store: SharedStore, plan: Arc<OperationPlan>) -> Self {
        Self { store, plan }
    }

    /// Where the jobs are.
    pub(super) fn places(&self) -> &[Place] {
        &self.plan.selection.places
    }

    /// Whether it is about ticked entries.
    pub(super) fn is_ticked(&self) -> bool {
        !self.plan.selection.entries.is_empty()
    }

    /// Whether nothing is left from here on.
    pub(super) fn is_behind(&self, at: usize) -> bool {
        let ticked = self.plan.selection.entries.len();
        at >= if ticked > 0 {
            ticked
        } else {
            self.places().len()
        }
    }

    /// Reads on from there: to the end of the ticked entries, or of the place.
    pub(super) fn read(&self, from: Position) -> StoreResult<Reader<'_>> {
        let place = self.places().get(from.at).filter(|_| !self.is_ticked());
        let kind = match place {
            None => Kind::Ticked,
            // What is taken out meanwhile moves all that is behind it, so each slice looks where it is.
            Some(place @ Place::Queue(_)) => Kind::Queue(place, self.matcher(place)?),
            Some(place @ Place::Set(_)) => {
                let matcher = self.matcher(place)?;
                let start = from.start_from(matcher.times().0);
                // The store reads what comes next while this is looked through.
                let (store, place_read) = (self.store.clone(), place.clone());
                let scans = ReadAhead::scan(1, store, place_read, start, Order::Ascending);
                Kind::Set(place, matcher, scans)
            }
        };
        Ok(Reader {
            walk: self,
            next: Some(from),
            kind,
        })
    }

    /// Whether the search can be read.
    pub(super) fn check(&self) -> StoreResult<()> {
        let mut places = self.places().iter().filter(|_| !self.is_ticked());
        places.try_for_each(|place| self.matcher(place).map(drop))
    }

    /// Ages in a search count from when the operation was confirmed.
    fn matcher(&self, place: &Place) -> StoreResult<Matcher> {
        let matcher = Matcher::new(&self.plan.selection.filter, place, self.plan.before)
            .map_err(StoreError::Query)?;
        Ok(matcher.within(&self.plan.limit))
    }

    /// Entries that there are to look at.
    pub(super) async fn total(&self) -> StoreResult<u64> {
        let ticked = self.plan.selection.entries.len();
        if ticked > 0 {
            return Ok(u64::try_from(ticked).unwrap_or(u64::MAX));
        }
        let mut total = 0;
        for place in self.places() {
            let slice = self
                .store
                .slice(place, &Start::Edge, Order::Ascending, 1)
                .await?;
            total += slice.total;
        }
        Ok(total)
    }
}

/// Reads the ticked entries, or one place, to its end.
pub(super) struct Reader<'walk> {
    walk: &'walk Walk,
    /// Where to go on; nothing at the end.
    next: Option<Position>,
    kind: Kind<'walk>,
}

enum Kind<'walk> {
    Ticked,
    Queue(&'walk Place, Matcher),
    Set(&'walk Place, Matcher, ReadAhead<Scan>),
}

impl Reader<'_> {
    /// The next entries; nothing at the end.
    pub(super) async fn next(&mut self) -> StoreResult<Option<Batch>> {
        let Some(from) = self.next.take() else {
            return Ok(None);
        };
        let walk = self.walk;
        let batch = match &mut self.kind {
            Kind::Ticked => return self.ticked(from).await,
            Kind::Queue(place, matcher) => {
                let slice = walk
                    .store
                    .slice(place, &from.start(), Order::Ascending, QUEUE_SLICE)
                    .await?;
                walk.of_scan(place, matcher, slice.into(), from.at)
            }
            Kind::Set(place, matcher, scans) => match scans.next().await? {
                Some(scan) => walk.of_scan(place, matcher, scan, from.at),
                None => Batch {
                    meant: Vec::new(),
                    scanned: 0,
                    gone: 0,
                    next: position(from.at, None),
                    now: walk.store.now().await?,
                    read: None,
                },
            },
        };
        self.next = batch.next.after.is_some().then(|| batch.next.clone());
        Ok(Some(batch))
    }

    async fn ticked(&mut self, from: Position) -> StoreResult<Option<Batch>> {
        let ticked = &self.walk.plan.selection.entries;
        let rest = ticked.get(from.at..).unwrap_or_default();
        let ids: &[EntryId] = rest.get(..TICKED.min(rest.len())).unwrap_or_default();
        if ids.is_empty() {
            return Ok(None);
        }
        let found = self.walk.store.locate(ids).await?;
        let mut meant = Vec::new();
        for (index, entry) in found.into_iter().enumerate() {
            // What is beyond the limit is not told of.
            if let Some(entry) = entry.filter(|entry| is_within(entry, &self.walk.plan.limit)) {
                meant.push(Meant {
                    job: Job::new(entry.raw.clone()),
                    entry,
                    index,
                });
            }
        }
        let asked = ids.len();
        let next = Position {
            at: from.at + asked,
            after: None,
        };
        self.next = Some(next.clone());
        Ok(Some(Batch {
            gone: u64::try_from(asked - meant.len()).unwrap_or(0),
            meant,
            scanned: u64::try_from(asked).unwrap_or(u64::MAX),
            next,
            now: self.walk.store.now().await?,
            read: None,
        }))
    }
}

impl Walk {
    fn is_meant(
        &self,
        place: &Place,
        matcher: &mut Matcher,
        position: f64,
        raw: &Bytes,
    ) -> Option<Job> {
        matcher
            .job(position, raw)
            .filter(|job| !is_later(place, position, job, self.plan.before))
    }

    fn of_scan(&self, place: &Place, matcher: &mut Matcher, read: Scan, at: usize) -> Batch {
        let mut meant = Vec::new();
        for (index, (position, raw)) in read.entries.iter().enumerate() {
            if let Some(job) = self.is_meant(place, matcher, *position, raw) {
                let entry = bare(place.clone(), *position, raw.clone());
                meant.push(Meant { entry, job, index });
            }
        }
        let is_over = match (matcher.times().1, read.entries.last()) {
            (Some(latest), Some((position, _))) if place.set().is_some() => {
                Timestamp::from_seconds(*position) > latest
            }
            _ => false,
        };
        let goes_on = read.more && !is_over;
        let last = read.entries.len().checked_sub(1).filter(|_| goes_on);
        let after = last.and_then(|last| read.stored(last));
        Batch {
            meant,
            scanned: u64::try_from(read.entries.len()).unwrap_or(u64::MAX),
            gone: 0,
            next: position(at, after.map(|after| after.cursor)),
            now: read.now,
            read: Some(read),
        }
    }
}

/// An entry without what its address would need.
pub(super) fn bare(place: Place, position: f64, raw: Bytes) -> StoredEntry {
    StoredEntry {
        id: EntryId {
            place,
            position,
            digest: String::new(),
        },
        raw,
        cursor: Cursor(String::new()),
    }
}

/// Behind this entry, or at the next place.
fn position(at: usize, after: Option<Cursor>) -> Position {
    match after {
        Some(after) => Position {
            at,
            after: Some(after),
        },
        None => Position {
            at: at + 1,
            after: None,
        },
    }
}
