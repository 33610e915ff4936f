//! What people write, and what they are told when it is wrong.

mod alerts;
mod capsules;
mod groups;
mod manual;
mod network;
mod oidc;
mod origins;
mod periodic;
mod secrets;
mod stores;

use super::{Config, LogFormat, Sources, StoreConfig, TimeUnitChoice};
use std::{fmt::Write, path::Path, time::Duration};

fn environment(pairs: &[(&str, &str)]) -> Sources {
    Sources {
        environment: pairs
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        // The crate's own folder holds no such file.
        ..Sources::default()
    }
}

pub(super) fn file(text: &str) -> (tempfile::NamedTempFile, Sources) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("it is written");
    let sources = Sources {
        file: Some(file.path().to_owned()),
        ..Sources::default()
    };
    (file, sources)
}

/// The error of a file with this text, with `FILE` for its name.
pub(super) fn complaint(text: &str) -> String {
    let (file, sources) = file(text);
    let error = sources.load().expect_err("it is wrong").to_string();
    error.replace(&file.path().display().to_string(), "FILE")
}

#[test]
fn without_any_setting_it_is_a_file_here_and_loopback() {
    let config = Sources::default().load().expect("defaults");
    assert_eq!(config, Config::default());
    assert_eq!(config.store.url, "sqlite:jobdeck.db");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
}

#[test]
fn flags_go_over_the_environment_and_that_over_the_file() {
    let (_file, mut sources) = file(
        "[server]\nlisten = '127.0.0.1:1'\n[store]\nurl = 'sqlite:file.db'\n[live]\ninterval = '5s'\n",
    );
    sources.environment = vec![
        ("JOBDECK_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
        (
            "REDIS_URL".to_owned(),
            "redis://from-environment".to_owned(),
        ),
    ];
    let config = sources
        .clone()
        .flag("server.listen", "--listen", Some("127.0.0.1:3"))
        .load()
        .expect("settings");
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.store.url, "redis://from-environment");
    assert_eq!(config.live.interval, Duration::from_secs(5));
    assert_eq!(sources.load().expect("settings").server.listen.port(), 2);
}

#[test]
fn our_own_variable_goes_over_redis_url() {
    let config = environment(&[("REDIS_URL", "redis://a"), ("JOBDECK_STORE", "sqlite:b.db")]);
    assert_eq!(config.load().expect("settings").store.url, "sqlite:b.db");
}

#[test]
fn variables_are_read_as_what_the_setting_is() {
    let config = environment(&[
        ("JOBDECK_HOSTS", "a.example, b.example"),
        ("JOBDECK_WORKER", "no"),
        ("JOBDECK_WORKER_CONCURRENCY", "25"),
        ("JOBDECK_KEY_PREFIX", "123"),
        ("JOBDECK_TIME_UNIT", "milliseconds"),
        ("JOBDECK_LOG_FORMAT", "json"),
        ("JOBDECK_LISTEN", ""),
    ])
    .load()
    .expect("settings");
    assert_eq!(config.server.hosts, ["a.example", "b.example"]);
    assert_eq!(config.worker.enabled, Some(false));
    assert_eq!(config.worker.concurrency, 25);
    assert_eq!(config.store.key_prefix.as_deref(), Some("123"));
    assert_eq!(config.store.time_unit, TimeUnitChoice::Milliseconds);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.server.listen.port(), 8080, "empty counts as none");
}

#[test]
fn an_unknown_name_is_an_error_with_its_place_and_the_nearest_name() {
    assert_eq!(
        complaint("[worker]\nqueues = ['a']\n\nconcurency = 3\n"),
        "FILE:4: there is no setting `worker.concurency`; did you mean `worker.concurrency`?"
    );
    assert_eq!(
        complaint("[sever]\nlisten = '127.0.0.1:1'\n"),
        "FILE:1: there is no setting `sever`; did you mean `[server]`?"
    );
    assert_eq!(
        complaint("listen = '127.0.0.1:1'\n"),
        "FILE:1: there is no setting `listen`; it is `server.listen`"
    );
    assert_eq!(
        complaint("store = 'sqlite:a.db'\n"),
        "FILE:1: `store` is a section: write `[store]` and its settings below"
    );
}

#[test]
fn every_unknown_name_is_named_at_once() {
    let text = complaint("[log]\nfilters = 'info'\n[live]\nintervall = '1s'\n");
    assert!(text.contains("FILE:2") && text.contains("FILE:4"), "{text}");
}

#[test]
fn a_wrong_value_is_an_error_with_its_place() {
    let text = complaint("[server]\nlisten = 'localhost'\n");
    assert!(text.starts_with("FILE:2: `server.listen`: "), "{text}");
    let text = complaint("[operations]\nundo_kept = '31d'\n");
    assert!(text.contains("`1m` to `30d`"), "{text}");
    let text = complaint("[live]\ninterval = '10s'\n");
    assert!(text.contains("from `100ms` to `5s`"), "{text}");
    let text = complaint("[live]\n\ninterval = '5 parsecs'\n");
    assert!(
        text.starts_with("FILE:3: `live.interval`: ") && text.contains("`30s`"),
        "{text}"
    );
    let text = complaint("[worker]\nconcurrency = 0\n");
    assert_eq!(
        text,
        "FILE:2: `worker.concurrency`: it must be from 1 to 1000"
    );
    let text = complaint("[server\n");
    assert!(text.starts_with("FILE:1: "), "{text}");
    let error = environment(&[("JOBDECK_WORKER_CONCURRENCY", "many")])
        .load()
        .expect_err("no number");
    assert_eq!(
        error.to_string(),
        "JOBDECK_WORKER_CONCURRENCY: `many` is no whole number"
    );
    let error = Sources::default()
        .flag("server.listen", "--listen", Some("8080"))
        .load()
        .expect_err("no address");
    assert!(error.to_string().starts_with("--listen: "), "{error}");
}

#[test]
fn a_misspelt_variable_is_an_error_and_a_foreign_one_is_not() {
    let error = environment(&[("JOBDECK_LISTN", "x")])
        .load()
        .expect_err("misspelt");
    assert_eq!(
        error.to_string(),
        "JOBDECK_LISTN: there is no such variable; did you mean `JOBDECK_LISTEN`?"
    );
    // Kubernetes sets these beside a service of that name.
    for name in [
        "JOBDECK_PORT",
        "JOBDECK_SERVICE_HOST",
        "JOBDECK_PORT_8080_TCP",
        "JOBDECK_WASM",
    ] {
        assert!(environment(&[(name, "x")]).load().is_ok(), "{name}");
    }
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let error = Sources {
        file: Some("/nowhere/jobdeck.toml".into()),
        ..Sources::default()
    }
    .load()
    .expect_err("it is not there");
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/jobdeck.toml: cannot be read"),
        "{error}"
    );
}

#[test]
fn the_address_may_stand_in_a_file_of_its_own() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), "redis://user:hunter2@host/1\n").expect("it is written");
    let path = secret.path().to_string_lossy().into_owned();
    let config = environment(&[("JOBDECK_STORE_FILE", &path)])
        .load()
        .expect("settings");
    assert_eq!(config.store.url, "redis://user:hunter2@host/1");
    let both = environment(&[("JOBDECK_STORE_FILE", &path), ("REDIS_URL", "redis://a")]);
    assert!(both.load().is_err());
}

#[test]
fn the_address_and_its_file_are_one_setting() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "redis://secret").expect("it is written");
    let file = folder.path().join("jobdeck.toml");
    let write = |key: &str, value: &Path| {
        let text = format!("[store]\n{key} = '{}'\n", value.display());
        std::fs::write(&file, text).expect("it is written");
    };
    let sources = |variables: &[(&str, &str)]| Sources {
        file: Some(file.clone()),
        ..environment(variables)
    };
    let url = |sources: Sources| sources.load().map(|config| config.store.url);
    let secret_text = secret.display().to_string();

    write("url_file", &secret);
    assert_eq!(url(sources(&[])).as_deref(), Ok("redis://secret"));
    let flag = sources(&[]).flag("store.url", "--store", Some("sqlite:flag.db"));
    assert_eq!(url(flag).as_deref(), Ok("sqlite:flag.db"));
    let variable = sources(&[("REDIS_URL", "redis://variable")]);
    assert_eq!(url(variable).as_deref(), Ok("redis://variable"));
    // Also when the file of the lower one cannot be read.
    write("url_file", Path::new("/nowhere/secret"));
    assert!(url(sources(&[])).is_err());
    let variable = sources(&[("JOBDECK_STORE", "redis://variable")]);
    assert_eq!(url(variable).as_deref(), Ok("redis://variable"));

    write("url", Path::new("sqlite:file.db"));
    let variable = sources(&[("JOBDECK_STORE_FILE", &secret_text)]);
    assert_eq!(url(variable).as_deref(), Ok("redis://secret"));
}

#[test]
fn a_sealed_section_takes_flags_only() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(
        file.path(),
        "[store]\nurl_file = '/nowhere/secret'\n[log]\nfilter = 'debug'\n",
    )
    .expect("it is written");
    let sources = Sources {
        file: Some(file.path().into()),
        ..environment(&[
            ("REDIS_URL", "redis://production"),
            ("JOBDECK_KEY_PREFIX", "a"),
        ])
    }
    .seal("store");
    let config = sources.clone().load().expect("settings");
    assert_eq!(config.store, StoreConfig::default());
    assert_eq!(config.log.filter, "debug");
    let config = sources
        .flag("store.url", "--store", Some("sqlite:demo.db"))
        .load()
        .expect("settings");
    assert_eq!(config.store.url, "sqlite:demo.db");
}

#[test]
fn a_size_is_a_text_or_a_number_of_bytes() {
    let size = |text: &str| {
        let (_file, sources) = file(&format!("[worker]\nmax_payload = {text}\n"));
        let config = sources.load().map_err(|error| error.to_string());
        config.map(|config| config.worker.max_payload.as_u64())
    };
    assert_eq!(size("'10 MB'"), Ok(10_000_000));
    assert_eq!(size("'1MiB'"), Ok(1 << 20));
    assert_eq!(size("'2048'"), Ok(2_048));
    assert_eq!(size("4096"), Ok(4_096));
    for (text, expected) in [
        (
            "'much'",
            "write it as `16 MiB`, `500 kB`, or as a number of bytes",
        ),
        (
            "-1",
            "write it as `16 MiB`, `500 kB`, or as a number of bytes",
        ),
        ("0", "it must be from `1 KiB` to `512 MiB`"),
        ("'1 GB'", "it must be from `1 KiB` to `512 MiB`"),
    ] {
        let error = size(text).expect_err(text);
        assert!(error.contains(":2: `worker.max_payload`: "), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    let config = environment(&[("JOBDECK_WORKER_MAX_PAYLOAD", "300000")]).load();
    let config = config.expect("settings");
    assert_eq!(config.worker.max_payload.as_u64(), 300_000);
}

#[test]
fn debug_output_holds_no_password() {
    let config = environment(&[("JOBDECK_STORE", "redis://user:hunter2@host:6379/1")])
        .load()
        .expect("settings");
    let mut text = String::new();
    write!(text, "{config:?}").expect("text");
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("host:6379/1"), "{text}");
}

#[test]
fn users_and_tokens_are_read_and_what_is_wrong_with_them_is_told_with_its_line() {
    let hash = crate::auth::PasswordHash::weak_for_tests("secret").to_string();
    let hex = "0123456789abcdef".repeat(4);
    let load = |text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        std::fs::write(&path, text).expect("a file");
        let sources = Sources {
            file: Some(path),
            ..Sources::default()
        };
        sources.load()
    };
    let config = load(&format!(
        "[users.ada]\npassword_hash = \"{hash}\"\nrole = \"admin\"\n\
         [tokens.ci]\nhash = \"{hex}\"\nrole = \"viewer\"\nexpires = 2027-01-31\n"
    ))
    .expect("settings");
    assert_eq!(config.users.len(), 1);
    assert!(config.users[0].user().is_ok());
    assert_eq!(config.tokens.len(), 1);
    assert!(!format!("{config:?}").contains(&hash));
    for (text, line, words) in [
        ("[users.ada]\nrole = \"admin\"\n", 1, "hash-password"),
        (
            "[users.ada]\npassword_hash = \"secret\"\nrole = \"admin\"\n",
            2,
            "no argon2id hash",
        ),
        (
            &format!("[users.ada]\npassword_hash = \"{hash}\"\n"),
            1,
            "it has no role",
        ),
        (
            &format!("[users.ada]\npassword_hash = \"{hash}\"\nrole = \"root\"\n"),
            3,
            "`viewer`",
        ),
        (
            &format!("[users.ada]\npasword_hash = \"{hash}\"\nrole = \"admin\"\n"),
            2,
            "did you mean `password_hash`",
        ),
        (
            &format!("[users.\"a b\"]\npassword_hash = \"{hash}\"\nrole = \"admin\"\n"),
            1,
            "a name has",
        ),
        ("[tokens.ci]\nrole = \"admin\"\n", 1, "new-token"),
        (
            "[tokens.ci]\nrole = \"admin\"\nhash = \"abc\"\n",
            3,
            "no SHA-256",
        ),
        (
            &format!("[tokens.ci]\nhash = \"{hex}\"\nrole = \"admin\"\nexpires = \"soon\"\n"),
            4,
            "is no time",
        ),
        ("[user.ada]\n", 1, "did you mean `[users]`"),
        ("users = 1\n", 1, "[users.NAME]"),
        ("[auth]\nsession_idle = \"1s\"\n", 2, "at least `1m`"),
    ] {
        let error = load(text).expect_err(text).to_string();
        assert!(
            error.contains(&format!("a.toml:{line}: ")) && error.contains(words),
            "{text}{error}"
        );
    }
}
