//! Where an entry stands.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One of the three sorted sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// Jobs to be enqueued at a time to come.
    Scheduled,
    /// Failed jobs waiting for their next try.
    Retries,
    /// Jobs that ran out of retries, or were killed.
    Dead,
}

impl Set {
    /// All three, in the order in which a job passes through them.
    pub const ALL: [Self; 3] = [Self::Scheduled, Self::Retries, Self::Dead];

    /// The name in paths and identifiers: `scheduled`, `retries`, `dead`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Retries => "retries",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Set {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        Self::ALL
            .into_iter()
            .find(|set| set.name() == text)
            .ok_or_else(|| PlaceError(text.to_owned()))
    }
}

/// A set or a queue: where an entry stands.
///
/// As text: `scheduled`, `retries`, `dead` or `queue:NAME`; the name may hold any character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Place {
    /// One of the sorted sets.
    Set(Set),
    /// The queue of this name.
    Queue(String),
}

/// A text that names no set and no queue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place: use `scheduled`, `retries`, `dead` or `queue:NAME`")]
pub struct PlaceError(pub String);

impl Place {
    /// The queue's name, if it is a queue.
    #[must_use]
    pub fn queue_name(&self) -> Option<&str> {
        match self {
            Self::Queue(name) => Some(name),
            Self::Set(_) => None,
        }
    }

    /// The set, if it is one.
    #[must_use]
    pub fn set(&self) -> Option<Set> {
        match self {
            Self::Set(set) => Some(*set),
            Self::Queue(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(set) => set.fmt(formatter),
            Self::Queue(name) => write!(formatter, "queue:{name}"),
        }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        match text.strip_prefix("queue:") {
            Some("") => Err(PlaceError(text.to_owned())),
            Some(name) => Ok(Self::Queue(name.to_owned())),
            None => text.parse().map(Self::Set),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl TryFrom<String> for Place {
    type Error = PlaceError;

    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<Set> for Place {
    fn from(set: Set) -> Self {
        Self::Set(set)
    }
}
