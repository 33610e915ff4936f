//! Which entries of a list to show.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// Which entries of a list to show; an empty filter shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Shown class, whole, case-sensitive.
    pub class: Option<String>,
    /// Queue name, whole; an entry that names none is of the queue where it stands.
    pub queue: Option<String>,
    /// Error class, whole, or part of the error message, case-insensitive.
    pub error: Option<String>,
    /// Part of the entry's text, case-insensitive: as it is stored, or as JSON means it (`caf\u00e9` is `café`). A coded error trace is no text.
    pub text: Option<String>,
    /// One of the tags, whole.
    pub tag: Option<String>,
    /// In a set: time (due, died) not before; in a queue: enqueued not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
    /// A search in words, as people write it: `class:PublishPhoto error:Timeout` (docs/SEARCH.md).
    pub query: Option<String>,
}

impl JobFilter {
    /// Whether it shows everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether only times are asked for, which a set can answer by score.
    #[must_use]
    pub fn is_time_only(&self) -> bool {
        Self {
            from: None,
            to: None,
            ..self.clone()
        } == Self::default()
    }
}
