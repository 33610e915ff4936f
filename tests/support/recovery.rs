//! Jobs of processes that are gone, put back as a worker does it.

use jobdeck::store::{Destination, Orphan, QueueEnd, Rescue, Store};
use std::time::Duration;

/// Puts everything back to its queue, next to run, that belongs to processes that are gone; says how many jobs.
pub async fn recover(store: &dyn Store, identity: &str, grace: Duration) -> u64 {
    let mut recovered = 0;
    loop {
        let orphans = store.orphans(identity, grace).await.unwrap();
        let rescues: Vec<Rescue> = orphans.into_iter().map(put_back).collect();
        let rescued = store.rescue(&rescues).await.unwrap();
        recovered += rescued;
        if rescued == 0 {
            return recovered;
        }
    }
}

/// What puts a job back to its queue, next to run.
pub fn put_back(orphan: Orphan) -> Rescue {
    let to = Destination::Queue {
        name: orphan.job.queue.to_string(),
        raw: orphan.job.raw.clone(),
        end: QueueEnd::Next,
    };
    Rescue { orphan, to }
}
