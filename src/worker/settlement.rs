//! Lets fetched jobs go, and keeps trying while the store does not take it.

use super::runtime::Runtime;
use crate::{
    job::Job,
    store::{Destination, FetchedJob, Settlement, StoreError, StoreResult},
};
use futures::future::join_all;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// First and longest pause between two tries.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Tries after which a settlement that the store refuses, and will refuse again, gives its slot back.
const TRIES: u32 = 5;

/// Most settlements that wait without a slot; beyond that slots are held, so that no more jobs are fetched than can be remembered.
const MOST_WAITING: usize = 1_000;

/// How long the very last tries may take, all together.
const LAST_TRIES: Duration = Duration::from_secs(3);

/// Settlements that the store refuses. Their jobs are safe in the in-progress list.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Vec<(FetchedJob, Settlement)>>);

impl Waiting {
    /// Whether there was room for it.
    fn add(&self, fetched: &FetchedJob, settlement: &Settlement) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = waiting.len() < MOST_WAITING;
        if room {
            waiting.push((fetched.clone(), settlement.clone()));
        }
        room
    }

    fn take(&self) -> Vec<(FetchedJob, Settlement)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Settles until it is done, or refused for good, or the time for finishing is over: then the job stays in the in-progress list, and is
/// settled or recovered later.
pub(super) async fn settle(runtime: &Runtime, fetched: &FetchedJob, settlement: &Settlement) {
    let (mut pause, longest) = PAUSES;
    let mut refusals = 0;
    // Whether an earlier try may have been carried out although its answer was an error.
    let mut ambiguous = false;
    loop {
        // Asked before the try, so that there is one more try when the time is over.
        let last = runtime.aborting.is_cancelled();
        let error = match attempt(runtime, fetched, settlement).await {
            Ok(there) => return report(fetched, there, ambiguous),
            Err(error) => error,
        };
        if is_permanent(&error) {
            refusals += 1;
            if refusals == 1 {
                warn(fetched, settlement, &error);
            }
            if refusals >= TRIES && runtime.waiting.add(fetched, settlement) {
                return;
            }
        } else {
            ambiguous |= matches!(error, StoreError::Unavailable { .. });
            tracing::debug!(%error, queue = fetched.queue, lease = fetched.lease, "a job could not be settled yet");
        }
        if last {
            tracing::error!(%error, queue = fetched.queue, lease = fetched.lease, "a job could not be settled; it is recovered and run again later");
            return;
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.aborting.cancelled() => {}
        }
        pause = (pause * 2).min(longest);
    }
}

/// Tries once more to settle what the store has refused.
pub(super) async fn settle_waiting(runtime: &Runtime) {
    for (fetched, settlement) in runtime.waiting.take() {
        match attempt(runtime, &fetched, &settlement).await {
            Ok(there) => {
                tracing::info!(
                    queue = fetched.queue,
                    lease = fetched.lease,
                    "a job that could not be settled is settled now"
                );
                report(&fetched, there, true);
            }
            // There was room for it before.
            Err(_) => drop(runtime.waiting.add(&fetched, &settlement)),
        }
    }
}

/// At the very end: hands back what still runs and settles what was refused, with a single try each, at the same time.
pub(super) async fn last_tries(runtime: &Runtime) {
    let unfinished = runtime.running.fetched().into_iter();
    let all: Vec<(FetchedJob, Settlement)> = unfinished
        .map(|fetched| (fetched, Settlement::Requeue))
        .chain(runtime.waiting.take())
        .collect();
    let count = all.len();
    let tries = all.iter().map(|(fetched, settlement)| async move {
        if let Err(error) = attempt(runtime, fetched, settlement).await {
            tracing::warn!(%error, queue = fetched.queue, lease = fetched.lease, "a job could not be let go; it is recovered and run again later");
        }
    });
    if timeout(LAST_TRIES, join_all(tries)).await.is_err() {
        tracing::warn!(
            count,
            "the store does not answer: jobs that could not be let go are recovered and run again later"
        );
    }
}

async fn attempt(
    runtime: &Runtime,
    fetched: &FetchedJob,
    settlement: &Settlement,
) -> StoreResult<bool> {
    runtime
        .store
        .settle(&runtime.identity, fetched, settlement)
        .await
}

/// Whether trying again does not help until somebody puts something right.
fn is_permanent(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unusable { .. } | StoreError::Address { .. } | StoreError::Invalid(_)
    )
}

/// `there`: whether the job was still in the in-progress list.
fn report(fetched: &FetchedJob, there: bool, ambiguous: bool) {
    let (queue, lease) = (&fetched.queue, &fetched.lease);
    match (there, ambiguous) {
        (true, _) => {}
        (false, true) => tracing::info!(
            queue,
            lease,
            "a job was most likely settled by an earlier try, whose answer was lost"
        ),
        (false, false) => tracing::warn!(
            queue,
            lease,
            "a job was recovered by another process while it ran here; it may run twice"
        ),
    }
}

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
        queue = fetched.queue,
        to,
        "the store refuses to let a job go where it belongs; it is kept in progress and tried again now and then"
    );
}
