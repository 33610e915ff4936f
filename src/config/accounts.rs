//! `[users.NAME]` and `[tokens.NAME]`: who may come in, and what each may do.

use super::{
    ConfigError, Problem, groups,
    named::{self, At, Named, key_of},
    secret_file,
    section::{Key, key},
};
use crate::{
    auth::{PasswordHash, Token, User},
    model::{Role, Scope, Timestamp, parse_time},
};
use std::{borrow::Cow, fmt::Display, path::PathBuf};
use toml::{Spanned, de::DeValue};

/// The section that holds the users.
pub(super) const USERS: &str = "users";
/// The section that holds the tokens.
pub(super) const TOKENS: &str = "tokens";

/// What a user can be told.
pub(super) const USER_KEYS: &[Key] = &[
    key(
        "password_hash",
        "needed",
        // Nobody knows a password with this hash.
        "\"$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
        "what `jobdeck hash-password` prints",
    )
    .secret(),
    key(
        "password_hash_file",
        "none",
        "",
        "a file that holds the hash, in place of `password_hash`",
    ),
    key(
        "role",
        "needed",
        "\"operator\"",
        "`viewer` (reads), `operator` (acts on jobs) or `admin` (everything)",
    ),
    groups::QUEUES,
    groups::STORES,
];
/// What a token can be told.
pub(super) const TOKEN_KEYS: &[Key] = &[
    key(
        "hash",
        "needed",
        "\"0000000000000000000000000000000000000000000000000000000000000000\"",
        "the SHA-256 of the token, as `jobdeck new-token` prints it",
    )
    .secret(),
    key(
        "hash_file",
        "none",
        "",
        "a file that holds the hash, in place of `hash`",
    ),
    key(
        "role",
        "needed",
        "\"operator\"",
        "`viewer` (reads), `operator` (acts on jobs) or `admin` (everything)",
    ),
    groups::QUEUES,
    groups::STORES,
    key(
        "expires",
        "never",
        "2027-01-31",
        "a date or a time: until then it is good",
    ),
];

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
    /// What they are limited to.
    pub scope: Scope,
    hash: Secret<PasswordHash>,
}

/// A program that comes in with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConfig {
    /// The name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it is limited to.
    pub scope: Scope,
    expires: Option<Timestamp>,
    hash: Secret<Token>,
}

/// A hash.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Secret<T> {
    /// As it stands in the settings.
    Said(Box<T>),
    /// The file that holds it, and where that is named.
    File(PathBuf, String),
}

impl<T: Clone> Secret<T> {
    /// The hash; `key` is what names its file, `parse` says what is wrong with a text.
    fn known<E: ToString>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, ConfigError> {
        let (path, place) = match self {
            Self::Said(hash) => return Ok(T::clone(hash)),
            Self::File(path, place) => (path, place),
        };
        let hash = secret_file::read(path)
            .and_then(|text| parse(&text).map_err(|error| error.to_string()));
        hash.map_err(|reason| {
            ConfigError::one(place, format!("`{key}`: {}: {reason}", path.display()))
        })
    }
}

impl UserConfig {
    /// The user, with the hash that the file holds. That is read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no hash.
    pub fn user(&self) -> Result<User, ConfigError> {
        let key = key_of(USERS, &self.name, "password_hash_file");
        let hash = self.hash.known(&key, str::parse::<PasswordHash>)?;
        Ok(User::new(&self.name, self.role, hash).within(self.scope.clone()))
    }
}

impl TokenConfig {
    /// The token, with the hash that the file holds. That is read only here, as with users.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no hash.
    pub fn token(&self) -> Result<Token, ConfigError> {
        let key = key_of(TOKENS, &self.name, "hash_file");
        let token = self.hash.known(&key, |text| {
            Token::new(&self.name, self.role, text, self.expires).ok_or(NO_HASH)
        })?;
        Ok(token.within(self.scope.clone()))
    }
}

/// What is wrong with a text that should be the hash of a token.
const NO_HASH: &str = "it is no SHA-256 in hex (64 digits), as `jobdeck new-token` prints it";

/// Reads `[users]`; adds what is wrong to `problems`.
pub(super) fn read_users(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<UserConfig> {
    named::read(USERS, "NAME", section, at, problems, |reader| {
        check_names(reader, USER_KEYS);
        let role = role(reader);
        let scope = groups::scope(reader);
        let hash = hash(
            reader,
            ["password_hash", "password_hash_file"],
            "it has no password: set `password_hash` to what `jobdeck hash-password` prints",
            str::parse::<PasswordHash>,
        );
        Some(UserConfig {
            name: reader.name.to_owned(),
            place: reader.place.clone(),
            role: role?,
            scope: scope?,
            hash: hash?,
        })
    })
}

/// Reads `[tokens]`; adds what is wrong to `problems`.
pub(super) fn read_tokens(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<TokenConfig> {
    named::read(TOKENS, "NAME", section, at, problems, |reader| {
        check_names(reader, TOKEN_KEYS);
        let role = role(reader);
        token(reader, role)
    })
}

/// Its name, and those of its settings.
fn check_names(reader: &mut Named<'_>, keys: &[Key]) {
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

/// A hash, or the file that holds it: one of these two `keys`; `missing` is said when there is none.
fn hash<T, E: Display>(
    reader: &mut Named<'_>,
    [hash, file]: [&str; 2],
    missing: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<Secret<T>> {
    match (text(reader, hash)?, text(reader, file)?) {
        (Some(text), None) => match parse(&text) {
            Ok(known) => return Some(Secret::Said(Box::new(known))),
            Err(error) => reader.wrong_key(hash, error),
        },
        (None, Some(path)) if !path.is_empty() => {
            return Some(Secret::File(path.into(), reader.place_of(file)));
        }
        (None, Some(_)) => reader.wrong_key(file, "it is empty: name a file"),
        (Some(_), Some(_)) => {
            let reason = format!("`{hash}` is set as well: remove one of them");
            reader.wrong_key(file, reason);
        }
        (None, None) => reader.wrong(missing),
    }
    None
}

fn token(reader: &mut Named<'_>, role: Option<Role>) -> Option<TokenConfig> {
    let expires = expires(reader);
    let scope = groups::scope(reader);
    let name = reader.name.to_owned();
    let (token_role, until) = (role.unwrap_or(Role::Viewer), expires.unwrap_or_default());
    let hash = hash(
        reader,
        ["hash", "hash_file"],
        "it has no hash: set `hash` to what `jobdeck new-token` prints",
        |text| Token::new(&name, token_role, text, until).ok_or(NO_HASH),
    );
    Some(TokenConfig {
        name,
        role: role?,
        scope: scope?,
        expires: expires?,
        hash: hash?,
    })
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
