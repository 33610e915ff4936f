//! What an operator may do to an entry.

use super::{EntryId, Place, Set, Timestamp};
use serde::{Deserialize, Serialize};

/// What to do to an entry, without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Put a failed job into its queue now; does not use up a retry.
    Retry,
    /// Put a scheduled job into its queue now.
    Enqueue,
    /// Change its time; from the dead set: back into the retry set at that time; from a queue: into the scheduled set.
    Reschedule,
    /// Move it to the dead set.
    Kill,
    /// Remove it.
    Delete,
}

impl Verb {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Retry,
        Self::Enqueue,
        Self::Reschedule,
        Self::Kill,
        Self::Delete,
    ];

    /// Name in forms, REST and commands.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Enqueue => "enqueue",
            Self::Reschedule => "reschedule",
            Self::Kill => "kill",
            Self::Delete => "delete",
        }
    }

    /// The verbs that mean something for an entry of this place, the usual one first.
    #[must_use]
    pub fn for_place(place: &Place) -> &'static [Self] {
        match place {
            Place::Set(Set::Scheduled) => {
                &[Self::Enqueue, Self::Reschedule, Self::Kill, Self::Delete]
            }
            Place::Set(Set::Retries) => &[Self::Retry, Self::Reschedule, Self::Kill, Self::Delete],
            Place::Set(Set::Dead) => &[Self::Retry, Self::Reschedule, Self::Delete],
            Place::Queue(_) => &[Self::Reschedule, Self::Kill, Self::Delete],
        }
    }
}

/// What to do to entries.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// See [`Verb::Retry`].
    Retry,
    /// See [`Verb::Enqueue`].
    Enqueue,
    /// See [`Verb::Reschedule`].
    Reschedule {
        /// The new time.
        at: Timestamp,
        /// Each entry gets a random time from `at` to `at` plus this many seconds; 0: all the same.
        #[serde(default)]
        spread_seconds: u32,
    },
    /// See [`Verb::Kill`].
    Kill,
    /// See [`Verb::Delete`].
    Delete,
}

impl Action {
    /// The verb.
    #[must_use]
    pub fn verb(self) -> Verb {
        match self {
            Self::Retry => Verb::Retry,
            Self::Enqueue => Verb::Enqueue,
            Self::Reschedule { .. } => Verb::Reschedule,
            Self::Kill => Verb::Kill,
            Self::Delete => Verb::Delete,
        }
    }
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result", content = "reason")]
pub enum ActionOutcome {
    /// Done, by this call.
    Done,
    /// The entry is not there any more: somebody else took it, or its time came.
    Gone,
    /// Not possible for this entry, and why; it was left as it is.
    Refused(String),
}

/// What became of every entry of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionReport {
    /// The verb.
    pub verb: Verb,
    /// Each entry with its outcome, in the order asked.
    pub outcomes: Vec<(EntryId, ActionOutcome)>,
    /// The operation by which it can be undone; nothing when there is nothing to undo, or when the store kept nothing.
    #[serde(default)]
    pub operation: Option<String>,
}

impl ActionReport {
    /// How many were done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.outcomes
            .iter()
            .filter(|(_, outcome)| *outcome == ActionOutcome::Done)
            .count()
    }
}
