//! `[users.NAME]` and `[tokens.NAME]`: who may come in, and what each may do.

use super::{
    ConfigError, Problem,
    named::{self, At, Named, key_of},
};
use crate::{
    auth::{PasswordHash, Token, User},
    model::{Role, Timestamp, parse_time},
};
use std::{borrow::Cow, path::PathBuf};
use toml::{Spanned, de::DeValue};

/// The section that holds the users.
pub(super) const USERS: &str = "users";
/// The section that holds the tokens.
pub(super) const TOKENS: &str = "tokens";

/// What a user can be told.
const USER_KEYS: &[&str] = &["password_hash", "password_hash_file", "role"];
/// What a token can be told.
const TOKEN_KEYS: &[&str] = &["hash", "role", "expires"];

/// Longest name.
const NAME_CHARACTERS: usize = 60;

/// Somebody who logs in with a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserConfig {
    /// The name.
    pub name: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    /// What they may do.
    pub role: Role,
    secret: Secret,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Secret {
    Hash(Box<PasswordHash>),
    /// The file with the hash, and where it is named.
    File(PathBuf, String),
}

impl UserConfig {
    /// The user, with the hash that the file holds. That is read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no hash.
    pub fn user(&self) -> Result<User, ConfigError> {
        let hash = match &self.secret {
            Secret::Hash(hash) => PasswordHash::clone(hash),
            Secret::File(path, place) => {
                let wrong = |reason: String| {
                    let key = key_of(USERS, &self.name, "password_hash_file");
                    ConfigError::one(place, format!("`{key}`: {}: {reason}", path.display()))
                };
                let text = std::fs::read_to_string(path)
                    .map_err(|error| wrong(format!("it cannot be read: {error}")))?;
                text.parse()
                    .map_err(|error: crate::auth::WrongHash| wrong(error.to_string()))?
            }
        };
        Ok(User::new(&self.name, self.role, hash))
    }
}

/// Reads `[users]`; adds what is wrong to `problems`.
pub(super) fn read_users(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<UserConfig> {
    named::read(USERS, "NAME", section, at, problems, |reader| {
        check_names(reader, USER_KEYS);
        let (role, secret) = (role(reader), secret(reader));
        Some(UserConfig {
            name: reader.name.to_owned(),
            place: reader.place.clone(),
            role: role?,
            secret: secret?,
        })
    })
}

/// Reads `[tokens]`; adds what is wrong to `problems`.
pub(super) fn read_tokens(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Token> {
    named::read(TOKENS, "NAME", section, at, problems, |reader| {
        check_names(reader, TOKEN_KEYS);
        let role = role(reader);
        token(reader, role)
    })
}

/// Its name, and those of its settings.
fn check_names(reader: &mut Named<'_>, keys: &[&str]) {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.@+".contains(letter);
    let length = reader.name.chars().count();
    if !(1..=NAME_CHARACTERS).contains(&length) || !reader.name.chars().all(is_plain) {
        reader.wrong(format!(
            "a name has 1 to {NAME_CHARACTERS} letters, digits and `-_.@+`"
        ));
    }
    reader.check_keys(keys);
}

fn role(reader: &mut Named<'_>) -> Option<Role> {
    const ROLES: &str = "`viewer` (reads), `operator` (acts on jobs) or `admin` (everything)";
    if !reader.has("role") {
        reader.wrong(format!("it has no role: set `role` to {ROLES}"));
    }
    reader.value("role", ROLES, |value| Role::named(value.as_str()?))
}

fn secret(reader: &mut Named<'_>) -> Option<Secret> {
    let (hash, file) = ("password_hash", "password_hash_file");
    match (text(reader, hash)?, text(reader, file)?) {
        (Some(text), None) => match text.parse::<PasswordHash>() {
            Ok(hash) => return Some(Secret::Hash(Box::new(hash))),
            Err(error) => reader.wrong_key(hash, error),
        },
        (None, Some(path)) if !path.is_empty() => {
            return Some(Secret::File(path.into(), reader.place_of(file)));
        }
        (None, Some(_)) => reader.wrong_key(file, "it is empty: name a file"),
        (Some(_), Some(_)) => {
            reader.wrong_key(file, "`password_hash` is set as well: remove one of them");
        }
        (None, None) => reader.wrong(
            "it has no password: set `password_hash` to what `jobdeck hash-password` prints",
        ),
    }
    None
}

fn token(reader: &mut Named<'_>, role: Option<Role>) -> Option<Token> {
    let expires = expires(reader);
    let Some(hash) = text(reader, "hash")? else {
        reader.wrong("it has no hash: set `hash` to what `jobdeck new-token` prints");
        return None;
    };
    let token = Token::new(reader.name, role?, &hash, expires?);
    if token.is_none() {
        reader.wrong_key(
            "hash",
            "it is no SHA-256 in hex (64 digits), as `jobdeck new-token` prints it",
        );
    }
    token
}

/// Until when it is good, if not for ever; nothing when that is not understood.
fn expires(reader: &mut Named<'_>) -> Option<Option<Timestamp>> {
    if !reader.has("expires") {
        return Some(None);
    }
    let what = "a date or a time, such as `2027-01-31`";
    let text = reader.value("expires", what, |value| match value {
        DeValue::Datetime(time) => Some(time.to_string()),
        value => value.as_str().map(str::to_owned),
    })?;
    match parse_time(&text) {
        Ok(time) => Some(Some(time)),
        Err(reason) => {
            reader.wrong_key("expires", reason);
            None
        }
    }
}

/// A text that need not be there; nothing when it is none.
fn text(reader: &mut Named<'_>, key: &str) -> Option<Option<String>> {
    if !reader.has(key) {
        return Some(None);
    }
    let what = "a text in quotes";
    reader
        .value(key, what, |value| value.as_str().map(str::to_owned))
        .map(Some)
}
