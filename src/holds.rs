//! Whether a hold keeps a retry from being tried, and where it waits then.
//!
//! What is held stays in the retry set, at the end of its hold: nothing is lost when no Jobdeck is there, every tool sees it, it comes back
//! by itself, and how many are held is one count. Nothing here reads a store.

use crate::job::scattered;
use crate::model::{Hold, JobFilter, Place, Set, Timestamp, held_score};
use crate::search::Matcher;
use bytes::Bytes;

/// The holds that are in force, ready to be asked about one retry after the other.
#[derive(Debug, Default)]
pub struct Holder {
    /// Those that end last first: of several that mean an entry, that one keeps it.
    holds: Vec<(Hold, Matcher)>,
}

impl Holder {
    /// Of these holds, those that are in force at `now`, which ages in their searches count from. A search that another version of Jobdeck
    /// wrote, and this one cannot read, holds nothing.
    #[must_use]
    pub fn new(holds: Vec<Hold>, now: Timestamp) -> Self {
        let retries = Place::Set(Set::Retries);
        let mut holds: Vec<(Hold, Matcher)> = holds
            .into_iter()
            .filter(|hold| hold.is_in_force(now))
            .filter_map(|hold| {
                let matcher = Matcher::new(&filter(&hold.query), &retries, now).ok()?;
                let matcher = matcher.within(&hold.limit);
                Some((hold, matcher))
            })
            .collect();
        holds.sort_by_key(|(hold, _)| std::cmp::Reverse(hold.until));
        Self { holds }
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    /// Whether all of them are among these, too: none was released meanwhile.
    #[must_use]
    pub fn is_within(&self, holds: &[Hold]) -> bool {
        self.holds
            .iter()
            .all(|(own, _)| holds.iter().any(|hold| hold.id == own.id))
    }

    /// Where in the retry set a retry with this score and these bytes is to wait; nothing when it may go its way, or is not due before the end
    /// of the hold that means it.
    pub fn score(&mut self, position: f64, raw: &Bytes) -> Option<f64> {
        let until = self.holds.iter_mut().find_map(|(hold, matcher)| {
            let is_held = position < hold.until.seconds() && matcher.job(position, raw).is_some();
            is_held.then_some(hold.until)
        })?;
        Some(waiting_score(until, raw))
    }
}

/// Where in the retry set an entry with these bytes waits for the end of a hold: always at the same place.
#[must_use]
pub fn waiting_score(until: Timestamp, raw: &[u8]) -> f64 {
    // Which bits of it does not matter.
    held_score(until, u32::try_from(scattered(raw) % 65_536).unwrap_or(0))
}

/// The retries that a hold's search means.
#[must_use]
pub fn filter(query: &str) -> JobFilter {
    JobFilter {
        query: Some(query.to_owned()),
        ..JobFilter::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, waiting_score};
    use crate::model::{Hold, Limit, NamePattern, Timestamp};
    use bytes::Bytes;

    const NOW: Timestamp = Timestamp(1_795_470_000_500);

    fn hold(query: &str, minutes: i64) -> Hold {
        Hold {
            query: query.to_owned(),
            until: NOW.plus_milliseconds(minutes * 60_000),
            ..Hold::default()
        }
    }

    #[test]
    fn of_several_holds_the_last_to_end_keeps_an_entry() {
        let mut holder = Holder::new(
            vec![
                hold("class:A", 10),
                hold("queue:low", 60),
                hold("class:B", 5),
                hold("class:A", -1),
            ],
            NOW,
        );
        let (low, high) = (
            Bytes::from_static(br#"{"class":"A","queue":"low"}"#),
            Bytes::from_static(br#"{"class":"A","queue":"high"}"#),
        );
        let due = NOW.seconds() - 5.0;
        let at = |minutes: i64, raw: &Bytes| {
            Some(waiting_score(NOW.plus_milliseconds(minutes * 60_000), raw))
        };
        assert_eq!(holder.score(due, &low), at(60, &low));
        assert_eq!(holder.score(due, &high), at(10, &high));
        let other = Bytes::from_static(br#"{"class":"C","queue":"high"}"#);
        assert_eq!(holder.score(due, &other), None);
    }

    #[test]
    fn a_hold_holds_nothing_beyond_the_queues_of_who_made_it() {
        let limited = Hold {
            limit: Limit::to([NamePattern::new("low").unwrap()]),
            ..hold("class:A", 10)
        };
        let mut holder = Holder::new(vec![limited], NOW);
        let mut is_held = |raw: &'static str| {
            let raw = Bytes::from_static(raw.as_bytes());
            holder.score(NOW.seconds(), &raw).is_some()
        };
        assert!(is_held(r#"{"class":"A","queue":"low"}"#));
        assert!(!is_held(r#"{"class":"A","queue":"high"}"#));
        assert!(!is_held(r#"{"class":"A"}"#));
    }

    #[test]
    fn what_waits_already_or_is_due_later_stays() {
        let mut holder = Holder::new(vec![hold("class:A", 10)], NOW);
        let raw = Bytes::from_static(br#"{"class":"A"}"#);
        let waiting = holder.score(NOW.seconds(), &raw).expect("it is held");
        assert_eq!(holder.score(waiting, &raw), None);
        assert_eq!(holder.score(NOW.seconds() + 3_600.0, &raw), None);
    }

    #[test]
    fn a_hold_that_was_released_is_missed() {
        let holds = [hold("class:A", 10), hold("class:B", 5)].map(|hold| Hold {
            id: hold.query.clone(),
            ..hold
        });
        let holder = Holder::new(holds.to_vec(), NOW);
        assert!(holder.is_within(&holds));
        assert!(!holder.is_within(&holds[1..]));
    }

    #[test]
    fn a_search_that_cannot_be_read_holds_nothing() {
        assert!(Holder::new(vec![hold("klass:A", 10)], NOW).is_empty());
    }
}
