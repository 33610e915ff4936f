//! The calendar's part of the contract: periodic jobs and their ticks.
//!
//! A periodic job has one definition in the store, whatever the number of processes that have it in their configuration; they are its
//! holders. The store keeps the time until when its ticks are done with, and moves it on in the same atomic step that enqueues their jobs:
//! so each tick is enqueued by one process at most, whatever their clocks say and however often they try.

use super::{Destination, QueueEnd, StoreError, StoreResult};
use crate::{
    job::{NewJob, NewJobError, TimeUnit},
    model::{PeriodicRun, Timestamp},
};
use async_trait::async_trait;
use bytes::Bytes;

/// Runs that are kept of each periodic job.
pub const RUNS_KEPT: usize = 50;

/// A periodic job as the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeriodicEntry {
    /// Its name.
    pub name: String,
    /// What its processes say of it, as they wrote it.
    pub definition: String,
    /// Since when it is defined so.
    pub registered_at: Timestamp,
    /// Until when its ticks are done with.
    pub last_tick: Timestamp,
    /// Whether somebody has stopped it.
    pub paused: bool,
    /// Whether a process that lives has announced it.
    pub held: bool,
    /// The newest of its runs.
    pub last_run: Option<PeriodicRun>,
}

/// What a process says of a periodic job in its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcement {
    /// Its name.
    pub name: String,
    /// Its definition.
    pub definition: String,
    /// What decides when it is due: a definition with another schedule has no ticks before its registration.
    pub schedule: String,
    /// Whether the process says so for the first time since its start: then its definition takes the place of another one.
    pub fresh: bool,
}

/// How a periodic job stands, for the process that has announced it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the definition that was announced is the one that counts.
    pub holds: bool,
    /// Whether somebody has stopped it.
    pub paused: bool,
    /// Until when its ticks are done with.
    pub last_tick: Timestamp,
}

/// The answer to announcements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standings {
    /// The store's clock.
    pub now: Timestamp,
    /// One for each announcement, in order.
    pub standings: Vec<Standing>,
}

/// A job that is to be enqueued for a periodic job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// For which tick; nothing when somebody wants it at once.
    pub tick: Option<Timestamp>,
    /// Its jid.
    pub jid: String,
    /// Its queue, which becomes known if it was not.
    pub queue: String,
    /// Its bytes.
    pub raw: Bytes,
}

/// Ticks of a periodic job that are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Its name.
    pub name: String,
    /// The definition that they were reckoned by.
    pub definition: String,
    /// Until when ticks were done with as they were reckoned.
    pub after: Timestamp,
    /// Until when they are done with afterwards: later than `after`, and not in the future.
    pub until: Timestamp,
    /// The jobs, oldest first, all for one queue; none when all that was missed is skipped.
    pub runs: Vec<NewRun>,
}

impl NewRun {
    /// A job as `new` says, with a jid of its own unless it has one.
    ///
    /// # Errors
    /// As [`NewJob::encode`].
    pub fn of(
        new: &NewJob,
        tick: Option<Timestamp>,
        now: Timestamp,
        unit: TimeUnit,
    ) -> Result<Self, NewJobError> {
        let job = new.encode(now, unit)?;
        Ok(Self {
            tick,
            jid: job.jid().unwrap_or_default(),
            queue: new.queue.clone(),
            raw: job.raw().clone(),
        })
    }

    /// Where it goes.
    pub(super) fn destination(&self) -> Destination {
        Destination::Queue {
            name: self.queue.clone(),
            raw: self.raw.clone(),
            end: QueueEnd::Last,
        }
    }
}

impl Tick {
    /// The queue of its jobs, if there are any; an error when they have several.
    pub(super) fn queue(&self) -> StoreResult<Option<&str>> {
        let mut queues = self.runs.iter().map(|run| run.queue.as_str());
        let first = queues.next();
        if queues.any(|queue| Some(queue) != first) {
            return Err(StoreError::Invalid(
                "the ticks of a periodic job go to one queue".to_owned(),
            ));
        }
        Ok(first)
    }
}

/// What became of a wish to delete a periodic job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone, with its history.
    Done,
    /// It was not there.
    Gone,
    /// A process that lives has it in its configuration: it stays.
    Held,
}

/// The calendar. `identity` is a process's `HOSTNAME:PID:NONCE`.
#[async_trait]
pub trait PeriodicStore: Send + Sync {
    /// Says that the process has these periodic jobs in its configuration, for a minute; answers how they stand.
    ///
    /// One that is new is due after now. Where the definition is another one than the store's, it takes its place when the process has just
    /// started (`fresh`), or when no process that lives holds the store's: so the newest configuration counts, and an older process goes
    /// on by its own when the newer ones are gone.
    async fn announce_periodic(
        &self,
        identity: &str,
        jobs: &[Announcement],
    ) -> StoreResult<Standings>;

    /// Says that the process has these periodic jobs no more.
    async fn withdraw_periodic(&self, identity: &str, names: &[String]) -> StoreResult<()>;

    /// Enqueues the jobs of ticks that are due, notes them, and moves the time on until when ticks are done with: one atomic step.
    /// `false`, and nothing is changed, when that time is not `tick.after` any more (another process did it), when the periodic job is
    /// paused or gone, when its definition is another one by now, or when `tick.until` is in the future by the store's clock.
    async fn tick_periodic(&self, identity: &str, tick: &Tick) -> StoreResult<bool>;

    /// Every periodic job, by name.
    async fn periodic(&self) -> StoreResult<Vec<PeriodicEntry>>;

    /// What a periodic job has enqueued, newest first, at most [`RUNS_KEPT`].
    async fn periodic_runs(&self, name: &str) -> StoreResult<Vec<PeriodicRun>>;

    /// Enqueues a job beside all ticks, and notes it as done by `by`; `false` when there is no such periodic job.
    async fn run_periodic(&self, name: &str, run: &NewRun, by: &str) -> StoreResult<bool>;

    /// Stops a periodic job, or lets it go on; `false` when there is no such one. Ticks that come while it is stopped are done with.
    async fn set_periodic_paused(&self, name: &str, paused: bool) -> StoreResult<bool>;

    /// Removes a periodic job that no living process holds, with its history. The jobs that it has enqueued stay.
    async fn delete_periodic(&self, name: &str) -> StoreResult<Deletion>;
}
