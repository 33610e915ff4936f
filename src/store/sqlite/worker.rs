//! The store as a worker sees it.

use super::{
    SqliteStore, metrics, processes,
    progress::{self, Delivery},
    totals,
};
use crate::{
    model::{Order, Place, Set},
    store::{
        AdminStore, ClassMetrics, Destination, FetchedJob, Heartbeat, MetricsForm, Move, Moved,
        Orphan, Pulse, Rescue, Settlement, Slice, Start, StoreError, StoreResult, Turn, Turned,
        WorkerStore,
    },
};
use async_trait::async_trait;
use rusqlite::Connection;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How often a waiting fetch looks for jobs that another process has enqueued. Those of this process wake it at once.
const LOOK: Duration = Duration::from_millis(100);

#[async_trait]
impl WorkerStore for SqliteStore {
    async fn turn(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned> {
        self.exchange(identity, turn).await
    }

    async fn ready(&self, queues: &[Arc<str>], wait: Duration) -> StoreResult<()> {
        let until = Instant::now() + wait;
        // Listening before looking: what comes in between is not missed.
        let woken = self.ready.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        loop {
            let queues = queues.to_vec();
            let look = move |connection: &_| progress::is_ready(connection, &queues);
            if self.readers.read(look).await? {
                return Ok(());
            }
            let now = Instant::now();
            if now >= until {
                return Ok(());
            }
            if timeout_at(until.min(now + LOOK), woken.as_mut())
                .await
                .is_ok()
            {
                return Ok(());
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

    async fn orphans(&self, identity: &str, grace: Duration) -> StoreResult<Vec<Orphan>> {
        let identity = identity.to_owned();
        self.writer
            .write(move |connection| progress::orphans(connection, &identity, grace))
            .await
    }

    async fn rescue(&self, rescues: &[Rescue]) -> StoreResult<u64> {
        for rescue in rescues {
            rescue.to.check()?;
        }
        let rescues = rescues.to_vec();
        let rescued = self
            .writer
            .write(move |connection| {
                let mut rescued = 0;
                for rescue in &rescues {
                    rescued += u64::from(progress::rescue(connection, rescue)?);
                }
                Ok(rescued)
            })
            .await?;
        if rescued > 0 {
            self.ready.notify_waiters();
        }
        Ok(rescued)
    }

    async fn record_metrics(&self, metrics: &[ClassMetrics], _: MetricsForm) -> StoreResult<()> {
        let metrics = metrics.to_vec();
        self.writer
            .write(move |connection| metrics::record(connection, &metrics))
            .await
    }
}

impl SqliteStore {
    async fn exchange(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned> {
        for (_, settlement) in turn.settle {
            settlement
                .destination()
                .map_or(Ok(()), Destination::check)?;
        }
        let settle: Vec<(i64, Settlement)> = turn
            .settle
            .iter()
            .map(|(job, settlement)| Ok((lease_of(job)?, settlement.clone())))
            .collect::<StoreResult<_>>()?;
        // Others of this process may wait for what goes back to a queue.
        let wakes = settle
            .iter()
            .any(|(_, settlement)| !matches!(settlement, Settlement::Finish { .. }));
        let fetch = turn
            .fetch
            .map(|fetch| (fetch.queues.to_vec(), fetch.limit, fetch.most_bytes));
        if settle.is_empty() && fetch.as_ref().is_none_or(|(_, limit, _)| *limit == 0) {
            return Ok(Turned {
                gone: 0,
                refused: Vec::new(),
                jobs: Ok(Vec::new()),
            });
        }
        let change = {
            let identity = identity.to_owned();
            move |connection: &Connection| {
                let (mut gone, mut processed, mut failed) = (0, 0, 0);
                for (lease, settlement) in &settle {
                    if progress::settle(connection, &identity, *lease, settlement)? {
                        let counts = settlement.counts();
                        processed += i64::from(counts.0);
                        failed += i64::from(counts.1);
                    } else {
                        gone += 1;
                    }
                }
                totals::count_runs(connection, processed, failed)?;
                let jobs = match &fetch {
                    Some((queues, limit, most_bytes)) => {
                        progress::fetch(connection, &identity, queues, *limit, *most_bytes)?
                    }
                    None => Vec::new(),
                };
                Ok((gone, jobs))
            }
        };
        let deliver = {
            let (identity, writer) = (identity.to_owned(), self.writer.clone());
            move |(gone, jobs)| (gone, Delivery::new(&identity, jobs, &writer))
        };
        let (gone, delivery) = self.writer.write_and(change, deliver).await?;
        if wakes {
            self.ready.notify_waiters();
        }
        Ok(Turned {
            gone,
            refused: Vec::new(),
            jobs: Ok(delivery.accept()),
        })
    }
}

fn lease_of(job: &FetchedJob) -> StoreResult<i64> {
    job.lease
        .parse()
        .map_err(|_| StoreError::Invalid(format!("`{}` is no fetch of this store", job.lease)))
}
