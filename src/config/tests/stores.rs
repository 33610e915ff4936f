//! Several stores as people write them, and what they are told when it is wrong.

use super::{complaint, file};
use crate::config::{Config, Sources, TimeUnitChoice};
use crate::model::StoreColor;

const TWO: &str = "[server]\nenvironment = 'production'\npublic_url = 'https://jobs.example.com/'\n\
    [stores.main]\nurl = 'redis://one'\n\
    [stores.emails]\nurl = 'redis://u:hunter2@two'\nlabel = 'E-mails'\nenvironment = 'staging'\nkey_prefix = 'old'\n\
    time_unit = 'seconds'\nworker = true\n\
    [stores.archive]\nurl = 'redis://three'\ncolor = 'blue'\n";

fn load(change: impl FnOnce(Sources) -> Sources) -> Result<Config, String> {
    let (_file, sources) = file(TWO);
    change(sources).load().map_err(|error| error.to_string())
}

fn names(config: &Config) -> Vec<&str> {
    let stores = config.stores.iter();
    stores.map(|store| store.sign.name.as_str()).collect()
}

#[test]
fn they_come_in_the_order_of_the_file_and_the_first_is_the_store() {
    let config = load(|sources| sources).expect("settings");
    assert_eq!(names(&config), ["main", "emails", "archive"]);
    assert_eq!(config.store.url, "redis://one");
    let [main, emails, archive] = config.stores.as_slice() else {
        panic!("{:?}", config.stores)
    };
    assert_eq!(
        (main.sign.label.as_str(), main.sign.color),
        ("main", StoreColor::Red)
    );
    assert_eq!(main.sign.environment.as_deref(), Some("production"));
    assert_eq!(
        (emails.sign.label.as_str(), emails.sign.color),
        ("E-mails", StoreColor::Amber)
    );
    assert_eq!(emails.store.key_prefix.as_deref(), Some("old"));
    assert_eq!(emails.store.time_unit, TimeUnitChoice::Seconds);
    assert_eq!(archive.sign.color, StoreColor::Blue);
    assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
}

#[test]
fn the_settings_of_one_are_as_if_there_was_no_other() {
    let config = load(|sources| sources).expect("settings");
    let of = |index: usize| config.of_store(&config.stores[index]);
    let (main, emails, archive) = (of(0), of(1), of(2));
    assert_eq!(emails.store.url, "redis://u:hunter2@two");
    assert_eq!(emails.server.environment.as_deref(), Some("staging"));
    assert_eq!(
        emails.server.public_url.as_deref(),
        Some("https://jobs.example.com/s/emails")
    );
    // Handlers are for the first one, unless another one says so.
    assert_eq!(main.worker.enabled, None);
    assert_eq!(emails.worker.enabled, Some(true));
    assert_eq!(archive.worker.enabled, Some(false));
}

#[test]
fn flags_and_variables_choose_among_them() {
    let flag = |text: &'static str| {
        move |sources: Sources| sources.flag("store.url", "--store", Some(text))
    };
    let config = load(flag("emails")).expect("settings");
    assert_eq!(names(&config), ["emails"]);
    assert_eq!(config.store.url, "redis://u:hunter2@two");
    let config = load(flag("redis://other")).expect("settings");
    assert!(config.stores.is_empty());
    assert_eq!(config.store.url, "redis://other");
    let error = load(flag("email")).unwrap_err();
    assert!(
        error.contains("--store: there is no store `email`; did you mean `emails`?"),
        "{error}"
    );

    let variable = |name: &'static str, value: &'static str| {
        move |mut sources: Sources| {
            sources.environment = vec![(name.to_owned(), value.to_owned())];
            sources
        }
    };
    let config = load(variable("JOBDECK_STORE", "archive")).expect("settings");
    assert_eq!(names(&config), ["archive"]);
    // Others read it, too; who has named stores means those.
    let config = load(variable("REDIS_URL", "redis://elsewhere")).expect("settings");
    assert_eq!(names(&config).len(), 3);
    let error = load(variable("JOBDECK_KEY_PREFIX", "x")).unwrap_err();
    assert!(
        error.contains("`store.key_prefix` has no say where there is `[stores.NAME]`"),
        "{error}"
    );

    let both = |sources| flag("archive")(flag("main")(sources));
    let error = load(both).unwrap_err();
    assert!(error.contains("give `--store` once"), "{error}");
    let several = |sources: Sources| Sources {
        takes_several_stores: true,
        ..both(sources)
    };
    assert_eq!(
        names(&load(several).expect("settings")),
        ["main", "archive"]
    );
}

#[test]
fn a_file_that_says_of_the_store_what_holds_anyway_may_have_several() {
    let text = format!("[store]\nurl = 'sqlite:jobdeck.db'\ntime_unit = 'auto'\n{TWO}");
    let (_file, sources) = file(&text);
    let config = sources.clone().load().expect("settings");
    assert_eq!(names(&config).len(), 3);
    let config = sources.flag("store.url", "--store", Some("emails")).load();
    assert_eq!(names(&config.expect("settings")), ["emails"]);
}

#[test]
fn that_the_process_does_not_work_goes_over_what_a_store_says() {
    let config = load(|sources| sources.flag("worker.enabled", "--no-worker", Some(false)));
    let config = config.expect("settings");
    for store in &config.stores {
        assert_eq!(config.of_store(store).worker.enabled, Some(false));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        (
            "stores = 2\n",
            "FILE:1: `stores` is a section: write `[stores.NAME]`",
        ),
        (
            "[stores.a]\n",
            "FILE:1: `[stores.a]`: it has no address: set `url`",
        ),
        (
            "[stores.'a/b']\nurl = 'redis://a'\n",
            "a name has 1 to 40 letters from a to z, digits, `-` and `_`",
        ),
        (
            "[stores.a]\nurl = 'redis://a'\ncolour = 'red'\n",
            "FILE:3: there is no setting `colour` for `[stores.a]`; did you mean `color`?",
        ),
        (
            "[stores.a]\nurl = 'redis://a'\ncolor = 'mauve'\n",
            "FILE:3: `stores.a.color`: it must be `red`, `amber`",
        ),
        (
            "[stores.a]\nurl = 'redis://a'\nurl_file = 'b'\n",
            "FILE:3: `stores.a.url_file`: `url` is set as well",
        ),
        (
            "[stores.a]\nurl_file = '/nowhere/at/all'\n",
            "FILE:2: `stores.a.url_file`: /nowhere/at/all: ",
        ),
        (
            "[stores.a]\nurl = ''\n",
            "FILE:2: `stores.a.url`: it is empty",
        ),
        (
            "[stores.a]\nurl = 'redis://a'\nlabel = ' '\n",
            "FILE:3: `stores.a.label`: it must have 1 to 60 characters",
        ),
        (
            "[store]\nurl = 'redis://b'\n[stores.a]\nurl = 'redis://a'\n",
            "FILE:2: `store.url` has no say where there is `[stores.NAME]`",
        ),
        (
            "[stores.main]\nurl = 'redis://a'\n[alerts.a]\nwhen = 'failures'\nabove = 1\nstores = ['mian']\n",
            "FILE:6: `alerts.a.stores`: there is no store `mian`; did you mean `main`?",
        ),
        (
            "[alerts.a]\nwhen = 'failures'\nabove = 1\nstores = []\n",
            "FILE:4: `alerts.a.stores`: it must be a list of names",
        ),
    ] {
        let complaint = complaint(text);
        assert!(complaint.contains(expected), "{text}: {complaint}");
    }
}

#[test]
fn a_rule_may_be_about_some_of_them() {
    let rule = "[alerts.a]\nwhen = 'failures'\nabove = 1\n";
    let load = |text: &str| {
        let (_file, sources) = file(text);
        sources.load().expect("settings").alerts.remove(0)
    };
    let all = load(rule);
    let some = load(&format!("{rule}stores = ['mail*', 'main']\n"));
    for (store, expected) in [
        (Some("mail_eu"), true),
        (Some("main"), true),
        (Some("archive"), false),
        (None, true),
    ] {
        assert!(all.is_about(store));
        assert_eq!(some.is_about(store), expected, "{store:?}");
    }
}
