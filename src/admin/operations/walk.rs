//! Going through the jobs of a selection, some at a time.

use super::{bound::is_later, mark::Mark};
use crate::job::Job;
use crate::model::{Cursor, EntryId, OperationPlan, Order, Place, Timestamp};
use crate::search::Matcher;
use crate::store::{
    Scan, Scanner, SharedStore, Slice, Start, StoreError, StoreResult, StoredEntry,
};

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
}

/// An entry that is meant.
pub(super) struct Meant {
    pub(super) entry: StoredEntry,
    pub(super) job: Job,
    /// How many entries of the batch were looked at up to this one.
    pub(super) scanned: u64,
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
        match &self.after {
            Some(cursor) => Start::After(cursor.clone()),
            None => Start::Edge,
        }
    }
}

/// What an operation is about.
pub(super) struct Walk<'plan> {
    pub(super) store: SharedStore,
    pub(super) plan: &'plan OperationPlan,
}

impl<'plan> Walk<'plan> {
    pub(super) fn new(store: SharedStore, plan: &'plan OperationPlan) -> Self {
        Self { store, plan }
    }

    /// Where the jobs are.
    pub(super) fn places(&self) -> &'plan [Place] {
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
            Some(place @ Place::Set(_)) => Kind::Set(
                place,
                self.matcher(place)?,
                self.store
                    .scan(place.clone(), from.start(), Order::Ascending),
            ),
        };
        Ok(Reader {
            walk: self,
            next: Some(from),
            kind,
        })
    }

    /// Ages in a search count from when the operation was confirmed.
    fn matcher(&self, place: &Place) -> StoreResult<Matcher> {
        Matcher::new(&self.plan.selection.filter, place, self.plan.before)
            .map_err(StoreError::Query)
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
    walk: &'walk Walk<'walk>,
    /// Where to go on; nothing at the end.
    next: Option<Position>,
    kind: Kind<'walk>,
}

enum Kind<'walk> {
    Ticked,
    Queue(&'walk Place, Matcher),
    Set(&'walk Place, Matcher, Box<dyn Scanner + 'walk>),
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
                walk.of_queue(place, matcher, slice, from.at)
            }
            Kind::Set(place, matcher, scanner) => {
                let (scan, now) = futures::join!(scanner.next(), walk.store.now());
                walk.of_set(place, matcher, scan?, from.at, now?)
            }
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
        let (mut meant, mut scanned) = (Vec::new(), 0);
        for entry in found {
            scanned += 1;
            if let Some(entry) = entry {
                meant.push(Meant {
                    job: Job::new(entry.raw.clone()),
                    entry,
                    scanned,
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
            scanned,
            next,
            now: self.walk.store.now().await?,
        }))
    }
}

impl Walk<'_> {
    fn is_meant(
        &self,
        place: &Place,
        matcher: &mut Matcher,
        position: f64,
        raw: &bytes::Bytes,
    ) -> Option<Job> {
        matcher
            .job(position, raw)
            .filter(|job| !is_later(place, position, job, self.plan.before))
    }

    fn of_queue(&self, place: &Place, matcher: &mut Matcher, slice: Slice, at: usize) -> Batch {
        let after = slice.entries.last().map(|entry| entry.cursor.clone());
        let (mut meant, mut scanned) = (Vec::new(), 0);
        for entry in slice.entries {
            scanned += 1;
            if let Some(job) = self.is_meant(place, matcher, entry.id.position, &entry.raw) {
                meant.push(Meant {
                    entry,
                    job,
                    scanned,
                });
            }
        }
        Batch {
            meant,
            scanned,
            gone: 0,
            next: position(at, after.filter(|_| slice.more)),
            now: slice.now,
        }
    }

    fn of_set(
        &self,
        place: &Place,
        matcher: &mut Matcher,
        scan: Option<Scan>,
        at: usize,
        now: Timestamp,
    ) -> Batch {
        let (mut meant, mut scanned, mut after) = (Vec::new(), 0, None);
        if let Some(scan) = scan {
            for (index, (score, raw)) in scan.entries.iter().enumerate() {
                scanned += 1;
                if let Some(job) = self.is_meant(place, matcher, *score, raw)
                    && let Some(entry) = scan.stored(index)
                {
                    meant.push(Meant {
                        entry,
                        job,
                        scanned,
                    });
                }
            }
            if scan.more {
                let last = scan.stored(scan.entries.len().saturating_sub(1));
                after = last.map(|last| last.cursor);
            }
        }
        Batch {
            meant,
            scanned,
            gone: 0,
            next: position(at, after),
            now,
        }
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
