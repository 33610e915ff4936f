//! Holds: retries that are kept from being tried for a while.

use super::{GroupDigest, Limit, Timestamp};
use serde::{Deserialize, Serialize};

/// What is held lies this long behind the hold's end at least: Jobdeck writes times in whole milliseconds, so none of those is among it.
const BEHIND: f64 = 0.000_1;

/// Times that the held jobs of one hold share, so that not all of a million have the same.
const SHARES: u32 = 1_024;

/// Distance of two of these times, seconds: a little more than what a score can tell apart. All of them are nearer to the hold's end than half
/// a millisecond, and so are that millisecond's.
const SHARE: f64 = 0.000_000_25;

/// Retries that a search finds wait until a time, and are not tried before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hold {
    /// Its name: 16 letters and digits.
    pub id: String,
    /// Which retries, as a search: usually `group:DIGEST`.
    pub query: String,
    /// What these are, in a few words, when that was known: the class and error of a group of failures.
    pub name: String,
    /// When it ends by itself, by the store's clock. No two holds end in the same millisecond: what is held is known by that.
    pub until: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// When it was made, by the store's clock.
    pub created_at: Timestamp,
    /// The queues that whoever made it is limited to: no retry of another one is held.
    #[serde(skip_serializing_if = "Limit::is_none")]
    pub limit: Limit,
}

impl Hold {
    /// Whether it still holds at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// The group of failures that it is about, if it is about one.
    #[must_use]
    pub fn group(&self) -> Option<GroupDigest> {
        held_group(&self.query)
    }

    /// Which retries, behind that word: `of PublishPhoto Timeout`, `found by class:PublishPhoto`.
    #[must_use]
    pub fn in_words(&self) -> String {
        if self.name.is_empty() {
            format!("found by {}", self.query)
        } else {
            format!("of {}", self.name)
        }
    }
}

/// The group of failures that a search means, and nothing else.
#[must_use]
pub fn held_group(query: &str) -> Option<GroupDigest> {
    query.trim().strip_prefix("group:")?.parse().ok()
}

/// First and last score of retries that are held until then, both inclusive.
#[must_use]
pub fn held_scores(until: Timestamp) -> (f64, f64) {
    (held_score(until, 0), held_score(until, SHARES - 1))
}

/// One of the scores of retries that are held until then; `share` is any number.
#[must_use]
pub fn held_score(until: Timestamp, share: u32) -> f64 {
    until.seconds() + BEHIND + f64::from(share % SHARES) * SHARE
}

/// A hold with what it holds now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldStatus {
    /// The hold.
    pub hold: Hold,
    /// Retries that wait for its end.
    pub held: u64,
}

/// What an operator asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HoldRequest {
    /// Which retries, as a search.
    pub query: String,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

impl HoldRequest {
    /// What would be done, to which jobs.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!(
            "Hold retries that the search `{}` finds until {}",
            self.query.trim(),
            self.until
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Hold, SHARES, held_score, held_scores};
    use crate::model::{GroupDigest, Timestamp};

    #[test]
    fn what_is_held_is_of_the_last_millisecond_and_of_no_whole_one() {
        for until in [
            Timestamp(1_795_469_606_287),
            Timestamp(1_000),
            Timestamp(Timestamp::YEAR_10000.0 - 1),
        ] {
            let (first, last) = held_scores(until);
            assert!(until.seconds() < first && first < last);
            for share in [0, 1, 500, SHARES - 1] {
                let score = held_score(until, share);
                assert!((first..=last).contains(&score));
                assert_eq!(Timestamp::from_seconds(score), until);
            }
        }
    }

    #[test]
    fn its_scores_can_be_told_apart() {
        let mut scores: Vec<f64> = (0..SHARES)
            .map(|share| held_score(Timestamp(1_795_469_606_287), share))
            .collect();
        scores.dedup();
        assert_eq!(scores.len(), SHARES as usize);
    }

    #[test]
    fn a_hold_of_a_group_knows_it() {
        let hold = |query: &str| Hold {
            query: query.to_owned(),
            ..Hold::default()
        };
        let digest = Some(GroupDigest(0x00ab_cdef_0123_4567));
        assert_eq!(hold("group:00abcdef01234567").group(), digest);
        assert_eq!(hold("group:00abcdef01234567 queue:a").group(), None);
        assert_eq!(hold("class:A").group(), None);
        assert_eq!(hold("class:A").in_words(), "found by class:A");
    }
}
