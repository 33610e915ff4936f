//! `[handlers.NAME]`: classes of jobs that an HTTP endpoint or a command does.

use super::{
    ConfigError, Problem,
    named::{self, At, Named, key_of},
    secret_file,
    section::{Key, key},
};
use crate::worker::{CommandHandler, HttpHandler, Rate, patterns_tie};
use std::{borrow::Cow, path::PathBuf, time::Duration};
use toml::{Spanned, de::DeValue};

/// The section that holds the handlers.
pub(super) const SECTION: &str = "handlers";

/// What each kind of handler can be told.
pub(super) const HTTP_KEYS: &[Key] = &[
    key(
        "http",
        "needed",
        "\"https://app.internal/jobs\"",
        "the address, `http` or `https`; a user and a password in it are sent as basic authorisation",
    ),
    key(
        "timeout",
        "`1m`",
        "\"1m\"",
        "from connecting to the end of the answer",
    ),
    key(
        "connect_timeout",
        "`5s`",
        "\"5s\"",
        "finding the host, connecting and TLS",
    ),
    key(
        "concurrency",
        "the worker's",
        "4",
        "jobs of this handler at a time, 1 to 1000",
    ),
    key(
        "rate",
        "any",
        "\"100/s\"",
        "jobs that begin within a time: `100/s`, `20/min`, `1000/10s`",
    ),
    key(
        "secret",
        "none",
        "",
        "signs what is sent: `whsec_` and a key in base64, or a key as plain text",
    )
    .secret(),
    key(
        "secret_file",
        "none",
        "\"/run/secrets/jobdeck\"",
        "a file that holds the secret, in place of `secret`, which signs what is sent: `whsec_` and a key in base64, or a key as plain text",
    ),
    key(
        "headers",
        "none",
        "{ X-Team = \"photos\" }",
        "further headers",
    )
    .secret(),
    key(
        "headers_file",
        "none",
        "{ Authorization = \"/run/secrets/app-authorization\" }",
        "further headers whose values are secrets: each is named with the file that holds it",
    ),
];
pub(super) const COMMAND_KEYS: &[Key] = &[
    key(
        "command",
        "needed",
        "[\"python3\", \"report.py\"]",
        "the program and its arguments, a list; never a line for a shell",
    ),
    key("timeout", "`1h`", "\"1h\"", "after that it is ended"),
    key(
        "grace",
        "`5s`",
        "\"5s\"",
        "from `SIGTERM` to `SIGKILL` when it is ended",
    ),
    key(
        "retry_in",
        "Sidekiq's back-off",
        "\"10m\"",
        "when a job is tried again whose command ended with 75",
    ),
    key(
        "concurrency",
        "the worker's",
        "2",
        "jobs of this handler at a time, 1 to 1000",
    ),
    key("rate", "any", "\"20/min\"", "jobs that begin within a time"),
    key(
        "directory",
        "the worker's",
        "\"/srv/reports\"",
        "where it is started; a program named with a slash, such as `./report`, is looked for from here",
    ),
    key(
        "environment",
        "none",
        "{ LANG = \"C.UTF-8\" }",
        "variables besides those of the worker's own",
    )
    .secret(),
    key(
        "environment_file",
        "none",
        "{ DATABASE_URL = \"/run/secrets/reports-database\" }",
        "further variables whose values are secrets: each is named with the file that holds it",
    ),
];

/// A class of jobs, or all that fit a pattern, and who does them.
#[derive(Clone, Debug, PartialEq)]
pub struct HandlerConfig {
    /// The class, or a pattern with `*` in it.
    pub class: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    kind: HandlerKind,
    /// Files that hold secrets of the handler.
    secrets: Vec<SecretFile>,
}

/// A file that holds a secret of a handler.
#[derive(Clone, Debug, PartialEq)]
struct SecretFile {
    path: PathBuf,
    /// Where it is named, and by which setting.
    place: String,
    key: &'static str,
    purpose: Purpose,
}

/// What a secret is for.
#[derive(Clone, Debug, PartialEq)]
enum Purpose {
    /// It signs what an endpoint is sent.
    Signature,
    /// It is the value of this header.
    Header(String),
    /// It is the value of this variable of a command.
    Variable(String),
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
    /// Who does the jobs, without secrets that stand in files.
    #[must_use]
    pub fn kind(&self) -> &HandlerKind {
        &self.kind
    }

    /// The handler, with the secrets that files hold. They are read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When a file cannot be read, or holds no secret.
    pub fn handler(&self) -> Result<HandlerKind, ConfigError> {
        let mut kind = self.kind.clone();
        for file in &self.secrets {
            let secret = secret_file::read(&file.path);
            let told = secret.and_then(|secret| file.purpose.tell(kind, &secret));
            kind = told.map_err(|reason| {
                let key = key_of(SECTION, &self.class, file.key);
                let path = file.path.display();
                ConfigError::one(&file.place, format!("`{key}`: {path}: {reason}"))
            })?;
        }
        Ok(kind)
    }
}

impl Purpose {
    /// Whether there can be such a thing, whatever its value.
    fn check(&self) -> Result<(), String> {
        let handler = match self {
            Self::Signature => return Ok(()),
            Self::Header(_) => HttpHandler::new("http://localhost/").map(HandlerKind::Http),
            Self::Variable(_) => CommandHandler::new(["true"]).map(HandlerKind::Command),
        };
        let handler = handler.map_err(|error| error.to_string())?;
        self.tell(handler, "value").map(|_| ())
    }

    /// The handler with this secret, or what is wrong with that.
    fn tell(&self, handler: HandlerKind, secret: &str) -> Result<HandlerKind, String> {
        let told = match (handler, self) {
            (HandlerKind::Http(http), Self::Signature) => {
                http.secret(secret).map(HandlerKind::Http)
            }
            (HandlerKind::Http(http), Self::Header(name)) => {
                http.header(name, secret).map(HandlerKind::Http)
            }
            (HandlerKind::Command(command), Self::Variable(name)) => {
                command.environment(name, secret).map(HandlerKind::Command)
            }
            (handler, _) => Ok(handler),
        };
        told.map_err(|error| error.to_string())
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
    let (kind, secrets) = match (reader.has("http"), reader.has("command")) {
        (true, false) => {
            reader.check_keys_of("an HTTP endpoint", HTTP_KEYS, COMMAND_KEYS);
            let mut secrets: Vec<SecretFile> = signature(reader).into_iter().collect();
            secrets.extend(files(reader, "headers_file", Purpose::Header));
            (http(reader).map(HandlerKind::Http), secrets)
        }
        (false, true) => {
            reader.check_keys_of("a command", COMMAND_KEYS, HTTP_KEYS);
            let secrets = files(reader, "environment_file", Purpose::Variable);
            (command(reader).map(HandlerKind::Command), secrets)
        }
        (true, true) => {
            reader.wrong("it has both `http` and `command`: keep one of them");
            (None, Vec::new())
        }
        (false, false) => {
            // Perhaps it is only misspelt.
            let all: Vec<Key> = HTTP_KEYS.iter().chain(COMMAND_KEYS).copied().collect();
            reader.check_keys(&all);
            reader.wrong("nobody does its jobs: give it `http = \"https://…\"` or `command = [\"program\", \"argument\"]`");
            (None, Vec::new())
        }
    };
    Some(HandlerConfig {
        class: reader.name.to_owned(),
        place: reader.place.clone(),
        kind: kind?,
        secrets,
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

fn signature(reader: &mut Named<'_>) -> Option<SecretFile> {
    let key = "secret_file";
    let path = reader.text(key)?;
    if reader.has("secret") {
        reader.wrong_key(key, "`secret` is set as well: remove one of them");
    }
    Some(SecretFile {
        path: path.into(),
        place: reader.place_of(key),
        key,
        purpose: Purpose::Signature,
    })
}

/// A table of names and the files that hold their values.
fn files(
    reader: &mut Named<'_>,
    key: &'static str,
    purpose: impl Fn(String) -> Purpose,
) -> Vec<SecretFile> {
    if !reader.has(key) {
        return Vec::new();
    }
    let place = reader.place_of(key);
    let plain = key.trim_end_matches("_file");
    let said: Vec<String> = pairs(reader, plain)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let files = pairs(reader, key).into_iter();
    let files: Vec<_> = files
        .map(|(name, path)| {
            let is_said = |other: &String, purpose: &Purpose| match purpose {
                // Names of variables differ by case.
                Purpose::Variable(name) => other == name,
                _ => other.eq_ignore_ascii_case(&name),
            };
            let purpose = purpose(name.clone());
            if said.iter().any(|other| is_said(other, &purpose)) {
                let reason = format!("`{name}` stands in `{plain}` as well: remove one of them");
                reader.wrong_key(key, reason);
            }
            SecretFile {
                path: path.into(),
                place: place.clone(),
                key,
                purpose,
            }
        })
        .collect();
    // Their names can be looked at before the files are.
    for file in &files {
        if let Err(reason) = file.purpose.check() {
            reader.wrong_key(key, reason);
        }
    }
    files
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
