//! Lists of groups.

use super::view::{Both, View};
use crate::model::{
    Course, DeployMark, FailureGroup, FailureGroups, GroupDigest, GroupOrder, GroupQuery,
    GroupState, IndexState, KeptGroup, Limit, Timestamp, Trends,
};
use std::{cmp::Reverse, collections::HashMap};

/// Groups of a list that does not say how many.
const USUAL_LIMIT: u32 = 100;

/// Most groups of a list.
const MOST: u32 = 1_000;

/// Queues that are shown of a group.
const QUEUES: usize = 5;

const HOUR: i64 = 3_600_000;

/// The groups that are asked for.
pub(super) fn list(
    view: &View,
    kept: &HashMap<GroupDigest, KeptGroup>,
    (index, deploy): (IndexState, Option<&DeployMark>),
    (limited_to, query): (&Limit, &GroupQuery),
) -> FailureGroups {
    let now = view.now();
    let limit = match query.limit {
        0 => USUAL_LIMIT,
        limit => limit.min(MOST),
    };
    let is_all = limited_to.is_none();
    let nothing = KeptGroup::default();
    let mut in_state = [0; 3];
    let mut matching: Vec<(&Both, &KeptGroup)> = view
        .groups
        .iter()
        .filter(|(_, both)| both.is_within(limited_to))
        .filter_map(|(digest, both)| {
            let kept = kept.get(digest).unwrap_or(&nothing);
            let (state, _) = kept.state_at(now, both.group.last_seen);
            in_state[match state {
                GroupState::Open => 0,
                GroupState::Muted { .. } => 1,
                GroupState::Resolved => 2,
            }] += 1;
            query.filter.takes(state).then_some((both, kept))
        })
        .collect();
    // The digest makes the order of equal ones steady.
    match query.order {
        GroupOrder::Count => {
            matching
                .sort_by_key(|(both, _)| (Reverse(both.group.count), both.group.signature.digest));
        }
        GroupOrder::Newest => {
            matching.sort_by_key(|(both, _)| {
                (Reverse(both.group.first_seen), both.group.signature.digest)
            });
        }
        GroupOrder::Rising => {
            matching.sort_by_cached_key(|(both, _)| {
                let rise = Rise::of(&both.group.trends(now));
                (
                    Reverse(rise.per_mille()),
                    Reverse(rise.last_hour),
                    both.group.signature.digest,
                )
            });
        }
    }
    FailureGroups {
        matching: matching.len() as u64,
        groups: matching
            .iter()
            .take(limit as usize)
            .map(|(both, kept)| shown(both, kept, deploy, now))
            .collect(),
        in_state,
        entries: view.entries_within(limited_to),
        // Whose they are nobody knows.
        ungrouped: if is_all { view.ungrouped } else { 0 },
        never_failed: if is_all { view.never_failed } else { 0 },
        index,
        deploy: deploy.cloned(),
        now,
    }
}

/// A group for people to read.
pub(super) fn shown(
    both: &Both,
    kept: &KeptGroup,
    deploy: Option<&DeployMark>,
    now: Timestamp,
) -> FailureGroup {
    let Both {
        group,
        retries,
        dead,
    } = both;
    let signature = &group.signature;
    let trends = group.trends(now);
    let is_new = deploy.is_some_and(|deploy| group.first_seen > deploy.at);
    let is_fresh = is_new || (deploy.is_none() && group.first_seen.0 > now.0.saturating_sub(HOUR));
    let (state, reopened) = kept.state_at(now, group.last_seen);
    let mut queues: Vec<(String, u64)> = group
        .queues
        .iter()
        .map(|(queue, count)| (queue.to_string(), *count))
        .collect();
    queues.sort_by(|(one, count), (other, others)| others.cmp(count).then(one.cmp(other)));
    queues.truncate(QUEUES);
    FailureGroup {
        digest: signature.digest,
        class: signature.class.clone(),
        error_class: signature.error_class.clone(),
        message: signature.message.clone(),
        frame: signature.frame.clone(),
        retries: *retries,
        dead: *dead,
        first_seen: group.first_seen,
        last_seen: group.last_seen,
        course: course(&trends, is_fresh, group.last_seen, now),
        trends,
        queues,
        most_attempts: group.most_attempts,
        sample: Some(group.sample.clone()),
        is_new,
        state,
        reopened,
        kept: kept.clone(),
    }
}

/// Failures of the last hour beside those of the day before.
struct Rise {
    last_hour: u64,
    /// Of the 23 hours before.
    before: u64,
}

impl Rise {
    fn of(trends: &Trends) -> Self {
        let last_hour = trends.hour.iter().sum();
        let day: u64 = trends.day.iter().sum();
        Self {
            last_hour,
            before: day.saturating_sub(last_hour),
        }
    }

    /// The last hour in thousandths of an average one before; one failure is taken to have been there, so that none is infinitely many.
    fn per_mille(&self) -> u64 {
        self.last_hour.saturating_mul(23_000) / self.before.max(1)
    }
}

/// How it goes with a group.
fn course(trends: &Trends, is_fresh: bool, last_seen: Timestamp, now: Timestamp) -> Course {
    let rise = Rise::of(trends);
    let is_quiet = last_seen.0 < now.0.saturating_sub(HOUR);
    let is_gone = last_seen.0 < now.0.saturating_sub(24 * HOUR);
    if is_gone || (is_quiet && rise.before >= 3 * 23) {
        Course::Over
    } else if is_fresh {
        Course::New
    } else if rise.last_hour >= 5 && rise.per_mille() > 2_000 {
        Course::Rising
    } else {
        Course::Steady
    }
}

#[cfg(test)]
mod tests {
    use super::{HOUR, course};
    use crate::model::{Course, Timestamp, Trends};

    const NOW: i64 = 1_000 * HOUR;

    /// So many in the last hour, and so many in each hour before.
    fn trends(last_hour: u64, each_before: u64) -> Trends {
        let mut day = vec![each_before; 23];
        day.push(last_hour);
        Trends {
            hour: vec![last_hour],
            day,
            week: Vec::new(),
        }
    }

    fn word(last_hour: u64, each_before: u64, is_fresh: bool, hours_ago: i64) -> Course {
        course(
            &trends(last_hour, each_before),
            is_fresh,
            Timestamp(NOW - hours_ago * HOUR),
            Timestamp(NOW),
        )
    }

    #[test]
    fn a_word_says_how_it_goes() {
        assert_eq!(word(10, 10, false, 0), Course::Steady);
        assert_eq!(word(10, 4, false, 0), Course::Rising);
        assert_eq!(word(4, 0, false, 0), Course::Steady, "few are no rise");
        assert_eq!(word(4, 0, true, 0), Course::New);
        assert_eq!(word(0, 10, false, 2), Course::Over, "others would be usual");
        assert_eq!(word(0, 1, false, 2), Course::Steady, "not usual each hour");
        assert_eq!(word(0, 0, false, 25), Course::Over);
        assert_eq!(word(0, 0, true, 25), Course::Over);
    }
}
