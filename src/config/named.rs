//! Sections with a name of their own below: `[users.ada]`, `[handlers.PublishPhoto]`.
//!
//! Nothing but the file can hold them, so they are read here, each value with its place in the file.

use super::{Problem, section::Key, settings::nearest};
use std::{borrow::Cow, fmt::Display, ops::Range};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Tells where something stands: `jobdeck.toml:12`.
pub(super) type At<'a> = &'a dyn Fn(Range<usize>) -> String;

/// `handlers.Report.timeout`, as TOML writes it.
pub(super) fn key_of(section: &str, name: &str, key: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    let name = if is_bare {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("{name:?}"))
    };
    let dot = if key.is_empty() { "" } else { "." };
    format!("{section}.{name}{dot}{key}")
}

/// Reads all that stand in `section`, each by `one`, where nothing is wrong with it; adds what is to `problems`. `what` stands for their names:
/// `NAME`.
pub(super) fn read<T>(
    section: &'static str,
    what: &str,
    (name, value): (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
    mut one: impl FnMut(&mut Named<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(tables) = value.get_ref().as_table() else {
        problems.push(Problem::new(
            at(name.span()),
            format!("`{section}` is a section: write `[{section}.{what}]` and its settings below"),
        ));
        return Vec::new();
    };
    let tables = tables.iter().filter_map(|(name, value)| {
        let place = at(name.span());
        let position = name.span().start;
        let name = name.get_ref().as_ref();
        let Some(table) = value.get_ref().as_table() else {
            let own = key_of(section, name, "");
            problems.push(Problem::new(
                place,
                format!("`{own}` is a section: write `[{own}]` and its settings below"),
            ));
            return None;
        };
        let mut named = Named {
            section,
            name,
            position,
            place,
            table,
            at,
            problems: Vec::new(),
        };
        let read = one(&mut named).filter(|_| named.problems.is_empty());
        problems.append(&mut named.problems);
        read
    });
    tables.collect()
}

/// A list of texts.
pub(super) fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let texts = value.as_array()?.iter();
    texts
        .map(|text| text.get_ref().as_str().map(str::to_owned))
        .collect()
}

/// A number from 0 on.
pub(super) fn whole(value: &DeValue<'_>) -> Option<u32> {
    let number = value.as_integer()?;
    u32::from_str_radix(number.as_str(), number.radix()).ok()
}

/// One of them.
pub(super) struct Named<'a> {
    section: &'static str,
    /// Its name.
    pub(super) name: &'a str,
    /// How far from the beginning of the file its own settings stand, which puts several in order.
    pub(super) position: usize,
    /// Where it stands.
    pub(super) place: String,
    table: &'a DeTable<'a>,
    at: At<'a>,
    problems: Vec<Problem>,
}

impl Named<'_> {
    /// Names every key that is none of these.
    pub(super) fn check_keys(&mut self, own: &[Key]) {
        self.check_keys_of("", own, &[]);
    }

    /// The same for one of a `kind`; there are `others` that only another kind has.
    pub(super) fn check_keys_of(&mut self, kind: &str, own: &[Key], others: &[Key]) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            let is_among = |keys: &[Key]| keys.iter().any(|known| known.name == name);
            if is_among(own) {
                continue;
            }
            let hint = if is_among(others) {
                format!(", which is {kind}")
            } else {
                nearest(name, own.iter().map(|known| known.name))
                    .map(|known| format!("; did you mean `{known}`?"))
                    .unwrap_or_default()
            };
            let section = key_of(self.section, self.name, "");
            self.problems.push(Problem::new(
                (self.at)(key.span()),
                format!("there is no setting `{name}` for `[{section}]`{hint}"),
            ));
        }
    }

    /// Jobs at a time.
    pub(super) fn concurrency(&mut self) -> Option<u16> {
        self.value("concurrency", "a number from 1 to 1000", |value| {
            let jobs = u16::try_from(whole(value)?).ok()?;
            (1..=1000).contains(&jobs).then_some(jobs)
        })
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text that is understood further.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        key: &str,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.value(key, what, |value| value.as_str().map(str::to_owned))?;
        match parse(&text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.wrong_key(key, error);
                None
            }
        }
    }

    /// The value of a key, if it is there and can be read.
    pub(super) fn value<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.get(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.wrong_key(key, format!("it must be {what}"));
        }
        read
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn place_of(&self, key: &str) -> String {
        let found = self.table.iter().find(|(known, _)| known.get_ref() == key);
        found.map_or_else(|| self.place.clone(), |(known, _)| (self.at)(known.span()))
    }

    pub(super) fn wrong_key(&mut self, key: &str, reason: impl Display) {
        let place = self.place_of(key);
        let key = key_of(self.section, self.name, key);
        self.problems
            .push(Problem::new(place, format!("`{key}`: {reason}")));
    }

    pub(super) fn wrong(&mut self, reason: impl Display) {
        let section = key_of(self.section, self.name, "");
        self.problems.push(Problem::new(
            &self.place,
            format!("`[{section}]`: {reason}"),
        ));
    }
}
