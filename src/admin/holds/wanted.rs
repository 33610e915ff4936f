//! A hold that is asked for: checked, and what it would do.

use crate::admin::operations::{checked_reason, wrong};
use crate::admin::{Admin, AdminError, AdminResult};
use crate::holds::filter;
use crate::model::{
    Change, Hold, HoldRequest, Limit, OperationRequest, Place, Selection, Set, Timestamp,
};
use crate::search::Matcher;
use crate::store::StoreError;
use rand::RngExt;

/// Most holds at a time: each retry that comes due is compared with all of them.
const MOST: usize = 50;

/// Longest hold, milliseconds: a year.
const LONGEST: i64 = 366 * 86_400_000;

/// A request in which nothing is wrong.
pub(super) struct Wanted {
    /// Which retries, as a search.
    pub(super) query: String,
    /// Why.
    pub(super) reason: Option<String>,
    /// When it was asked for, by the store's clock.
    pub(super) now: Timestamp,
    /// All holds that there are.
    pub(super) known: Vec<Hold>,
    /// The queues that it is limited to.
    limit: Limit,
}

impl Admin {
    /// Checks a request; a preview refuses what the hold itself would.
    pub(super) async fn wanted_hold(&self, request: &HoldRequest) -> AdminResult<Wanted> {
        let now = self.store.now().await?;
        check(request, now)?;
        let wanted = Wanted {
            query: request.query.trim().to_owned(),
            reason: checked_reason(request.reason.as_deref())?,
            now,
            known: self.store.holds().await?,
            limit: self.limit().clone(),
        };
        if let Some(longer) = wanted.replaced().filter(|hold| hold.until >= request.until) {
            return Err(AdminError::Refused(format!(
                "these retries are held until {} already, by hold {}: name a later time, or release it first",
                longer.until, longer.id
            )));
        }
        if wanted.replaced().is_none() && wanted.in_force().count() >= MOST {
            return Err(AdminError::Refused(format!(
                "there are {MOST} holds already: release one first"
            )));
        }
        Ok(wanted)
    }
}

impl Wanted {
    /// The hold of the same retries, within the same limit, that this one takes the place of.
    pub(super) fn replaced(&self) -> Option<&Hold> {
        self.in_force()
            .find(|hold| hold.query == self.query && hold.limit == self.limit)
    }

    fn in_force(&self) -> impl Iterator<Item = &Hold> {
        self.known.iter().filter(|hold| hold.is_in_force(self.now))
    }

    /// The operation that moves what there is.
    pub(super) fn moving(&self, until: Timestamp) -> OperationRequest {
        OperationRequest {
            change: Change::Hold { until },
            selection: Selection {
                places: vec![Place::Set(Set::Retries)],
                filter: filter(&self.query),
                entries: Vec::new(),
            },
            before: None,
            rate: None,
            canary: None,
            reason: self.reason.clone(),
        }
    }
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

/// A millisecond of the asked second in which no other hold ends, and hardly any job is due by chance.
pub(super) fn own_millisecond(asked: Timestamp, now: Timestamp, known: &[Hold]) -> Timestamp {
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
