//! One of a capsule's slots: runs one job after the other.

use super::{desk::Desk, processor, runtime::Runtime, traced};
use crate::store::Settlement;
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc};
use tokio::{task::coop::consume_budget, time::Instant};
use tracing::Instrument as _;

/// Runs jobs until there are no more. `number` is the slot's in the process.
pub(super) async fn run(runtime: Arc<Runtime>, desk: Arc<Desk>, number: usize) {
    // One for all its jobs: asking anew for each would cost more than a short job does.
    let mut aborted = pin!(runtime.aborting.cancelled());
    while let Some(job) = desk.next().await {
        let started = Instant::now();
        let span = traced::span(&job);
        let process = processor::process(&runtime, &desk, number, &job, aborted.as_mut())
            .instrument(span.clone());
        let settlement = AssertUnwindSafe(process)
            .catch_unwind()
            .await
            .unwrap_or_else(|_| {
                tracing::error!(
                    queue = &*job.queue,
                    "a job's slot panicked outside its handler; the job goes back to its queue"
                );
                Settlement::Requeue
            });
        traced::ended(&span, &settlement);
        desk.ended(job, settlement, started.elapsed());
        // Jobs that never wait would keep this thread from everything else.
        consume_budget().await;
    }
}
