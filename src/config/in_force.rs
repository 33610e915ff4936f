//! What is in force, and where it was said: for people, without secrets.

use super::{
    Config, Setting,
    named::{At, key_of},
    section::{self, Key},
    setting::{Secrecy, UnlessSaid},
    store::without_secrets,
};
use std::fmt;
use toml::de::{DeTable, DeValue};

/// Settings, with where each of them was said.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Each of them, in the order of the list.
    pub values: Vec<InForce>,
    /// The tables that people name themselves, in the order of the file.
    pub named: Vec<NamedInForce>,
}

/// One setting as it is in force.
#[derive(Clone, PartialEq, Eq)]
pub struct InForce {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value as the file would write it, without secrets; nothing when it has none.
    pub shown: Option<String>,
    /// Where it was said: `jobdeck.toml:3`, a variable, a flag; nothing when it was not.
    pub said_by: Option<String>,
    /// Its value with its secrets, to tell whether it has changed.
    value: Option<String>,
}

/// A table that people name themselves, as it is in force.
#[derive(Clone, PartialEq)]
pub struct NamedInForce {
    /// Its name in the file: `handlers.PublishPhoto`.
    pub name: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    /// What it was told, each as the file would write it, without secrets.
    pub shown: Vec<(String, String)>,
    /// Whether a running process takes changes up on `SIGHUP`.
    pub is_live: bool,
    value: toml::Value,
}

/// What is different between two configurations: a setting (`log.filter`) or a table (`users.ada`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name in the file.
    pub name: String,
    /// Whether a running process takes it up on `SIGHUP`.
    pub is_live: bool,
}

impl Loaded {
    /// What is different in a newer one.
    #[must_use]
    pub fn changes(&self, newer: &Self) -> Vec<Change> {
        let values = self.values.iter().zip(&newer.values);
        let mut changes: Vec<Change> = values
            .filter(|(one, other)| one.value != other.value)
            .map(|(one, _)| Change {
                name: one.setting.key.to_owned(),
                is_live: one.setting.is_live,
            })
            .collect();
        let is_other = |one: &NamedInForce, others: &[NamedInForce]| {
            !others
                .iter()
                .any(|other| other.name == one.name && other.value == one.value)
        };
        let gone = self.named.iter().filter(|it| is_other(it, &newer.named));
        let new = newer.named.iter().filter(|it| is_other(it, &self.named));
        for table in gone.chain(new) {
            if !changes.iter().any(|change| change.name == table.name) {
                changes.push(Change {
                    name: table.name.clone(),
                    is_live: table.is_live,
                });
            }
        }
        changes
    }
}

impl InForce {
    /// A setting that `value` was said for, or nothing; `config` is what came of all.
    pub(super) fn new(
        setting: &'static Setting,
        said: Option<&figment::value::Value>,
        said_by: Option<String>,
        config: &Config,
    ) -> Self {
        let said = said.and_then(|value| toml::Value::try_from(value).ok());
        let value = match (setting.key, setting.unless_said) {
            ("store.url", _) => Some(text(&config.store.url)),
            // Not while something above it says the address itself.
            ("store.url_file", _) => config
                .store
                .url_file
                .as_ref()
                .map(|path| text(&path.display().to_string())),
            ("worker.queues", _) if config.worker.queues.is_empty() => Some("[]".to_owned()),
            (_, UnlessSaid::Value(default)) => {
                Some(said.map_or_else(|| default.to_owned(), |value| value.to_string()))
            }
            (_, UnlessSaid::Words(..)) => said.map(|value| value.to_string()),
        };
        let shown = value.as_ref().map(|value| match setting.secrecy {
            Secrecy::Open => value.clone(),
            Secrecy::Address => text(&config.store.shown_url()),
            Secrecy::Hidden => HIDDEN.to_owned(),
        });
        Self {
            setting,
            shown,
            said_by: said_by.filter(|_| value.is_some()),
            value,
        }
    }
}

/// What stands in place of a secret.
const HIDDEN: &str = "\"…\"";

/// A text as TOML writes it.
fn text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Without secrets.
impl fmt::Debug for InForce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InForce")
            .field("key", &self.setting.key)
            .field("shown", &self.shown)
            .field("said_by", &self.said_by)
            .finish_non_exhaustive()
    }
}

/// Without secrets.
impl fmt::Debug for NamedInForce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NamedInForce")
            .field("name", &self.name)
            .field("place", &self.place)
            .field("shown", &self.shown)
            .finish_non_exhaustive()
    }
}

/// The tables of a file that people name themselves: those of `table`, with their places, which `places` knows.
pub(super) fn named(table: &toml::Table, places: &DeTable<'_>, at: At<'_>) -> Vec<NamedInForce> {
    let mut found = Vec::new();
    for (name, value) in places {
        let name = name.get_ref().as_ref();
        let Some(kind) = section::NAMED.iter().find(|kind| kind.section == name) else {
            continue;
        };
        match (value.get_ref(), table.get(name)) {
            (DeValue::Table(places), Some(toml::Value::Table(tables))) => {
                for (own, _) in places {
                    let place = at(own.span());
                    let own = own.get_ref().as_ref();
                    if let Some(value) = tables.get(own) {
                        found.push(one(kind, key_of(name, own, ""), place, value));
                    }
                }
            }
            (DeValue::Array(places), Some(toml::Value::Array(tables))) => {
                for (place, value) in places.iter().zip(tables) {
                    let own = value.get("name").or_else(|| value.get("class"));
                    let own = own.and_then(toml::Value::as_str).unwrap_or_default();
                    let name = key_of(name, own, "");
                    found.push(one(kind, name, at(place.span()), value));
                }
            }
            _ => {}
        }
    }
    found
}

fn one(kind: &section::Named, name: String, place: String, value: &toml::Value) -> NamedInForce {
    let is_secret = |key: &str| {
        let kinds = section::NAMED.iter();
        let mut keys = kinds
            .filter(|other| other.section == kind.section)
            .flat_map(|other| other.keys);
        keys.any(|known: &Key| known.name == key && known.is_secret)
    };
    let keys = value.as_table().into_iter().flatten();
    let shown = keys
        .map(|(key, value)| {
            let value = match (is_secret(key), value) {
                (true, toml::Value::Table(table)) => hidden_values(table),
                (true, _) => HIDDEN.to_owned(),
                // A user and a password may stand in it.
                (false, toml::Value::String(value)) if value.contains("://") => {
                    text(&without_secrets(value))
                }
                (false, value) => value.to_string(),
            };
            (key.clone(), value)
        })
        .collect();
    NamedInForce {
        name,
        place,
        shown,
        is_live: kind.is_live,
        value: value.clone(),
    }
}

/// A table with its names only.
fn hidden_values(table: &toml::Table) -> String {
    let names: Vec<String> = table
        .keys()
        .map(|name| format!("{name} = {HIDDEN}"))
        .collect();
    format!("{{ {} }}", names.join(", "))
}
