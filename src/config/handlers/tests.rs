//! Handlers as people write them, and what they are told when it is wrong.

use super::HandlerKind;
use crate::{
    config::{
        Config,
        tests::{complaint, file},
    },
    worker::{CommandHandler, HttpHandler},
};
use std::{path::Path, time::Duration};

fn load(text: &str) -> Config {
    let (_file, sources) = file(text);
    sources.load().expect("settings")
}

#[test]
fn handlers_are_read_with_all_their_settings() {
    let config = load(
        r#"
        [worker]
        only_known_classes = true
        max_retries = 3
        [handlers.PublishPhoto]
        http = "https://app.internal/jobs"
        timeout = "20s"
        connect_timeout = "500ms"
        concurrency = 5
        rate = "100/s"
        secret = "a word"
        headers = { X-Tenant = "shop" }
        [handlers."Reports::*"]
        command = ["python3", "report.py", "--all"]
        timeout = "1h 30m"
        grace = "0s"
        retry_in = "5m"
        concurrency = 2
        rate = "20/min"
        directory = "/srv"
        environment = { LANG = "C.UTF-8", EMPTY = "" }
        "#,
    );
    assert!(config.worker.only_known_classes);
    assert_eq!(config.worker.max_retries, 3);
    let http = HttpHandler::new("https://app.internal/jobs")
        .and_then(|handler| handler.secret("a word"))
        .and_then(|handler| handler.header("X-Tenant", "shop"))
        .expect("a handler")
        .timeout(Duration::from_secs(20))
        .connect_timeout(Duration::from_millis(500))
        .concurrency(5)
        .rate("100/s".parse().expect("a rate"));
    let command = CommandHandler::new(["python3", "report.py", "--all"])
        .and_then(|handler| handler.environment("LANG", "C.UTF-8"))
        .and_then(|handler| handler.environment("EMPTY", ""))
        .expect("a handler")
        .timeout(Duration::from_secs(5_400))
        .grace(Duration::ZERO)
        .retry_in(Duration::from_secs(300))
        .concurrency(2)
        .rate("20/min".parse().expect("a rate"))
        .directory("/srv");
    let read: Vec<_> = config
        .handlers
        .iter()
        .map(|handler| {
            (
                handler.class.as_str(),
                handler.handler().expect("it is right"),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("PublishPhoto", HandlerKind::Http(http)),
            ("Reports::*", HandlerKind::Command(command)),
        ]
    );
    assert!(
        config.handlers[1].place.ends_with(":13"),
        "{:?}",
        config.handlers[1]
    );
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own_that_is_read_when_it_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    let text = format!(
        "[handlers.A]\nhttp = 'http://a.test/'\nsecret_file = '{}'\n",
        path.display()
    );
    let config = load(&text);
    let error = config.handlers[0]
        .handler()
        .expect_err("no file")
        .to_string();
    assert!(
        error.contains(":3: `handlers.A.secret_file`: ") && error.contains("cannot be read"),
        "{error}"
    );
    std::fs::write(&path, "whsec_%\n").expect("it is written");
    let error = config.handlers[0]
        .handler()
        .expect_err("no secret")
        .to_string();
    assert!(error.contains("no base64"), "{error}");
    std::fs::write(&path, "whsec_YSB3b3Jk\n").expect("it is written");
    let expected = HttpHandler::new("http://a.test/").and_then(|handler| handler.secret("a word"));
    assert_eq!(
        config.handlers[0].handler(),
        Ok(HandlerKind::Http(expected.expect("a handler")))
    );
    assert!(!format!("{config:?}").contains("YSB3b3Jk"));
}

#[test]
fn a_handler_is_one_of_two_kinds() {
    assert_eq!(
        complaint("[handlers.A]\ntimeout = '5s'\n"),
        "FILE:1: `[handlers.A]`: nobody does its jobs: give it `http = \"https://…\"` or `command = [\"program\", \"argument\"]`"
    );
    assert_eq!(
        complaint("\n[handlers.'My::Job']\nhttp = 'http://a.test/'\ncommand = ['true']\n"),
        "FILE:2: `[handlers.\"My::Job\"]`: it has both `http` and `command`: keep one of them"
    );
    let text = complaint("[handlers.A]\nhtp = 'http://a.test/'\n");
    assert!(
        text.starts_with(
            "FILE:2: there is no setting `htp` for `[handlers.A]`; did you mean `http`?"
        ),
        "{text}"
    );
    let text = complaint("[handlers]\nA = 'http://a.test/'\n");
    assert!(
        text.starts_with("FILE:2: `handlers.A` is a section"),
        "{text}"
    );
    let text = complaint("handlers = []\n");
    assert!(
        text.starts_with("FILE:1: `handlers` is a section"),
        "{text}"
    );
    let text = complaint("[handlers.'']\ncommand = ['true']\n");
    assert!(
        text.starts_with("FILE:1: `[handlers.\"\"]`: the class is empty"),
        "{text}"
    );
    let text = complaint("[handler.A]\ncommand = ['true']\n");
    assert!(text.ends_with("did you mean `[handlers]`?"), "{text}");
}

#[test]
fn what_is_wrong_with_a_handler_is_told_with_its_place_and_all_at_once() {
    let http = |line: &str| complaint(&format!("[handlers.A]\nhttp = 'http://a.test/'\n{line}\n"));
    let command = |line: &str| complaint(&format!("[handlers.A]\ncommand = ['true']\n{line}\n"));
    for (text, expected) in [
        (
            http("tiemout = '5s'"),
            "FILE:3: there is no setting `tiemout` for `[handlers.A]`; did you mean `timeout`?",
        ),
        (
            http("grace = '5s'"),
            "FILE:3: there is no setting `grace` for `[handlers.A]`, which is an HTTP endpoint",
        ),
        (
            command("secret = 'x'"),
            "FILE:3: there is no setting `secret` for `[handlers.A]`, which is a command",
        ),
        (
            http("timeout = 5"),
            "FILE:3: `handlers.A.timeout`: it must be a duration such as",
        ),
        (
            http("timeout = '0s'"),
            "FILE:3: `handlers.A.timeout`: it must be longer than nothing",
        ),
        (
            http("rate = 'fast'"),
            "FILE:3: `handlers.A.rate`: `fast` is no rate: write it as `100/s`",
        ),
        (
            http("rate = '0/s'"),
            "FILE:3: `handlers.A.rate`: a rate of nothing",
        ),
        (
            http("concurrency = 0"),
            "FILE:3: `handlers.A.concurrency`: it must be a number from 1 to 1000",
        ),
        (
            http("secret = ''"),
            "FILE:3: `handlers.A.secret`: the secret is empty",
        ),
        (
            http("secret = 'a'\nsecret_file = 'b'"),
            "FILE:4: `handlers.A.secret_file`: `secret` is set as well",
        ),
        (
            http("headers = { Content-Type = 'a' }"),
            "FILE:3: `handlers.A.headers`: the header `Content-Type` is set by Jobdeck itself",
        ),
        (
            http("headers = { A = 1 }"),
            "FILE:3: `handlers.A.headers`: it must be a table of texts",
        ),
        (
            command("environment = { JOBDECK_JID = 'a' }"),
            "FILE:3: `handlers.A.environment`: the variable `JOBDECK_JID` is set",
        ),
        (
            complaint("[handlers.A]\nhttp = 'app.internal'\n"),
            "FILE:2: `handlers.A.http`: the address cannot be used",
        ),
        (
            complaint("[handlers.A]\nhttp = 'ftp://app.internal'\n"),
            "FILE:2: `handlers.A.http`: the address cannot be used (`ftp` is not HTTP)",
        ),
        (
            complaint("[handlers.A]\ncommand = []\n"),
            "FILE:2: `handlers.A.command`: it names no program",
        ),
        (
            complaint("[handlers.A]\ncommand = 'true'\n"),
            "FILE:2: `handlers.A.command`: it must be a list such as",
        ),
        (
            complaint("[worker]\nmax_retries = 1001\n"),
            "FILE:2: `worker.max_retries`: it must be from 0 to 1000",
        ),
    ] {
        assert!(text.starts_with(expected), "{text}\n{expected}");
    }
    let text = complaint(
        "[handlers.A]\nhttp = 'x'\nrate = 'y'\n[handlers.B]\n[handlers.C]\ncommand = []\n[log]\nfilters = 'z'\n",
    );
    for place in ["FILE:2: ", "FILE:4: ", "FILE:6: ", "FILE:8: "] {
        assert!(text.contains(place), "{text}");
    }
}

#[test]
fn patterns_that_fit_the_same_classes_equally_well_are_named_both() {
    let text = "[handlers.'A*']\ncommand = ['true']\n[handlers.'*B']\ncommand = ['true']\n";
    assert_eq!(
        complaint(text),
        "FILE:1: some classes fit `A*` and `*B` (FILE:3), and neither is the more specific one: give one of them a longer pattern"
    );
    load(
        "[handlers.'A*']\ncommand = ['true']\n[handlers.'*']\ncommand = ['true']\n[handlers.AB]\ncommand = ['true']\n",
    );
}

#[test]
fn the_guide_names_every_setting_of_a_handler() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/SETTINGS.md");
    let text = std::fs::read_to_string(path).expect("the guide");
    for key in super::HTTP_KEYS.iter().chain(super::COMMAND_KEYS) {
        let name = key.name;
        assert!(text.contains(&format!("| `{name}` |")), "{name} is missing");
    }
}
