//! One stored job: its exact bytes, typed access to its fields, edits of single fields, error traces, display rules.
//!
//! Formats: Sidekiq 6, 7 and 8. Nothing here fails on bad input: an entry that is no job is a [`Job`] that says why.

mod args;
mod display;
mod edit;
mod fields;
mod json;
mod new_job;
mod options;
mod own_code;
mod path;
mod retry_rule;
mod running;
mod scatter;
mod time;
mod trace;
mod tree;

use bytes::Bytes;
use std::borrow::Cow;

pub use args::args_json;
pub(crate) use display::{LIST_CHARACTERS, cut};
pub(crate) use json::{
    quoted as json_quoted, string as json_string, string_end as json_string_end,
};
pub use new_job::{NewJob, NewJobError, new_jid};
pub(crate) use own_code::is_own;
pub use path::PathError;
pub use retry_rule::RetryRule;
pub(crate) use retry_rule::in_words as retry_rule_in_words;
pub use running::running;
pub(crate) use scatter::scattered;
pub(crate) use time::now;
pub use time::{TimeUnit, parse_time, write_time};
pub use trace::{decode_trace, encode_trace, own_frame};
pub(crate) use tree::tree;

/// One stored job: the exact bytes, and where its fields stand in them.
#[derive(Clone, Debug)]
pub struct Job {
    raw: Bytes,
    /// Places of the fields, in stored order, repeated names included.
    fields: Vec<fields::Field>,
    malformed: Option<String>,
}

/// An entry that cannot be read as a job, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the entry is no job: {0}")]
pub struct Malformed(pub String);

impl Job {
    /// Reads an entry; never fails.
    #[must_use]
    pub fn new(raw: impl Into<Bytes>) -> Self {
        let raw = raw.into();
        match fields::scan(&raw) {
            Ok(fields) => Self {
                raw,
                fields,
                malformed: None,
            },
            Err(reason) => Self {
                raw,
                fields: Vec::new(),
                malformed: Some(reason),
            },
        }
    }

    /// The stored bytes.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The stored bytes as text, invalid UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.raw)
    }

    /// Why the entry cannot be read as a JSON object, if so. (Missing or mistyped fields are no such reason.)
    #[must_use]
    pub fn malformed(&self) -> Option<&str> {
        self.malformed.as_deref()
    }
}

/// SHA-1 of stored bytes, 40 lower-case hexadecimal digits: the digest of an entry's address.
#[must_use]
pub fn digest(raw: &[u8]) -> String {
    use sha1::{Digest, Sha1};
    hexadecimal(&Sha1::digest(raw))
}

/// Lower-case hexadecimal digits, two a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}
