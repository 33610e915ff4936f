//! Fetches jobs for the slots that are free.

use super::{processor, queue_order::QueueOrder, runtime::Runtime, trouble::Trouble};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinSet},
    time::sleep,
};

/// Pause after a fetch that failed, as in Sidekiq.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Fetches jobs and starts a task for each, until the worker is quiet.
pub(super) async fn run(runtime: &Arc<Runtime>, jobs: &mut JoinSet<()>) {
    let slots = Arc::new(Semaphore::new(runtime.concurrency()));
    let order = QueueOrder::new(&runtime.settings.queues);
    let mut trouble = Trouble::new("fetching jobs");
    while let Some(mut free) = free_slots(runtime, &slots).await {
        while let Some(ended) = jobs.try_join_next() {
            report(ended);
        }
        let queues = order.next(&mut rand::rng());
        let fetched = runtime
            .store
            .fetch(
                &runtime.identity,
                &queues,
                free.len(),
                runtime.settings.fetch_wait,
            )
            .await;
        let pause = match fetched {
            Ok(fetched) => {
                trouble.is_over();
                let mut foreign = false;
                for job in fetched {
                    let is_foreign = processor::is_foreign(runtime, &job);
                    foreign |= is_foreign;
                    let permit = free.pop();
                    let runtime = Arc::clone(runtime);
                    jobs.spawn(async move {
                        if is_foreign || runtime.quiet.is_cancelled() {
                            processor::hand_back(&runtime, job).await;
                        } else {
                            processor::process(&runtime, job).await;
                        }
                        drop(permit);
                    });
                }
                foreign
            }
            Err(error) => {
                trouble.note(&error);
                true
            }
        };
        if pause {
            tokio::select! {
                () = sleep(PAUSE_AFTER_ERROR) => {}
                () = runtime.quiet.cancelled() => {}
            }
        }
    }
}

/// All slots that are free, once there is one; nothing when the worker is quiet.
async fn free_slots(
    runtime: &Runtime,
    slots: &Arc<Semaphore>,
) -> Option<Vec<OwnedSemaphorePermit>> {
    let first = tokio::select! {
        biased;
        () = runtime.quiet.cancelled() => return None,
        permit = Arc::clone(slots).acquire_owned() => permit.ok()?,
    };
    let mut free = vec![first];
    while let Ok(permit) = Arc::clone(slots).try_acquire_owned() {
        free.push(permit);
    }
    Some(free)
}

/// A job's task never panics by itself; a value that panics while it is dropped could do that.
pub(super) fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a job's task panicked outside the handler; the job is recovered when this process is gone");
    }
}
