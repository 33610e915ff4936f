//! Groups of failed jobs that have one cause.

use super::{EntryId, GroupDigest, JobEntry, Timestamp, TraceLine};
use serde::{Deserialize, Serialize};

/// The entries of the retry and dead sets that have one signature.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FailureGroup {
    /// Its address.
    pub digest: GroupDigest,
    /// The jobs' class as shown.
    pub class: String,
    /// The errors' class; empty when none is stored.
    pub error_class: String,
    /// The errors' message, `…` for what varies.
    pub message: String,
    /// The top frame of the application's own code; nothing when no trace is stored, or none of its frames is own.
    pub frame: Option<String>,
    /// Its entries in the retry set.
    pub retries: u64,
    /// Its entries in the dead set.
    pub dead: u64,
    /// The earliest first failure of its entries.
    pub first_seen: Timestamp,
    /// The latest failure of its entries.
    pub last_seen: Timestamp,
    /// Failures over time: each entry counts once, when it failed last.
    pub trends: Trends,
    /// The queues with most of its entries, and how many; most first.
    pub queues: Vec<(String, u64)>,
    /// Most failures of one of its entries.
    pub most_attempts: u64,
    /// The entry that failed last.
    pub sample: Option<EntryId>,
    /// How it goes with it, in a word.
    pub course: Course,
    /// Whether it was first seen after the newest deploy mark.
    pub is_new: bool,
    /// What somebody has decided about it, as far as that still holds.
    pub state: GroupState,
    /// Whether it was resolved, and has happened again since.
    pub reopened: bool,
    /// What is kept of it in the store.
    pub kept: KeptGroup,
}

impl FailureGroup {
    /// Its entries in both sets.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.retries + self.dead
    }
}

/// Failures over time, oldest first; the newest part is not over yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trends {
    /// The last hour, in parts of five minutes.
    pub hour: Vec<u64>,
    /// The last 24 hours, in parts of one.
    pub day: Vec<u64>,
    /// The last seven days, in parts of six hours.
    pub week: Vec<u64>,
}

/// How it goes with a group, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// First seen after the newest deploy mark; without a mark, within the last hour.
    New,
    /// At least five failures in the last hour, and more than twice as many as in an average hour of the day before.
    Rising,
    /// Neither new nor rising nor over.
    #[default]
    Steady,
    /// No failure for a day, or none for an hour where three or more would be usual.
    Over,
}

impl Course {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Rising => "rising",
            Self::Steady => "steady",
            Self::Over => "over",
        }
    }
}

/// What somebody has decided about a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum GroupState {
    /// Nothing: it is to be looked at.
    #[default]
    Open,
    /// Not to be looked at until then.
    Muted {
        /// Until when.
        until: Timestamp,
    },
    /// Done with, until it happens again.
    Resolved,
}

impl GroupState {
    /// The word: `open`, `muted` or `resolved`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Muted { .. } => "muted",
            Self::Resolved => "resolved",
        }
    }
}

/// What is kept of a group in the store: what people have said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptGroup {
    /// What was decided.
    pub state: GroupState,
    /// When, by the store's clock.
    pub decided_at: Option<Timestamp>,
    /// A note for others.
    pub note: String,
    /// When it was written.
    pub noted_at: Option<Timestamp>,
    /// Who said the last of it, when that is known.
    pub by: Option<String>,
}

impl KeptGroup {
    /// What of the decision still holds at `now`, for a group that was last seen then; and whether a resolved one has happened again.
    #[must_use]
    pub fn state_at(&self, now: Timestamp, last_seen: Timestamp) -> (GroupState, bool) {
        match self.state {
            GroupState::Muted { until } if until <= now => (GroupState::Open, false),
            GroupState::Resolved if self.decided_at.is_none_or(|at| last_seen > at) => {
                (GroupState::Open, true)
            }
            state => (state, false),
        }
    }

    /// Whether it says nothing that is worth keeping.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state == GroupState::Open && self.note.is_empty()
    }
}

/// A moment at which something was deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployMark {
    /// When, by the store's clock.
    pub at: Timestamp,
    /// What: a version, a commit; may be empty.
    pub name: String,
}

/// How complete numbers of groups are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// Nothing is known yet.
    #[default]
    Waiting,
    /// The sets are being read for the first time: each number is at least that.
    Reading,
    /// Each number was right at the time that is told.
    Exact,
    /// The sets have changed while, or since, they were read: numbers are near those of the time that is told.
    About,
}

/// How old and how complete numbers of groups are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexState {
    /// How complete.
    pub completeness: Completeness,
    /// As of when, by the store's clock; nothing until both sets have been read once.
    pub as_of: Option<Timestamp>,
    /// Entries that were counted.
    pub counted: u64,
    /// Entries that there are, as far as is known.
    pub total: u64,
    /// Why nothing newer could be read, if so.
    pub problem: Option<String>,
}

/// In which order groups are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupOrder {
    /// Most entries first.
    #[default]
    Count,
    /// First seen last first.
    Newest,
    /// Those first whose last hour stands out most from the day before.
    Rising,
}

impl GroupOrder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Count, Self::Newest, Self::Rising];

    /// The name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Newest => "newest",
            Self::Rising => "rising",
        }
    }
}

/// Which groups are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupFilter {
    /// Those that are to be looked at.
    #[default]
    Open,
    /// Muted ones.
    Muted,
    /// Resolved ones.
    Resolved,
    /// All.
    All,
}

impl GroupFilter {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Muted, Self::Resolved, Self::All];

    /// The name in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Muted => "muted",
            Self::Resolved => "resolved",
            Self::All => "all",
        }
    }

    /// Whether a group in this state is listed.
    #[must_use]
    pub fn takes(self, state: GroupState) -> bool {
        self == Self::All || self.name() == state.name()
    }
}

/// What a list of groups is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupQuery {
    /// Order.
    pub order: GroupOrder,
    /// Which.
    pub filter: GroupFilter,
    /// Most groups; 0 means the default of 100.
    pub limit: u32,
}

/// A list of groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FailureGroups {
    /// The groups, in the order asked.
    pub groups: Vec<FailureGroup>,
    /// How many of these there are, listed or not.
    pub matching: u64,
    /// How many groups there are in each state: open, muted, resolved.
    pub in_state: [u64; 3],
    /// Failed entries of all groups.
    pub entries: u64,
    /// Entries that belong to no group because there are too many groups.
    pub ungrouped: u64,
    /// Entries that have never failed (a job can be killed before it ran).
    pub never_failed: u64,
    /// How old and how complete this is.
    pub index: IndexState,
    /// The newest deploy mark.
    pub deploy: Option<DeployMark>,
    /// The store's clock.
    pub now: Timestamp,
}

/// All that a group's page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// Its address.
    pub digest: GroupDigest,
    /// The group; nothing when no entry has its signature.
    pub group: Option<FailureGroup>,
    /// What is kept of it in the store, also when it has no entry.
    pub kept: KeptGroup,
    /// Failed entries of all groups.
    pub entries: u64,
    /// How old and how complete the numbers are.
    pub index: IndexState,
    /// The newest deploy mark.
    pub deploy: Option<DeployMark>,
    /// What a bounded number of its entries have in common.
    pub sample: GroupSample,
    /// The store's clock.
    pub now: Timestamp,
}

/// What a bounded number of a group's entries have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupSample {
    /// Some of them, those that failed last first.
    pub entries: Vec<JobEntry>,
    /// The trace of the first one that has one.
    pub trace: Vec<TraceLine>,
    /// How many of its entries were looked at for what follows.
    pub looked_at: u64,
    /// Values of their arguments, by position and name.
    pub arguments: Vec<Distribution>,
    /// How often they have failed.
    pub attempts: Distribution,
    /// The machines that ran them last, where that is stored.
    pub hosts: Distribution,
}

/// How often values occur.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// What has these values: `1`, or `1.account_id` for a name in the first argument.
    pub name: String,
    /// The most frequent values as JSON, and how often; most first.
    pub values: Vec<(String, u64)>,
    /// How many different ones there are; the values above may be fewer.
    pub different: u64,
    /// How many have one at all.
    pub known: u64,
}

#[cfg(test)]
mod tests {
    use super::{GroupFilter, GroupState, KeptGroup};
    use crate::model::Timestamp;

    fn kept(state: GroupState) -> KeptGroup {
        KeptGroup {
            state,
            decided_at: Some(Timestamp(100)),
            ..KeptGroup::default()
        }
    }

    #[test]
    fn a_resolved_group_opens_when_it_happens_again() {
        let resolved = kept(GroupState::Resolved);
        let at = |last_seen| resolved.state_at(Timestamp(500), Timestamp(last_seen));
        assert_eq!(at(99), (GroupState::Resolved, false));
        assert_eq!(at(100), (GroupState::Resolved, false));
        assert_eq!(at(101), (GroupState::Open, true));
    }

    #[test]
    fn a_muted_group_opens_when_its_time_is_over() {
        let state = GroupState::Muted {
            until: Timestamp(200),
        };
        let at = |now| kept(state).state_at(Timestamp(now), Timestamp(150));
        assert_eq!(at(199), (state, false));
        assert_eq!(at(200), (GroupState::Open, false));
    }

    #[test]
    fn a_filter_takes_its_state() {
        let muted = GroupState::Muted {
            until: Timestamp(1),
        };
        assert!(GroupFilter::Muted.takes(muted) && GroupFilter::All.takes(muted));
        assert!(!GroupFilter::Open.takes(muted));
    }

    #[test]
    fn what_is_kept_reads_back_also_from_an_older_version() {
        let kept = kept(GroupState::Muted {
            until: Timestamp(7),
        });
        let json = serde_json::to_string(&kept).expect("plain values");
        assert_eq!(serde_json::from_str::<KeptGroup>(&json).ok(), Some(kept));
        assert_eq!(
            serde_json::from_str::<KeptGroup>("{}").ok(),
            Some(KeptGroup::default())
        );
    }
}
