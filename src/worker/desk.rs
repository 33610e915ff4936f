//! Where a capsule's slots get their jobs, and leave what became of them.

use crate::store::{FetchedJob, Settlement};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// Bytes of the settlements of one turn, about.
const TURN_BYTES: usize = 4 << 20;
/// Most settlements of one turn.
const TURN_SETTLEMENTS: usize = 1_000;

/// A job and what becomes of it.
pub(super) type Settled = (Arc<FetchedJob>, Settlement);

/// Where a capsule's slots get their jobs, and leave what became of them.
#[derive(Debug)]
pub(super) struct Desk {
    // A std mutex: held for a few instructions, never over an await.
    state: Mutex<State>,
    /// Slots wait here for jobs.
    jobs: Notify,
    /// The dispatcher waits here for results.
    results: Notify,
    /// Slots that are worth waking at the same time: more than the runtime has threads could not run.
    threads: usize,
}

#[derive(Debug, Default)]
struct State {
    /// Fetched and not begun; when each came.
    waiting: VecDeque<(Arc<FetchedJob>, Instant)>,
    results: VecDeque<Settled>,
    /// Slots that wait for a job.
    idle: usize,
    running: usize,
    /// Bytes of all jobs that were fetched and are not settled.
    bytes: usize,
    /// Runs that ended since somebody asked, and how long they took.
    ended: u64,
    took: Duration,
    /// The dispatcher need not be told of results while more than so many jobs wait.
    enough: usize,
    closed: bool,
}

/// What the dispatcher goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) waiting: usize,
    pub(super) running: usize,
    pub(super) results: usize,
    pub(super) bytes: usize,
    /// Since when the first one waits that is not begun.
    pub(super) oldest: Option<Instant>,
}

impl Desk {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::default(),
            jobs: Notify::new(),
            results: Notify::new(),
            threads: threads.max(1),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot's next job; nothing when there will be none any more.
    pub(super) async fn next(&self) -> Option<Arc<FetchedJob>> {
        loop {
            let word = self.jobs.notified();
            tokio::pin!(word);
            {
                let mut state = self.state();
                if let Some((job, _)) = state.waiting.pop_front() {
                    state.running += 1;
                    return Some(job);
                }
                if state.closed {
                    return None;
                }
                // Listening before letting go of the table: what comes in between is not missed.
                word.as_mut().enable();
                state.idle += 1;
            }
            word.await;
            self.state().idle -= 1;
        }
    }

    /// A slot waits for something else than the processor: another one can begin.
    pub(super) fn wake_next(&self) {
        let wakes = {
            let state = self.state();
            !state.waiting.is_empty() && state.idle > 0
        };
        if wakes {
            self.jobs.notify_one();
        }
    }

    /// A slot's job has ended after this time.
    pub(super) fn ended(&self, job: Arc<FetchedJob>, settlement: Settlement, took: Duration) {
        let tells = {
            let mut state = self.state();
            state.running -= 1;
            state.ended += 1;
            state.took += took;
            state.results.push_back((job, settlement));
            state.waiting.len() <= state.enough
        };
        if tells {
            self.results.notify_one();
        }
    }

    /// New jobs.
    pub(super) fn add(&self, jobs: Vec<FetchedJob>, now: Instant) {
        let wakes = {
            let mut state = self.state();
            for job in jobs {
                state.bytes += job.raw.len();
                state.waiting.push_back((Arc::new(job), now));
            }
            state.idle.min(state.waiting.len()).min(self.threads)
        };
        for _ in 0..wakes {
            self.jobs.notify_one();
        }
    }

    /// A job that was fetched and is not for a slot.
    pub(super) fn pass_by(&self, job: FetchedJob, settlement: Settlement) {
        let mut state = self.state();
        state.bytes += job.raw.len();
        state.results.push_back((Arc::new(job), settlement));
    }

    /// Nothing more will come: slots end when they find nothing.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.jobs.notify_waiters();
    }

    /// What waits goes back to its queues, the last one first: so the first is the next to run again. Says how many.
    pub(super) fn give_back(&self) -> usize {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        let count = waiting.len();
        let back = waiting.into_iter().rev();
        state
            .results
            .extend(back.map(|(job, _)| (job, Settlement::Requeue)));
        count
    }

    /// Results for one turn.
    pub(super) fn take_results(&self) -> Vec<Settled> {
        let mut state = self.state();
        let mut bytes = 0;
        let small = state
            .results
            .iter()
            .take(TURN_SETTLEMENTS)
            .take_while(|(job, settlement)| {
                let before = bytes;
                bytes += match settlement {
                    Settlement::Finish { .. } => 0,
                    _ => job.raw.len(),
                };
                before < TURN_BYTES
            })
            .count();
        state.results.drain(..small).collect()
    }

    /// Results of a turn that failed.
    pub(super) fn put_back(&self, results: Vec<Settled>) {
        let mut state = self.state();
        for result in results.into_iter().rev() {
            state.results.push_front(result);
        }
    }

    /// These are no longer the desk's: settled, or waiting elsewhere.
    pub(super) fn let_go(&self, results: &[Settled]) {
        let bytes = results.iter().map(|(job, _)| job.raw.len()).sum();
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// Runs that ended since this was asked before, and how long they took all together.
    pub(super) fn take_pace(&self) -> (u64, Duration) {
        let mut state = self.state();
        (
            std::mem::take(&mut state.ended),
            std::mem::take(&mut state.took),
        )
    }

    pub(super) fn load(&self) -> Load {
        let state = self.state();
        Load {
            waiting: state.waiting.len(),
            running: state.running,
            results: state.results.len(),
            bytes: state.bytes,
            oldest: state.waiting.front().map(|(_, since)| *since),
        }
    }

    /// Waits for a result that comes while no more than `enough` jobs wait.
    pub(super) async fn result(&self, enough: usize) {
        let has_one = {
            let mut state = self.state();
            state.enough = enough;
            !state.results.is_empty() && state.waiting.len() <= enough
        };
        if !has_one {
            self.results.notified().await;
        }
    }
}
