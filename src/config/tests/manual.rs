//! What is written about settings is what the code says.

use super::{super::manual, environment};
use crate::config::{
    Config, SETTINGS,
    section::NAMED,
    setting::{Kind, UnlessSaid},
};
use std::{fs, path::Path};

/// A file of the repository.
fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file")
}

/// What a file with this text says.
fn loaded(text: &str) -> Config {
    let (_file, sources) = super::file(text);
    sources.load().unwrap_or_else(|error| panic!("{error}"))
}

/// The example with every setting in force: what stands behind `#` without a blank is one.
fn everything() -> String {
    let example = manual::example();
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') && !setting.is_empty() => setting,
        _ => line,
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// What a section of the file holds, also one within another.
fn section<'a>(table: &'a mut toml::Table, name: &str) -> &'a mut toml::Table {
    name.split('.').fold(table, |table, name| {
        table[name].as_table_mut().expect("a section")
    })
}

#[test]
fn the_files_in_the_repository_are_those_that_the_code_writes() {
    assert!(
        repository("docs/SETTINGS.md") == manual::page(),
        "docs/SETTINGS.md is not what the code says of its settings: type `make docs`"
    );
    assert!(
        repository("jobdeck.example.toml") == manual::example(),
        "jobdeck.example.toml is not what the code says of its settings: type `make docs`"
    );
}

#[test]
fn every_setting_says_what_it_means_and_what_holds_unless_it_is_said() {
    for setting in SETTINGS {
        assert!(
            !setting.meaning.is_empty(),
            "{} needs `.means(…)`",
            setting.key
        );
        let is_told = match setting.unless_said {
            UnlessSaid::Value(value) => !value.is_empty(),
            UnlessSaid::Words(words, example) => !words.is_empty() && !example.is_empty(),
        };
        assert!(
            is_told,
            "{} needs `.default(…)`, or `.unset(…)` with an example",
            setting.key
        );
        assert!(
            !super::super::section::subject(setting.section()).is_empty(),
            "`section::subject` says nothing of `[{}]`",
            setting.section()
        );
    }
}

#[test]
fn the_example_as_it_is_says_what_holds_anyway() {
    assert_eq!(loaded(&manual::example()), Config::default());
    let mut table: toml::Table = manual::example().parse().expect("TOML");
    for setting in SETTINGS {
        let said = section(&mut table, setting.section()).get(setting.name());
        let has_default = matches!(setting.unless_said, UnlessSaid::Value(_));
        assert_eq!(said.is_some(), has_default, "{}", setting.key);
    }
}

#[test]
fn the_example_is_understood_with_every_mark_of_a_comment_taken_off() {
    let text = everything();
    // A store without a name, and those that have one, exclude each other.
    let (single, _) = text.split_once("[stores.emails]").expect("stores");
    assert_eq!(loaded(single).store.key_prefix.as_deref(), Some("myapp"));
    let several = text.replacen("key_prefix = \"myapp\"\n", "", 1);
    let config = loaded(&several);
    assert_eq!(config.stores.len(), 1);
    assert_eq!(config.users.len(), 1);
    assert_eq!(config.tokens.len(), 1);
    assert_eq!(config.capsules.len(), 1);
    assert_eq!(config.handlers.len(), 2);
    assert_eq!(config.periodic.len(), 1);
    assert_eq!(config.alerts.len(), 2);
    assert_eq!(config.receivers.len(), 3);
    assert!(config.users[0].user().is_ok());
    assert!(config.tokens[0].token().is_ok());

    let mut table: toml::Table = text.parse().expect("TOML");
    for setting in SETTINGS {
        let said = section(&mut table, setting.section()).get(setting.name());
        // One of two that exclude each other is told of in words only.
        assert_eq!(
            said.is_none(),
            setting.stands_for.is_some(),
            "{}",
            setting.key
        );
        assert!(
            manual::example().contains(setting.name()),
            "{}",
            setting.key
        );
    }
    for named in NAMED {
        for key in named.keys {
            let line = format!("\n{} = {}\n", key.name, key.example);
            assert!(
                key.example.is_empty() || text.contains(&line),
                "{}",
                key.name
            );
        }
    }
}

#[test]
fn what_stands_in_another_one_s_place_is_understood_there() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "redis://secret\n").expect("it is written");
    for setting in SETTINGS {
        let Some(other) = setting.stands_for else {
            continue;
        };
        let (name, other) = other.rsplit_once('.').expect("a section");
        let mut table: toml::Table = manual::example().parse().expect("TOML");
        let keys = section(&mut table, name);
        keys.remove(other);
        let path = secret.path().display().to_string();
        keys.insert(setting.name().to_owned(), path.into());
        if name == "auth.oidc" {
            for (key, value) in [
                ("issuer", "https://a"),
                ("client_id", "b"),
                ("role", "viewer"),
            ] {
                keys.insert(key.to_owned(), value.into());
            }
        }
        let config = loaded(&table.to_string());
        let read = match setting.key {
            "store.url_file" => config.store.url,
            "auth.oidc.client_secret_file" => {
                let settings = config.auth.oidc.settings().expect("it is read");
                settings.and_then(|it| it.client_secret).expect("a secret")
            }
            other => panic!("who reads `{other}`?"),
        };
        assert_eq!(read, "redis://secret");
    }
}

#[test]
fn every_default_can_be_said_in_the_environment() {
    for setting in SETTINGS {
        let UnlessSaid::Value(value) = setting.unless_said else {
            continue;
        };
        let text = match (setting.kind, value) {
            (Kind::List, list) => list.trim_matches(['[', ']']).replace('"', ""),
            (_, text) => text.trim_matches('"').to_owned(),
        };
        let config = environment(&[(setting.variable, &text)]).load();
        assert_eq!(config, Ok(Config::default()), "{}", setting.variable);
    }
}

#[test]
fn the_page_names_every_setting_variable_and_key() {
    let page = manual::page();
    for setting in SETTINGS {
        for name in [setting.key, setting.variable] {
            assert!(page.contains(&format!("`{name}`")), "{name} is missing");
        }
    }
    for named in NAMED {
        assert!(
            page.contains(&format!("`{}`", named.header)),
            "{}",
            named.header
        );
        for key in named.keys {
            assert!(
                page.contains(&format!("| `{}` |", key.name)),
                "{}",
                key.name
            );
        }
    }
}
