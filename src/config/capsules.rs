//! `[capsules.NAME]`: queues with a concurrency of their own.

use super::{ConfigError, Problem, handlers::key_of, queues::parse_queues, settings::nearest};
use std::{borrow::Cow, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The section that holds the capsules.
pub(super) const SECTION: &str = "capsules";

/// The capsule of `worker.queues`.
const RESERVED: &str = "default";

/// What a capsule can be told.
const KEYS: &[&str] = &["queues", "concurrency"];

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
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(Range<usize>) -> String,
    problems: &mut Vec<Problem>,
) -> Vec<CapsuleConfig> {
    let Some(capsules) = value.get_ref().as_table() else {
        problems.push(Problem::new(
            at(name.span()),
            "`capsules` is a section: write `[capsules.NAME]` and its settings below",
        ));
        return Vec::new();
    };
    let capsules = capsules.iter().filter_map(|(name, value)| {
        let place = at(name.span());
        let name = name.get_ref().as_ref();
        let section = key_of(SECTION, name, "");
        let Some(table) = value.get_ref().as_table() else {
            problems.push(Problem::new(
                place,
                format!("`{section}` is a section: write `[{section}]` and its settings below"),
            ));
            return None;
        };
        let mut reader = Reader {
            name,
            place,
            table,
            at,
            problems: Vec::new(),
        };
        let capsule = reader.capsule();
        problems.append(&mut reader.problems);
        capsule
    });
    capsules.collect()
}

/// Reads one capsule.
struct Reader<'a, A> {
    name: &'a str,
    place: String,
    table: &'a DeTable<'a>,
    at: &'a A,
    problems: Vec<Problem>,
}

impl<A: Fn(Range<usize>) -> String> Reader<'_, A> {
    fn capsule(&mut self) -> Option<CapsuleConfig> {
        let section = key_of(SECTION, self.name, "");
        if self.name.is_empty() {
            self.wrong("the name is empty: give it one, such as `[capsules.photos]`");
        } else if self.name == RESERVED {
            self.wrong("that is the name of the worker's own queues: set `worker.queues` and `worker.concurrency`, or choose another name");
        }
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !KEYS.contains(&name) {
                let hint = nearest(name, KEYS.iter().copied())
                    .map(|known| format!("; did you mean `{known}`?"))
                    .unwrap_or_default();
                self.problems.push(Problem::new(
                    (self.at)(key.span()),
                    format!("there is no setting `{name}` for `[{section}]`{hint}"),
                ));
            }
        }
        let queues = self.queues();
        let concurrency = self.concurrency();
        self.problems.is_empty().then(|| CapsuleConfig {
            name: self.name.to_owned(),
            place: self.place.clone(),
            queues,
            concurrency,
        })
    }

    fn queues(&mut self) -> Vec<String> {
        let Some(value) = self.table.get("queues") else {
            self.wrong("it has no queues: name those that it serves, such as `queues = [\"photos=3\", \"thumbnails\"]`");
            return Vec::new();
        };
        let names = value.get_ref().as_array().and_then(|names| {
            let names = names.iter();
            names
                .map(|name| name.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<String>>>()
        });
        let reason = match &names {
            None => Some("it must be a list such as `[\"photos=3\", \"thumbnails\"]`".to_owned()),
            Some(names) if names.is_empty() => Some("name at least one queue".to_owned()),
            Some(names) => parse_queues(names).err(),
        };
        if let Some(reason) = reason {
            self.wrong_key("queues", &reason);
        }
        names.unwrap_or_default()
    }

    fn concurrency(&mut self) -> u16 {
        let Some(value) = self.table.get("concurrency") else {
            return CONCURRENCY;
        };
        let number = value.get_ref().as_integer();
        let jobs = number.and_then(|it| u16::from_str_radix(it.as_str(), it.radix()).ok());
        let jobs = jobs.filter(|jobs| (1..=1000).contains(jobs));
        if jobs.is_none() {
            self.wrong_key("concurrency", "it must be a number from 1 to 1000");
        }
        jobs.unwrap_or(CONCURRENCY)
    }

    fn wrong_key(&mut self, key: &str, reason: &str) {
        let found = self.table.iter().find(|(known, _)| known.get_ref() == key);
        let place = found.map_or_else(|| self.place.clone(), |(known, _)| (self.at)(known.span()));
        let key = key_of(SECTION, self.name, key);
        self.problems
            .push(Problem::new(place, format!("`{key}`: {reason}")));
    }

    fn wrong(&mut self, reason: &str) {
        let section = key_of(SECTION, self.name, "");
        self.problems.push(Problem::new(
            &self.place,
            format!("`[{section}]`: {reason}"),
        ));
    }
}
