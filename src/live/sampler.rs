//! Reads a store once an interval, however many watch.

use crate::model::Snapshot;
use crate::store::SharedStore;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How the sampler works.
#[derive(Clone, Copy, Debug)]
pub struct SamplerOptions {
    /// Time between two readings while somebody watches.
    pub interval: Duration,
}

impl Default for SamplerOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
        }
    }
}

/// A handle to a store's sampler. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    snapshots: watch::Receiver<Snapshot>,
}

impl Live {
    /// Starts the sampler; it ends at `shutdown`.
    #[must_use]
    pub fn start(store: SharedStore, options: SamplerOptions, shutdown: CancellationToken) -> Self {
        let _ = (store, options, shutdown);
        unimplemented!()
    }

    /// A snapshot no older than the interval (reads the store if nobody watched); when the store is lost, the last known numbers with the reason.
    pub async fn snapshot(&self) -> Snapshot {
        self.snapshots.borrow().clone()
    }

    /// Snapshots as they come, the latest at once.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.snapshots.clone()
    }
}
