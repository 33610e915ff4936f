//! Holds: retries that are kept from being tried for a while, instead of failing again and again.
//!
//! A hold moves the retries that it means to its own end, where they wait; `keeper` does so with those that come due while it is in force.

mod keeper;

pub use keeper::HoldKeeper;

use super::operations::{checked_reason, wrong};
use super::{AUDIT, Admin, AdminError, AdminResult};
use crate::holds::filter;
use crate::job::new_jid;
use crate::model::{
    Action, Change, Hold, HoldRequest, HoldStatus, JobFilter, Operation, OperationPreview,
    OperationRequest, PageRequest, Place, Right, Selection, Set, Timestamp,
};
use crate::search::Matcher;
use crate::store::{SharedStore, StoreError, StoreResult, listing};
use rand::RngExt;
use std::time::Duration;

/// Most holds at a time: each retry that comes due is compared with all of them.
const MOST: usize = 50;

/// Longest hold, milliseconds: a year.
const LONGEST: i64 = 366 * 86_400_000;

/// Characters of a hold's name.
const NAME: usize = 16;

/// Longest span that what is released can be spread over, seconds: a week.
const LONGEST_SPREAD: u32 = 7 * 86_400;

/// How long one of its retries is looked for, which says what a group of failures is.
const NAMING: Duration = Duration::from_secs(1);

/// How what is held is released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Most jobs a second; nothing: as fast as the store can without others noticing.
    pub rate: Option<u32>,
    /// Each job becomes due at a time from now to so many seconds later; 0: into their queues at once.
    pub spread_seconds: u32,
}

impl Admin {
    /// The holds that are in force, those that end first first, each with how many retries wait for its end.
    ///
    /// # Errors
    /// The store's.
    pub async fn holds(&self) -> AdminResult<Vec<HoldStatus>> {
        let now = self.store.now().await?;
        Ok(in_force(&self.store, now).await?)
    }

    /// One hold.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, or it is over; the store's.
    pub async fn hold(&self, id: &str) -> AdminResult<HoldStatus> {
        let mut holds = self.holds().await?.into_iter();
        holds
            .find(|status| status.hold.id == id)
            .ok_or_else(|| not_found(id))
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
        let now = self.store.now().await?;
        check(request, now)?;
        let known = self.store.holds().await?;
        let replaced = replaced(request, &known, now)?;
        let moving = moving(request.query.trim(), request.until, None);
        let mut preview = self.preview_operation(&moving, budget).await?;
        if let Some(hold) = replaced {
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
        self.require(Right::HoldRetries)?;
        let now = self.store.now().await?;
        check(request, now)?;
        let query = request.query.trim();
        let reason = checked_reason(request.reason.as_deref())?;
        let known = self.store.holds().await?;
        let replaced = replaced(request, &known, now)?;
        let hold = Hold {
            id: new_jid().chars().take(NAME).collect(),
            name: self.name_of(query).await?,
            query: query.to_owned(),
            until: own_millisecond(request.until, now, &known),
            reason,
            created_at: now,
        };
        self.store.put_hold(&hold).await?;
        let moving = moving(query, hold.until, hold.reason.clone());
        let operation = match self.start_operation(&moving).await {
            Ok(operation) => operation,
            Err(error) => {
                // Half a hold would be a surprise.
                if let Err(error) = self.store.delete_hold(&hold.id).await {
                    tracing::warn!(%error, id = hold.id, "a hold that could not begin could not be removed either");
                }
                return Err(error);
            }
        };
        if let Some(replaced) = replaced {
            self.store.delete_hold(&replaced.id).await?;
        }
        let why = hold.reason.as_deref().unwrap_or_default();
        tracing::info!(target: AUDIT, actor = self.who(), action = "start_hold", id = hold.id, query, until = %hold.until, reason = why, operation = operation.id);
        Ok((self.status_of(hold).await?, operation))
    }

    /// Ends a hold, and begins an operation that lets what waits for its end be tried now.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; a rate of none or a spread beyond a week; the store's: then the hold goes on.
    pub async fn release_hold(&self, id: &str, release: Release) -> AdminResult<Operation> {
        self.require(Right::HoldRetries)?;
        if release.spread_seconds > LONGEST_SPREAD {
            return Err(wrong(
                "spread_seconds",
                "what is released can be spread over a week at most",
            ));
        }
        let HoldStatus { hold, .. } = self.hold(id).await?;
        let action = match release.spread_seconds {
            0 => Action::Retry,
            spread_seconds => Action::Reschedule {
                at: self.store.now().await?,
                spread_seconds,
            },
        };
        let request = OperationRequest {
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
            rate: release.rate,
            canary: None,
            reason: Some(cut(&format!("released: retries {}", hold.in_words()))),
        };
        // What is wrong is said before anything is changed.
        self.plan_operation(&request).await?;
        // First, or they would be held again.
        if !self.store.delete_hold(id).await? {
            return Err(not_found(id));
        }
        match self.start_operation(&request).await {
            Ok(operation) => {
                tracing::info!(target: AUDIT, actor = self.who(), action = "release_hold", id, query = hold.query, operation = operation.id);
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

    /// Ends a hold and leaves what waits for its end where it is: it is due then.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; the store's.
    pub async fn end_hold(&self, id: &str) -> AdminResult<HoldStatus> {
        self.require(Right::HoldRetries)?;
        let status = self.hold(id).await?;
        if !self.store.delete_hold(id).await? {
            return Err(not_found(id));
        }
        tracing::info!(target: AUDIT, actor = self.who(), action = "end_hold", id, query = status.hold.query, held = status.held);
        Ok(status)
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
        let of_group = Hold {
            query: query.to_owned(),
            ..Hold::default()
        };
        if of_group.group().is_none() {
            return Ok(String::new());
        }
        let request = PageRequest {
            filter: filter(query),
            limit: 1,
            ..PageRequest::default()
        };
        let retries = Place::Set(Set::Retries);
        let page = listing::page(self.store.as_ref(), &retries, &request, NAMING).await?;
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
    holds.sort_by(|one, other| (one.until, &one.id).cmp(&(other.until, &other.id)));
    let held = store.held(&holds).await?;
    Ok(holds
        .into_iter()
        .zip(held)
        .map(|(hold, held)| HoldStatus { hold, held })
        .collect())
}

/// What is wrong with a request.
fn check(request: &HoldRequest, now: Timestamp) -> AdminResult<()> {
    let query = request.query.trim();
    if query.is_empty() {
        return Err(wrong(
            "query",
            "it does not say which retries are held: give a search, such as `class:PublishPhoto error:Timeout`",
        ));
    }
    let matcher =
        Matcher::new(&filter(query), &Place::Set(Set::Retries), now).map_err(StoreError::Query)?;
    if matcher.is_never() {
        return Err(wrong(
            "query",
            "no retry can be found by this search: a hold is about retries only",
        ));
    }
    if request.until <= now {
        return Err(wrong(
            "until",
            "the time to hold until is over: name one to come",
        ));
    }
    if request.until.0 - now.0 > LONGEST {
        return Err(wrong(
            "until",
            "a hold lasts a year at most: name a time within it",
        ));
    }
    Ok(())
}

/// Of those that there are, the hold of the same retries that this one takes the place of.
fn replaced<'known>(
    request: &HoldRequest,
    known: &'known [Hold],
    now: Timestamp,
) -> AdminResult<Option<&'known Hold>> {
    let query = request.query.trim();
    let in_force = || known.iter().filter(|hold| hold.is_in_force(now));
    let same = in_force().find(|hold| hold.query == query);
    if let Some(longer) = same.filter(|hold| hold.until >= request.until) {
        return Err(AdminError::Refused(format!(
            "these retries are held until {} already, by hold {}: name a later time, or release it first",
            longer.until, longer.id
        )));
    }
    if same.is_none() && in_force().count() >= MOST {
        return Err(AdminError::Refused(format!(
            "there are {MOST} holds already: release one first"
        )));
    }
    Ok(same)
}

/// A millisecond of the asked second in which no other hold ends, and hardly any job is due by chance.
fn own_millisecond(asked: Timestamp, now: Timestamp, known: &[Hold]) -> Timestamp {
    let second = Timestamp(asked.0 - asked.0.rem_euclid(1_000));
    loop {
        let until = second.plus_milliseconds(rand::rng().random_range(1..1_000));
        // In the second that is passing now, the next one.
        let until = if until <= now {
            until.plus_milliseconds(1_000)
        } else {
            until
        };
        if known.iter().all(|hold| hold.until != until) {
            return until;
        }
    }
}

/// The operation that moves what there is.
fn moving(query: &str, until: Timestamp, reason: Option<String>) -> OperationRequest {
    OperationRequest {
        change: Change::Hold { until },
        selection: Selection {
            places: vec![Place::Set(Set::Retries)],
            filter: filter(query),
            entries: Vec::new(),
        },
        before: None,
        rate: None,
        canary: None,
        reason,
    }
}

/// As long as a reason may be.
fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

fn not_found(id: &str) -> AdminError {
    let id: String = id.chars().take(100).collect();
    AdminError::NotFound(format!(
        "there is no hold {id}: it was released, or its time is over"
    ))
}

#[cfg(test)]
mod tests {
    use super::own_millisecond;
    use crate::model::{Hold, Timestamp};

    #[test]
    fn no_two_holds_end_in_the_same_millisecond() {
        let now = Timestamp(1_795_470_000_500);
        let asked = Timestamp(1_795_480_000_000);
        let mut known: Vec<Hold> = Vec::new();
        for _ in 0..900 {
            let until = own_millisecond(asked, now, &known);
            assert!((asked.0 + 1..asked.0 + 1_000).contains(&until.0));
            assert!(known.iter().all(|hold| hold.until != until));
            known.push(Hold {
                until,
                ..Hold::default()
            });
        }
    }

    #[test]
    fn an_end_within_this_second_is_still_to_come() {
        let now = Timestamp(1_795_470_000_998);
        for _ in 0..100 {
            assert!(own_millisecond(Timestamp(now.0 + 1), now, &[]) > now);
        }
    }
}
