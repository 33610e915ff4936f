//! Being at work on one operation, from where it is to its end.

use super::{
    canary::Verdict,
    changer::{Changer, Planned},
    flight::{Flights, Landed, Load, Sender},
    mark::Mark,
    throttle::Throttle,
    walk::{Batch, Position, Walk},
};
use crate::admin::{Admin, read_ahead::ReadAhead};
use crate::job::TimeUnit;
use crate::model::{Canary, Change, OperationPlan, OperationState, Place};
use crate::store::{
    Moved, OperationRecord, StepMove, Stepped, StoreError, StoreResult, StoredEntry, Target,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// How long an operation is this process's without a sign of life: after that another one may go on.
pub(super) const LEASE: Duration = Duration::from_secs(10);

/// Most bytes of a step, about.
const STEP_BYTES: usize = 1 << 20;

/// Slices that are read ahead of the steps.
const READ_AHEAD: usize = 2;

/// A queue is gone through again while that finds something, as jobs move in it meanwhile; so often at most.
const PASSES: u32 = 5;

/// Jobs that the store has refused one after the other: then it is not about the jobs.
const REFUSED_IN_A_ROW: u64 = 1_000;

/// Why a job that an operation has changed is not put back.
pub(super) const NOT_THERE: &str = "it has run since, or was moved or changed by somebody else";

/// Why one could not be put back because of what became of its bytes.
const NOT_KEPT: &str = "what was kept of it has been freed";

/// How being at work on an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driven {
    /// It is over.
    Over,
    /// Somebody has paused or stopped it, or another process is at work on it.
    Left,
    /// It has paused itself.
    Stuck,
    /// It waits for something, and is to be taken up again.
    Later,
}

/// One process's work on one operation.
pub(super) struct Drive<'work> {
    pub(super) admin: &'work Admin,
    pub(super) plan: Arc<OperationPlan>,
    pub(super) mark: Mark,
    /// Where in their queue jobs were found that were taken back last: a hint.
    pub(super) newest_at: u64,
    /// Set when the process is to end.
    shutdown: &'work CancellationToken,
    flights: Flights,
    throttle: Throttle,
    worked: Instant,
    refused_in_a_row: u64,
}

impl<'work> Drive<'work> {
    pub(super) fn new(
        admin: &'work Admin,
        owner: &str,
        record: &OperationRecord,
        plan: OperationPlan,
        shutdown: &'work CancellationToken,
    ) -> Result<Self, String> {
        Ok(Self {
            admin,
            mark: Mark::read(&record.mark)?,
            newest_at: 0,
            shutdown,
            flights: Flights::new(
                Sender {
                    admin: admin.clone(),
                    id: record.id.clone(),
                    owner: owner.to_owned(),
                    lease: LEASE,
                    keeps: plan.undoes.is_none(),
                    kept_for: admin.options().undo_kept,
                },
                record.step,
            ),
            throttle: Throttle::new(plan.rate),
            plan: Arc::new(plan),
            worked: Instant::now(),
            refused_in_a_row: 0,
        })
    }

    /// Works until it is over, or somebody says otherwise.
    pub(super) async fn run(mut self) -> StoreResult<Driven> {
        let driven = self.go().await;
        // Nothing of it is under way when others hear that it is let go.
        while self.flights.settle().await.is_some() {}
        driven
    }

    async fn go(&mut self) -> StoreResult<Driven> {
        if self.mark.tried_until.is_some() && !self.mark.tried_well {
            match self.judge().await? {
                Some(driven) => return Ok(driven),
                None => self.mark.tried_well = true,
            }
        }
        let plan = Arc::clone(&self.plan);
        match (&plan.change, &plan.undoes) {
            (Some(change), _) => self.change(change).await,
            (None, Some(undone)) => self.undo(undone).await,
            (None, None) => self.end(OperationState::Done, None).await,
        }
    }

    async fn change(&mut self, change: &Change) -> StoreResult<Driven> {
        let walk = Walk::new(self.admin.store().clone(), Arc::clone(&self.plan));
        let fleet_unit = self.admin.fleet_unit().await;
        while !walk.is_behind(self.mark.at) {
            let driven = if matches!(walk.places().get(self.mark.at), Some(Place::Queue(_)))
                && !walk.is_ticked()
            {
                self.change_queue(change, fleet_unit, &walk).await?
            } else {
                self.change_set(change, fleet_unit, &walk).await?
            };
            if let Some(driven) = driven {
                return Ok(driven);
            }
            self.turn_back(&walk);
        }
        self.end(OperationState::Done, None).await
    }

    /// Through a queue, one slice behind the other: what is read ahead is not where it was any more when its turn comes.
    async fn change_queue(
        &mut self,
        change: &Change,
        fleet_unit: Option<TimeUnit>,
        walk: &Walk,
    ) -> StoreResult<Option<Driven>> {
        let mut reader = walk.read(Position::of(&self.mark))?;
        while let Some(batch) = reader.next().await? {
            if let Some(driven) = self.work_on(change, fleet_unit, batch).await? {
                return Ok(Some(driven));
            }
            if let Some(driven) = self.settle().await? {
                return Ok(Some(driven));
            }
        }
        Ok(None)
    }

    /// Behind a queue in which something was changed: through it once more.
    fn turn_back(&mut self, walk: &Walk) {
        let is_behind = self.mark.after.is_none() && self.mark.at > 0;
        if !is_behind || !self.plan.selection.entries.is_empty() {
            return;
        }
        let before = self.mark.at - 1;
        let was_queue = matches!(walk.places().get(before), Some(Place::Queue(_)));
        if was_queue && self.mark.pass_changed > 0 && self.mark.passes < PASSES {
            self.mark.at = before;
            self.mark.passes += 1;
        } else {
            self.mark.passes = 0;
        }
        self.mark.pass_changed = 0;
    }

    /// Through a set (or the ticked entries), reading ahead: a set's cursors hold whatever is taken out.
    async fn change_set(
        &mut self,
        change: &Change,
        fleet_unit: Option<TimeUnit>,
        walk: &Walk,
    ) -> StoreResult<Option<Driven>> {
        let (walk, from) = (walk.clone(), Position::of(&self.mark));
        let mut batches = ReadAhead::start(READ_AHEAD, async move |taker| {
            let mut reader = walk.read(from)?;
            while let Some(batch) = reader.next().await? {
                if !taker.hand(batch).await {
                    break;
                }
            }
            Ok(())
        });
        while let Some(batch) = batches.next().await? {
            if let Some(driven) = self.work_on(change, fleet_unit, batch).await? {
                return Ok(Some(driven));
            }
        }
        Ok(None)
    }

    /// Makes the steps of a batch; nothing when all went well.
    async fn work_on(
        &mut self,
        change: &Change,
        fleet_unit: Option<TimeUnit>,
        batch: Batch,
    ) -> StoreResult<Option<Driven>> {
        let plan = Arc::clone(&self.plan);
        let changer = Changer {
            change,
            now: batch.now,
            fleet_unit,
            limit: &plan.limit,
        };
        let is_ticked = !self.plan.selection.entries.is_empty();
        let is_first_pass = self.mark.passes == 0;
        let Mark {
            at, scanned, gone, ..
        } = self.mark;
        let mut pending = Pending::default();
        let mut is_attended = false;
        for (found, meant) in (1..).zip(&batch.meant) {
            match changer.plan(&meant.entry, &meant.job) {
                Planned::IsSo => {}
                Planned::Stays(reason) => {
                    self.mark.matched += 1;
                    self.mark.refuse(&reason, 1);
                }
                Planned::Goes(to) => {
                    self.mark.matched += 1;
                    let jid = self.trying().map(|_| meant.job.jid().unwrap_or_default());
                    pending.add(meant.entry.clone(), jid, to);
                }
            }
            let is_full = pending.moves.len() >= self.step_size() || pending.bytes >= STEP_BYTES;
            if !is_full {
                continue;
            }
            if is_first_pass {
                self.mark.scanned = scanned + meant.scanned();
            }
            if is_ticked {
                let looked_at = meant.scanned();
                self.mark.at = at + usize::try_from(looked_at).unwrap_or(usize::MAX);
                self.mark.gone = gone + (looked_at - found);
            } else if let Some(stored) = batch.stored(meant) {
                self.mark.after = Some(stored.cursor);
            }
            if let Some(driven) = self.step(std::mem::take(&mut pending)).await? {
                return Ok(Some(driven));
            }
            is_attended = true;
        }
        self.mark.at = batch.next.at;
        self.mark.after = batch.next.after;
        if is_first_pass {
            self.mark.scanned = scanned + batch.scanned;
        }
        self.mark.gone = gone + batch.gone;
        // Also when nothing of the batch was meant: so that it goes on from here, and is known to be attended.
        if pending.moves.is_empty() && is_attended {
            return Ok(None);
        }
        self.step(pending).await
    }

    /// Entries of the next step: of those that are tried first no more than are wanted.
    fn step_size(&self) -> usize {
        let missing = self
            .trying()
            .map_or(usize::MAX, |canary| self.missing(canary));
        self.throttle.size().min(missing).max(1)
    }

    /// What is asked of those that are tried first, as long as that is not decided.
    fn trying(&self) -> Option<Canary> {
        self.plan.canary.filter(|_| !self.mark.tried_well)
    }

    /// How many are still to be tried.
    fn missing(&self, canary: Canary) -> usize {
        let wanted = usize::try_from(canary.jobs).unwrap_or(usize::MAX);
        wanted.saturating_sub(self.mark.tried.len())
    }

    /// Makes a step of the pending entries; nothing when the work goes on.
    async fn step(&mut self, mut pending: Pending) -> StoreResult<Option<Driven>> {
        pending.sort();
        let trying = self.trying();
        let (moves, jids): (Vec<_>, Vec<_>) = pending.moves.into_iter().unzip();
        let load = Load {
            moves,
            jids,
            ..Load::default()
        };
        if let Some(driven) = self.send(load).await? {
            return Ok(Some(driven));
        }
        // How many are still to be tried, only its answer says.
        if trying.is_some()
            && let Some(driven) = self.settle().await?
        {
            return Ok(Some(driven));
        }
        if self.refused_in_a_row >= REFUSED_IN_A_ROW {
            let reason = self.mark.refused.last().map(|(reason, _)| reason.clone());
            let message = format!(
                "paused by itself: the store has refused {} jobs one after the other, the last one because {}",
                self.refused_in_a_row,
                reason.unwrap_or_default()
            );
            return self
                .turn(OperationState::Paused, Some(&message), Driven::Stuck)
                .await
                .map(Some);
        }
        if let Some(canary) = trying
            && self.missing(canary) == 0
        {
            return self.wait_for_tried(canary).await.map(Some);
        }
        Ok(None)
    }

    /// Sends a step; the one before it has been answered then. Nothing when the work goes on.
    pub(super) async fn send(&mut self, mut load: Load) -> StoreResult<Option<Driven>> {
        if self.shutdown.is_cancelled() && load.state.is_none() {
            return Ok(Some(Driven::Left));
        }
        let busy = u64::try_from(self.worked.elapsed().as_millis()).unwrap_or(0);
        if busy > 0 {
            self.mark.busy_ms += busy;
            self.worked = Instant::now();
        }
        load.mark = self.mark.write();
        match self.flights.send(load).await {
            Some(before) => self.take_in(before).await,
            None => Ok(None),
        }
    }

    /// Waits until nothing is on its way any more. Nothing when the work goes on.
    pub(super) async fn settle(&mut self) -> StoreResult<Option<Driven>> {
        while let Some(landed) = self.flights.settle().await {
            if let Some(driven) = self.take_in(landed).await? {
                return Ok(Some(driven));
            }
        }
        Ok(None)
    }

    /// Learns what became of a step, and pauses behind it if the store needs that.
    async fn take_in(&mut self, landed: Landed) -> StoreResult<Option<Driven>> {
        let load = landed.load;
        let (moved, newest_at) = match landed.answer? {
            Stepped::NotNow => return Ok(Some(Driven::Left)),
            Stepped::NotKept => {
                let entries = load.undoes.as_ref().map_or(0, |undone| undone.entries);
                self.mark.refuse(NOT_KEPT, entries);
                return Ok(None);
            }
            Stepped::Made { moved, newest_at } => (moved, newest_at),
        };
        self.newest_at = newest_at;
        self.learn(&load, &moved);
        let pause = self.throttle.made(load.entries(), landed.took);
        if !pause.is_zero() && load.state.is_none() {
            tokio::select! {
                () = tokio::time::sleep(pause.min(LEASE / 2)) => {}
                () = self.shutdown.cancelled() => {}
            }
        }
        Ok(None)
    }

    fn learn(&mut self, load: &Load, moved: &[Moved]) {
        let mut jids = load.jids.iter();
        for outcome in moved {
            let jid = jids.next();
            match outcome {
                Moved::Done => {
                    self.mark.pass_changed += 1;
                    self.refused_in_a_row = 0;
                    self.mark.tried.extend(jid.cloned().flatten());
                }
                Moved::Gone if load.undoes.is_some() => self.mark.refuse(NOT_THERE, 1),
                Moved::Gone => {}
                Moved::Refused(error) => {
                    self.refused_in_a_row += 1;
                    self.mark.refuse(&error.to_string(), 1);
                }
            }
        }
    }

    /// Writes that it is over.
    pub(super) async fn end(
        &mut self,
        state: OperationState,
        message: Option<&str>,
    ) -> StoreResult<Driven> {
        self.turn(state, message, Driven::Over).await
    }

    /// Writes how it stands from now on; then it is so, unless it is not this process's any more.
    async fn turn(
        &mut self,
        state: OperationState,
        message: Option<&str>,
        then: Driven,
    ) -> StoreResult<Driven> {
        Ok(self.tell(state, message).await?.unwrap_or(then))
    }

    /// Writes how it stands from now on; nothing when it was written.
    async fn tell(
        &mut self,
        state: OperationState,
        message: Option<&str>,
    ) -> StoreResult<Option<Driven>> {
        if let Some(driven) = self.settle().await? {
            return Ok(Some(driven));
        }
        let load = Load {
            state: Some((state, message.map(str::to_owned))),
            ..Load::default()
        };
        match self.send(load).await? {
            None => self.settle().await,
            driven => Ok(driven),
        }
    }

    async fn wait_for_tried(&mut self, canary: Canary) -> StoreResult<Driven> {
        let now = self.admin.store().now().await?;
        let until = now.plus_milliseconds(i64::from(canary.wait_seconds) * 1000);
        self.mark.tried_until = Some(until.0);
        let message = format!(
            "the first {} jobs are done; at least {} % of them must have succeeded for it to go on",
            self.mark.tried.len(),
            canary.percent
        );
        self.turn(OperationState::Waiting, Some(&message), Driven::Later)
            .await
    }

    /// What became of those that were tried first: nothing when it may go on.
    async fn judge(&mut self) -> StoreResult<Option<Driven>> {
        let until = self.mark.tried_until.unwrap_or_default();
        if self.admin.store().now().await?.0 < until {
            return Ok(Some(Driven::Later));
        }
        let Some(canary) = self.plan.canary else {
            return Ok(None);
        };
        match self.verdict(canary).await? {
            Verdict::GoOn => {
                self.mark.tried_well = true;
                self.tell(OperationState::Running, None).await
            }
            Verdict::Stop(message) => self
                .end(OperationState::Stopped, Some(&message))
                .await
                .map(Some),
        }
    }
}

/// Entries of a step that is being put together.
#[derive(Default)]
struct Pending {
    /// Each with its job id, if it is one of those that are tried first.
    moves: Vec<(StepMove, Option<String>)>,
    bytes: usize,
}

impl Pending {
    /// Those for the same queue beside each other, in their order: the store takes them together.
    fn sort(&mut self) {
        self.moves
            .sort_by(|(one, _), (other, _)| one.to.queue().cmp(&other.to.queue()));
    }

    fn add(&mut self, entry: StoredEntry, jid: Option<String>, to: Target) {
        self.bytes += entry.raw.len() * 2;
        let change = StepMove {
            entry,
            to,
            same_score: false,
        };
        self.moves.push((change, jid));
    }
}

/// Whether trying again later may help.
pub(super) fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. })
}
