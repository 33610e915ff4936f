//! The worker's side of the contract.

use super::{
    ClassMetrics, Destination, MetricsForm, Move, Moved, SharedStore, Slice, Start, StoreError,
    StoreResult,
};
use crate::model::{ProcessInfo, RunningJob, Set, Signal, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A job taken out of a queue by a worker, safe in the process's in-progress list until it is let go.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchedJob {
    /// The queue that it came from.
    pub queue: Arc<str>,
    /// The stored bytes.
    pub raw: Bytes,
    /// The store's name for this fetch, unique in the process.
    pub lease: String,
}

/// What becomes of a job whose run has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// It succeeded, or is dropped: the job is gone. Counts as processed, and as failed if `failed`.
    Finish {
        /// Whether the run counts as failed.
        failed: bool,
    },
    /// It failed: the job goes where it says. Counts as processed and failed.
    Fail(Destination),
    /// It is no job that could be run: it goes where it says. Counts nothing.
    SetAside(Destination),
    /// It was not run, or not to its end: back to its queue, next to run, with its bytes as fetched. Counts nothing.
    Requeue,
}

impl Settlement {
    /// Where it puts a job, if not into its own queue.
    #[must_use]
    pub fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Fail(to) | Self::SetAside(to) => Some(to),
            Self::Finish { .. } | Self::Requeue => None,
        }
    }

    /// What it adds to the numbers of processed and failed jobs.
    #[must_use]
    pub fn counts(&self) -> (bool, bool) {
        match self {
            Self::Finish { failed } => (true, *failed),
            Self::Fail(_) => (true, true),
            Self::SetAside(_) | Self::Requeue => (false, false),
        }
    }
}

/// What a worker tells its store in one exchange: jobs that it lets go, and how many others it wants.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'turn> {
    /// Jobs to let go, at most a thousand. Those that go back to one queue are the next to run in reverse order: the last one first.
    pub settle: &'turn [(Arc<FetchedJob>, Settlement)],
    /// What to fetch, after those are gone.
    pub fetch: Option<Fetch<'turn>>,
}

/// How many jobs a worker wants, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Fetch<'turn> {
    /// Who fetches, in the process: what a call took whose answer got lost comes back to the same.
    pub capsule: &'turn str,
    /// Queues, looked at in this order; paused ones are passed over.
    pub queues: &'turn [Share],
    /// Most jobs, at most a thousand.
    pub limit: usize,
    /// Most bytes of all jobs together; one job is fetched whatever its size.
    pub most_bytes: usize,
}

/// A queue's share of a [`Fetch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The queue.
    pub queue: Arc<str>,
    /// Most jobs that are taken from it before all the others were asked for theirs. What is still wanted then is taken in order.
    pub jobs: usize,
}

/// What a [`Turn`] is answered.
#[derive(Debug)]
pub struct Turned {
    /// How many of the jobs were not in the in-progress list any more (recovered by another process, or settled by an earlier call whose
    /// answer got lost): nothing was changed for them.
    pub gone: usize,
    /// Jobs that the store does not let go, by their index: they stay in the in-progress list.
    pub refused: Vec<(usize, StoreError)>,
    /// The fetched jobs, or why there are none although the rest was done.
    pub jobs: StoreResult<Vec<FetchedJob>>,
}

/// A job in progress of a process that is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Orphan {
    /// The process.
    pub owner: String,
    /// The job.
    pub job: FetchedJob,
    /// How often this job was rescued within the last 72 hours.
    pub rescues: u32,
}

/// What becomes of an orphan.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescue {
    /// The orphan.
    pub orphan: Orphan,
    /// Where it goes.
    pub to: Destination,
}

/// What a process says of itself at a heartbeat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heartbeat {
    /// The process.
    pub process: ProcessInfo,
    /// What it runs.
    pub running: Vec<RunningJob>,
}

/// What a heartbeat is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The store's clock.
    pub now: Timestamp,
    /// The oldest signal that somebody left for the process; there may be more.
    pub signal: Option<Signal>,
}

/// What a worker needs. `identity` is the process's `HOSTNAME:PID:NONCE`.
#[async_trait]
pub trait WorkerStore: Send + Sync {
    /// Lets jobs go (each out of the in-progress list, to where it belongs, with its counters) and takes others out of their queues into
    /// the in-progress list: one round trip. Each job's step is atomic by itself. Does not wait for jobs.
    async fn turn(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned>;

    /// Returns as soon as one of these queues may have a job and is not paused, or after `wait`.
    async fn ready(&self, queues: &[Arc<str>], wait: Duration) -> StoreResult<()>;

    /// The simple form of [`WorkerStore::turn`] for one that only fetches: returns at once when there are jobs, otherwise waits for one
    /// for at most `wait`.
    async fn fetch(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
        wait: Duration,
    ) -> StoreResult<Vec<FetchedJob>> {
        let until = Instant::now() + wait;
        let queues: Vec<Arc<str>> = queues.iter().map(|name| name.as_str().into()).collect();
        let shares: Vec<Share> = queues
            .iter()
            .map(|queue| Share {
                queue: Arc::clone(queue),
                jobs: limit,
            })
            .collect();
        loop {
            let turn = Turn {
                settle: &[],
                fetch: Some(Fetch {
                    capsule: "",
                    queues: &shares,
                    limit,
                    most_bytes: 4 << 20,
                }),
            };
            let jobs = self.turn(identity, turn).await?.jobs?;
            let left = until.saturating_duration_since(Instant::now());
            if !jobs.is_empty() || limit == 0 || left.is_zero() {
                return Ok(jobs);
            }
            self.ready(&queues, left).await?;
        }
    }

    /// The simple form of [`WorkerStore::turn`] for one job to let go. `false` when it was not in the in-progress list any more.
    async fn settle(
        &self,
        identity: &str,
        job: &FetchedJob,
        settlement: &Settlement,
    ) -> StoreResult<bool> {
        let settle = [(Arc::new(job.clone()), settlement.clone())];
        let turn = Turn {
            settle: &settle,
            fetch: None,
        };
        let turned = self.turn(identity, turn).await?;
        match turned.refused.into_iter().next() {
            Some((_, error)) => Err(error),
            None => Ok(turned.gone == 0),
        }
    }

    /// Up to `limit` entries of a set, lowest score first: as [`super::AdminStore::slice`], on the worker's own path, where it holds up
    /// no page.
    async fn due(&self, set: Set, start: &Start, limit: usize) -> StoreResult<Slice>;

    /// Makes moves of entries that are due: as [`super::AdminStore::apply`], on the worker's own path.
    async fn promote(&self, moves: &[Move]) -> StoreResult<Vec<Moved>>;

    /// Says that the process lives (for a minute) and what it runs; answers the store's time, and the signal that somebody left for it.
    async fn heartbeat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse>;

    /// Takes the process out of the list of processes. Its in-progress list must be settled before; what is still in it is recovered later.
    async fn leave(&self, identity: &str) -> StoreResult<()>;

    /// Jobs in progress of processes that are gone, at most a hundred, those of one process from the latest to the earliest.
    ///
    /// A process without a heartbeat is not gone yet: heartbeats of living ones run out too, while a machine sleeps, a clock is set
    /// forward or the store is away. A call that sees it first only notes it, in the store; a later call, by whomever, that comes at
    /// least `grace` after that by the store's clock and finds that it has not beaten since answers its jobs. A process that has left
    /// ([`WorkerStore::leave`]) is gone at once. The jobs of `identity`, the process that asks, are never answered.
    async fn orphans(&self, identity: &str, grace: Duration) -> StoreResult<Vec<Orphan>>;

    /// Takes orphans out of the in-progress lists and puts them where they go, in this order, each in one atomic step that also notes
    /// the rescue for [`Orphan::rescues`]; says how many. Nothing is changed for one that somebody else has rescued, or whose process
    /// has come back.
    async fn rescue(&self, rescues: &[Rescue]) -> StoreResult<u64>;

    /// Adds what runs took to the numbers of this minute, by the store's clock. `form` says how their keys are called where that differs.
    /// The numbers of a minute are kept for 8 hours; those of ten minutes, where there are any, for 72.
    async fn record_metrics(&self, metrics: &[ClassMetrics], form: MetricsForm) -> StoreResult<()>;

    /// A handle on the same store with connections of its own, for a thread with an asynchronous runtime of its own; nothing when this
    /// one can be used there as well.
    fn apart(&self) -> Option<SharedStore> {
        None
    }
}
