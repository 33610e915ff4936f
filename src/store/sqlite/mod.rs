//! The embedded store: one SQLite file.

use super::{
    AdminStore, Destination, FetchedJob, Heartbeat, JidSearch, Move, Settlement, Slice, Start,
    StoreResult, StoredEntry, WorkerStore,
};
use crate::model::{
    DayTotals, EntryId, Order, Overview, Place, ProcessInfo, RunningJob, Signal, StoreInfo,
    Timestamp,
};
use async_trait::async_trait;
use std::time::Duration;

/// The embedded store: one SQLite file.
#[derive(Debug)]
pub struct SqliteStore;

impl SqliteStore {
    /// Opens it.
    ///
    /// # Errors
    /// See [`super::connect`].
    pub async fn open(path: &str) -> StoreResult<Self> {
        unimplemented!()
    }
}

#[async_trait]
impl AdminStore for SqliteStore {
    async fn info(&self) -> StoreResult<StoreInfo> {
        unimplemented!()
    }
    async fn now(&self) -> StoreResult<Timestamp> {
        unimplemented!()
    }
    async fn overview(&self) -> StoreResult<Overview> {
        unimplemented!()
    }
    async fn slice(
        &self,
        place: &Place,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        unimplemented!()
    }
    async fn locate(&self, ids: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>> {
        unimplemented!()
    }
    async fn find_jid(&self, jid: &str, budget: Duration) -> StoreResult<JidSearch> {
        unimplemented!()
    }
    async fn apply(&self, moves: &[Move]) -> StoreResult<Vec<bool>> {
        unimplemented!()
    }
    async fn add(&self, entries: &[Destination]) -> StoreResult<()> {
        unimplemented!()
    }
    async fn set_paused(&self, queue: &str, paused: bool) -> StoreResult<()> {
        unimplemented!()
    }
    async fn clear_queue(&self, queue: &str) -> StoreResult<u64> {
        unimplemented!()
    }
    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        unimplemented!()
    }
    async fn running(&self) -> StoreResult<Vec<RunningJob>> {
        unimplemented!()
    }
    async fn signal(&self, identity: &str, signal: Signal) -> StoreResult<bool> {
        unimplemented!()
    }
    async fn daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>> {
        unimplemented!()
    }
}

#[async_trait]
impl WorkerStore for SqliteStore {
    async fn fetch(
        &self,
        identity: &str,
        queues: &[String],
        limit: usize,
        wait: Duration,
    ) -> StoreResult<Vec<FetchedJob>> {
        unimplemented!()
    }
    async fn settle(
        &self,
        identity: &str,
        job: &FetchedJob,
        settlement: &Settlement,
    ) -> StoreResult<bool> {
        unimplemented!()
    }
    async fn heartbeat(&self, heartbeat: &Heartbeat) -> StoreResult<Option<Signal>> {
        unimplemented!()
    }
    async fn leave(&self, identity: &str) -> StoreResult<()> {
        unimplemented!()
    }
    async fn recover(&self) -> StoreResult<u64> {
        unimplemented!()
    }
}
