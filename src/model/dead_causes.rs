//! The causes from which most jobs are dead.

use super::{GroupDigest, IndexState};
use serde::{Deserialize, Serialize};

/// The failure groups with the most dead jobs, the largest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeadCauses {
    /// Some of them.
    pub causes: Vec<DeadCause>,
    /// How many groups have dead jobs beside those.
    pub more: u64,
    /// How complete the index is.
    pub index: IndexState,
}

/// A failure group, as far as it is dead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadCause {
    /// The group.
    pub digest: GroupDigest,
    /// Class as shown.
    pub class: String,
    /// The error's class.
    pub error_class: String,
    /// The error's message without what varies.
    pub message: String,
    /// Its dead jobs.
    pub dead: u64,
}
