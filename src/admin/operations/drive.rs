//! Being at work on one operation, from where it is to its end.

use super::{
    canary::Verdict,
    changer::{Changer, Planned},
    mark::Mark,
    throttle::Throttle,
    walk::{Batch, Position, Walk},
};
use crate::admin::Admin;
use crate::job::{Job, TimeUnit};
use crate::model::{Canary, Change, OperationPlan, OperationState, Place};
use crate::store::{
    Moved, OperationRecord, Step, StepMove, Stepped, StoreError, StoreResult, StoredEntry, Target,
    Undone,
};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
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

/// How being at work on an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driven {
    /// It is over.
    Over,
    /// Somebody has paused or stopped it, or another process is at work on it.
    Left,
    /// It waits for something, and is to be taken up again.
    Later,
}

/// One process's work on one operation.
pub(super) struct Drive<'work> {
    pub(super) admin: &'work Admin,
    pub(super) owner: &'work str,
    pub(super) id: &'work str,
    pub(super) plan: &'work OperationPlan,
    pub(super) mark: Mark,
    /// The number of the next step.
    pub(super) number: u64,
    /// Set when the process is to end.
    pub(super) shutdown: &'work CancellationToken,
    throttle: Throttle,
    worked: Instant,
    refused_in_a_row: u64,
}

/// What became of one step.
pub(super) enum Made {
    Yes { moved: Vec<Moved>, newest_at: u64 },
    NotKept,
    Left,
}

impl<'work> Drive<'work> {
    pub(super) fn new(
        admin: &'work Admin,
        owner: &'work str,
        record: &'work OperationRecord,
        plan: &'work OperationPlan,
        shutdown: &'work CancellationToken,
    ) -> Result<Self, String> {
        Ok(Self {
            admin,
            owner,
            id: &record.id,
            plan,
            mark: Mark::read(&record.mark)?,
            number: record.step,
            shutdown,
            throttle: Throttle::new(plan.rate),
            worked: Instant::now(),
            refused_in_a_row: 0,
        })
    }

    /// Works until it is over, or somebody says otherwise.
    pub(super) async fn run(mut self) -> StoreResult<Driven> {
        if self.mark.tried_until.is_some() && !self.mark.tried_well {
            match self.judge().await? {
                Some(driven) => return Ok(driven),
                None => self.mark.tried_well = true,
            }
        }
        match (&self.plan.change, &self.plan.undoes) {
            (Some(change), _) => self.change(change).await,
            (None, Some(undone)) => self.undo(undone).await,
            (None, None) => self.end(OperationState::Done, None).await,
        }
    }

    async fn change(&mut self, change: &'work Change) -> StoreResult<Driven> {
        let walk = Walk::new(self.admin.store().clone(), self.plan);
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
        walk: &Walk<'_>,
    ) -> StoreResult<Option<Driven>> {
        let mut reader = walk.read(Position::of(&self.mark))?;
        while let Some(batch) = reader.next().await? {
            if let Some(driven) = self.work_on(change, fleet_unit, batch).await? {
                return Ok(Some(driven));
            }
        }
        Ok(None)
    }

    /// Behind a queue in which something was changed: through it once more.
    fn turn_back(&mut self, walk: &Walk<'_>) {
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
        change: &'work Change,
        fleet_unit: Option<TimeUnit>,
        walk: &Walk<'_>,
    ) -> StoreResult<Option<Driven>> {
        let (sender, mut batches) = mpsc::channel::<StoreResult<Batch>>(READ_AHEAD);
        let mut reader = walk.read(Position::of(&self.mark))?;
        let reading = async move {
            loop {
                let batch = match reader.next().await {
                    Ok(Some(batch)) => Ok(batch),
                    Ok(None) => return,
                    Err(error) => Err(error),
                };
                let is_last = batch.is_err();
                if sender.send(batch).await.is_err() || is_last {
                    return;
                }
            }
        };
        let working = async {
            while let Some(batch) = batches.recv().await {
                if let Some(driven) = self.work_on(change, fleet_unit, batch?).await? {
                    // The reader ends when nobody takes its batches.
                    batches.close();
                    while batches.try_recv().is_ok() {}
                    return Ok(Some(driven));
                }
            }
            Ok(None)
        };
        let ((), worked) = tokio::join!(reading, working);
        worked
    }

    /// Makes the steps of a batch; nothing when all went well.
    async fn work_on(
        &mut self,
        change: &Change,
        fleet_unit: Option<TimeUnit>,
        batch: Batch,
    ) -> StoreResult<Option<Driven>> {
        let changer = Changer {
            change,
            now: batch.now,
            fleet_unit,
        };
        let is_ticked = !self.plan.selection.entries.is_empty();
        let is_first_pass = self.mark.passes == 0;
        let scanned = self.mark.scanned;
        let mut pending = Pending::default();
        for meant in batch.meant {
            if is_first_pass {
                self.mark.scanned = scanned + meant.scanned;
            }
            if !is_ticked {
                self.mark.after = Some(meant.entry.cursor.clone());
            }
            match changer.plan(&meant.entry, &meant.job) {
                Planned::IsSo => {}
                Planned::Stays(reason) => {
                    self.mark.matched += 1;
                    self.mark.refuse(&reason, 1);
                }
                Planned::Goes(to) => {
                    self.mark.matched += 1;
                    pending.add(meant.entry, &meant.job, to);
                }
            }
            let is_full = pending.moves.len() >= self.step_size() || pending.bytes >= STEP_BYTES;
            if is_full && let Some(driven) = self.step(std::mem::take(&mut pending)).await? {
                return Ok(Some(driven));
            }
        }
        self.mark.at = batch.next.at;
        self.mark.after = batch.next.after;
        if is_first_pass {
            self.mark.scanned = scanned + batch.scanned;
        }
        self.mark.gone += batch.gone;
        // Also without a change: so that it goes on from here, and is known to be attended.
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
        let Made::Yes { moved, .. } = self.make(&pending.moves, None, None).await? else {
            return Ok(Some(Driven::Left));
        };
        let mut done = 0;
        for (outcome, jid) in moved.iter().zip(&pending.jids) {
            match outcome {
                Moved::Done => {
                    done += 1;
                    self.refused_in_a_row = 0;
                    if trying.is_some() {
                        self.mark.tried.push(jid.clone());
                    }
                }
                Moved::Gone => {}
                Moved::Refused(error) => {
                    self.refused_in_a_row += 1;
                    self.mark.refuse(&error.to_string(), 1);
                }
            }
        }
        self.mark.pass_changed += done;
        if self.refused_in_a_row >= REFUSED_IN_A_ROW {
            let reason = self.mark.refused.last().map(|(reason, _)| reason.clone());
            let message = format!(
                "paused by itself: the store has refused {} jobs one after the other, the last one because {}",
                self.refused_in_a_row,
                reason.unwrap_or_default()
            );
            return self
                .turn(OperationState::Paused, Some(&message), Driven::Left)
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

    /// One call of the store, and the pause behind it.
    pub(super) async fn make(
        &mut self,
        moves: &[StepMove],
        undoes: Option<Undone<'_>>,
        state: Option<(OperationState, Option<&str>)>,
    ) -> StoreResult<Made> {
        if self.shutdown.is_cancelled() && state.is_none() {
            return Ok(Made::Left);
        }
        let busy = u64::try_from(self.worked.elapsed().as_millis()).unwrap_or(0);
        if busy > 0 {
            self.mark.busy_ms += busy;
            self.worked = Instant::now();
        }
        let mark = self.mark.write();
        let started = Instant::now();
        let step = Step {
            id: self.id,
            owner: self.owner,
            lease: LEASE,
            number: self.number,
            moves,
            keeps: self.plan.undoes.is_none(),
            mark: &mark,
            undoes,
            state,
            kept_for: self.admin.options.undo_kept,
        };
        let entries = moves.len() + undoes.map_or(0, |undone| undone.adds.len());
        match self.admin.store().step_operation(step).await? {
            Stepped::NotNow => Ok(Made::Left),
            Stepped::NotKept => Ok(Made::NotKept),
            Stepped::Made { moved, newest_at } => {
                self.number += 1;
                let pause = self.throttle.made(entries, started.elapsed());
                if !pause.is_zero() && state.is_none() {
                    tokio::select! {
                        () = tokio::time::sleep(pause.min(LEASE / 2)) => {}
                        () = self.shutdown.cancelled() => {}
                    }
                }
                Ok(Made::Yes { moved, newest_at })
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
        Ok(match self.make(&[], None, Some((state, message))).await? {
            Made::Yes { .. } => then,
            Made::NotKept | Made::Left => Driven::Left,
        })
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
                let going_on = Some((OperationState::Running, None));
                Ok(match self.make(&[], None, going_on).await? {
                    Made::Yes { .. } => None,
                    Made::NotKept | Made::Left => Some(Driven::Left),
                })
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
    moves: Vec<StepMove>,
    /// Their job ids.
    jids: Vec<String>,
    bytes: usize,
}

impl Pending {
    /// Those for the same queue beside each other, in their order: the store takes them together.
    fn sort(&mut self) {
        let mut sorted: Vec<_> = std::mem::take(&mut self.moves)
            .into_iter()
            .zip(std::mem::take(&mut self.jids))
            .collect();
        sorted.sort_by(|(one, _), (other, _)| one.to.queue().cmp(&other.to.queue()));
        (self.moves, self.jids) = sorted.into_iter().unzip();
    }

    fn add(&mut self, entry: StoredEntry, job: &Job, to: Target) {
        self.bytes += entry.raw.len() * 2;
        self.jids.push(job.jid().unwrap_or_default());
        self.moves.push(StepMove {
            entry,
            to,
            same_score: false,
        });
    }
}

/// Whether trying again later may help.
pub(super) fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. })
}
