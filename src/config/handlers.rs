//! `[handlers.NAME]`: classes of jobs that an HTTP endpoint or a command does.

use super::{ConfigError, Problem, settings::nearest};
use crate::worker::{CommandHandler, HandlerError, HttpHandler, Rate, patterns_tie};
use std::{borrow::Cow, fmt::Display, ops::Range, path::PathBuf, time::Duration};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The section that holds the handlers.
pub(super) const SECTION: &str = "handlers";

/// What each kind of handler can be told.
const HTTP_KEYS: &[&str] = &[
    "http",
    "timeout",
    "connect_timeout",
    "concurrency",
    "rate",
    "secret",
    "secret_file",
    "headers",
];
const COMMAND_KEYS: &[&str] = &[
    "command",
    "timeout",
    "grace",
    "retry_in",
    "concurrency",
    "rate",
    "directory",
    "environment",
];

/// A class of jobs, or all that fit a pattern, and who does them.
#[derive(Clone, Debug, PartialEq)]
pub struct HandlerConfig {
    /// The class, or a pattern with `*` in it.
    pub class: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    kind: HandlerKind,
    /// The file with the secret, and where it is named.
    secret_file: Option<(PathBuf, String)>,
}

/// Who does a class's jobs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum HandlerKind {
    /// An HTTP endpoint.
    Http(HttpHandler),
    /// A program of this machine.
    Command(CommandHandler),
}

impl HandlerConfig {
    /// Who does the jobs, without a secret that stands in a file.
    #[must_use]
    pub fn kind(&self) -> &HandlerKind {
        &self.kind
    }

    /// The handler, with the secret that its file holds. That is read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no secret.
    pub fn handler(&self) -> Result<HandlerKind, ConfigError> {
        let (HandlerKind::Http(http), Some((path, place))) = (&self.kind, &self.secret_file) else {
            return Ok(self.kind.clone());
        };
        let wrong = |reason: String| {
            let reason = format!(
                "`{}`: {}: {reason}",
                key_of(SECTION, &self.class, "secret_file"),
                path.display()
            );
            ConfigError::one(place, reason)
        };
        let secret = std::fs::read_to_string(path)
            .map_err(|error| wrong(format!("it cannot be read: {error}")))?;
        let http = http.clone().secret(&secret);
        http.map(HandlerKind::Http)
            .map_err(|error| wrong(error.to_string()))
    }
}

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

/// Reads the section; adds what is wrong to `problems`.
pub(super) fn read(
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(Range<usize>) -> String,
    problems: &mut Vec<Problem>,
) -> Vec<HandlerConfig> {
    let Some(classes) = value.get_ref().as_table() else {
        problems.push(Problem::new(
            at(name.span()),
            "`handlers` is a section: write `[handlers.CLASS]` and its settings below",
        ));
        return Vec::new();
    };
    let mut handlers = Vec::new();
    for (class, value) in classes {
        let place = at(class.span());
        let name = class.get_ref().as_ref();
        let Some(table) = value.get_ref().as_table() else {
            let section = key_of(SECTION, name, "");
            problems.push(Problem::new(
                place,
                format!("`{section}` is a section: write `[{section}]` and its settings below"),
            ));
            continue;
        };
        let mut reader = Reader {
            class: name,
            place: &place,
            table,
            at,
            problems: &mut *problems,
        };
        handlers.extend(reader.handler());
    }
    problems.extend(ties(&handlers));
    handlers
}

/// Pairs of patterns of which neither is the more specific one.
fn ties(handlers: &[HandlerConfig]) -> Vec<Problem> {
    let pairs = handlers.iter().enumerate().flat_map(|(index, later)| {
        let earlier = handlers[..index].iter();
        earlier.map(move |earlier| (earlier, later))
    });
    pairs
        .filter(|(one, other)| patterns_tie(&one.class, &other.class))
        .map(|(one, other)| {
            let reason = format!(
                "some classes fit `{}` and `{}` ({}), and neither is the more specific one: give one of them a longer pattern",
                other.class, one.class, one.place
            );
            Problem::new(&other.place, reason)
        })
        .collect()
}

/// Reads one handler.
struct Reader<'a, A> {
    class: &'a str,
    place: &'a str,
    table: &'a DeTable<'a>,
    at: &'a A,
    problems: &'a mut Vec<Problem>,
}

impl<A: Fn(Range<usize>) -> String> Reader<'_, A> {
    fn handler(&mut self) -> Option<HandlerConfig> {
        let before = self.problems.len();
        if self.class.is_empty() {
            self.wrong("the class is empty: give it a class, a pattern such as `Reports::*`, or `*` for every class");
        }
        let (kind, secret_file) = match (self.has("http"), self.has("command")) {
            (true, false) => {
                self.check_keys("an HTTP endpoint", HTTP_KEYS, COMMAND_KEYS);
                let secret_file = self.secret_file();
                (self.http().map(HandlerKind::Http), secret_file)
            }
            (false, true) => {
                self.check_keys("a command", COMMAND_KEYS, HTTP_KEYS);
                (self.command().map(HandlerKind::Command), None)
            }
            (true, true) => {
                self.wrong("it has both `http` and `command`: keep one of them");
                (None, None)
            }
            (false, false) => {
                // Perhaps it is only misspelt.
                let all: Vec<&str> = HTTP_KEYS.iter().chain(COMMAND_KEYS).copied().collect();
                self.check_keys("a handler", &all, &[]);
                self.wrong("nobody does its jobs: give it `http = \"https://…\"` or `command = [\"program\", \"argument\"]`");
                (None, None)
            }
        };
        if self.problems.len() > before {
            return None;
        }
        Some(HandlerConfig {
            class: self.class.to_owned(),
            place: self.place.to_owned(),
            kind: kind?,
            secret_file,
        })
    }

    fn http(&mut self) -> Option<HttpHandler> {
        let mut handler = self.parsed(
            "http",
            "an address such as `\"https://app.internal/jobs\"`",
            HttpHandler::new,
        )?;
        if let Some(timeout) = self.time("timeout") {
            handler = handler.timeout(timeout);
        }
        if let Some(timeout) = self.time("connect_timeout") {
            handler = handler.connect_timeout(timeout);
        }
        if let Some(jobs) = self.concurrency() {
            handler = handler.concurrency(jobs);
        }
        if let Some(rate) = self.rate() {
            handler = handler.rate(rate);
        }
        let plain = handler.clone();
        if let Some(signed) = self.parsed("secret", "a text", move |text| plain.secret(text)) {
            handler = signed;
        }
        for (name, value) in self.pairs("headers") {
            match handler.clone().header(&name, &value) {
                Ok(more) => handler = more,
                Err(error) => self.wrong_key("headers", error),
            }
        }
        Some(handler)
    }

    fn command(&mut self) -> Option<CommandHandler> {
        let words = self.value(
            "command",
            "a list such as `[\"python3\", \"report.py\"]`",
            |value| {
                let words = value.as_array()?.iter();
                words
                    .map(|word| word.get_ref().as_str().map(str::to_owned))
                    .collect::<Option<Vec<String>>>()
            },
        )?;
        let mut handler = match CommandHandler::new(words) {
            Ok(handler) => handler,
            Err(error) => {
                self.wrong_key("command", error);
                return None;
            }
        };
        if let Some(timeout) = self.time("timeout") {
            handler = handler.timeout(timeout);
        }
        if let Some(grace) = self.duration("grace") {
            handler = handler.grace(grace);
        }
        if let Some(delay) = self.duration("retry_in") {
            handler = handler.retry_in(delay);
        }
        if let Some(jobs) = self.concurrency() {
            handler = handler.concurrency(jobs);
        }
        if let Some(rate) = self.rate() {
            handler = handler.rate(rate);
        }
        if let Some(directory) = self.text("directory") {
            handler = handler.directory(directory);
        }
        for (name, value) in self.pairs("environment") {
            match handler.clone().environment(name, value) {
                Ok(more) => handler = more,
                Err(error) => self.wrong_key("environment", error),
            }
        }
        Some(handler)
    }

    /// Names every key that is none of this kind's.
    fn check_keys(&mut self, kind: &str, own: &[&str], others: &[&str]) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if own.contains(&name) {
                continue;
            }
            let hint = if others.contains(&name) {
                format!(", which is {kind}")
            } else {
                nearest(name, own.iter().copied())
                    .map(|known| format!("; did you mean `{known}`?"))
                    .unwrap_or_default()
            };
            let section = key_of(SECTION, self.class, "");
            self.problems.push(Problem::new(
                (self.at)(key.span()),
                format!("there is no setting `{name}` for `[{section}]`{hint}"),
            ));
        }
    }

    fn secret_file(&mut self) -> Option<(PathBuf, String)> {
        let path = self.text("secret_file")?;
        if self.has("secret") {
            self.wrong_key("secret_file", "`secret` is set as well: remove one of them");
        }
        Some((path.into(), self.place_of("secret_file")))
    }

    fn concurrency(&mut self) -> Option<usize> {
        self.value("concurrency", "a number from 1 to 1000", |value| {
            let number = value.as_integer()?;
            let jobs = usize::from_str_radix(number.as_str(), number.radix()).ok()?;
            (1..=1000).contains(&jobs).then_some(jobs)
        })
    }

    fn rate(&mut self) -> Option<Rate> {
        self.parsed("rate", "a rate such as `\"100/s\"`", str::parse)
    }

    /// A duration that is not nothing.
    fn time(&mut self, key: &str) -> Option<Duration> {
        let time = self.duration(key)?;
        if time.is_zero() {
            self.wrong_key(key, "it must be longer than nothing");
        }
        Some(time)
    }

    fn duration(&mut self, key: &str) -> Option<Duration> {
        let what = "a duration such as `\"30s\"`, `\"5m\"` or `\"1h 30m\"`";
        self.value(key, what, |value| {
            humantime::parse_duration(value.as_str()?).ok()
        })
    }

    fn text(&mut self, key: &str) -> Option<String> {
        self.value(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    fn pairs(&mut self, key: &str) -> Vec<(String, String)> {
        let pairs = self.value(
            key,
            "a table of texts such as `{ NAME = \"value\" }`",
            |value| {
                let pairs = value.as_table()?.iter();
                pairs
                    .map(|(name, value)| {
                        let value = value.get_ref().as_str()?;
                        Some((name.get_ref().clone().into_owned(), value.to_owned()))
                    })
                    .collect::<Option<Vec<_>>>()
            },
        );
        pairs.unwrap_or_default()
    }

    /// A text that is understood further.
    fn parsed<T>(
        &mut self,
        key: &str,
        what: &str,
        parse: impl FnOnce(&str) -> Result<T, HandlerError>,
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
    fn value<T>(
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

    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn place_of(&self, key: &str) -> String {
        self.table
            .iter()
            .find(|(known, _)| known.get_ref() == key)
            .map_or_else(
                || self.place.to_owned(),
                |(known, _)| (self.at)(known.span()),
            )
    }

    fn wrong_key(&mut self, key: &str, reason: impl Display) {
        let place = self.place_of(key);
        let key = key_of(SECTION, self.class, key);
        self.problems
            .push(Problem::new(place, format!("`{key}`: {reason}")));
    }

    fn wrong(&mut self, reason: &str) {
        let section = key_of(SECTION, self.class, "");
        self.problems
            .push(Problem::new(self.place, format!("`[{section}]`: {reason}")));
    }
}

#[cfg(test)]
mod tests;
