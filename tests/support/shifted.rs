//! A store whose clock differs from this machine's: a real one, with the present moved that it tells.

use async_trait::async_trait;
use jobdeck::model::{
    Alert, AlertEpisode, AuditEntry, AuditEvent, AuditId, DayTotals, DeployMark, EntryId,
    GroupDigest, Hold, JobReport, Kept, KeptGroup, OperationState, Order, Overview, PeriodicRun,
    Place, ProcessInfo, RunningJob, Set, Signal, StoreInfo, Timestamp,
};
use jobdeck::store::{
    AdminStore, AlertStore, Announcement, AuditBounds, AuditStore, ClassMetrics, Creation,
    Deletion, Destination, FailureStore, Heartbeat, HoldStore, JidSearch, KeptChunk, MetricsForm,
    Move, Moved, NewOperation, NewRun, OperationRecord, OperationStore, Orphan, PeriodicEntry,
    PeriodicStore, Pulse, ReportStore, Rescue, RunReport, SharedStore, Slice, Standings, Start,
    Step, Stepped, StoreResult, StoredEntry, Tick, Turn, Turned, WorkerStore,
};
use std::{ops::Range, sync::Arc, time::Duration};

/// A store whose clock is so many milliseconds ahead of this machine's (or behind it).
#[derive(Debug)]
pub struct ShiftedClock {
    store: SharedStore,
    milliseconds: i64,
}

impl ShiftedClock {
    /// The same store with its clock moved.
    pub fn of(store: &SharedStore, milliseconds: i64) -> SharedStore {
        Arc::new(Self {
            store: store.clone(),
            milliseconds,
        })
    }

    fn shifted(&self, time: Timestamp) -> Timestamp {
        time.plus_milliseconds(self.milliseconds)
    }
}

#[async_trait]
impl AdminStore for ShiftedClock {
    async fn info(&self) -> StoreResult<StoreInfo> {
        self.store.info().await
    }

    async fn now(&self) -> StoreResult<Timestamp> {
        Ok(self.shifted(self.store.now().await?))
    }

    async fn overview(&self) -> StoreResult<Overview> {
        let overview = self.store.overview().await?;
        Ok(Overview {
            sampled_at: self.shifted(overview.sampled_at),
            ..overview
        })
    }

    async fn slice(
        &self,
        place: &Place,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        let slice = self.store.slice(place, start, order, limit).await?;
        Ok(Slice {
            now: self.shifted(slice.now),
            ..slice
        })
    }

    async fn locate(&self, ids: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>> {
        self.store.locate(ids).await
    }

    async fn find_jid(&self, jid: &str, budget: Duration) -> StoreResult<JidSearch> {
        self.store.find_jid(jid, budget).await
    }

    async fn apply(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        self.store.apply(moves).await
    }

    async fn add(&self, entries: &[Destination]) -> StoreResult<()> {
        self.store.add(entries).await
    }

    async fn restore(&self, entries: &[Destination], only_asked: bool) -> StoreResult<Vec<bool>> {
        self.store.restore(entries, only_asked).await
    }

    async fn set_paused(&self, queue: &str, paused: bool) -> StoreResult<()> {
        self.store.set_paused(queue, paused).await
    }

    async fn clear_queue(&self, queue: &str) -> StoreResult<u64> {
        self.store.clear_queue(queue).await
    }

    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        self.store.processes().await
    }

    async fn running(&self) -> StoreResult<Vec<RunningJob>> {
        self.store.running().await
    }

    async fn signal(&self, identity: &str, signal: Signal) -> StoreResult<bool> {
        self.store.signal(identity, signal).await
    }

    async fn daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>> {
        self.store.daily_totals(days).await
    }
}

#[async_trait]
impl ReportStore for ShiftedClock {
    async fn check_in(&self, reports: &[RunReport]) -> StoreResult<Vec<usize>> {
        let mut reports = reports.to_vec();
        for report in &mut reports {
            report.started_at = report.started_at.plus_milliseconds(-self.milliseconds);
        }
        self.store.check_in(&reports).await
    }

    async fn report(&self, jid: &str) -> StoreResult<Option<JobReport>> {
        self.store.report(jid).await
    }

    async fn request_cancel(&self, jid: &str, in_sidekiq: bool) -> StoreResult<()> {
        self.store.request_cancel(jid, in_sidekiq).await
    }
}

#[async_trait]
impl FailureStore for ShiftedClock {
    async fn kept_groups(&self) -> StoreResult<Vec<(GroupDigest, KeptGroup)>> {
        self.store.kept_groups().await
    }

    async fn kept_group(&self, digest: GroupDigest) -> StoreResult<KeptGroup> {
        self.store.kept_group(digest).await
    }

    async fn keep_group(&self, digest: GroupDigest, kept: &KeptGroup) -> StoreResult<()> {
        self.store.keep_group(digest, kept).await
    }

    async fn mark_deploy(&self, name: &str) -> StoreResult<DeployMark> {
        self.store.mark_deploy(name).await
    }

    async fn deploy_marks(&self) -> StoreResult<Vec<DeployMark>> {
        self.store.deploy_marks().await
    }
}

#[async_trait]
impl WorkerStore for ShiftedClock {
    async fn turn(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned> {
        self.store.turn(identity, turn).await
    }

    async fn ready(&self, queues: &[Arc<str>], wait: Duration) -> StoreResult<()> {
        self.store.ready(queues, wait).await
    }

    async fn due(&self, set: Set, start: &Start, limit: usize) -> StoreResult<Slice> {
        let slice = self.store.due(set, start, limit).await?;
        Ok(Slice {
            now: self.shifted(slice.now),
            ..slice
        })
    }

    async fn promote(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        self.store.promote(moves).await
    }

    async fn heartbeat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse> {
        let pulse = self.store.heartbeat(heartbeat).await?;
        Ok(Pulse {
            now: self.shifted(pulse.now),
            ..pulse
        })
    }

    async fn leave(&self, identity: &str) -> StoreResult<()> {
        self.store.leave(identity).await
    }

    async fn orphans(&self, identity: &str, grace: Duration) -> StoreResult<Vec<Orphan>> {
        self.store.orphans(identity, grace).await
    }

    async fn rescue(&self, rescues: &[Rescue]) -> StoreResult<u64> {
        self.store.rescue(rescues).await
    }

    async fn record_metrics(&self, metrics: &[ClassMetrics], form: MetricsForm) -> StoreResult<()> {
        self.store.record_metrics(metrics, form).await
    }

    fn apart(&self) -> Option<SharedStore> {
        let store = self.store.apart()?;
        Some(Self::of(&store, self.milliseconds))
    }
}

#[async_trait]
impl PeriodicStore for ShiftedClock {
    async fn announce_periodic(
        &self,
        identity: &str,
        jobs: &[Announcement],
    ) -> StoreResult<Standings> {
        let answer = self.store.announce_periodic(identity, jobs).await?;
        Ok(Standings {
            now: self.shifted(answer.now),
            ..answer
        })
    }

    async fn withdraw_periodic(&self, identity: &str, names: &[String]) -> StoreResult<()> {
        self.store.withdraw_periodic(identity, names).await
    }

    async fn tick_periodic(&self, identity: &str, tick: &Tick) -> StoreResult<bool> {
        self.store.tick_periodic(identity, tick).await
    }

    async fn periodic(&self) -> StoreResult<Vec<PeriodicEntry>> {
        self.store.periodic().await
    }

    async fn periodic_runs(&self, name: &str) -> StoreResult<Vec<PeriodicRun>> {
        self.store.periodic_runs(name).await
    }

    async fn run_periodic(&self, name: &str, run: &NewRun, by: &str) -> StoreResult<bool> {
        self.store.run_periodic(name, run, by).await
    }

    async fn set_periodic_paused(&self, name: &str, paused: bool) -> StoreResult<bool> {
        self.store.set_periodic_paused(name, paused).await
    }

    async fn delete_periodic(&self, name: &str) -> StoreResult<Deletion> {
        self.store.delete_periodic(name).await
    }
}

#[async_trait]
impl HoldStore for ShiftedClock {
    async fn holds(&self) -> StoreResult<Vec<Hold>> {
        self.store.holds().await
    }

    async fn put_hold(&self, hold: &Hold) -> StoreResult<()> {
        self.store.put_hold(hold).await
    }

    async fn delete_hold(&self, id: &str) -> StoreResult<bool> {
        self.store.delete_hold(id).await
    }

    async fn held(&self, holds: &[Hold]) -> StoreResult<Vec<u64>> {
        self.store.held(holds).await
    }
}

#[async_trait]
impl AuditStore for ShiftedClock {
    async fn write_audit(
        &self,
        event: &AuditEvent,
        once: Option<&str>,
        bounds: AuditBounds,
    ) -> StoreResult<Option<AuditId>> {
        self.store.write_audit(event, once, bounds).await
    }

    async fn read_audit(
        &self,
        behind: Option<AuditId>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<AuditEntry>> {
        self.store.read_audit(behind, order, limit).await
    }
}

#[async_trait]
impl OperationStore for ShiftedClock {
    async fn create_operation(&self, operation: NewOperation<'_>) -> StoreResult<Creation> {
        self.store.create_operation(operation).await
    }

    async fn operations(&self) -> StoreResult<Vec<OperationRecord>> {
        self.store.operations().await
    }

    async fn current_operations(
        &self,
        ended_within: Duration,
    ) -> StoreResult<Vec<OperationRecord>> {
        self.store.current_operations(ended_within).await
    }

    async fn operation(&self, id: &str) -> StoreResult<Option<OperationRecord>> {
        self.store.operation(id).await
    }

    async fn claim_operation(
        &self,
        id: &str,
        owner: &str,
        lease: Duration,
    ) -> StoreResult<Option<OperationRecord>> {
        self.store.claim_operation(id, owner, lease).await
    }

    async fn release_operation(&self, id: &str, owner: &str) -> StoreResult<()> {
        self.store.release_operation(id, owner).await
    }

    async fn step_operation(&self, step: Step<'_>) -> StoreResult<Stepped> {
        self.store.step_operation(step).await
    }

    async fn turn_operation(
        &self,
        id: &str,
        from: &[OperationState],
        to: OperationState,
        message: Option<&str>,
        kept_for: Duration,
    ) -> StoreResult<bool> {
        self.store
            .turn_operation(id, from, to, message, kept_for)
            .await
    }

    async fn kept(
        &self,
        id: &str,
        steps: Range<u64>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<KeptChunk>> {
        self.store.kept(id, steps, order, limit).await
    }

    async fn free_kept(&self, id: &str) -> StoreResult<Kept> {
        self.store.free_kept(id).await
    }
}

#[async_trait]
impl AlertStore for ShiftedClock {
    async fn alerts(&self) -> StoreResult<Vec<Alert>> {
        self.store.alerts().await
    }

    async fn change_alert(
        &self,
        id: &str,
        version: u64,
        alert: Option<&Alert>,
        episode: Option<&AlertEpisode>,
    ) -> StoreResult<bool> {
        self.store.change_alert(id, version, alert, episode).await
    }

    async fn alert_episodes(&self) -> StoreResult<Vec<AlertEpisode>> {
        self.store.alert_episodes().await
    }
}
