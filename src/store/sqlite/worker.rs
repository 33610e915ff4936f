//! The store as a worker sees it.

use super::{
    SqliteStore, entries, metrics, processes,
    progress::{self, Delivery},
};
use crate::{
    model::{Order, Place, Set},
    store::{
        AdminStore, ClassMetrics, FetchedJob, Heartbeat, MetricsForm, Move, Moved, Pulse,
        Settlement, Slice, Start, StoreError, StoreResult, WorkerStore,
    },
};
use async_trait::async_trait;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How often a waiting fetch looks for jobs that another process has enqueued. Those of this process wake it at once.
const LOOK: Duration = Duration::from_millis(100);

#[async_trait]
impl WorkerStore for SqliteStore {
    async fn fetch(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
        wait: Duration,
    ) -> StoreResult<Vec<FetchedJob>> {
        let until = Instant::now() + wait;
        loop {
            // Listening before looking: what comes in between is not missed.
            let woken = self.ready.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let jobs = self.take(identity, queues, limit).await?;
            if !jobs.is_empty() || limit == 0 {
                return Ok(jobs);
            }
            loop {
                let now = Instant::now();
                if now >= until {
                    return Ok(Vec::new());
                }
                if timeout_at(until.min(now + LOOK), woken.as_mut())
                    .await
                    .is_ok()
                {
                    break;
                }
                let queues = queues.to_vec();
                let look = move |connection: &_| progress::is_ready(connection, &queues);
                if self.readers.read(look).await? {
                    break;
                }
            }
        }
    }

    async fn due(&self, set: Set, start: &Start, limit: usize) -> StoreResult<Slice> {
        self.slice(&Place::Set(set), start, Order::Ascending, limit)
            .await
    }

    async fn promote(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        self.apply(moves).await
    }

    async fn settle(
        &self,
        identity: &str,
        job: &FetchedJob,
        settlement: &Settlement,
    ) -> StoreResult<bool> {
        if let Settlement::Fail(to) | Settlement::SetAside(to) = settlement {
            entries::check(to)?;
        }
        let lease: i64 = job.lease.parse().map_err(|_| {
            StoreError::Invalid(format!("`{}` is no fetch of this store", job.lease))
        })?;
        let identity = identity.to_owned();
        let change = settlement.clone();
        let settled = self
            .writer
            .write(move |connection| progress::settle(connection, &identity, lease, &change))
            .await?;
        if !matches!(settlement, Settlement::Finish { .. }) {
            self.ready.notify_waiters();
        }
        Ok(settled)
    }

    async fn heartbeat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse> {
        let heartbeat = heartbeat.clone();
        self.writer
            .write(move |connection| processes::beat(connection, &heartbeat))
            .await
    }

    async fn leave(&self, identity: &str) -> StoreResult<()> {
        let identity = identity.to_owned();
        self.writer
            .write(move |connection| processes::leave(connection, &identity))
            .await
    }

    async fn recover(&self, identity: &str, grace: Duration) -> StoreResult<u64> {
        let identity = identity.to_owned();
        let recovered = self
            .writer
            .write(move |connection| progress::recover(connection, &identity, grace))
            .await?;
        if recovered > 0 {
            self.ready.notify_waiters();
        }
        Ok(recovered)
    }

    async fn record_metrics(&self, metrics: &[ClassMetrics], _: MetricsForm) -> StoreResult<()> {
        let metrics = metrics.to_vec();
        self.writer
            .write(move |connection| metrics::record(connection, &metrics))
            .await
    }
}

impl SqliteStore {
    /// Fetches without waiting.
    async fn take(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
    ) -> StoreResult<Vec<FetchedJob>> {
        let fetch = {
            let (identity, queues) = (identity.to_owned(), queues.to_vec());
            move |connection: &_| progress::fetch(connection, &identity, &queues, limit)
        };
        let deliver = {
            let (identity, writer) = (identity.to_owned(), self.writer.clone());
            move |jobs| Delivery::new(&identity, jobs, &writer)
        };
        let delivery = self.writer.write_and(fetch, deliver).await?;
        Ok(delivery.accept())
    }
}
