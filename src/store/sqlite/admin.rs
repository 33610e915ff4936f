//! The store as people and scripts see it.

use super::{SqliteStore, clock, entries, overview, processes, queues, restore, slices, totals};
use crate::{
    model::{
        DayTotals, EntryId, Order, Overview, Place, ProcessInfo, RunningJob, Signal, StoreInfo,
        Timestamp,
    },
    store::{
        AdminStore, Destination, JidSearch, Move, Moved, Slice, Start, StoreCost, StoreError,
        StoreResult, StoredEntry,
    },
};
use async_trait::async_trait;
use std::time::Duration;

/// Entries that one transaction adds or moves.
const CHUNK: usize = 1_000;

#[async_trait]
impl AdminStore for SqliteStore {
    async fn info(&self) -> StoreResult<StoreInfo> {
        Ok(StoreInfo {
            is_read_only: false,
            kind: "sqlite".to_owned(),
            address: self.address.clone(),
            version: format!("SQLite {}", rusqlite::version()),
        })
    }

    fn cost(&self) -> StoreCost {
        self.meter.cost()
    }

    async fn now(&self) -> StoreResult<Timestamp> {
        Ok(clock::now())
    }

    async fn overview(&self) -> StoreResult<Overview> {
        self.readers.read(overview::overview).await
    }

    async fn slice(
        &self,
        place: &Place,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        let edge = slices::edge(place, start, order)?;
        let place = place.clone();
        self.readers
            .read(move |connection| slices::slice(connection, &place, edge, order, limit))
            .await
    }

    async fn locate(&self, ids: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>> {
        let ids = ids.to_vec();
        self.readers
            .read(move |connection| slices::locate(connection, &ids))
            .await
    }

    /// By index: the budget is not needed.
    async fn find_jid(&self, jid: &str, _budget: Duration) -> StoreResult<JidSearch> {
        let jid = jid.to_owned();
        self.readers
            .read(move |connection| slices::find_jid(connection, &jid))
            .await
    }

    async fn apply(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        for change in moves {
            change.to.check()?;
        }
        let mut outcomes = Vec::with_capacity(moves.len());
        for chunk in moves.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            let moved: Vec<Moved> = self
                .writer
                .write(move |connection| {
                    chunk
                        .iter()
                        .map(|change| {
                            if !entries::take(connection, &change.entry)? {
                                return Ok(Moved::Gone);
                            }
                            entries::put(connection, &change.to)?;
                            Ok(Moved::Done)
                        })
                        .collect()
                })
                .await?;
            outcomes.extend(moved);
            self.ready.notify_waiters();
        }
        Ok(outcomes)
    }

    async fn add(&self, entries: &[Destination]) -> StoreResult<()> {
        for entry in entries {
            entry.check()?;
        }
        for chunk in entries.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            self.writer
                .write(move |connection| {
                    chunk
                        .iter()
                        .try_for_each(|entry| entries::put(connection, entry))
                })
                .await?;
            self.ready.notify_waiters();
        }
        Ok(())
    }

    async fn restore(&self, entries: &[Destination], only_asked: bool) -> StoreResult<Vec<bool>> {
        for entry in entries {
            entry.check()?;
        }
        let mut put = Vec::with_capacity(entries.len());
        for chunk in entries.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            if only_asked {
                let would_put = self
                    .readers
                    .read(move |connection| restore::would_put(connection, &chunk));
                put.extend(would_put.await?);
                continue;
            }
            let put_missing = self
                .writer
                .write(move |connection| restore::put_missing(connection, &chunk));
            put.extend(put_missing.await?);
            self.ready.notify_waiters();
        }
        Ok(put)
    }

    async fn set_paused(&self, queue: &str, paused: bool) -> StoreResult<()> {
        let queue = queue.to_owned();
        self.writer
            .write(move |connection| queues::set_paused(connection, &queue, paused))
            .await?;
        self.ready.notify_waiters();
        Ok(())
    }

    async fn clear_queue(&self, queue: &str) -> StoreResult<u64> {
        let queue = queue.to_owned();
        let clearing = self.writer.clearing();
        self.writer
            .write(move |connection| queues::clear(connection, &queue, &clearing))
            .await
    }

    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        self.readers
            .read(|connection| processes::processes(connection, clock::now()))
            .await
    }

    async fn running(&self) -> StoreResult<Vec<RunningJob>> {
        self.readers.read(processes::running).await
    }

    async fn signal(&self, identity: &str, signal: Signal) -> StoreResult<bool> {
        let identity = identity.to_owned();
        self.writer
            .write(move |connection| processes::signal(connection, &identity, signal))
            .await
    }

    async fn daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>> {
        if !(1..=totals::DAYS).contains(&days) {
            return Err(StoreError::Invalid(format!(
                "{days} days of history cannot be shown: ask for 1 to {}",
                totals::DAYS
            )));
        }
        self.readers
            .read(move |connection| totals::daily(connection, days))
            .await
    }
}
