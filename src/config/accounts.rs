//! `[users.NAME]` and `[tokens.NAME]`: who may come in, and what each may do.

use super::{ConfigError, Problem, handlers::key_of, settings::nearest};
use crate::{
    auth::{PasswordHash, Token, User},
    model::{Role, parse_time},
};
use std::{borrow::Cow, ops::Range, path::PathBuf};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

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
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(Range<usize>) -> String,
    problems: &mut Vec<Problem>,
) -> Vec<UserConfig> {
    read(USERS, USER_KEYS, name, value, at, problems, |reader| {
        let (role, secret) = (reader.role(), reader.secret());
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
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(Range<usize>) -> String,
    problems: &mut Vec<Problem>,
) -> Vec<Token> {
    read(TOKENS, TOKEN_KEYS, name, value, at, problems, |reader| {
        let role = reader.role();
        reader.token(role)
    })
}

fn read<T, A: Fn(Range<usize>) -> String>(
    section: &'static str,
    keys: &'static [&'static str],
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &A,
    problems: &mut Vec<Problem>,
    mut one: impl FnMut(&mut Reader<'_, A>) -> Option<T>,
) -> Vec<T> {
    let Some(accounts) = value.get_ref().as_table() else {
        problems.push(Problem::new(
            at(name.span()),
            format!("`{section}` is a section: write `[{section}.NAME]` and its settings below"),
        ));
        return Vec::new();
    };
    let accounts = accounts.iter().filter_map(|(name, value)| {
        let place = at(name.span());
        let name = name.get_ref().as_ref();
        let Some(table) = value.get_ref().as_table() else {
            let own = key_of(section, name, "");
            problems.push(Problem::new(
                place,
                format!("`{own}` is a section: write `[{own}]` and its settings below"),
            ));
            return None;
        };
        let mut reader = Reader {
            section,
            name,
            place,
            table,
            at,
            problems: Vec::new(),
        };
        reader.names(keys);
        let account = one(&mut reader);
        problems.append(&mut reader.problems);
        account
    });
    accounts.collect()
}

/// Reads one user or token.
struct Reader<'a, A> {
    section: &'static str,
    name: &'a str,
    place: String,
    table: &'a DeTable<'a>,
    at: &'a A,
    problems: Vec<Problem>,
}

impl<A: Fn(Range<usize>) -> String> Reader<'_, A> {
    /// Its name, and those of its settings.
    fn names(&mut self, keys: &'static [&'static str]) {
        let is_plain = |letter: char| letter.is_alphanumeric() || "-_.@+".contains(letter);
        let length = self.name.chars().count();
        if !(1..=NAME_CHARACTERS).contains(&length) || !self.name.chars().all(is_plain) {
            self.wrong(&format!(
                "a name has 1 to {NAME_CHARACTERS} letters, digits and `-_.@+`"
            ));
        }
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let hint = nearest(name, keys.iter().copied())
                    .map(|known| format!("; did you mean `{known}`?"))
                    .unwrap_or_default();
                let section = key_of(self.section, self.name, "");
                self.problems.push(Problem::new(
                    (self.at)(key.span()),
                    format!("there is no setting `{name}` for `[{section}]`{hint}"),
                ));
            }
        }
    }

    fn role(&mut self) -> Option<Role> {
        const ROLES: &str = "`viewer` (reads), `operator` (acts on jobs) or `admin` (everything)";
        let Some(value) = self.table.get("role") else {
            self.wrong(&format!("it has no role: set `role` to {ROLES}"));
            return None;
        };
        let role = value.get_ref().as_str().and_then(Role::named);
        if role.is_none() {
            self.wrong_key("role", &format!("it must be {ROLES}"));
        }
        role
    }

    fn secret(&mut self) -> Option<Secret> {
        match (
            self.text("password_hash")?,
            self.text("password_hash_file")?,
        ) {
            (Some(text), None) => match text.parse() {
                Ok(hash) => Some(Secret::Hash(Box::new(hash))),
                Err(error) => {
                    let error: crate::auth::WrongHash = error;
                    self.wrong_key("password_hash", &error.to_string());
                    None
                }
            },
            (None, Some(path)) if !path.is_empty() => Some(Secret::File(
                PathBuf::from(path),
                self.place_of("password_hash_file"),
            )),
            (None, Some(_)) => {
                self.wrong_key("password_hash_file", "it is empty: name a file");
                None
            }
            (Some(_), Some(_)) => {
                self.wrong_key(
                    "password_hash_file",
                    "`password_hash` is set as well: remove one of them",
                );
                None
            }
            (None, None) => {
                self.wrong(
                    "it has no password: set `password_hash` to what `jobdeck hash-password` prints",
                );
                None
            }
        }
    }

    fn token(&mut self, role: Option<Role>) -> Option<Token> {
        let expires = self.expires();
        let Some(hash) = self.text("hash")? else {
            self.wrong("it has no hash: set `hash` to what `jobdeck new-token` prints");
            return None;
        };
        let token = Token::new(self.name, role?, &hash, expires?);
        if token.is_none() {
            self.wrong_key(
                "hash",
                "it is no SHA-256 in hex (64 digits), as `jobdeck new-token` prints it",
            );
        }
        token
    }

    /// Until when it is good, if not for ever; nothing when that is not understood.
    fn expires(&mut self) -> Option<Option<crate::model::Timestamp>> {
        let Some(value) = self.table.get("expires") else {
            return Some(None);
        };
        let text = match value.get_ref() {
            DeValue::Datetime(time) => time.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.wrong_key(
                    "expires",
                    "it must be a date or a time, such as `2027-01-31`",
                );
                return None;
            }
        };
        match parse_time(&text) {
            Ok(time) => Some(Some(time)),
            Err(reason) => {
                self.wrong_key("expires", &reason);
                None
            }
        }
    }

    /// A text that need not be there; nothing when it is none.
    fn text(&mut self, key: &str) -> Option<Option<String>> {
        let Some(value) = self.table.get(key) else {
            return Some(None);
        };
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong_key(key, "it must be a text in quotes");
        }
        text.map(Some)
    }

    fn place_of(&self, key: &str) -> String {
        let found = self.table.iter().find(|(known, _)| known.get_ref() == key);
        found.map_or_else(|| self.place.clone(), |(known, _)| (self.at)(known.span()))
    }

    fn wrong_key(&mut self, key: &str, reason: &str) {
        let place = self.place_of(key);
        let key = key_of(self.section, self.name, key);
        self.problems
            .push(Problem::new(place, format!("`{key}`: {reason}")));
    }

    fn wrong(&mut self, reason: &str) {
        let section = key_of(self.section, self.name, "");
        self.problems.push(Problem::new(
            &self.place,
            format!("`[{section}]`: {reason}"),
        ));
    }
}
