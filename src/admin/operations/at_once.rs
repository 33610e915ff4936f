//! A few ticked entries, done while somebody waits: an operation, too, so that it can be undone, and is finished if this process dies.

use super::{drive::LEASE, mark::Mark};
use crate::admin::{Admin, AdminError, AdminResult, audit::Named, plan::Planner};
use crate::job::{Job, new_jid};
use crate::model::{ActionOutcome, Change, EntryId, OperationPlan, OperationState, Selection};
use crate::store::{Moved, Step, StepMove, Stepped, StoreError, StoreResult, StoredEntry, Target};

/// Most bytes of a step, about.
const STEP_BYTES: usize = 2 << 20;

/// Why an entry was left when somebody has ended the operation meanwhile.
const ENDED: &str = "the operation was stopped by somebody before its turn came";

/// An operation that this call is at work on.
pub(in crate::admin) struct AtOnce {
    id: String,
    owner: String,
    number: u64,
    mark: Mark,
    /// Entries that it is about.
    asked: usize,
    /// What those are called that were there.
    named: Named,
}

impl Admin {
    /// Takes down what is to be done; nothing when the store does not keep such notes (no right to, no memory): then it is done without.
    pub(in crate::admin) async fn begin_at_once(
        &self,
        planner: &Planner,
        entries: &[EntryId],
    ) -> AdminResult<Option<AtOnce>> {
        let plan = OperationPlan {
            change: Some(Change::Act(planner.action)),
            selection: Selection {
                entries: entries.to_vec(),
                ..Selection::default()
            },
            undoes: None,
            undone_words: None,
            before: planner.now,
            rate: None,
            canary: None,
            reason: self.reason.as_deref().map(str::to_owned),
            total: u64::try_from(entries.len()).unwrap_or(u64::MAX),
            at_once: true,
            limit: self.limit().clone(),
        };
        let owner = new_jid();
        match self.create_operation(&plan, Some(&owner)).await {
            Ok(id) => Ok(Some(AtOnce {
                id,
                owner,
                number: 0,
                mark: Mark::default(),
                asked: entries.len(),
                named: Named::default(),
            })),
            Err(AdminError::Store(
                error @ (StoreError::Unusable { .. } | StoreError::Refused { .. }),
            )) => {
                tracing::warn!(%error, "what is done now cannot be undone");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl AtOnce {
    /// What the jobs are called that were there.
    pub(in crate::admin) fn named(&self) -> &Named {
        &self.named
    }

    /// Does it to these entries, the next of those that it is about.
    pub(in crate::admin) async fn act_on(
        &mut self,
        admin: &Admin,
        planner: &Planner,
        ids: &[EntryId],
    ) -> StoreResult<Vec<(EntryId, ActionOutcome)>> {
        let mut outcomes: Vec<(EntryId, ActionOutcome)> = Vec::with_capacity(ids.len());
        let mut planned: Vec<(usize, StepMove)> = Vec::new();
        for (id, entry) in ids.iter().zip(admin.store.locate(ids).await?) {
            // What is beyond the limit is not told of.
            let outcome = match entry.filter(|entry| admin.is_within(entry)) {
                None => {
                    self.mark.gone += 1;
                    ActionOutcome::Gone
                }
                Some(entry) => {
                    let job = Job::new(entry.raw.clone());
                    self.named.note(&job);
                    match planner.plan_within(&entry, &job, admin.limit()) {
                        Err(reason) => {
                            self.mark.refuse(&reason, 1);
                            ActionOutcome::Refused(reason)
                        }
                        Ok(to) => {
                            planned.push((outcomes.len(), moved(entry, to)));
                            // Until the store says what became of it.
                            ActionOutcome::Gone
                        }
                    }
                }
            };
            outcomes.push((id.clone(), outcome));
        }
        let mut rest = planned.into_iter().peekable();
        while rest.peek().is_some() {
            let (mut indexes, mut moves, mut bytes) = (Vec::new(), Vec::new(), 0);
            while bytes < STEP_BYTES
                && let Some((index, change)) = rest.next()
            {
                bytes += change.entry.raw.len();
                indexes.push(index);
                moves.push(change);
            }
            let done = self.step(admin, &moves, None).await?;
            for (at, index) in indexes.into_iter().enumerate() {
                let outcome = match done.as_ref().and_then(|done| done.get(at)) {
                    Some(Moved::Done) => ActionOutcome::Done,
                    Some(Moved::Gone) => ActionOutcome::Gone,
                    Some(Moved::Refused(error)) => {
                        self.mark.refuse(&error.to_string(), 1);
                        ActionOutcome::Refused(error.to_string())
                    }
                    None => ActionOutcome::Refused(ENDED.to_owned()),
                };
                if let Some((_, known)) = outcomes.get_mut(index) {
                    *known = outcome;
                }
            }
        }
        self.mark.at += ids.len();
        self.mark.scanned = u64::try_from(self.mark.at).unwrap_or(u64::MAX);
        self.mark.matched = self.mark.scanned;
        Ok(outcomes)
    }

    /// Writes that it is over, or lets it go for others when it is not; answers its name if something can be undone.
    pub(in crate::admin) async fn end(
        mut self,
        admin: &Admin,
        done: usize,
        is_over: bool,
    ) -> Option<String> {
        if is_over && self.mark.at == self.asked {
            let ended = self
                .step(admin, &[], Some((OperationState::Done, None)))
                .await;
            if let Err(error) = ended {
                tracing::warn!(%error, id = self.id, "that an operation is over could not be written down: another process will");
            }
        } else if let Err(error) = admin.store.release_operation(&self.id, &self.owner).await {
            tracing::debug!(%error, id = self.id, "an operation cannot be let go");
        }
        (done > 0).then_some(self.id)
    }

    /// What became of the entries; nothing when it is not this call's any more.
    async fn step(
        &mut self,
        admin: &Admin,
        moves: &[StepMove],
        state: Option<(OperationState, Option<&str>)>,
    ) -> StoreResult<Option<Vec<Moved>>> {
        let mark = self.mark.write();
        let step = Step {
            id: &self.id,
            owner: &self.owner,
            lease: LEASE,
            number: self.number,
            moves,
            keeps: true,
            mark: &mark,
            undoes: None,
            state,
            kept_for: admin.options().undo_kept,
        };
        Ok(match admin.store.step_operation(step).await? {
            Stepped::Made { moved, .. } => {
                self.number += 1;
                Some(moved)
            }
            Stepped::NotNow | Stepped::NotKept => None,
        })
    }
}

fn moved(entry: StoredEntry, to: crate::store::Destination) -> StepMove {
    StepMove {
        entry,
        to: Target::Away(to),
        same_score: false,
    }
}
