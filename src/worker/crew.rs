//! The capsules at work: their slots, and the dispatchers that talk to the store for them.

use super::{
    desk::{Desk, Settled},
    dispatcher::Dispatcher,
    processor::unfinished,
    runtime::Runtime,
    slot,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinSet},
    time::timeout,
};

/// The capsules at work.
#[derive(Debug, Default)]
pub(super) struct Crew {
    desks: Vec<Arc<Desk>>,
    dispatchers: JoinSet<()>,
    slots: JoinSet<()>,
}

impl Crew {
    /// Begins to fetch and run jobs.
    pub(super) fn start(runtime: &Arc<Runtime>) -> Self {
        let mut crew = Self::default();
        let mut number = 0;
        for capsule in runtime.capsules() {
            let desk = Arc::new(Desk::new(Handle::current().metrics().num_workers()));
            for _ in 0..capsule.concurrency {
                crew.slots
                    .spawn(slot::run(Arc::clone(runtime), Arc::clone(&desk), number));
                number += 1;
            }
            let dispatcher =
                Dispatcher::new(Arc::clone(runtime), capsule.clone(), Arc::clone(&desk));
            crew.dispatchers.spawn(dispatcher.run());
            crew.desks.push(desk);
        }
        crew
    }

    /// Waits until all jobs have ended and are settled; whether that was so within `limit`.
    pub(super) async fn finish(&mut self, limit: Duration) -> bool {
        let all = async {
            while let Some(ended) = self.dispatchers.join_next().await {
                report(ended);
            }
        };
        timeout(limit, all).await.is_ok()
    }

    /// Stops what still goes on where it stands; answers the jobs that are left.
    pub(super) async fn end(mut self, runtime: &Runtime) -> Vec<Settled> {
        self.dispatchers.shutdown().await;
        // A handler that does not yield cannot be stopped from outside, nor waited for. Its job is handed back all the same.
        self.slots.abort_all();
        let mut left: Vec<Settled> = Vec::new();
        for desk in &self.desks {
            desk.give_back();
            loop {
                let results = desk.take_results();
                if results.is_empty() {
                    break;
                }
                left.extend(results);
            }
        }
        for run in runtime.running.runs() {
            left.push((Arc::clone(&run.fetched), unfinished(runtime, &run)));
        }
        left
    }
}

/// A dispatcher does not panic; if it does all the same, its jobs are recovered by others.
fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "fetching jobs has ended by a panic; please report it");
    }
}
