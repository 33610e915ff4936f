//! Finds the fields of a job in its text, and reads them.

use super::{Job, RetryRule};
use crate::model::Timestamp;
use std::ops::Range;

/// Name and place of each field, or why the bytes are no JSON object.
pub(super) fn scan(raw: &[u8]) -> Result<Vec<(String, Range<usize>)>, String> {
    let _ = raw;
    unimplemented!()
}

impl Job {
    /// A field's JSON text as stored; the last one if the name is repeated, as JSON readers take it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let _ = name;
        unimplemented!()
    }

    /// A field that is a string, unescaped; nothing if it is missing or of another type.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<String> {
        let _ = name;
        unimplemented!()
    }

    /// A field that is an integer.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        let _ = name;
        unimplemented!()
    }

    /// A field that is a boolean.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        let _ = name;
        unimplemented!()
    }

    /// A field that is a time, in either unit.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        let _ = name;
        unimplemented!()
    }

    /// The job id.
    #[must_use]
    pub fn jid(&self) -> Option<String> {
        self.string("jid")
    }

    /// The stored class, which names the handler (`wrapped` for Active Job: see [`Job::shown_class`]).
    #[must_use]
    pub fn class(&self) -> Option<String> {
        self.string("class")
    }

    /// The queue that it belongs to.
    #[must_use]
    pub fn queue(&self) -> Option<String> {
        self.string("queue").filter(|name| !name.is_empty())
    }

    /// The `retry` field.
    #[must_use]
    pub fn retry_rule(&self) -> RetryRule {
        RetryRule::from_json(self.field("retry"))
    }

    /// The `tags` field; what is no string in it is left out.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        unimplemented!()
    }
}
