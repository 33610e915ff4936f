//! What a search over all places tells, piece by piece.

use super::JobEntry;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Jobs of a page of a search over all places: behind them it is only counted.
pub const SEARCH_PAGE: usize = 50;

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
    Progress {
        /// How far it is.
        progress: SearchProgress,
        /// Where another search could go on.
        next: String,
    },
    /// It has ended.
    End {
        /// How far it came.
        progress: SearchProgress,
        /// Where to go on; nothing when everything was searched.
        next: Option<String>,
    },
}

/// What is new of a search that several may follow, since a follower was told last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchNews {
    /// Which search it is: who knows jobs of another one has to forget them.
    pub scan: String,
    /// How many jobs it found before those that are told here.
    pub known: usize,
    /// The jobs behind those, in order; none beyond the end of a page.
    pub hits: Vec<JobEntry>,
    /// How far it is.
    pub progress: SearchProgress,
    /// What it does.
    pub phase: SearchPhase,
    /// Where to go on, once a page is full; it goes on counting then. A page that does not follow the search is told, too, how far it got.
    pub next: Option<SearchNext>,
}

/// What a search does that several may follow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchPhase {
    /// It waits: as many others as may run at a time are running.
    #[default]
    Waiting,
    /// It reads.
    Searching,
    /// Everything was searched.
    Complete,
    /// It broke off; why.
    Broken(String),
}

/// Where a search goes on, and how far it came until there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchNext {
    /// The place behind the last job.
    pub after: String,
    /// How far it came until there.
    pub progress: SearchProgress,
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

impl SearchProgress {
    /// This and what came before it: a search that was gone on with. The entries in all are those of the first part, where there is one.
    #[must_use]
    pub fn behind(self, before: Self) -> Self {
        let searched = before.searched.saturating_add(self.searched);
        Self {
            searched,
            total: searched.max(if before.total > 0 {
                before.total
            } else {
                self.total
            }),
            found: before.found.saturating_add(self.found),
        }
    }
}

impl fmt::Display for SearchProgress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}-{}", self.searched, self.total, self.found)
    }
}

/// A text that says no progress of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchProgressError;

impl FromStr for SearchProgress {
    type Err = SearchProgressError;

    /// As it is written: `SEARCHED-TOTAL-FOUND`.
    fn from_str(text: &str) -> Result<Self, SearchProgressError> {
        let mut numbers = text.split('-').map(str::parse);
        match (
            numbers.next(),
            numbers.next(),
            numbers.next(),
            numbers.next(),
        ) {
            (Some(Ok(searched)), Some(Ok(total)), Some(Ok(found)), None) => Ok(Self {
                searched,
                total,
                found,
            }),
            _ => Err(SearchProgressError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SearchProgress;

    #[test]
    fn progress_is_written_read_and_added() {
        let progress = SearchProgress {
            searched: 380_000,
            total: 1_000_000,
            found: 50,
        };
        assert_eq!(progress.to_string().parse(), Ok(progress));
        for wrong in ["", "1-2", "1-2-3-4", "a-1-1", "-1-2-3"] {
            assert!(wrong.parse::<SearchProgress>().is_err(), "{wrong}");
        }
        let rest = SearchProgress {
            searched: 620_000,
            total: 999_000,
            found: 7,
        };
        let all = rest.behind(progress);
        assert_eq!(
            (all.searched, all.total, all.found),
            (1_000_000, 1_000_000, 57)
        );
        assert_eq!(rest.behind(SearchProgress::default()), rest);
    }
}
