//! Which entries of a list to show.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// Which entries of a list to show; an empty filter shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFilter {
    /// Shown class, whole, case-sensitive.
    pub class: Option<String>,
    /// Queue name, whole.
    pub queue: Option<String>,
    /// Error class, whole, or part of the error message, case-insensitive.
    pub error: Option<String>,
    /// Part of the stored text, case-insensitive.
    pub text: Option<String>,
    /// One of the tags, whole.
    pub tag: Option<String>,
    /// In a set: time (due, died) not before; in a queue: enqueued not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
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
