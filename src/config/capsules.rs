//! `[capsules.NAME]`: queues with a concurrency of their own.

use super::{
    ConfigError, Problem,
    named::{self, At, Named, key_of},
    queues::parse_queues,
    section::{Key, key},
};
use std::borrow::Cow;
use toml::{Spanned, de::DeValue};

/// The section that holds the capsules.
pub(super) const SECTION: &str = "capsules";

/// The capsule of `worker.queues`.
const RESERVED: &str = "default";

/// What a capsule can be told.
pub(super) const KEYS: &[Key] = &[
    key(
        "queues",
        "needed",
        "[\"photos=3\", \"thumbnails\"]",
        "queues to fetch from, in this order, or by weight as in `worker.queues`",
    ),
    key("concurrency", "`10`", "2", "jobs at a time, 1 to 1000"),
];

/// Jobs at a time of a capsule that does not say.
const CONCURRENCY: u16 = 10;

/// A group of queues with a concurrency of its own: its jobs never wait for those of other queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapsuleConfig {
    /// Its name.
    pub name: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    /// Its queues, each with an optional weight: `critical=3`.
    pub queues: Vec<String>,
    /// Jobs at a time.
    pub concurrency: u16,
}

impl CapsuleConfig {
    /// The queues with their weights.
    ///
    /// # Errors
    /// What is wrong with one of them; nothing is where the capsule was read from a file.
    pub fn weighted(&self) -> Result<Vec<(String, u64)>, ConfigError> {
        parse_queues(&self.queues).map_err(|reason| {
            let key = key_of(SECTION, &self.name, "queues");
            ConfigError::one(&self.place, format!("`{key}`: {reason}"))
        })
    }

    /// Whether it fetches from this queue.
    #[must_use]
    pub fn serves(&self, queue: &str) -> bool {
        parse_queues(&self.queues).is_ok_and(|queues| queues.iter().any(|(name, _)| name == queue))
    }
}

/// Reads the section; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<CapsuleConfig> {
    named::read(SECTION, "NAME", section, at, problems, |reader| {
        Some(capsule(reader))
    })
}

fn capsule(reader: &mut Named<'_>) -> CapsuleConfig {
    if reader.name.is_empty() {
        reader.wrong("the name is empty: give it one, such as `[capsules.photos]`");
    } else if reader.name == RESERVED {
        reader.wrong("that is the name of the worker's own queues: set `worker.queues` and `worker.concurrency`, or choose another name");
    }
    reader.check_keys(KEYS);
    CapsuleConfig {
        name: reader.name.to_owned(),
        place: reader.place.clone(),
        queues: queues(reader),
        concurrency: reader.concurrency().unwrap_or(CONCURRENCY),
    }
}

fn queues(reader: &mut Named<'_>) -> Vec<String> {
    if !reader.has("queues") {
        reader.wrong("it has no queues: name those that it serves, such as `queues = [\"photos=3\", \"thumbnails\"]`");
        return Vec::new();
    }
    let what = "a list such as `[\"photos=3\", \"thumbnails\"]`";
    let Some(names) = reader.value("queues", what, named::texts) else {
        return Vec::new();
    };
    let reason = match &*names {
        [] => Some("name at least one queue".to_owned()),
        names => parse_queues(names).err(),
    };
    if let Some(reason) = reason {
        reader.wrong_key("queues", reason);
    }
    names
}
