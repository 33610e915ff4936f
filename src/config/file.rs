//! The settings file: its values, and the line on which each stands.

use super::{
    AlertConfig, CapsuleConfig, ConfigError, GroupConfig, HandlerConfig, NamedInForce,
    NamedStoreConfig, Problem, ReceiverConfig, TokenConfig, UserConfig, accounts, alerts, capsules,
    groups, handlers, in_force, periodic, receivers,
    settings::{SETTINGS, nearest},
    stores,
};
use crate::periodic::PeriodicJob;
use std::{collections::BTreeMap, ops::Range, path::Path};
use toml::{Spanned, de::DeTable, de::DeValue};

/// A settings file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) table: toml::Table,
    /// `section.key` to `file:line`.
    places: BTreeMap<String, String>,
    /// What stands in `[handlers]`, which `table` does not hold.
    pub(super) handlers: Vec<HandlerConfig>,
    /// What stands in `[capsules]`, which `table` does not hold either.
    pub(super) capsules: Vec<CapsuleConfig>,
    /// What stands in `[stores]`, in its order.
    pub(super) stores: Vec<NamedStoreConfig>,
    /// What stands in `[users]`.
    pub(super) users: Vec<UserConfig>,
    /// What stands in `[tokens]`.
    pub(super) tokens: Vec<TokenConfig>,
    /// What stands in `[groups]`.
    pub(super) groups: Vec<GroupConfig>,
    /// What stands in `[[periodic]]`, which is no section of settings.
    pub(super) periodic: Vec<PeriodicJob>,
    /// What stands in `[alerts]`.
    pub(super) alerts: Vec<AlertConfig>,
    /// What stands in `[receivers]`.
    pub(super) receivers: Vec<ReceiverConfig>,
    /// All of these as they stand there.
    pub(super) named: Vec<NamedInForce>,
}

impl File {
    /// Reads a file's text; `path` is for messages.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let at = |span: Range<usize>| {
            let line = text[..span.start.min(text.len())].matches('\n').count() + 1;
            format!("{}:{line}", path.display())
        };
        let parsed = DeTable::parse(text).map_err(|error| {
            let place = error.span().map_or_else(|| path.display().to_string(), at);
            ConfigError::one(place, error.message())
        })?;
        let mut places = BTreeMap::new();
        let mut problems = Vec::new();
        let mut handlers = Vec::new();
        let mut capsules = Vec::new();
        let mut stores = Vec::new();
        let mut users = Vec::new();
        let mut tokens = Vec::new();
        let mut groups = Vec::new();
        let mut alerts = Vec::new();
        let mut receivers = Vec::new();
        for (section, value) in parsed.get_ref() {
            let named = (section, value);
            match section.get_ref().as_ref() {
                handlers::SECTION => handlers = handlers::read(named, &at, &mut problems),
                capsules::SECTION => capsules = capsules::read(named, &at, &mut problems),
                stores::SECTION => stores = stores::read(named, &at, &mut problems),
                accounts::USERS => users = accounts::read_users(named, &at, &mut problems),
                accounts::TOKENS => tokens = accounts::read_tokens(named, &at, &mut problems),
                groups::SECTION => groups = groups::read(named, &at, &mut problems),
                alerts::SECTION => alerts = alerts::read(named, &at, &mut problems),
                receivers::SECTION => receivers = receivers::read(named, &at, &mut problems),
                periodic::NAME => {}
                _ => visit_section(section, value, &at, &mut places, &mut problems),
            }
        }
        let periodic = periodic::read(parsed.get_ref(), &at, &mut problems);
        if problems.is_empty() {
            // A receiver that could not be read is no missing one.
            alerts::check_receivers(&alerts, &receivers, &mut problems);
            alerts::check_stores(&alerts, &stores, &mut problems);
        }
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            ConfigError::one(path.display().to_string(), error.message())
        })?;
        let named = in_force::named(&table, parsed.get_ref(), &at);
        table.remove(handlers::SECTION);
        table.remove(capsules::SECTION);
        table.remove(stores::SECTION);
        table.remove(accounts::USERS);
        table.remove(accounts::TOKENS);
        table.remove(groups::SECTION);
        table.remove(alerts::SECTION);
        table.remove(receivers::SECTION);
        table.remove(periodic::NAME);
        Ok(Self {
            table,
            places,
            handlers,
            capsules,
            stores,
            users,
            tokens,
            groups,
            periodic,
            alerts,
            receivers,
            named,
        })
    }

    /// Where a setting stands, if the file holds it.
    pub(super) fn place(&self, key: &str) -> Option<&str> {
        self.places.get(key).map(String::as_str)
    }
}

fn visit_section(
    section: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
    at: &impl Fn(Range<usize>) -> String,
    places: &mut BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    let name = section.get_ref().as_ref();
    let sections = SETTINGS
        .iter()
        .filter_map(|setting| setting.key.split('.').next())
        .chain([
            handlers::SECTION,
            capsules::SECTION,
            stores::SECTION,
            accounts::USERS,
            accounts::TOKENS,
            groups::SECTION,
            alerts::SECTION,
            receivers::SECTION,
        ]);
    if !sections.clone().any(|known| known == name) {
        // Perhaps the section was forgotten: `listen = …` at the top.
        let key = SETTINGS.iter().find(|setting| setting.name() == name);
        let hint = match (key, nearest(name, sections.chain([periodic::NAME]))) {
            (Some(setting), _) => format!("; it is `{}`", setting.key),
            (None, Some(periodic::NAME)) => "; did you mean `[[periodic]]`?".to_owned(),
            (None, Some(known)) => format!("; did you mean `[{known}]`?"),
            (None, None) => String::new(),
        };
        problems.push(Problem::new(
            at(section.span()),
            format!("there is no setting `{name}`{hint}"),
        ));
        return;
    }
    let DeValue::Table(keys) = value.get_ref() else {
        problems.push(Problem::new(
            at(section.span()),
            format!("`{name}` is a section: write `[{name}]` and its settings below"),
        ));
        return;
    };
    visit_keys(name, keys, at, places, problems);
}

fn visit_keys(
    section: &str,
    keys: &DeTable<'_>,
    at: &impl Fn(Range<usize>) -> String,
    places: &mut BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in keys {
        let full = format!("{section}.{}", key.get_ref());
        if SETTINGS.iter().any(|setting| setting.key == full) {
            places.insert(full, at(key.span()));
            continue;
        }
        // A section within the section.
        if SETTINGS.iter().any(|setting| setting.section() == full) {
            match value.get_ref() {
                DeValue::Table(keys) => visit_keys(&full, keys, at, places, problems),
                _ => problems.push(Problem::new(
                    at(key.span()),
                    format!("`{full}` is a section: write `[{full}]` and its settings below"),
                )),
            }
            continue;
        }
        let hint = nearest(&full, SETTINGS.iter().map(|setting| setting.key))
            .map(|known| format!("; did you mean `{known}`?"))
            .unwrap_or_default();
        problems.push(Problem::new(
            at(key.span()),
            format!("there is no setting `{full}`{hint}"),
        ));
    }
}
