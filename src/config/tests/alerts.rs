//! Rules and receivers as people write them, and what they are told when it is wrong.

use super::{complaint, file};
use crate::config::Config;
use crate::model::{AlertSeverity, AlertWatch};
use std::time::Duration;

fn load(text: &str) -> Config {
    let (_file, sources) = file(text);
    sources.load().expect("settings")
}

#[test]
fn a_rule_says_what_is_watched_and_who_is_told() {
    let config = load(
        "[alerts.mail]\nwhen = 'latency'\nqueue = 'mail*'\nabove = '5m'\nfor = '2m'\nseverity = 'critical'\nrepeat = '1h'\n\
         to = ['ops']\nquiet = '22:00-07:00'\ntimezone = 'Europe/Berlin'\nquiet_critical = true\n\
         [alerts.dying]\nwhen = 'dead_growth'\nabove = 0\n\
         [receivers.ops]\nkind = 'webhook'\nurl = 'http://ops.internal/hook'\n",
    );
    let find = |name: &str| {
        let mut rules = config.alerts.iter().map(|alert| &alert.rule);
        rules.find(|rule| rule.name == name).expect("a rule")
    };
    let mail = find("mail");
    assert_eq!((mail.watch, mail.above), (AlertWatch::Latency, 300.0));
    assert_eq!(mail.held_for, Duration::from_secs(120));
    assert_eq!(mail.repeat, Some(Duration::from_secs(3_600)));
    assert_eq!(mail.severity, AlertSeverity::Critical);
    assert_eq!(mail.to, ["ops"]);
    assert!(mail.queues.matches("mail_eu") && !mail.queues.matches("post"));
    let quiet = mail.quiet.as_ref().expect("quiet hours");
    assert!(quiet.is_for_critical);
    assert_eq!(quiet.to_string(), "22:00-07:00 Europe/Berlin");
    let dying = find("dying");
    assert_eq!(dying.within, Duration::from_secs(3_600));
    assert_eq!(dying.severity, AlertSeverity::Warning);
    assert!(dying.to.is_empty() && dying.held_for.is_zero());
    assert_eq!(config.receivers[0].kind(), "webhook");
    assert!(config.receivers[0].receiver().is_ok());
}

#[test]
fn what_is_wrong_with_a_rule_is_told_with_its_place() {
    let rule = "[alerts.a]\nwhen = 'depth'\nqueue = 'mail'\nabove = 5\n";
    for (text, expected) in [
        (
            "alerts = 2\n",
            "FILE:1: `alerts` is a section: write `[alerts.NAME]`",
        ),
        (
            "[alerts.a]\n",
            "FILE:1: `[alerts.a]`: it watches nothing: set `when` to `latency`, `depth`",
        ),
        (
            "[alerts.'a b']\nwhen = 'failures'\nabove = 1\n",
            "a name has 1 to 60 letters",
        ),
        (
            "[alerts.a]\nwhen = 'moon'\n",
            "FILE:2: `alerts.a.when`: it must be `latency`",
        ),
        (
            "[alerts.a]\nwhen = 'depth'\nabove = 5\n",
            "FILE:1: `[alerts.a]`: it has no queue: name one",
        ),
        (
            "[alerts.a]\nwhen = 'depth'\nqueue = ''\nabove = 5\n",
            "FILE:3: `alerts.a.queue`: it is empty",
        ),
        (
            "[alerts.a]\nwhen = 'depth'\nqueue = 'a'\n",
            "it has no limit: set `above` to a number",
        ),
        (
            "[alerts.a]\nwhen = 'latency'\nqueue = 'a'\nabove = 5\n",
            "FILE:4: `alerts.a.above`: it must be a duration",
        ),
        (
            "[alerts.a]\nwhen = 'depth'\nqueue = 'a'\nabove = -1\n",
            "FILE:4: `alerts.a.above`: it must be a number from 0",
        ),
        (
            "[alerts.a]\nwhen = 'no_process'\nqueue = 'a'\nabove = 1\n",
            "`no_process` has no limit: remove it",
        ),
        (
            "[alerts.a]\nwhen = 'failures'\nabove = 1\nqueue = 'a'\n",
            "there is no setting `queue` for `[alerts.a]`, which is about queues",
        ),
        (
            "[alerts.a]\nwhen = 'failures'\nabove = 1\nwithin = '1s'\n",
            "FILE:4: `alerts.a.within`: it must be a duration from `10s` to `24h`",
        ),
        (
            &format!("{rule}severty = 'info'\n"),
            "FILE:5: there is no setting `severty` for `[alerts.a]`; did you mean `severity`?",
        ),
        (
            &format!("{rule}repeat = '1s'\n"),
            "it must be a duration from `1m` to `7d`",
        ),
        (
            &format!("{rule}quiet = 'late'\n"),
            "FILE:5: `alerts.a.quiet`: `late` is no time of day from and to",
        ),
        (
            &format!("{rule}quiet = '1:00-2:00'\ntimezone = 'Europe/Berlim'\n"),
            "FILE:6: `alerts.a.timezone`: there is no time zone `Europe/Berlim`; did you mean `Europe/Berlin`?",
        ),
        (
            &format!("{rule}quiet_critical = true\n"),
            "FILE:5: `alerts.a.quiet_critical`: it is of no use without `quiet`",
        ),
        (
            &format!("{rule}to = ['ops']\n"),
            "FILE:5: `alerts.a.to`: there is no receiver `ops`; write `[receivers.ops]`",
        ),
        (
            &format!("{rule}to = ['opps']\n[receivers.ops]\nkind = 'slack'\nurl = 'http://a/b'\n"),
            "FILE:5: `alerts.a.to`: there is no receiver `opps`; did you mean `ops`?",
        ),
        (
            "[server]\npublic_url = 'jobs.example.com'\n",
            "FILE:2: `server.public_url`: it must be an address such as",
        ),
    ] {
        let told = complaint(text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
}

#[test]
fn what_is_wrong_with_a_receiver_is_told_with_its_place() {
    let mail = "[receivers.a]\nkind = 'email'\nhost = 'mail'\nfrom = 'a@example.com'\n";
    for (text, expected) in [
        (
            "[receivers.a]\nurl = 'https://a'\n",
            "FILE:1: `[receivers.a]`: it has no kind: set `kind` to `webhook`, `slack` or `email`",
        ),
        (
            "[receivers.a]\nkind = 'fax'\n",
            "FILE:2: `receivers.a.kind`: it must be `webhook`, `slack` or `email`",
        ),
        (
            "[receivers.a]\nkind = 'slack'\n",
            "it has no address: set `url`",
        ),
        (
            "[receivers.a]\nkind = 'slack'\nurl = 'a'\n",
            "FILE:3: `receivers.a.url`: it is no address of HTTP",
        ),
        (
            "[receivers.a]\nkind = 'webhook'\nurl = 'https://u:p@a/b'\n",
            "it has a user or password in it",
        ),
        (
            "[receivers.a]\nkind = 'webhook'\nurl = 'https://a'\nurl_file = 'b'\n",
            "FILE:4: `receivers.a.url_file`: `url` is set as well: remove one of them",
        ),
        (
            "[receivers.a]\nkind = 'slack'\nurl = 'https://a'\ntoken_file = 'b'\n",
            "there is no setting `token_file` for `[receivers.a]`, which is of another kind",
        ),
        (
            "[receivers.a]\nkind = 'email'\nto = ['a@example.com']\n",
            "`host` is missing",
        ),
        (
            &format!("{mail}to = []\n"),
            "FILE:5: `receivers.a.to`: it is empty",
        ),
        (
            &format!("{mail}to = ['a']\n"),
            "FILE:5: `receivers.a.to`: `a` is no address of e-mail",
        ),
        (
            &format!("{mail}to = ['b@example.com']\nport = 0\n"),
            "FILE:6: `receivers.a.port`: it must be a number from 1 to 65535",
        ),
        (
            &format!("{mail}to = ['b@example.com']\nuser = 'a'\n"),
            "FILE:6: `receivers.a.user`: it has no password",
        ),
        (
            &format!(
                "{mail}to = ['b@example.com']\nuser = 'a'\npassword_file = 'b'\ntls = 'none'\n"
            ),
            "FILE:8: `receivers.a.tls`: the password would go over the network for all to read",
        ),
    ] {
        let told = complaint(text);
        assert!(told.contains(expected), "{text}\n{told}");
    }
}

#[test]
fn secrets_are_read_from_their_files_and_shown_to_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("slack");
    let text = format!(
        "[receivers.a]\nkind = 'slack'\nurl_file = '{}'\n[receivers.b]\nkind = 'slack'\nurl = 'https://hooks.example.com/secret'\n",
        path.display()
    );
    let (_file, sources) = file(&text);
    let loaded = sources.load_with_places().expect("settings");
    let first = &loaded.config.receivers[0];
    let missing = first.receiver().expect_err("no file").to_string();
    assert!(
        missing.contains("`receivers.a.url_file`") && missing.contains("no such file"),
        "{missing}"
    );
    std::fs::write(&path, "http://hooks.internal/x\n").expect("it is written");
    assert!(first.receiver().is_ok());
    std::fs::write(&path, "hooks.internal\n").expect("it is written");
    let wrong = first.receiver().expect_err("no address").to_string();
    assert!(wrong.contains("it is no address of HTTP"), "{wrong}");
    let shown = format!("{:?} {:?}", loaded.named, loaded.config.receivers);
    assert!(!shown.contains("secret"), "{shown}");
}
