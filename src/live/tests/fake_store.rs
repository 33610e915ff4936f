//! A store that does as it is told.

use crate::model::{
    Alert, AlertEpisode, AuditEntry, AuditEvent, AuditId, DayTotals, DeployMark, EntryId,
    GroupDigest, Hold, JobReport, Kept, KeptGroup, OperationState, Order, Overview, PeriodicRun,
    Place, ProcessInfo, RunningJob, Set, Signal, StoreInfo, Timestamp,
};
use crate::store::{
    AdminStore, AlertStore, Announcement, AuditBounds, AuditStore, ClassMetrics, Creation,
    Deletion, Destination, FailureStore, Heartbeat, HoldStore, JidSearch, KeptChunk, MetricsForm,
    Move, Moved, NewOperation, NewRun, OperationRecord, OperationStore, Orphan, PeriodicEntry,
    PeriodicStore, Pulse, ReportStore, Rescue, RunReport, Slice, Standings, Start, Step, Stepped,
    StoreError, StoreResult, StoredEntry, Tick, Turn, Turned, WorkerStore,
};
use async_trait::async_trait;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

pub(super) const ANSWERS: u8 = 0;
pub(super) const REFUSES: u8 = 1;
pub(super) const HANGS: u8 = 2;

#[derive(Debug)]
pub(super) struct FakeStore {
    started: Instant,
    mood: AtomicU8,
    overviews: AtomicU64,
    pub(super) infos: AtomicU64,
    pub(super) slices: AtomicU64,
    pub(super) failed: AtomicU64,
}

impl FakeStore {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            mood: AtomicU8::new(ANSWERS),
            overviews: AtomicU64::new(0),
            infos: AtomicU64::new(0),
            slices: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        })
    }

    pub(super) fn is(&self, mood: u8) {
        self.mood.store(mood, Ordering::Relaxed);
    }

    pub(super) fn reads(&self) -> u64 {
        self.overviews.load(Ordering::Relaxed)
    }

    async fn answer<T>(&self, value: T) -> StoreResult<T> {
        match self.mood.load(Ordering::Relaxed) {
            ANSWERS => Ok(value),
            REFUSES => Err(gone()),
            _ => std::future::pending().await,
        }
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable {
        address: "fake".to_owned(),
        reason: "connection refused".to_owned(),
    }
}

#[async_trait]
impl AdminStore for FakeStore {
    async fn overview(&self) -> StoreResult<Overview> {
        let number = self.overviews.fetch_add(1, Ordering::Relaxed);
        let passed = i64::try_from(self.started.elapsed().as_millis()).unwrap();
        self.answer(Overview {
            processed: number,
            failed: self.failed.load(Ordering::Relaxed),
            sampled_at: Timestamp(1_000_000_000_000 + passed),
            ..Overview::default()
        })
        .await
    }

    async fn running(&self) -> StoreResult<Vec<RunningJob>> {
        let job = RunningJob {
            process: "p".to_owned(),
            thread: "t".to_owned(),
            queue: "default".to_owned(),
            jid: "j".to_owned(),
            class: "C".to_owned(),
            args: "[]".to_owned(),
            run_at: Timestamp(0),
            payload: "x".repeat(10_000),
            ..RunningJob::default()
        };
        self.answer(vec![job; 150]).await
    }

    async fn slice(&self, _: &Place, _: &Start, _: Order, _: usize) -> StoreResult<Slice> {
        self.slices.fetch_add(1, Ordering::Relaxed);
        self.answer(Slice::default()).await
    }

    async fn info(&self) -> StoreResult<StoreInfo> {
        self.infos.fetch_add(1, Ordering::Relaxed);
        self.answer(StoreInfo {
            is_read_only: false,
            kind: "fake".to_owned(),
            ..StoreInfo::default()
        })
        .await
    }
    async fn now(&self) -> StoreResult<Timestamp> {
        Err(gone())
    }
    async fn locate(&self, _: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>> {
        Err(gone())
    }
    async fn find_jid(&self, _: &str, _: Duration) -> StoreResult<JidSearch> {
        Err(gone())
    }
    async fn apply(&self, _: &[Move]) -> StoreResult<Vec<Moved>> {
        Err(gone())
    }
    async fn add(&self, _: &[Destination]) -> StoreResult<()> {
        Err(gone())
    }
    async fn restore(&self, _: &[Destination], _: bool) -> StoreResult<Vec<bool>> {
        Err(gone())
    }
    async fn set_paused(&self, _: &str, _: bool) -> StoreResult<()> {
        Err(gone())
    }
    async fn clear_queue(&self, _: &str) -> StoreResult<u64> {
        Err(gone())
    }
    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        Err(gone())
    }
    async fn signal(&self, _: &str, _: Signal) -> StoreResult<bool> {
        Err(gone())
    }
    async fn daily_totals(&self, _: u32) -> StoreResult<Vec<DayTotals>> {
        Err(gone())
    }
}

#[async_trait]
impl ReportStore for FakeStore {
    async fn check_in(&self, _: &[RunReport]) -> StoreResult<Vec<usize>> {
        self.answer(Vec::new()).await
    }

    async fn report(&self, _: &str) -> StoreResult<Option<JobReport>> {
        self.answer(None).await
    }

    async fn request_cancel(&self, _: &str, _: bool) -> StoreResult<()> {
        self.answer(()).await
    }
}

#[async_trait]
impl OperationStore for FakeStore {
    async fn create_operation(&self, _: NewOperation<'_>) -> StoreResult<Creation> {
        Err(gone())
    }
    async fn operations(&self) -> StoreResult<Vec<OperationRecord>> {
        self.answer(Vec::new()).await
    }
    async fn current_operations(&self, _: Duration) -> StoreResult<Vec<OperationRecord>> {
        self.answer(Vec::new()).await
    }
    async fn operation(&self, _: &str) -> StoreResult<Option<OperationRecord>> {
        Err(gone())
    }
    async fn claim_operation(
        &self,
        _: &str,
        _: &str,
        _: Duration,
    ) -> StoreResult<Option<OperationRecord>> {
        Err(gone())
    }
    async fn release_operation(&self, _: &str, _: &str) -> StoreResult<()> {
        Err(gone())
    }
    async fn step_operation(&self, _: Step<'_>) -> StoreResult<Stepped> {
        Err(gone())
    }
    async fn turn_operation(
        &self,
        _: &str,
        _: &[OperationState],
        _: OperationState,
        _: Option<&str>,
        _: Duration,
    ) -> StoreResult<bool> {
        Err(gone())
    }
    async fn kept(
        &self,
        _: &str,
        _: std::ops::Range<u64>,
        _: Order,
        _: usize,
    ) -> StoreResult<Vec<KeptChunk>> {
        Err(gone())
    }
    async fn free_kept(&self, _: &str) -> StoreResult<Kept> {
        Err(gone())
    }
}

#[async_trait]
impl WorkerStore for FakeStore {
    async fn turn(&self, _: &str, _: Turn<'_>) -> StoreResult<Turned> {
        Err(gone())
    }
    async fn ready(&self, _: &[Arc<str>], _: Duration) -> StoreResult<()> {
        Err(gone())
    }
    async fn due(&self, _: Set, _: &Start, _: usize) -> StoreResult<Slice> {
        Err(gone())
    }
    async fn promote(&self, _: &[Move]) -> StoreResult<Vec<Moved>> {
        Err(gone())
    }
    async fn record_metrics(&self, _: &[ClassMetrics], _: MetricsForm) -> StoreResult<()> {
        Err(gone())
    }
    async fn heartbeat(&self, _: &Heartbeat) -> StoreResult<Pulse> {
        Err(gone())
    }
    async fn leave(&self, _: &str) -> StoreResult<()> {
        Err(gone())
    }
    async fn orphans(&self, _: &str, _: Duration) -> StoreResult<Vec<Orphan>> {
        Err(gone())
    }
    async fn rescue(&self, _: &[Rescue]) -> StoreResult<u64> {
        Err(gone())
    }
}

#[async_trait]
impl FailureStore for FakeStore {
    async fn kept_groups(&self) -> StoreResult<Vec<(GroupDigest, KeptGroup)>> {
        self.answer(Vec::new()).await
    }
    async fn kept_group(&self, _: GroupDigest) -> StoreResult<KeptGroup> {
        Err(gone())
    }
    async fn keep_group(&self, _: GroupDigest, _: &KeptGroup) -> StoreResult<()> {
        Err(gone())
    }
    async fn mark_deploy(&self, _: &str) -> StoreResult<DeployMark> {
        Err(gone())
    }
    async fn deploy_marks(&self) -> StoreResult<Vec<DeployMark>> {
        self.answer(Vec::new()).await
    }
}

#[async_trait]
impl HoldStore for FakeStore {
    async fn holds(&self) -> StoreResult<Vec<Hold>> {
        self.answer(Vec::new()).await
    }
    async fn put_hold(&self, _: &Hold) -> StoreResult<()> {
        Err(gone())
    }
    async fn delete_hold(&self, _: &str) -> StoreResult<bool> {
        Err(gone())
    }
    async fn held(&self, holds: &[Hold]) -> StoreResult<Vec<u64>> {
        self.answer(vec![0; holds.len()]).await
    }
}

#[async_trait]
impl AuditStore for FakeStore {
    async fn write_audit(
        &self,
        _: &AuditEvent,
        _: Option<&str>,
        _: AuditBounds,
    ) -> StoreResult<Option<AuditId>> {
        Err(gone())
    }
    async fn read_audit(
        &self,
        _: Option<AuditId>,
        _: Order,
        _: usize,
    ) -> StoreResult<Vec<AuditEntry>> {
        Err(gone())
    }
}

#[async_trait]
impl PeriodicStore for FakeStore {
    async fn announce_periodic(&self, _: &str, _: &[Announcement]) -> StoreResult<Standings> {
        Err(gone())
    }
    async fn withdraw_periodic(&self, _: &str, _: &[String]) -> StoreResult<()> {
        Err(gone())
    }
    async fn tick_periodic(&self, _: &str, _: &Tick) -> StoreResult<bool> {
        Err(gone())
    }
    async fn periodic(&self) -> StoreResult<Vec<PeriodicEntry>> {
        Err(gone())
    }
    async fn periodic_runs(&self, _: &str) -> StoreResult<Vec<PeriodicRun>> {
        Err(gone())
    }
    async fn run_periodic(&self, _: &str, _: &NewRun, _: &str) -> StoreResult<bool> {
        Err(gone())
    }
    async fn set_periodic_paused(&self, _: &str, _: bool) -> StoreResult<bool> {
        Err(gone())
    }
    async fn delete_periodic(&self, _: &str) -> StoreResult<Deletion> {
        Err(gone())
    }
}

#[async_trait]
impl AlertStore for FakeStore {
    async fn alerts(&self) -> StoreResult<Vec<Alert>> {
        self.answer(Vec::new()).await
    }
    async fn change_alert(
        &self,
        _: &str,
        _: u64,
        _: Option<&Alert>,
        _: Option<&AlertEpisode>,
    ) -> StoreResult<bool> {
        Err(gone())
    }
    async fn alert_episodes(&self) -> StoreResult<Vec<AlertEpisode>> {
        Err(gone())
    }
}
