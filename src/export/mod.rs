//! Jobs as files: written, and read again with the exact bytes of each (docs/EXPORT.md).
//!
//! | file | owns |
//! | --- | --- |
//! | `writer` | a file as it is written, job by job |
//! | `line`, `sheet` | one job as a line of NDJSON, as a row of CSV |
//! | `audit` | who did what, as a table |
//! | `reader`, `rows` | a file as it is read, whatever stands in it |

mod audit;
mod line;
mod reader;
mod rows;
mod sheet;
mod writer;

use crate::model::Place;
use bytes::Bytes;
use std::{fmt, str::FromStr};

pub use audit::{audit_row, begin_audit};
pub use reader::{LINE_BYTES, Numbered, Reader, Row};
pub use writer::Writer;

/// How a file of jobs is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    #[default]
    Ndjson,
    /// A table for people, with a column that holds the whole job.
    Csv,
}

impl Format {
    /// Name in addresses, options and of the file: `ndjson`, `csv`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// What it is to HTTP.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// The format that HTTP calls so.
    #[must_use]
    pub fn of_content_type(text: &str) -> Option<Self> {
        let kind = text.split(';').next().unwrap_or_default().trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines" => Some(Self::Ndjson),
            "text/csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no format: use `ndjson` or `csv`")]
pub struct FormatError(String);

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        match text {
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            other => Err(FormatError(other.chars().take(60).collect())),
        }
    }
}

/// One job of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FiledJob {
    /// Where it stood.
    pub place: Place,
    /// In a set: its score, seconds since the epoch.
    pub score: Option<f64>,
    /// Its exact bytes.
    pub raw: Bytes,
}

#[cfg(test)]
mod tests;
