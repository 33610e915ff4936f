//! `[handlers.NAME]`: classes of jobs that an HTTP endpoint or a command does.

use super::{
    ConfigError, Problem,
    named::{self, At, Named, key_of},
};
use crate::worker::{CommandHandler, HttpHandler, Rate, patterns_tie};
use std::{borrow::Cow, path::PathBuf, time::Duration};
use toml::{Spanned, de::DeValue};

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

/// Reads the section; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<HandlerConfig> {
    let handlers = named::read(SECTION, "CLASS", section, at, problems, handler);
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

fn handler(reader: &mut Named<'_>) -> Option<HandlerConfig> {
    if reader.name.is_empty() {
        reader.wrong("the class is empty: give it a class, a pattern such as `Reports::*`, or `*` for every class");
    }
    let (kind, secret_file) = match (reader.has("http"), reader.has("command")) {
        (true, false) => {
            reader.check_keys_of("an HTTP endpoint", HTTP_KEYS, COMMAND_KEYS);
            let secret_file = secret_file(reader);
            (http(reader).map(HandlerKind::Http), secret_file)
        }
        (false, true) => {
            reader.check_keys_of("a command", COMMAND_KEYS, HTTP_KEYS);
            (command(reader).map(HandlerKind::Command), None)
        }
        (true, true) => {
            reader.wrong("it has both `http` and `command`: keep one of them");
            (None, None)
        }
        (false, false) => {
            // Perhaps it is only misspelt.
            let all: Vec<&str> = HTTP_KEYS.iter().chain(COMMAND_KEYS).copied().collect();
            reader.check_keys(&all);
            reader.wrong("nobody does its jobs: give it `http = \"https://…\"` or `command = [\"program\", \"argument\"]`");
            (None, None)
        }
    };
    Some(HandlerConfig {
        class: reader.name.to_owned(),
        place: reader.place.clone(),
        kind: kind?,
        secret_file,
    })
}

fn http(reader: &mut Named<'_>) -> Option<HttpHandler> {
    let mut handler = reader.parsed(
        "http",
        "an address such as `\"https://app.internal/jobs\"`",
        HttpHandler::new,
    )?;
    if let Some(timeout) = time(reader, "timeout") {
        handler = handler.timeout(timeout);
    }
    if let Some(timeout) = time(reader, "connect_timeout") {
        handler = handler.connect_timeout(timeout);
    }
    if let Some(jobs) = reader.concurrency() {
        handler = handler.concurrency(jobs.into());
    }
    if let Some(rate) = rate(reader) {
        handler = handler.rate(rate);
    }
    let plain = handler.clone();
    if let Some(signed) = reader.parsed("secret", "a text", move |text| plain.secret(text)) {
        handler = signed;
    }
    for (name, value) in pairs(reader, "headers") {
        match handler.clone().header(&name, &value) {
            Ok(more) => handler = more,
            Err(error) => reader.wrong_key("headers", error),
        }
    }
    Some(handler)
}

fn command(reader: &mut Named<'_>) -> Option<CommandHandler> {
    let what = "a list such as `[\"python3\", \"report.py\"]`";
    let words = reader.value("command", what, named::texts)?;
    let mut handler = match CommandHandler::new(words) {
        Ok(handler) => handler,
        Err(error) => {
            reader.wrong_key("command", error);
            return None;
        }
    };
    if let Some(timeout) = time(reader, "timeout") {
        handler = handler.timeout(timeout);
    }
    if let Some(grace) = duration(reader, "grace") {
        handler = handler.grace(grace);
    }
    if let Some(delay) = duration(reader, "retry_in") {
        handler = handler.retry_in(delay);
    }
    if let Some(jobs) = reader.concurrency() {
        handler = handler.concurrency(jobs.into());
    }
    if let Some(rate) = rate(reader) {
        handler = handler.rate(rate);
    }
    if let Some(directory) = reader.text("directory") {
        handler = handler.directory(directory);
    }
    for (name, value) in pairs(reader, "environment") {
        match handler.clone().environment(name, value) {
            Ok(more) => handler = more,
            Err(error) => reader.wrong_key("environment", error),
        }
    }
    Some(handler)
}

fn secret_file(reader: &mut Named<'_>) -> Option<(PathBuf, String)> {
    let path = reader.text("secret_file")?;
    if reader.has("secret") {
        reader.wrong_key("secret_file", "`secret` is set as well: remove one of them");
    }
    Some((path.into(), reader.place_of("secret_file")))
}

fn rate(reader: &mut Named<'_>) -> Option<Rate> {
    reader.parsed("rate", "a rate such as `\"100/s\"`", str::parse)
}

/// A duration that is not nothing.
fn time(reader: &mut Named<'_>, key: &str) -> Option<Duration> {
    let time = duration(reader, key)?;
    if time.is_zero() {
        reader.wrong_key(key, "it must be longer than nothing");
    }
    Some(time)
}

fn duration(reader: &mut Named<'_>, key: &str) -> Option<Duration> {
    let what = "a duration such as `\"30s\"`, `\"5m\"` or `\"1h 30m\"`";
    reader.value(key, what, |value| {
        humantime::parse_duration(value.as_str()?).ok()
    })
}

fn pairs(reader: &mut Named<'_>, key: &str) -> Vec<(String, String)> {
    let pairs = reader.value(
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

#[cfg(test)]
mod tests;
