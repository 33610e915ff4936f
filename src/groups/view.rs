//! One state of the index, shared by all who look.

use super::set_index::SetIndex;
use crate::failures::{Group, Tally};
use crate::model::{
    Completeness, GroupDigest, GroupState, IndexState, KeptGroup, Limit, Set, Timestamp,
};
use std::collections::HashMap;
use tokio::time::Instant;

/// A group in both sets.
#[derive(Clone, Debug)]
pub(super) struct Both {
    pub(super) group: Group,
    pub(super) retries: u64,
    pub(super) dead: u64,
}

impl Both {
    /// Whether all of its entries are of queues within a limit. One that has entries of more queues than are told apart, or of none, is within
    /// none.
    pub(super) fn is_within(&self, limit: &Limit) -> bool {
        if limit.is_none() {
            return true;
        }
        let queues = self.group.queues.iter();
        let within = queues.filter(|(queue, _)| limit.includes(queue));
        within.map(|(_, count)| count).sum::<u64>() == self.group.count
    }
}

/// One state of the index.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) groups: HashMap<GroupDigest, Both>,
    pub(super) index: IndexState,
    pub(super) entries: u64,
    pub(super) ungrouped: u64,
    pub(super) never_failed: u64,
    /// The store's clock, and when it was read.
    pub(super) clock: Option<(Timestamp, Instant)>,
    /// Which whole reading that was asked for this one answers.
    pub(super) answers: u64,
}

/// What is known of a set: its own, or while it is read for the first time, that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) set: Set,
    pub(super) tally: &'a Tally,
    pub(super) total: u64,
    pub(super) as_of: Option<Timestamp>,
    pub(super) is_exact: bool,
}

impl<'a> From<&'a SetIndex> for Known<'a> {
    fn from(index: &'a SetIndex) -> Self {
        Self {
            set: index.set,
            tally: &index.tally,
            total: index.total,
            as_of: index.as_of,
            is_exact: index.is_exact,
        }
    }
}

impl View {
    /// From what is known of both sets. Groups keep when they were first and last seen, as long as they have an entry.
    pub(super) fn of(sets: [Known<'_>; 2], before: &Self) -> Self {
        let mut groups: HashMap<GroupDigest, Both> = HashMap::new();
        for known in sets {
            for group in known.tally.groups() {
                let both = groups
                    .entry(group.signature.digest)
                    .and_modify(|both| both.group.add_all(group))
                    .or_insert_with(|| Both {
                        group: group.clone(),
                        retries: 0,
                        dead: 0,
                    });
                if known.set == Set::Retries {
                    both.retries += group.count;
                } else {
                    both.dead += group.count;
                }
            }
        }
        for (digest, both) in &mut groups {
            if let Some(before) = before.groups.get(digest) {
                both.group.first_seen = both.group.first_seen.min(before.group.first_seen);
                both.group.last_seen = both.group.last_seen.max(before.group.last_seen);
            }
        }
        let sum = |part: fn(&Known<'_>) -> u64| sets.iter().map(part).sum::<u64>();
        let never_failed = sum(|known| known.tally.never_failed());
        let counted = sum(|known| known.tally.counted());
        Self {
            groups,
            index: IndexState {
                completeness: completeness(sets),
                as_of: sets
                    .iter()
                    .map(|known| known.as_of)
                    .reduce(|one, other| Some(one?.min(other?)))
                    .flatten(),
                counted,
                total: sum(|known| known.total),
                problem: None,
            },
            entries: counted - never_failed,
            ungrouped: sum(|known| known.tally.ungrouped()),
            never_failed,
            clock: before.clock,
            answers: before.answers,
        }
    }

    /// Whether nothing is known at all.
    pub(super) fn is_empty(&self) -> bool {
        self.index.completeness == Completeness::Waiting
    }

    /// The store's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.map_or_else(crate::job::now, |(time, read_at)| {
            let passed = i64::try_from(read_at.elapsed().as_millis()).unwrap_or(i64::MAX);
            time.plus_milliseconds(passed)
        })
    }

    /// Failed entries of all groups within a limit.
    pub(super) fn entries_within(&self, limit: &Limit) -> u64 {
        if limit.is_none() {
            return self.entries;
        }
        let groups = self.groups.values();
        let within = groups.filter(|both| both.is_within(limit));
        within.map(|both| both.group.count).sum()
    }

    /// How many groups within a limit are to be looked at; nothing until both sets have been read.
    pub(super) fn open_count(
        &self,
        kept: &HashMap<GroupDigest, KeptGroup>,
        limit: &Limit,
    ) -> Option<u64> {
        self.index.as_of?;
        let now = self.now();
        let open = self.groups.iter().filter(|(digest, both)| {
            let state = |kept: &KeptGroup| kept.state_at(now, both.group.last_seen).0;
            let is_open = |kept| state(kept) == GroupState::Open;
            both.is_within(limit) && kept.get(*digest).is_none_or(is_open)
        });
        Some(open.count() as u64)
    }
}

fn completeness(sets: [Known<'_>; 2]) -> Completeness {
    if sets.iter().all(|known| known.as_of.is_some()) {
        if sets.iter().all(|known| known.is_exact) {
            Completeness::Exact
        } else {
            Completeness::About
        }
    } else if sets.iter().any(|known| known.tally.counted() > 0) {
        Completeness::Reading
    } else {
        Completeness::Waiting
    }
}
