//! What a search over all places tells, piece by piece.

use super::JobEntry;
use serde::{Deserialize, Serialize};

/// What a search over all places tells, piece by piece.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are a few at a time, and most are the large one"
)]
pub enum SearchEvent {
    /// A job that matches.
    Hit(JobEntry),
    /// How far it is.
    Progress(SearchProgress),
    /// It has ended.
    End {
        /// How far it came.
        progress: SearchProgress,
        /// Where to go on; nothing when everything was searched.
        next: Option<String>,
    },
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchProgress {
    /// Entries looked at, since this search or its continuation began.
    pub searched: u64,
    /// Entries of all places where it looks.
    pub total: u64,
    /// Jobs found.
    pub found: u64,
}
