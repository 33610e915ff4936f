//! Verbs done to entries.

use super::{
    Admin, AdminResult,
    audit::{Deed, tell_place},
    plan::Planner,
};
use crate::model::{Action, ActionOutcome, ActionReport, AuditEvent, Change, EntryId, Verb};
use crate::store::{Move, Moved, StoreResult};

/// Entries that one round of an action takes on.
const SLICE: usize = 100;

impl Admin {
    /// Does `action` to each entry that is still there.
    ///
    /// Each entry is moved in one step of the store which proves that it was there: of two operators one does it, the other is told that
    /// it is gone.
    ///
    /// # Errors
    /// [`AdminError::Beyond`](super::AdminError::Beyond) for entries of another's queue; the store's: then some may have been done, ask again to
    /// see.
    pub async fn act(&self, action: Action, entries: &[EntryId]) -> AdminResult<ActionReport> {
        let deed = self
            .begin_on(action.verb().into(), |event| {
                event.count = Some(u64::try_from(entries.len()).unwrap_or(u64::MAX));
                event.details = Change::Act(action).detail().trim().to_owned();
                for entry in entries {
                    tell_place(event, &entry.place);
                }
            })
            .await?;
        let mut deed = deed.allowed(self.require_entries(entries)).await?;
        let report = Box::pin(self.act_for(&mut deed, action, entries)).await;
        deed.end(report).await
    }

    async fn act_for(
        &self,
        deed: &mut Deed,
        action: Action,
        entries: &[EntryId],
    ) -> AdminResult<ActionReport> {
        let verb = action.verb();
        let planner = Planner {
            action,
            now: self.store.now().await?,
            fleet_unit: match verb {
                Verb::Retry | Verb::Enqueue => self.fleet_unit().await,
                Verb::Reschedule | Verb::Kill | Verb::Delete => None,
            },
        };
        let mut report = ActionReport {
            verb,
            outcomes: Vec::with_capacity(entries.len()),
            operation: None,
        };
        let mut by = self.begin_at_once(&planner, entries).await?;
        let mut failure = None;
        for ids in entries.chunks(SLICE) {
            let done = match &mut by {
                Some(operation) => {
                    let step = operation.act_on(self, &planner, ids);
                    Box::pin(step).await
                }
                None => self.act_on(&planner, ids).await,
            };
            match done {
                Ok(outcomes) => {
                    report.outcomes.extend(outcomes);
                    deed.tell(|event| tell(event, &report));
                    if let Some(operation) = &by {
                        deed.tell(|event| operation.named().tell(event));
                    }
                }
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        self.searches.outdate();
        if let Some(operation) = by {
            let done = report.done();
            report.operation = operation.end(self, done, failure.is_none()).await;
        }
        deed.tell(|event| event.operation.clone_from(&report.operation));
        match failure {
            None => Ok(report),
            Some(error) => Err(error.into()),
        }
    }

    /// For a store that does not take down operations: there is no way back then.
    async fn act_on(
        &self,
        planner: &Planner,
        ids: &[EntryId],
    ) -> StoreResult<Vec<(EntryId, ActionOutcome)>> {
        let mut outcomes: Vec<(EntryId, ActionOutcome)> = Vec::with_capacity(ids.len());
        let mut moves = Vec::new();
        let mut moved = Vec::new();
        for (id, entry) in ids.iter().zip(self.store.locate(ids).await?) {
            let within = entry.filter(|entry| self.is_within(entry));
            let outcome = match within.map(|entry| (planner.plan(&entry, self.limit()), entry)) {
                None => ActionOutcome::Gone,
                Some((Err(reason), _)) => ActionOutcome::Refused(reason),
                Some((Ok(to), entry)) => {
                    moves.push(Move { entry, to });
                    moved.push(outcomes.len());
                    // Until the store says what became of it.
                    ActionOutcome::Gone
                }
            };
            outcomes.push((id.clone(), outcome));
        }
        if moves.is_empty() {
            return Ok(outcomes);
        }
        for (index, moved) in moved.into_iter().zip(self.store.apply(&moves).await?) {
            if let Some((_, outcome)) = outcomes.get_mut(index) {
                *outcome = match moved {
                    Moved::Done => ActionOutcome::Done,
                    Moved::Gone => ActionOutcome::Gone,
                    Moved::Refused(error) => ActionOutcome::Refused(error.to_string()),
                };
            }
        }
        Ok(outcomes)
    }
}

/// Puts into the event what has become of the entries so far.
fn tell(event: &mut AuditEvent, report: &ActionReport) {
    (event.done, event.gone, event.refused) = (0, 0, 0);
    for (_, outcome) in &report.outcomes {
        match outcome {
            ActionOutcome::Done => event.done += 1,
            ActionOutcome::Gone => event.gone += 1,
            ActionOutcome::Refused(_) => event.refused += 1,
        }
    }
}
