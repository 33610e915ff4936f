//! Changes of many jobs, in the background, that can be trusted: looked at before, durable, throttled, undone.
//!
//! | file | owns |
//! | --- | --- |
//! | `preview`, `warnings` | what would happen, and what is better known before |
//! | `runner`, `drive`, `flight` | taking operations up, being at work on one, and its steps on their way |
//! | `walk`, `bound`, `changer` | which jobs are meant, and what becomes of each |
//! | `at_once` | ticked entries, for somebody who waits |
//! | `throttle` | how many at a time, how fast |
//! | `mark` | how far one has come |
//! | `canary`, `undo` | those that are tried first; putting back what was changed |

mod at_once;
mod bound;
mod canary;
mod changer;
mod drive;
mod flight;
mod mark;
mod preview;
mod runner;
mod throttle;
mod undo;
mod walk;
mod warnings;

pub use runner::OperationRunner;

use super::{
    Admin, AdminError, AdminResult,
    audit::{Deed, tell_place},
};
use crate::job::{Job, cut, new_jid};
use crate::model::{
    Action, Actor, AuditAction, AuditEvent, Change, EntryId, Kept, Operation, OperationPlan,
    OperationRequest, OperationState, Selection, Timestamp, Verb,
};
use crate::store::{Creation, NewOperation, OperationRecord};
use mark::Mark;
use std::{collections::HashSet, sync::Arc, time::Duration};
use walk::Walk;

/// Characters of an operation's name.
const NAME: usize = 16;

/// Most jobs that can be named one by one: what is to be done is read often.
const NAMED: usize = 1_000;

/// Longest reason, characters.
const REASON: usize = 500;

/// Most jobs that are tried first: each is looked for afterwards.
const TRIED: u32 = 200;

/// States in which something can still happen.
const OPEN: [OperationState; 3] = [
    OperationState::Running,
    OperationState::Waiting,
    OperationState::Paused,
];

impl Admin {
    /// Begins an operation: from here on it goes on by itself, also after a restart, wherever a Jobdeck works on this store.
    ///
    /// # Errors
    /// What is wrong with the request; the store's.
    pub async fn start_operation(&self, request: &OperationRequest) -> AdminResult<Operation> {
        let mut deed = self.begin(AuditAction::StartOperation).await?;
        deed.tell(|event| {
            event.filter = request.in_words();
            tell_selection(event, &request.selection);
            if let Some(reason) = &request.reason {
                event.reason.clone_from(reason);
            }
        });
        let begun = Box::pin(self.plan_and_begin(request)).await;
        if let Ok(operation) = &begun {
            deed.tell(|event| event.operation = Some(operation.id.clone()));
        }
        deed.end(begun).await
    }

    async fn plan_and_begin(&self, request: &OperationRequest) -> AdminResult<Operation> {
        let plan = self.plan_operation(request).await?;
        self.begin_operation(&plan).await
    }

    /// Begins what was planned.
    pub(super) async fn begin_operation(&self, plan: &OperationPlan) -> AdminResult<Operation> {
        let id = self.create_operation(plan, None).await?;
        self.operation(&id).await
    }

    /// Those that are not over, and the newest of the others (a few hundred), each newest first; of those that are limited to no other queues
    /// than whoever asks.
    ///
    /// # Errors
    /// The store's.
    pub async fn operations(&self) -> AdminResult<Vec<Operation>> {
        let mut records = self.store.current_operations(Duration::ZERO).await?;
        let open: HashSet<String> = records.iter().map(|record| record.id.clone()).collect();
        let newest = self.store.operations().await?;
        records.extend(
            newest
                .into_iter()
                .filter(|record| !open.contains(&record.id)),
        );
        let operations = records.into_iter().filter_map(shown);
        Ok(operations.filter(|it| self.covers(it)).collect())
    }

    /// How those stand that are not over, limited or not: numbers of the whole store.
    ///
    /// # Errors
    /// The store's.
    pub async fn current_states(&self) -> AdminResult<Vec<OperationState>> {
        let records = self.store.current_operations(Duration::ZERO).await?;
        Ok(records.into_iter().map(|record| record.state).collect())
    }

    /// One operation.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, no more, or one about other queues than whoever asks is limited to; the store's.
    pub async fn operation(&self, id: &str) -> AdminResult<Operation> {
        self.store
            .operation(id)
            .await?
            .and_then(shown)
            .filter(|operation| self.covers(operation))
            .ok_or_else(|| not_found(id))
    }

    /// Pauses an operation behind the step that it is at.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is over; the store's.
    pub async fn pause_operation(&self, id: &str) -> AdminResult<Operation> {
        let open = [OperationState::Running, OperationState::Waiting];
        let deed = self.begin_with(AuditAction::PauseOperation, id).await?;
        self.turn(deed, id, &open, OperationState::Paused).await
    }

    /// Lets a paused operation go on.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is not paused; the store's.
    pub async fn resume_operation(&self, id: &str) -> AdminResult<Operation> {
        let paused = [OperationState::Paused];
        let deed = self.begin_with(AuditAction::ResumeOperation, id).await?;
        self.turn(deed, id, &paused, OperationState::Running).await
    }

    /// Ends an operation before its end. What it has changed can be undone.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is over; the store's.
    pub async fn stop_operation(&self, id: &str) -> AdminResult<Operation> {
        let mut deed = self.begin_with(AuditAction::StopOperation, id).await?;
        // It is its end.
        deed.only_once(end_name(id));
        self.turn(deed, id, &OPEN, OperationState::Stopped).await
    }

    async fn begin_with(&self, action: AuditAction, id: &str) -> AdminResult<Deed> {
        self.begin_on(action, |event| event.operation = Some(id.to_owned()))
            .await
    }

    /// Takes down that an operation is over, once, whoever notices it.
    pub(super) async fn note_end(&self, record: OperationRecord) {
        let name = end_name(&record.id);
        if let Some(operation) = shown(record) {
            let mut event = AuditEvent::done(Actor::program(), AuditAction::EndOperation);
            tell_operation(&mut event, &operation);
            event.reason = operation.plan.reason.unwrap_or_default();
            if operation.state == OperationState::Stopped {
                event.details = "stopped before its end".to_owned();
                event.message = operation.message.unwrap_or_default();
            }
            self.note(event, Some(name)).await;
        }
    }

    /// Takes down that an operation has paused by itself.
    pub(super) async fn note_pause(&self, record: OperationRecord) {
        if let Some(operation) = shown(record) {
            let mut event = AuditEvent::done(Actor::program(), AuditAction::PauseOperation);
            tell_operation(&mut event, &operation);
            event.reason = operation.plan.reason.unwrap_or_default();
            event.message = operation.message.unwrap_or_default();
            self.note(event, None).await;
        }
    }

    /// Ends those that make this change, wherever they are at work, and says in each why. None of them makes a step any more then.
    pub(super) async fn stop_operations_of(&self, change: &Change, why: &str) -> AdminResult<()> {
        for record in self.store.current_operations(Duration::ZERO).await? {
            let id = record.id.clone();
            let operation = shown(record);
            let makes = operation
                .as_ref()
                .is_some_and(|it| it.plan.change.as_ref() == Some(change));
            let (to, kept_for) = (OperationState::Stopped, self.options().undo_kept);
            // One that is over by now is left as it is.
            if makes
                && self
                    .store
                    .turn_operation(&id, &OPEN, to, Some(why), kept_for)
                    .await?
            {
                let mut event =
                    AuditEvent::done(Actor::clone(&self.actor), AuditAction::StopOperation);
                if let Some(operation) = &operation {
                    tell_operation(&mut event, operation);
                }
                why.clone_into(&mut event.reason);
                self.note(event, Some(end_name(&id))).await;
            }
        }
        Ok(())
    }

    /// Begins an operation that puts back what another one has changed, as far as that is still where it was put.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is not over, is being undone, or nothing is kept of it; the store's.
    pub async fn undo_operation(&self, id: &str, reason: Option<&str>) -> AdminResult<Operation> {
        let mut deed = self
            .begin_on(AuditAction::UndoOperation, |event| {
                id.clone_into(&mut event.object);
                if let Some(reason) = reason {
                    reason.clone_into(&mut event.reason);
                }
            })
            .await?;
        let undo = Box::pin(self.begin_undo(id, reason)).await;
        if let Ok(undo) = &undo {
            deed.tell(|event| {
                event.operation = Some(undo.id.clone());
                event.filter = undo.plan.undone_words.clone().unwrap_or_default();
            });
        }
        deed.end(undo).await
    }

    async fn begin_undo(&self, id: &str, reason: Option<&str>) -> AdminResult<Operation> {
        let undone = self.operation(id).await?;
        if undone.plan.undoes.is_some() {
            return Err(AdminError::Refused(format!(
                "operation {id} is an undo itself: begin the operation that it undid anew"
            )));
        }
        let plan = OperationPlan {
            change: None,
            selection: Selection::default(),
            undoes: Some(id.to_owned()),
            undone_words: Some(undone.words),
            before: self.store.now().await?,
            rate: undone.plan.rate,
            canary: None,
            reason: checked_reason(reason)?,
            total: undone.kept.entries,
            at_once: false,
            limit: undone.plan.limit,
        };
        let undo = self.create_operation(&plan, None).await?;
        self.operation(&undo).await
    }

    /// Gives up what is kept of an operation, which then cannot be undone any more; answers what that was.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is not over, or is being undone; the store's.
    pub async fn free_operation(&self, id: &str) -> AdminResult<Kept> {
        let mut deed = self.begin_with(AuditAction::FreeOperation, id).await?;
        let freed = Box::pin(self.free(&mut deed, id)).await;
        deed.end(freed).await
    }

    async fn free(&self, deed: &mut Deed, id: &str) -> AdminResult<Kept> {
        let operation = self.operation(id).await?;
        deed.tell(|event| event.filter.clone_from(&operation.words));
        if !operation.state.is_over() {
            return Err(AdminError::Refused(format!(
                "operation {id} is not over: stop it first"
            )));
        }
        if let Some(undo) = &operation.undone_by
            && let Some(undo) = self.store.operation(undo).await?
            && !undo.state.is_over()
        {
            return Err(AdminError::Refused(format!(
                "operation {id} is being undone by {}: what is kept of it is needed for that",
                undo.id
            )));
        }
        let freed = self.store.free_kept(id).await?;
        deed.tell(|event| {
            event.details = format!("{} jobs, {} bytes", freed.entries, freed.bytes);
        });
        Ok(freed)
    }

    async fn turn(
        &self,
        mut deed: Deed,
        id: &str,
        from: &[OperationState],
        to: OperationState,
    ) -> AdminResult<Operation> {
        let turned = Box::pin(self.turn_from(id, from, to)).await;
        if let Ok(operation) = &turned {
            deed.tell(|event| tell_operation(event, operation));
        }
        deed.end(turned).await
    }

    async fn turn_from(
        &self,
        id: &str,
        from: &[OperationState],
        to: OperationState,
    ) -> AdminResult<Operation> {
        // Whether it may be told of.
        self.operation(id).await?;
        let turned = self
            .store
            .turn_operation(id, from, to, None, self.options().undo_kept)
            .await?;
        let operation = self.operation(id).await?;
        if !turned {
            return Err(AdminError::Refused(format!(
                "operation {id} is {}",
                operation.state.name()
            )));
        }
        self.operations_wake.notify_waiters();
        Ok(operation)
    }

    async fn create_operation(
        &self,
        plan: &OperationPlan,
        owner: Option<&str>,
    ) -> AdminResult<String> {
        let id: String = new_jid().chars().take(NAME).collect();
        let text = serde_json::to_string(plan)
            .map_err(|error| AdminError::Refused(format!("it cannot be written down: {error}")))?;
        let undoes = plan.undoes.as_deref();
        let new = NewOperation {
            id: &id,
            plan: &text,
            undoes,
            owner: owner.map(|owner| (owner, drive::LEASE)),
        };
        let undone = undoes.unwrap_or_default();
        match self.store.create_operation(new).await? {
            Creation::Made => {
                if owner.is_none() {
                    self.operations_wake.notify_waiters();
                }
                Ok(id)
            }
            Creation::StillRunning => Err(AdminError::Refused(format!(
                "operation {undone} is not over: stop it before it is undone"
            ))),
            Creation::BeingUndone => Err(AdminError::Refused(format!(
                "operation {undone} is being undone already"
            ))),
            Creation::NothingKept => Err(AdminError::Refused(format!(
                "nothing is kept of operation {undone} that could be put back: its time is over, it was freed, or it has changed nothing"
            ))),
        }
    }

    /// The request as it would be confirmed now, checked.
    pub(super) async fn plan_operation(
        &self,
        request: &OperationRequest,
    ) -> AdminResult<OperationPlan> {
        check_change(&request.change)?;
        let selection = &request.selection;
        for place in &selection.places {
            self.require_place(place)?;
        }
        self.require_entries(&selection.entries)?;
        if let Change::MoveTo { queue } = &request.change {
            self.require_queue(queue)?;
        }
        if selection.places.is_empty() && selection.entries.is_empty() {
            return Err(wrong(
                "from",
                "it names no place: say where the jobs are (scheduled, retries, dead or queue:NAME), or which they are",
            ));
        }
        if selection.entries.len() > NAMED {
            return Err(wrong(
                "entries",
                format!(
                    "{} jobs are too many to be named one by one: {NAMED} at most, or say where they are and which by a filter",
                    selection.entries.len()
                ),
            ));
        }
        // Nothing named is not the same as everything.
        let query = selection.filter.query.as_deref();
        if query.is_some_and(|query| query.trim().is_empty()) {
            return Err(wrong(
                "filter",
                "the search is empty: leave it out to mean all jobs",
            ));
        }
        // Of places for which the change means nothing, no job is meant.
        let mut meant = selection.clone();
        meant.places.retain(|place| request.change.is_for(place));
        let fits = |id: &EntryId| request.change.is_for(&id.place);
        if meant.places.is_empty() && !meant.entries.iter().any(fits) {
            return Err(wrong(
                "action",
                format!(
                    "`{}` means nothing for jobs of these places",
                    request.change.name()
                ),
            ));
        }
        if request.rate == Some(0) {
            return Err(wrong(
                "rate",
                "a rate of 0 jobs a second never ends: give one at least, or none",
            ));
        }
        if let Some(canary) = request.canary {
            check_canary(canary, &request.change)?;
        }
        let now = self.store.now().await?;
        let mut plan = OperationPlan {
            change: Some(request.change.clone()),
            selection: meant,
            undoes: None,
            undone_words: None,
            before: request.before.map_or(now, |before| before.min(now)),
            rate: request.rate,
            canary: request.canary,
            reason: checked_reason(request.reason.as_deref().or(self.reason.as_deref()))?,
            total: 0,
            at_once: false,
            limit: self.limit().clone(),
        };
        let walk = Walk::new(self.store.clone(), Arc::new(plan.clone()));
        // A search that cannot be read is said now, not when it is at work.
        walk.check()?;
        plan.total = walk.total().await?;
        Ok(plan)
    }
}

/// Name under which the end of an operation is told once.
fn end_name(id: &str) -> String {
    format!("end:{id}")
}

/// Puts into the event what an operation is, and how far it has come.
fn tell_operation(event: &mut AuditEvent, operation: &Operation) {
    event.operation = Some(operation.id.clone());
    event.filter.clone_from(&operation.words);
    tell_selection(event, &operation.plan.selection);
    event.done = operation.progress.done;
    event.gone = operation.progress.gone;
    event.refused = operation.progress.refused_total();
}

fn tell_selection(event: &mut AuditEvent, selection: &Selection) {
    let entries = selection.entries.iter().map(|entry| &entry.place);
    for place in selection.places.iter().chain(entries) {
        tell_place(event, place);
    }
    event.class = selection.filter.class.clone().unwrap_or_default();
    if !selection.entries.is_empty() {
        event.count = u64::try_from(selection.entries.len()).ok();
    }
}

pub(super) fn not_found(id: &str) -> AdminError {
    AdminError::NotFound(format!(
        "there is no operation {}; those that are over are kept for a week",
        cut(id, 100)
    ))
}

pub(super) fn checked_reason(reason: Option<&str>) -> AdminResult<Option<String>> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    match reason {
        Some(reason) if reason.chars().count() > REASON => Err(wrong(
            "reason",
            format!("the reason is longer than {REASON} characters"),
        )),
        reason => Ok(reason.map(str::to_owned)),
    }
}

/// A part of a request that is not acceptable.
pub(super) fn wrong(field: &'static str, reason: impl Into<String>) -> AdminError {
    AdminError::Field {
        field,
        reason: reason.into(),
    }
}

fn check_change(change: &Change) -> AdminResult<()> {
    match change {
        Change::Act(Action::Reschedule { at, .. })
            if !(Timestamp(0)..Timestamp::YEAR_10000).contains(at) =>
        {
            Err(wrong(
                "at",
                "the time to reschedule for must be in the years 1970 to 9999",
            ))
        }
        Change::MoveTo { queue } if queue.trim().is_empty() => Err(wrong(
            "queue",
            "it does not say into which queue: give its name",
        )),
        Change::Edit { path, value } => {
            // A job in which every path of one step leads somewhere: what is wrong with the rest is wrong for every job.
            let probe = Job::new(r#"{"args":[]}"#).edited_at(path, value);
            match probe {
                Err(error) if !error.leads_nowhere() => {
                    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok();
                    let field = if is_json { "path" } else { "value" };
                    Err(wrong(field, error.to_string()))
                }
                _ => Ok(()),
            }
        }
        Change::Act(_) | Change::MoveTo { .. } | Change::Hold { .. } => Ok(()),
    }
}

fn check_canary(canary: crate::model::Canary, change: &Change) -> AdminResult<()> {
    let is_run = matches!(change, Change::Act(action) if matches!(action.verb(), Verb::Retry | Verb::Enqueue));
    Err(if !is_run {
        wrong(
            "canary",
            "only what is retried or enqueued can be tried first",
        )
    } else if !(1..=TRIED).contains(&canary.jobs) {
        wrong(
            "canary.jobs",
            format!("from 1 to {TRIED} jobs can be tried first"),
        )
    } else if !(1..=86_400).contains(&canary.wait_seconds) {
        wrong(
            "canary.wait_seconds",
            "it can wait from 1 second to 1 day for those that are tried first",
        )
    } else if !(1..=100).contains(&canary.percent) {
        wrong(
            "canary.percent",
            "from 1 to 100 % of those that are tried first can be asked for",
        )
    } else {
        return Ok(());
    })
}

/// For people; nothing for a record that another version wrote.
pub(crate) fn shown(record: OperationRecord) -> Option<Operation> {
    let plan: OperationPlan = serde_json::from_str(&record.plan).ok()?;
    let mark = Mark::read(&record.mark).unwrap_or_default();
    Some(Operation {
        progress: mark.progress(record.done, record.gone, plan.total),
        words: plan.in_words(),
        plan,
        state: record.state,
        message: record.message,
        created_at: record.created_at,
        updated_at: record.updated_at,
        finished_at: record.finished_at,
        kept: record.kept,
        undone_by: record.undone_by,
        attended: record.owner.is_some(),
        id: record.id,
    })
}

/// How long what an operation has changed is kept, unless the options say otherwise.
pub(super) const UNDO_KEPT: Duration = Duration::from_secs(24 * 3_600);
