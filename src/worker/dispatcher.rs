//! Talks to the store for a capsule: lets finished jobs go and fetches others, many at a time.
//!
//! One conversation at a time: what ends while a turn is under way goes with the next one. So while there is much to do, turns are
//! large, and while there is little they are immediate.

use super::{
    capsule::Capsule,
    desk::{Desk, Load, Settled},
    pace::{self, Pace},
    processor,
    queue_order::QueueOrder,
    runtime::Runtime,
    settlement,
};
use crate::store::{Fetch, FetchedJob, Settlement, StoreError, StoreResult, Trouble, Turn, Turned};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// Pause after a fetch that failed, as in Sidekiq, or that brought what is not for this process.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);
/// First and longest pause after a turn whose settlements failed.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long results may wait for others while slots have enough to do.
const LINGER: Duration = Duration::from_millis(1);
/// Most jobs of one fetch.
const MOST_FETCHED: usize = 500;
/// Most bytes of one fetch.
const FETCH_BYTES: usize = 4 << 20;
/// Longest pause between two looks at what there is to do.
const FALLBACK: Duration = Duration::from_secs(5);
/// Bytes of jobs in the process from which on no others are fetched; each capsule has the same share of them.
const MOST_BYTES: usize = 16 << 20;

/// A capsule's conversation with the store.
#[derive(Debug)]
pub(super) struct Dispatcher {
    runtime: Arc<Runtime>,
    capsule: Capsule,
    desk: Arc<Desk>,
    order: QueueOrder,
    names: Vec<Arc<str>>,
    pace: Pace,
    /// Bytes of jobs from which on no others are fetched.
    most_bytes: usize,
    trouble: Trouble,
    /// No fetch before this.
    rests_until: Option<Instant>,
    /// No settlement before this; and the pause after the next failure.
    waits_until: Option<Instant>,
    pause: Duration,
    /// Whether results may have been carried out although the answer was an error.
    is_ambiguous: bool,
    /// The last fetch found less than it asked for.
    is_drained: bool,
    /// The answer of the last fetch has not come: it may have taken jobs, which the next one gets.
    is_fetch_lost: bool,
}

impl Dispatcher {
    pub(super) fn new(runtime: Arc<Runtime>, capsule: Capsule, desk: Arc<Desk>) -> Self {
        let order = QueueOrder::new(&capsule.queues);
        Self {
            names: order.names(),
            order,
            pace: Pace::new(capsule.concurrency, Instant::now()),
            most_bytes: MOST_BYTES / runtime.capsules().len().max(1),
            trouble: Trouble::new("fetching jobs"),
            rests_until: None,
            waits_until: None,
            pause: PAUSES.0,
            is_ambiguous: false,
            is_drained: false,
            is_fetch_lost: false,
            runtime,
            capsule,
            desk,
        }
    }

    /// Goes on until the worker is quiet and everything is settled, or the time for that is over: then the rest stays on the desk.
    pub(super) async fn run(mut self) {
        loop {
            let now = Instant::now();
            let is_quiet = self.runtime.quiet.is_cancelled();
            let is_last = self.runtime.aborting.is_cancelled();
            self.give_back(is_quiet, now);
            let (ended, took) = self.desk.take_pace();
            self.pace.note(ended, took, now);
            let load = self.desk.load();
            if is_quiet && load.running + load.waiting + load.results == 0 && !self.is_fetch_lost {
                return;
            }
            let may_settle = is_last || self.waits_until.is_none_or(|until| until <= now);
            let settles = may_settle && load.results > 0;
            // What is drained is asked again when it says so, and with each settlement, where it costs nothing.
            let fetches = (settles || !self.is_drained) && self.limit(load, now) > 0;
            // Nobody else would ask for what a lost fetch has taken, as long as this process lives.
            let asks = is_quiet && self.is_fetch_lost && may_settle;
            if settles {
                self.linger(load).await;
            }
            if settles || fetches || asks {
                let done = self.turn(settles).await;
                if is_last && !done {
                    return;
                }
            } else {
                self.wait(load, may_settle, now).await;
            }
        }
    }

    /// Jobs that wait too long go back to their queues, and all when there is to be no more.
    fn give_back(&mut self, is_quiet: bool, now: Instant) {
        if is_quiet {
            self.desk.close();
            self.desk.give_back();
            return;
        }
        let load = self.desk.load();
        let waits_long = load
            .oldest
            .is_some_and(|since| now >= since + pace::LONGEST);
        if !waits_long {
            return;
        }
        if load.running < self.capsule.concurrency {
            // A slot that is free takes it any moment now. But slots wake each other only where they wait, and a handler that blocks its
            // thread never does.
            self.desk.wake_next();
        } else {
            let count = self.desk.give_back();
            self.pace.hold_back();
            tracing::debug!(
                count,
                "jobs that were fetched ahead go back to their queues: those before them take long"
            );
        }
    }

    /// How many jobs to fetch.
    fn limit(&self, load: Load, now: Instant) -> usize {
        let rests = self.rests_until.is_some_and(|until| until > now);
        let is_full = load.bytes >= self.most_bytes && load.running + load.waiting > 0;
        if rests || is_full || self.runtime.quiet.is_cancelled() || self.runtime.waiting.is_full() {
            return 0;
        }
        (self.capsule.concurrency + self.pace.ahead())
            .saturating_sub(load.running + load.waiting)
            .min(MOST_FETCHED)
    }

    /// Waiting jobs that are enough for the slots until the next turn has come back.
    fn enough(&self) -> usize {
        self.pace.ahead() / 2
    }

    /// Waits a moment for more results, if the slots have enough to do meanwhile.
    async fn linger(&self, load: Load) {
        if load.waiting > self.enough() && load.results < MOST_FETCHED {
            tokio::select! {
                () = self.desk.result(self.enough()) => {}
                () = sleep(LINGER) => {}
                () = self.runtime.quiet.cancelled() => {}
            }
        }
    }

    /// One exchange with the store; whether it took everything.
    async fn turn(&mut self, settles: bool) -> bool {
        let desk = Arc::clone(&self.desk);
        let taken = Taken {
            desk: &desk,
            results: if settles {
                desk.take_results()
            } else {
                Vec::new()
            },
        };
        let load = self.desk.load();
        let mut limit = self.limit(load, Instant::now());
        let mut shares = self.order.next(limit, &mut rand::rng());
        if self.is_fetch_lost && self.runtime.quiet.is_cancelled() {
            // From no queue: only what a lost fetch has taken.
            shares.clear();
            limit = MOST_FETCHED;
        }
        let most_bytes = self
            .most_bytes
            .saturating_sub(load.bytes)
            .clamp(1, FETCH_BYTES);
        let turn = Turn {
            settle: &taken.results,
            fetch: (limit > 0).then_some(Fetch {
                capsule: &self.capsule.name,
                queues: &shares,
                limit,
                most_bytes,
            }),
        };
        let turned = self.runtime.store.turn(&self.runtime.identity, turn).await;
        let results = taken.into_results();
        let now = Instant::now();
        match turned {
            Ok(turned) => {
                let jobs = self.settled(&results, turned);
                if limit > 0 {
                    // There may be more of them than one answer holds.
                    self.is_fetch_lost &= jobs.as_ref().is_ok_and(|jobs| !jobs.is_empty());
                }
                self.fetched(jobs, limit, most_bytes, now);
                true
            }
            Err(error) => {
                self.trouble.note(&error);
                self.is_fetch_lost |= limit > 0 && !settlement::is_permanent(&error);
                self.rests_until = Some(now + PAUSE_AFTER_ERROR);
                self.unsettled(results, &error, now);
                false
            }
        }
    }

    /// The turn has let these go, except for what it says; passes on what it has fetched.
    fn settled(&mut self, results: &[Settled], turned: Turned) -> StoreResult<Vec<FetchedJob>> {
        if !results.is_empty() {
            self.desk.let_go(results);
            for (index, error) in turned.refused {
                if let Some(refused) = results.get(index) {
                    settlement::keep_refused(&self.runtime, refused.clone(), &error);
                }
            }
            settlement::report(turned.gone, self.is_ambiguous);
            self.is_ambiguous = false;
        }
        self.waits_until = None;
        self.pause = PAUSES.0;
        turned.jobs
    }

    /// The turn has failed: nobody knows whether these are settled.
    fn unsettled(&mut self, results: Vec<Settled>, error: &StoreError, now: Instant) {
        self.waits_until = Some(now + self.pause);
        self.pause = (self.pause * 2).min(PAUSES.1);
        if settlement::is_permanent(error) {
            // One of them may be the reason: each is tried by itself later.
            self.desk.let_go(&results);
            for refused in results {
                settlement::keep_refused(&self.runtime, refused, error);
            }
            return;
        }
        self.is_ambiguous |= matches!(error, StoreError::Unavailable { .. });
        self.desk.put_back(results);
    }

    /// Hands new jobs to the slots.
    fn fetched(
        &mut self,
        jobs: StoreResult<Vec<FetchedJob>>,
        limit: usize,
        most_bytes: usize,
        now: Instant,
    ) {
        let jobs = match jobs {
            Ok(jobs) => jobs,
            Err(error) => {
                self.trouble.note(&error);
                self.rests_until = Some(now + PAUSE_AFTER_ERROR);
                return;
            }
        };
        self.trouble.is_over();
        if limit == 0 {
            return;
        }
        let bytes: usize = jobs.iter().map(|job| job.raw.len()).sum();
        self.is_drained = jobs.len() < limit && bytes < most_bytes;
        let is_quiet = self.runtime.quiet.is_cancelled();
        let (back, jobs): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .partition(|job| is_quiet || processor::is_foreign(&self.runtime, job));
        if !back.is_empty() && !is_quiet {
            self.rests_until = Some(now + PAUSE_AFTER_ERROR);
        }
        // The last one first: so the first is the next again.
        for job in back.into_iter().rev() {
            self.desk.pass_by(job, Settlement::Requeue);
        }
        self.desk.add(jobs, now);
    }

    /// Waits until there is something to do.
    async fn wait(&mut self, load: Load, may_settle: bool, now: Instant) {
        let Self { runtime, desk, .. } = &*self;
        let is_quiet = runtime.quiet.is_cancelled();
        let is_last = runtime.aborting.is_cancelled();
        let waits_for_jobs = self.is_drained && self.limit(load, now) > 0;
        // What waits longer is given back, or another slot is woken for it.
        let gives_back = load
            .oldest
            .map(|since| (since + pace::LONGEST).max(now + LINGER));
        let until = [self.rests_until, self.waits_until, gives_back]
            .into_iter()
            .flatten()
            .filter(|until| *until > now)
            .min();
        let ready = tokio::select! {
            () = desk.result(self.enough()), if may_settle => None,
            ready = runtime.store.ready(&self.names, runtime.settings.fetch_wait), if waits_for_jobs => Some(ready),
            () = sleep_until(until.unwrap_or(now)), if until.is_some() => None,
            () = runtime.quiet.cancelled(), if !is_quiet => None,
            () = runtime.aborting.cancelled(), if !is_last => None,
            // Whatever was not thought of.
            () = sleep(FALLBACK) => None,
        };
        match ready {
            None => {}
            Some(Ok(())) => {
                self.is_drained = false;
                self.pace.idle(Instant::now());
            }
            Some(Err(error)) => {
                self.trouble.note(&error);
                self.rests_until = Some(Instant::now() + PAUSE_AFTER_ERROR);
            }
        }
    }
}

/// Results on their way to the store: back on the desk if nobody waits for the answer any more.
#[derive(Debug)]
struct Taken<'desk> {
    desk: &'desk Desk,
    results: Vec<Settled>,
}

impl Taken<'_> {
    fn into_results(mut self) -> Vec<Settled> {
        std::mem::take(&mut self.results)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.desk.put_back(std::mem::take(&mut self.results));
    }
}
