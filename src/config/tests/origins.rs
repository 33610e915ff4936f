//! What is in force, where it was said, and what is different from one time to the next.

use super::{environment, file};
use crate::config::{Change, Loaded, Sources};

fn loaded(text: &str) -> Loaded {
    let (_file, sources) = file(text);
    sources
        .load_with_places()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// What is shown of a setting, and where it was said, with `FILE` for the file.
fn of(sources: &Sources, key: &str) -> (Option<String>, Option<String>) {
    let loaded = sources.load_with_places().expect("settings");
    let value = loaded.values.iter().find(|value| value.setting.key == key);
    let value = value.expect("a setting");
    let path = sources.file.as_ref().map(|path| path.display().to_string());
    let said_by = value.said_by.clone().map(|place| match &path {
        Some(path) => place.replace(path, "FILE"),
        None => place,
    });
    (value.shown.clone(), said_by)
}

fn pair(shown: &str, said_by: &str) -> (Option<String>, Option<String>) {
    let said_by = Some(said_by.to_owned()).filter(|place| !place.is_empty());
    (Some(shown.to_owned()), said_by)
}

#[test]
fn each_setting_is_shown_with_where_it_was_said() {
    let (_file, mut sources) = file("[log]\nfilter = 'debug'\n[worker]\n\nmax_payload = 4096\n");
    sources.environment = vec![("JOBDECK_HOSTS".to_owned(), "a, b".to_owned())];
    let sources = sources.flag("server.listen", "--listen", Some("127.0.0.1:1"));
    assert_eq!(of(&sources, "log.filter"), pair("\"debug\"", "FILE:2"));
    assert_eq!(of(&sources, "worker.max_payload"), pair("4096", "FILE:5"));
    assert_eq!(
        of(&sources, "server.hosts"),
        pair("[\"a\", \"b\"]", "JOBDECK_HOSTS")
    );
    assert_eq!(
        of(&sources, "server.listen"),
        pair("\"127.0.0.1:1\"", "--listen")
    );
    assert_eq!(of(&sources, "live.interval"), pair("\"1s\"", ""));
    assert_eq!(of(&sources, "server.environment"), (None, None));
}

#[test]
fn no_secret_is_shown() {
    let variable = environment(&[("REDIS_URL", "redis://user:hunter2@host/1")]);
    assert_eq!(
        of(&variable, "store.url"),
        pair("\"redis://…@host/1\"", "REDIS_URL")
    );
    let text = "[handlers.A]\nhttp = 'https://user:hunter2@host/'\nsecret = 'hunter2'\nheaders = { X-Key = 'hunter2' }\n\
                [handlers.B]\ncommand = ['true']\nenvironment = { KEY = 'hunter2' }\n";
    let loaded = loaded(text);
    let shown = format!("{:?}", loaded.named);
    assert!(!shown.contains("hunter2"), "{shown}");
    for left in ["X-Key", "KEY", "https://…@host/", "handlers.A", "true"] {
        assert!(shown.contains(left), "{left}: {shown}");
    }
}

#[test]
fn an_address_from_a_file_says_so() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(secret.path(), "redis://user:hunter2@host/1\n").expect("it is written");
    let path = secret.path().display().to_string();
    let sources = environment(&[("JOBDECK_STORE_FILE", &path)]);
    let place = format!("{path}, named by JOBDECK_STORE_FILE");
    assert_eq!(
        of(&sources, "store.url"),
        pair("\"redis://…@host/1\"", &place)
    );
}

#[test]
fn what_is_different_is_named_with_whether_a_reload_is_enough() {
    let hash = "0".repeat(64);
    let before = loaded(&format!(
        "[log]\nfilter = 'info'\n[tokens.a]\nhash = '{hash}'\nrole = 'viewer'\n[tokens.b]\nhash = '{hash}'\nrole = 'viewer'\n\
         [[periodic]]\ncron = '@daily'\nclass = 'A'\n"
    ));
    let after = loaded(&format!(
        "[server]\nlisten = '127.0.0.1:1'\n[log]\nfilter = 'debug'\n[tokens.a]\nhash = '{hash}'\nrole = 'admin'\n\
         [capsules.c]\nqueues = ['a']\n[[periodic]]\nclass = 'A'\ncron = '@daily'\n"
    ));
    let change = |name: &str, is_live| Change {
        name: name.to_owned(),
        is_live,
    };
    assert_eq!(
        before.changes(&after),
        [
            change("server.listen", false),
            change("log.filter", true),
            change("tokens.a", true),
            change("tokens.b", true),
            change("capsules.c", false),
        ]
    );
    // Another place, or a default that is said, is no change.
    assert_eq!(
        loaded("").changes(&loaded("\n\n[live]\ninterval = '1s'\n")),
        []
    );
}
