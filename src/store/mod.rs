//! The store contract: what Redis and SQLite both can do, and nothing of how.
//!
//! Sides, kept apart: [`AdminStore`] is what people and scripts ask for, [`WorkerStore`] is the worker's own path. Between them,
//! [`OperationStore`]: changes of many jobs; [`ReportStore`]: what runs tell, and requests that they end; and [`PeriodicStore`]: the calendar.
//! Beside them, [`FailureStore`]: what people have said about failure groups; [`HoldStore`]: which retries are not to be tried;
//! [`AuditStore`]: who changed what; and [`AlertStore`]: what rules have found wrong.
//! Both are object-safe; the program holds one [`Store`] per configured address. The conformance suite
//! (`tests/store_contract.rs`) runs the same tests on every implementation: change it first.
//!
//! Rules that every implementation keeps:
//! - A job is in exactly one place. Every move is one atomic step that first proves it took the entry out.
//! - Bytes are moved as they are; nothing here rewrites a job's text.
//! - No call's cost grows with the size of a set: slices, cursors, bounded steps.
//! - A store that does not answer is [`StoreError::Unavailable`] within two seconds, never a hang. (A change that SQLite has begun to
//!   write when the disk stalls is given some seconds more: its outcome would not be known without them.)

mod alerts;
mod audit;
mod connect;
mod cost;
mod error;
mod failures;
mod holds;
mod kept;
pub mod listing;
mod metrics;
mod new_entry;
mod operations;
mod periodic;
pub mod redis;
mod reports;
mod scan;
pub mod sqlite;
mod trouble;
mod worker;

use crate::model::{
    Cursor, DayTotals, EntryId, Order, Overview, Place, ProcessInfo, RunningJob, Set, Signal,
    StoreInfo, Timestamp,
};
use async_trait::async_trait;
use bytes::Bytes;
use std::{fmt, sync::Arc, time::Duration};

pub use alerts::{ALERT_EPISODES, AlertStore};
pub use audit::{AUDIT_EVENTS, AUDIT_ONCE, AuditBounds, AuditStore};
pub use connect::{StoreOptions, connect};
pub use cost::StoreCost;
pub use error::{StoreError, StoreResult};
pub use failures::{DEPLOYS_KEPT, FailureStore};
pub use holds::HoldStore;
pub use kept::KeptEntry;
pub use metrics::{ClassMetrics, METRICS_BOUNDS_MS, METRICS_BUCKETS, MetricsForm};
pub use operations::{
    Creation, KeptChunk, NewOperation, OPERATION_KEPT, OPERATIONS_LISTED, OperationRecord,
    OperationStore, STEP_ENTRIES, Step, StepMove, Stepped, Target, Undone,
};
pub use periodic::{
    Announcement, Deletion, NewRun, PeriodicEntry, PeriodicStore, RUNS_KEPT, Standing, Standings,
    Tick,
};
pub use redis::redis_cpu_seconds;
use reports::REPORTED;
pub use reports::{DONE_REPORT_KEPT, LOG_BYTES, LOG_LINES, REPORT_KEPT, ReportStore, RunReport};
pub use scan::{Scan, Scanner};
pub(crate) use trouble::Trouble;
pub use worker::{
    Fetch, FetchedJob, Heartbeat, Orphan, Pulse, Rescue, Settlement, Share, Turn, Turned,
    WorkerStore,
};

/// A store, shared by everything that uses it.
pub type SharedStore = Arc<dyn Store>;

/// All sides of the contract.
pub trait Store:
    AdminStore
    + OperationStore
    + WorkerStore
    + ReportStore
    + PeriodicStore
    + FailureStore
    + HoldStore
    + AuditStore
    + AlertStore
    + fmt::Debug
{
}

impl<T> Store for T where
    T: AdminStore
        + OperationStore
        + WorkerStore
        + ReportStore
        + PeriodicStore
        + FailureStore
        + HoldStore
        + AuditStore
        + AlertStore
        + fmt::Debug
{
}

/// One stored entry with its exact bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEntry {
    /// Its address.
    pub id: EntryId,
    /// The stored bytes.
    pub raw: Bytes,
    /// The place right behind this entry, for going on in either direction: a slice that starts at it does not hold this entry.
    pub cursor: Cursor,
}

/// Where a slice begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Start {
    /// At the first entry in the slice's direction.
    #[default]
    Edge,
    /// In a set: at the first entry whose score is not before this one in the slice's direction (inclusive). In a queue: as `Edge`.
    Score(f64),
    /// Behind this cursor in the slice's direction. The entry that it was made from may be gone meanwhile.
    After(Cursor),
}

impl Start {
    /// At the first entry, in ascending order, whose time is not before this one. Scores are finer than times, so it is a little before.
    #[must_use]
    pub fn not_before(time: Timestamp) -> Self {
        Self::Score(time.plus_milliseconds(-1).seconds())
    }
}

/// Most bytes of a slice that has more than one entry. Reading more at once would keep the store from everybody else, and a thousand
/// large entries would not be read within the time of a call at all.
pub const SLICE_BYTES: usize = 1 << 20;

/// Most jobs of processes that are gone that [`AdminStore::running`] shows.
const SHOWN_ORPHANS: usize = 300;

/// Some neighbouring entries of a place, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slice {
    /// The entries: none when there is nothing there, otherwise one at least; fewer than asked where they are large
    /// ([`SLICE_BYTES`]) and at the end of the place.
    pub entries: Vec<StoredEntry>,
    /// Whether there is more behind the last of these entries. That, and not how many they are, tells the end.
    pub more: bool,
    /// Entries of the whole place.
    pub total: u64,
    /// The store's clock.
    pub now: Timestamp,
}

/// Where a move puts an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Destination {
    /// Nowhere: the entry is deleted.
    Nowhere,
    /// Into a set with this score (seconds since the epoch), as these bytes.
    Set {
        /// The set.
        set: Set,
        /// Score, seconds since the epoch.
        score: f64,
        /// The bytes to store.
        raw: Bytes,
    },
    /// Into a queue, as these bytes; the queue becomes known if it was not.
    Queue {
        /// Queue name.
        name: String,
        /// The bytes to store.
        raw: Bytes,
        /// Which end.
        end: QueueEnd,
    },
}

impl Destination {
    /// Refuses what cannot be stored.
    fn check(&self) -> StoreResult<()> {
        match self {
            Self::Set { score, .. } if score.is_nan() => Err(StoreError::Invalid(
                "the score is no number: give a time in seconds since the epoch".to_owned(),
            )),
            Self::Queue { name, .. } if name.is_empty() => Err(StoreError::Invalid(
                "the queue's name is empty: give it one".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

/// An end of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueueEnd {
    /// Behind all others, as a client enqueues.
    #[default]
    Last,
    /// Next to run, as a worker hands back.
    Next,
}

/// One entry to take out, and where to put it: one atomic step.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The entry: taken out only if it still stands at `id.place` with exactly `raw` as its bytes (a set's entry whatever its score is now).
    pub entry: StoredEntry,
    /// Where it goes.
    pub to: Destination,
}

/// What became of a [`Move`].
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// This call took the entry out and put it where it goes.
    Done,
    /// It was not there any more: nothing was changed.
    Gone,
    /// The store does not let it go, or not to where it is to go (a key of another type, a user without the right): it stays
    /// where it was, and trying again does not help until somebody puts that right.
    Refused(StoreError),
}

/// What admin pages, scripts and bulk operations need.
#[async_trait]
pub trait AdminStore: Send + Sync {
    /// What this store is; one round trip at most.
    async fn info(&self) -> StoreResult<StoreInfo>;

    /// A cursor that leads to about the same place and holds nothing of the entry that it was made from, for somebody to whom that may not be
    /// shown. One that is not this store's stays as it is.
    fn blind(&self, cursor: Cursor) -> Cursor {
        cursor
    }

    /// What this process has asked of it so far; no round trip.
    fn cost(&self) -> StoreCost {
        StoreCost::default()
    }

    /// The store's clock.
    async fn now(&self) -> StoreResult<Timestamp>;

    /// All numbers at once; cost grows with the number of queues and processes only.
    async fn overview(&self) -> StoreResult<Overview>;

    /// Up to `limit` (at most 1 000) neighbouring entries, as many as [`SLICE_BYTES`] allow. A place that does not exist is empty.
    async fn slice(
        &self,
        place: &Place,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice>;

    /// Reads a place from `start` to its end, for who looks through all of it.
    fn scan(&self, place: Place, start: Start, order: Order) -> Box<dyn Scanner + '_> {
        Box::new(scan::SliceScanner::new(self, place, start, order))
    }

    /// The entries with these addresses, each with its bytes, in the order asked; nothing for one that is gone.
    async fn locate(&self, ids: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>>;

    /// Entries of all queues and sets whose job id is `jid`, searched for at most `budget`.
    async fn find_jid(&self, jid: &str, budget: Duration) -> StoreResult<JidSearch>;

    /// Makes each move that is still possible. The answer says for each, in order, what became of it: one that is refused is
    /// no obstacle to the others. Each move is atomic by itself, the whole list is not.
    async fn apply(&self, moves: &[Move]) -> StoreResult<Vec<Moved>>;

    /// Adds new entries (`Destination::Nowhere` adds nothing), in order; all or none of each thousand.
    async fn add(&self, entries: &[Destination]) -> StoreResult<()>;

    /// Puts entries where they belong, in order, all or none of each thousand; an entry of a set that has these bytes already stays there as it
    /// is. Answers for each whether it was put (`Destination::Nowhere` is not). With `only_asked` nothing is put: the answer is what it would be.
    async fn restore(&self, entries: &[Destination], only_asked: bool) -> StoreResult<Vec<bool>>;

    /// Stops (or lets go on) the fetching from a queue, for workers that honour it. The queue need not exist.
    async fn set_paused(&self, queue: &str, paused: bool) -> StoreResult<()>;

    /// Removes a queue with all its jobs; says how many there were.
    async fn clear_queue(&self, queue: &str) -> StoreResult<u64>;

    /// Every process with a heartbeat, by identity; entries without one are dropped from the list of processes.
    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>>;

    /// What the processes run, as of their last heartbeat, longest first, and the jobs in progress of processes that have no heartbeat
    /// any more ([`RunningJob::owner_gone`], a few hundred at most, first); of other systems' processes also what these have fetched and not
    /// told yet. The first thousand with what they tell of themselves.
    async fn running(&self) -> StoreResult<Vec<RunningJob>>;

    /// Leaves a signal for a process to take at its next heartbeat; `false` when there is no such process.
    async fn signal(&self, identity: &str, signal: Signal) -> StoreResult<bool>;

    /// Totals of the last `days` (1 to 1 825) UTC days, today last.
    async fn daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>>;
}

/// What a search for a job id found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JidSearch {
    /// The entries, wherever they stand.
    pub entries: Vec<StoredEntry>,
    /// Entries looked at.
    pub scanned: u64,
    /// Entries there are.
    pub total: u64,
}
