//! `[groups.NAME]`: what members of a group are limited to, of people whom a proxy names or who come by a provider.

use super::{
    Config, ConfigError, Problem,
    named::{self, At, Named, key_of},
    section::{Key, key},
};
use crate::model::{Limit, NamePattern, Scope};
use std::borrow::Cow;
use toml::{Spanned, de::DeValue};

/// The section that holds them.
pub(super) const SECTION: &str = "groups";

/// What a group can be told.
pub(super) const KEYS: &[Key] = &[QUEUES, STORES];

/// The queues of a user, a token or a group.
pub(super) const QUEUES: Key = key(
    "queues",
    "all",
    "[\"photos*\", \"mail\"]",
    "only jobs of these queues are shown, and can be changed; a star stands for any text",
);

/// The stores of a user, a token or a group.
pub(super) const STORES: Key = key(
    "stores",
    "all",
    "[\"main\", \"email*\"]",
    "only these stores, by their names; a star stands for any text",
);

/// What members of a group are limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    /// The group, as the proxy or the provider calls it.
    pub name: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    /// What its members are limited to.
    pub scope: Scope,
}

/// Reads `[groups]`; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<GroupConfig> {
    named::read(SECTION, "NAME", section, at, problems, |reader| {
        reader.check_keys(KEYS);
        let scope = scope(reader);
        if scope.as_ref().is_some_and(Scope::is_all) {
            reader.wrong("it limits nobody: set `queues`, or `stores`");
        }
        Some(GroupConfig {
            name: reader.name.to_owned(),
            place: reader.place.clone(),
            scope: scope?,
        })
    })
}

/// What somebody is limited to: `queues` and `stores`; nothing when one of them cannot be read.
pub(super) fn scope(reader: &mut Named<'_>) -> Option<Scope> {
    let (queues, stores) = (limit(reader, QUEUES.name), limit(reader, STORES.name));
    Some(Scope {
        queues: queues?,
        stores: stores?,
    })
}

fn limit(reader: &mut Named<'_>, key: &str) -> Option<Limit> {
    if !reader.has(key) {
        return Some(Limit::none());
    }
    let what = "a list of names in quotes, such as `[\"photos*\", \"mail\"]`";
    let texts = reader.value(key, what, named::texts)?;
    if texts.is_empty() {
        reader.wrong_key(
            key,
            "it is empty, so that nothing would be left: name some, or leave it out for all",
        );
        return None;
    }
    patterns(reader, key, &texts)
}

/// The names that these texts mean; nothing when one of them is no pattern.
pub(super) fn patterns(reader: &mut Named<'_>, key: &str, texts: &[String]) -> Option<Limit> {
    let mut patterns = Vec::with_capacity(texts.len());
    for text in texts {
        match NamePattern::new(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(reason) => {
                reader.wrong_key(key, format!("`{text}`: {reason}"));
                return None;
            }
        }
    }
    Some(Limit::to(patterns))
}

/// Whether each of them is a group with a role: one that is misspelt would leave the members of the other without a limit.
pub(super) fn check(groups: &[GroupConfig], config: &Config) -> Result<(), ConfigError> {
    let has_none = |group: &&GroupConfig| {
        let mut roles = [&config.auth.proxy_roles, &config.auth.oidc.roles].into_iter();
        !roles.any(|roles| roles.contains_key(&group.name))
    };
    let problems: Vec<Problem> = groups
        .iter()
        .filter(has_none)
        .map(|group| {
            let section = key_of(SECTION, &group.name, "");
            Problem::new(
                &group.place,
                format!(
                    "`[{section}]`: the group has no role: name it in `auth.proxy_roles` or `auth.oidc.roles` as well"
                ),
            )
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ConfigError(problems))
    }
}
