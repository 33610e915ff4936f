//! Letting go what a hold holds, before its time.

use super::{ENDED, not_found};
use crate::admin::audit::Deed;
use crate::admin::operations::wrong;
use crate::admin::{Admin, AdminResult};
use crate::job::cut;
use crate::model::{
    Action, AuditAction, Change, Hold, JobFilter, Operation, OperationRequest, Place, Selection,
    Set, Timestamp,
};

/// Longest span that what is released can be spread over, seconds: a week.
const LONGEST_SPREAD: u32 = 7 * 86_400;

/// Characters of the reason that an operation gets.
const REASON: usize = 200;

/// How what is held is released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Most jobs a second; nothing: as fast as the store can without others noticing.
    pub rate: Option<u32>,
    /// Each job becomes due at a time from now to so many seconds later; 0: into their queues at once.
    pub spread_seconds: u32,
}

impl Admin {
    /// Ends a hold, and begins an operation that lets what waits for its end be tried now.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; a rate of none or a spread beyond a week; the store's: then the hold goes on.
    pub async fn release_hold(&self, id: &str, release: Release) -> AdminResult<Operation> {
        let mut deed = self
            .begin_on(AuditAction::ReleaseHold, |event| {
                id.clone_into(&mut event.object);
            })
            .await?;
        let released = Box::pin(self.let_go(&mut deed, id, release)).await;
        deed.end(released).await
    }

    async fn let_go(&self, deed: &mut Deed, id: &str, release: Release) -> AdminResult<Operation> {
        if release.spread_seconds > LONGEST_SPREAD {
            return Err(wrong(
                "spread_seconds",
                "what is released can be spread over a week at most",
            ));
        }
        let hold = self.hold_in_force(id).await?;
        deed.tell(|event| event.filter.clone_from(&hold.query));
        let request = release.operation(&hold, self.store.now().await?);
        // What is wrong is said before anything is changed.
        let mut plan = self.plan_operation(&request).await?;
        // Whatever waits for this end is meant, also what has failed just now, or by a clock that is fast: nobody else would let it go.
        plan.before = hold.until;
        // Both first, or they would be held again.
        self.stop_moving(&hold, ENDED).await?;
        if !self.store.delete_hold(id).await? {
            return Err(not_found(id));
        }
        match self.begin_operation(&plan).await {
            Ok(operation) => {
                deed.tell(|event| event.operation = Some(operation.id.clone()));
                Ok(operation)
            }
            Err(error) => {
                if let Err(error) = self.store.put_hold(&hold).await {
                    tracing::warn!(%error, id, "a hold is gone although what it held could not be released: the jobs are due at its end");
                }
                Err(error)
            }
        }
    }
}

impl Release {
    /// The operation that lets go what waits for the end of this hold.
    fn operation(self, hold: &Hold, now: Timestamp) -> OperationRequest {
        let action = match self.spread_seconds {
            0 => Action::Retry,
            spread_seconds => Action::Reschedule {
                at: now,
                spread_seconds,
            },
        };
        OperationRequest {
            change: Change::Act(action),
            selection: Selection {
                places: vec![Place::Set(Set::Retries)],
                // Where they wait says which they are: what the search means may have changed with the time.
                filter: JobFilter {
                    from: Some(hold.until),
                    to: Some(hold.until),
                    ..JobFilter::default()
                },
                entries: Vec::new(),
            },
            before: None,
            rate: self.rate,
            canary: None,
            reason: Some(cut(
                &format!("released: retries {}", hold.in_words()),
                REASON,
            )),
        }
    }
}
