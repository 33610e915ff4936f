//! Holds: retries that are kept from being tried for a while, instead of failing again and again.
//!
//! A hold moves the retries that it means to its own end, where they wait; `keeper` does so with those that come due while it is in force.
//! `wanted` is what is checked before one begins, `release` its end before its time.

mod keeper;
mod release;
mod wanted;

pub use keeper::HoldKeeper;
pub use release::Release;

use super::{Admin, AdminError, AdminResult};
use crate::holds::filter;
use crate::job::{cut, new_jid};
use crate::model::{
    Actor, AuditAction, AuditEvent, Change, Hold, HoldRequest, HoldStatus, Operation,
    OperationPreview, PageRequest, Place, Right, Set, Timestamp, held_group,
};
use crate::store::{SharedStore, StoreResult, listing};
use std::time::Duration;
use wanted::own_millisecond;

/// Characters of a hold's name.
const NAME: usize = 16;

/// Why the operation of a hold goes on no more.
const ENDED: &str = "its hold was released or ended";

/// How long one of its retries is looked for, which says what a group of failures is.
const NAMING: Duration = Duration::from_secs(1);

impl Admin {
    /// The holds that are in force, those that end first first, each with how many retries wait for its end; of those that are limited to no
    /// other queues than whoever asks.
    ///
    /// # Errors
    /// The store's.
    pub async fn holds(&self) -> AdminResult<Vec<HoldStatus>> {
        let now = self.store.now().await?;
        let mut holds = in_force(&self.store, now).await?;
        holds.retain(|status| self.limit().covers(&status.hold.limit));
        Ok(holds)
    }

    /// One hold.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, or it is over; the store's.
    pub async fn hold(&self, id: &str) -> AdminResult<HoldStatus> {
        let hold = self.hold_in_force(id).await?;
        self.status_of(hold).await
    }

    /// Counts and shows which retries a hold would move now, for at most `budget`. Nothing is changed.
    ///
    /// # Errors
    /// What is wrong with the request; the store's.
    pub async fn preview_hold(
        &self,
        request: &HoldRequest,
        budget: Duration,
    ) -> AdminResult<OperationPreview> {
        self.require(Right::HoldRetries)?;
        let wanted = self.wanted_hold(request).await?;
        let moving = wanted.moving(request.until);
        let mut preview = self.preview_operation(&moving, budget).await?;
        if let Some(hold) = wanted.replaced() {
            preview.warnings.push(format!(
                "these retries are held until {} already: this hold takes the place of that one",
                hold.until
            ));
        }
        Ok(preview)
    }

    /// Holds the retries that a search means until a time: from now on none that comes due is tried, and an operation moves those that there
    /// are. A hold with the same search that ends before is replaced.
    ///
    /// # Errors
    /// What is wrong with the request; [`AdminError::Refused`] when the same is held for as long already, or there are too many holds; the
    /// store's.
    pub async fn start_hold(&self, request: &HoldRequest) -> AdminResult<(HoldStatus, Operation)> {
        let mut deed = self
            .begin_on(AuditAction::StartHold, |event| {
                event.filter.clone_from(&request.query);
                event.details = format!("until {}", request.until);
                if let Some(reason) = &request.reason {
                    event.reason.clone_from(reason);
                }
            })
            .await?;
        let begun = Box::pin(self.begin_hold(request)).await;
        if let Ok((status, operation)) = &begun {
            deed.tell(|event| {
                event.object.clone_from(&status.hold.id);
                event.operation = Some(operation.id.clone());
            });
        }
        deed.end(begun).await
    }

    async fn begin_hold(&self, request: &HoldRequest) -> AdminResult<(HoldStatus, Operation)> {
        let wanted = self.wanted_hold(request).await?;
        let until = own_millisecond(request.until, wanted.now, &wanted.known);
        let plan = self.plan_operation(&wanted.moving(until)).await?;
        let hold = Hold {
            id: new_jid().chars().take(NAME).collect(),
            name: self.name_of(&wanted.query).await?,
            query: wanted.query.clone(),
            until,
            reason: wanted.reason.clone(),
            created_at: wanted.now,
            limit: self.limit().clone(),
        };
        remove_over(self, &wanted.known, wanted.now).await?;
        if let Some(replaced) = wanted.replaced() {
            // Or the one would take from the other what it has moved.
            self.stop_moving(replaced, "a longer hold takes the place of its hold")
                .await?;
        }
        self.store.put_hold(&hold).await?;
        let operation = match self.begin_operation(&plan).await {
            Ok(operation) => operation,
            Err(error) => {
                // Half a hold would be a surprise.
                if let Err(error) = self.store.delete_hold(&hold.id).await {
                    tracing::warn!(%error, id = hold.id, "a hold that could not begin could not be removed either");
                }
                return Err(error);
            }
        };
        if let Some(replaced) = wanted.replaced() {
            self.store.delete_hold(&replaced.id).await?;
        }
        Ok((self.status_of(hold).await?, operation))
    }

    /// Ends a hold and leaves what waits for its end where it is: it is due then.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; the store's.
    pub async fn end_hold(&self, id: &str) -> AdminResult<HoldStatus> {
        let mut deed = self
            .begin_on(AuditAction::EndHold, |event| {
                id.clone_into(&mut event.object);
            })
            .await?;
        let ended = Box::pin(self.remove_hold(id)).await;
        if let Ok(status) = &ended {
            deed.tell(|event| {
                event.filter.clone_from(&status.hold.query);
                event.count = Some(status.held);
            });
        }
        deed.end(ended).await
    }

    async fn remove_hold(&self, id: &str) -> AdminResult<HoldStatus> {
        let hold = self.hold_in_force(id).await?;
        self.stop_moving(&hold, ENDED).await?;
        if !self.store.delete_hold(id).await? {
            return Err(not_found(id));
        }
        self.status_of(hold).await
    }

    async fn hold_in_force(&self, id: &str) -> AdminResult<Hold> {
        let holds = self.store.holds().await?;
        let hold = holds.into_iter().find(|hold| hold.id == id);
        let now = self.store.now().await?;
        hold.filter(|hold| hold.is_in_force(now) && self.limit().covers(&hold.limit))
            .ok_or_else(|| not_found(id))
    }

    /// Stops the operation that moves what there is to the end of a hold, if that is still under way: what it moved from now on would wait
    /// for a hold that is no more.
    async fn stop_moving(&self, hold: &Hold, why: &str) -> AdminResult<()> {
        // No other hold ends in the same millisecond.
        let moving = Change::Hold { until: hold.until };
        self.stop_operations_of(&moving, why).await
    }

    async fn status_of(&self, hold: Hold) -> AdminResult<HoldStatus> {
        let held = self.store.held(std::slice::from_ref(&hold)).await?;
        Ok(HoldStatus {
            held: held.first().copied().unwrap_or(0),
            hold,
        })
    }

    /// What a group of failures is, by one of its retries; empty for any other search, and when none is found soon.
    async fn name_of(&self, query: &str) -> AdminResult<String> {
        if held_group(query).is_none() {
            return Ok(String::new());
        }
        let request = PageRequest {
            filter: filter(query),
            limit: 1,
            ..PageRequest::default()
        };
        let retries = Place::Set(Set::Retries);
        let page = listing::page(
            self.store.as_ref(),
            &retries,
            &request,
            NAMING,
            &self.shown_redactor(),
            self.limit(),
        )
        .await?;
        Ok(page
            .entries
            .first()
            .map_or_else(String::new, |entry| match &entry.error_class {
                Some(error) => format!("{} {error}", entry.class),
                None => entry.class.clone(),
            }))
    }
}

/// The holds of a store that are in force, those that end first first, each with how many retries wait for its end.
pub(crate) async fn in_force(store: &SharedStore, now: Timestamp) -> StoreResult<Vec<HoldStatus>> {
    let mut holds = store.holds().await?;
    holds.retain(|hold| hold.is_in_force(now));
    if holds.is_empty() {
        return Ok(Vec::new());
    }
    holds.sort_by(|one, other| (one.until, &one.id).cmp(&(other.until, &other.id)));
    let held = store.held(&holds).await?;
    Ok(holds
        .into_iter()
        .zip(held)
        .map(|(hold, held)| HoldStatus { hold, held })
        .collect())
}

/// Removes those of these holds that are over. Their jobs are due.
async fn remove_over(admin: &Admin, holds: &[Hold], now: Timestamp) -> StoreResult<()> {
    for hold in holds.iter().filter(|hold| !hold.is_in_force(now)) {
        // Of several Jobdecks one says so.
        if admin.store.delete_hold(&hold.id).await? {
            let mut event = AuditEvent::done(Actor::program(), AuditAction::HoldOver);
            event.object.clone_from(&hold.id);
            event.filter.clone_from(&hold.query);
            event.details = format!("held until {}", hold.until);
            admin.note(event, None).await;
        }
    }
    Ok(())
}

fn not_found(id: &str) -> AdminError {
    AdminError::NotFound(format!(
        "there is no hold {}: it was released, or its time is over",
        cut(id, 100)
    ))
}
