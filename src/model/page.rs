//! Pages of lists.

use super::{JobEntry, JobFilter};
use serde::{Deserialize, Serialize};

/// A place between two entries of a list, where the next page begins. Made and understood by the store only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Direction of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Sets: lowest score first (next due). Queues: next to run first (oldest).
    #[default]
    Ascending,
    /// Sets: highest score first (died last). Queues: newest first.
    Descending,
}

impl Order {
    /// The other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// What a page of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageRequest {
    /// Which entries.
    pub filter: JobFilter,
    /// Direction in which the list is shown.
    pub order: Order,
    /// Entries behind this cursor, in list order.
    pub after: Option<Cursor>,
    /// Entries before this cursor, in list order (the page that ends there). Ignored when `after` is set.
    pub before: Option<Cursor>,
    /// Most entries to return, 1 to 500; 0 means the default of 50.
    pub limit: u32,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The entries, in list order.
    pub entries: Vec<JobEntry>,
    /// Cursor for the page behind this one; nothing at the end.
    pub next: Option<Cursor>,
    /// Cursor (for `before`) of the page in front of this one; nothing at the start.
    pub previous: Option<Cursor>,
    /// Entries looked at to find these.
    pub scanned: u64,
    /// Entries of the whole place, whatever the filter.
    pub total: u64,
    /// Whether the search stopped before the page was full (at its time budget, or after very much data): `next` goes on from there.
    pub partial: bool,
}
