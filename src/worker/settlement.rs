//! Jobs that the store does not let go: remembered, told, and tried again.

use super::{desk::Settled, runtime::Runtime};
use crate::{
    job::{Job, running},
    model::{RunningJob, Timestamp},
    store::{Destination, FetchedJob, Settlement, StoreError},
};
use futures::future::join_all;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// Refused settlements from which on no jobs are fetched: so no more of them than can be remembered.
const MOST_WAITING: usize = 1_000;

/// Bytes of their jobs from which on no jobs are fetched either.
const MOST_BYTES: usize = 16 << 20;

/// How long the very last tries may take, all together.
const LAST_TRIES: Duration = Duration::from_secs(3);

/// Settlements that the store refuses. Their jobs are safe in the in-progress list.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Vec<(Settled, Timestamp)>>);

impl Waiting {
    /// One more, at this time.
    fn add(&self, settled: Settled, now: Timestamp) {
        self.lock().push((settled, now));
    }

    /// Whether there are so many that no others should come.
    pub(super) fn is_full(&self) -> bool {
        let waiting = self.lock();
        let bytes = waiting.iter().map(|((job, _), _)| job.raw.len());
        waiting.len() >= MOST_WAITING || bytes.sum::<usize>() >= MOST_BYTES
    }

    fn take(&self) -> Vec<(Settled, Timestamp)> {
        std::mem::take(&mut *self.lock())
    }

    /// The jobs as a heartbeat tells them: they are in nobody's queue or set, so they have to be seen here.
    pub(super) fn report(&self, identity: &str) -> Vec<RunningJob> {
        let report = |(number, ((job, _), since)): (usize, &(Settled, Timestamp))| {
            let payload = Job::new(job.raw.clone());
            let thread = format!("waits{}", number + 1);
            running(identity, &thread, &job.queue, &payload, *since)
        };
        self.lock().iter().enumerate().map(report).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Settled, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tries once more to settle what the store has refused; ends early when it does not answer, so that it never holds up a stop for long.
pub(super) async fn settle_waiting(runtime: &Runtime) {
    let mut waiting = runtime.waiting.take().into_iter();
    while let Some(((job, settlement), since)) = waiting.next() {
        let settled = runtime
            .store
            .settle(&runtime.identity, &job, &settlement)
            .await;
        match settled {
            Ok(_) => tracing::info!(
                queue = &*job.queue,
                lease = job.lease,
                "a job that could not be settled is settled now"
            ),
            Err(error) => {
                runtime.waiting.add((job, settlement), since);
                if !is_permanent(&error) {
                    for (settled, since) in waiting.by_ref() {
                        runtime.waiting.add(settled, since);
                    }
                }
            }
        }
    }
}

/// At the very end: a single try for each, at the same time.
pub(super) async fn last_tries(runtime: &Runtime, mut left: Vec<Settled>) {
    left.extend(
        runtime
            .waiting
            .take()
            .into_iter()
            .map(|(settled, _)| settled),
    );
    let count = left.len();
    let tries = left.iter().map(|(job, settlement)| async move {
        let settled = runtime.store.settle(&runtime.identity, job, settlement).await;
        if let Err(error) = settled {
            tracing::warn!(%error, queue = &*job.queue, lease = job.lease, "a job could not be let go; it is recovered and run again later");
        }
    });
    if timeout(LAST_TRIES, join_all(tries)).await.is_err() {
        tracing::warn!(
            count,
            "the store does not answer: jobs that could not be let go are recovered and run again later"
        );
    }
}

/// Whether trying again does not help until somebody puts something right.
pub(super) fn is_permanent(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unusable { .. }
            | StoreError::Address { .. }
            | StoreError::Invalid(_)
            | StoreError::Query(_)
    )
}

/// Says that jobs were not in the in-progress list any more.
pub(super) fn report(gone: usize, is_ambiguous: bool) {
    match (gone, is_ambiguous) {
        (0, _) => {}
        (_, true) => tracing::info!(
            gone,
            "jobs were most likely settled by an earlier try, whose answer was lost"
        ),
        (_, false) => tracing::warn!(
            gone,
            "jobs were recovered by another process while they ran here; they may run twice"
        ),
    }
}

/// Remembers a settlement that the store refuses, and says so.
pub(super) fn keep_refused(runtime: &Runtime, refused: Settled, error: &StoreError) {
    warn(&refused.0, &refused.1, error);
    runtime.waiting.add(refused, runtime.clock.now());
}

/// Says that the store refuses to let a job go.
fn warn(fetched: &FetchedJob, settlement: &Settlement, error: &StoreError) {
    let job = Job::new(fetched.raw.clone());
    let to = match settlement {
        Settlement::Finish { .. } | Settlement::Fail(Destination::Nowhere) => {
            "nowhere: it is done".to_owned()
        }
        Settlement::Fail(Destination::Set { set, .. })
        | Settlement::SetAside(Destination::Set { set, .. }) => set.to_string(),
        Settlement::Fail(Destination::Queue { name, .. })
        | Settlement::SetAside(Destination::Queue { name, .. }) => format!("queue {name}"),
        Settlement::SetAside(Destination::Nowhere) => "nowhere".to_owned(),
        Settlement::Requeue => format!("back to queue {}", fetched.queue),
    };
    tracing::warn!(
        %error,
        class = job.handler_class().unwrap_or_default(),
        jid = job.jid().unwrap_or_default(),
        queue = &*fetched.queue,
        to,
        "the store refuses to let a job go where it belongs; it is kept in progress and tried again now and then"
    );
}
