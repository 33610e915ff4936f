//! What others have written, in a terminal and in the log: nothing that either would obey.

use super::{watched::Watched, *};
use serde_json::json;
use support::{HOSTILE, assert_harmless};

#[tokio::test]
async fn a_terminal_finds_nothing_to_obey_and_a_script_reads_what_was_written() {
    let redis = RedisServer::start().await;
    let url = redis.url();
    for (number, text) in HOSTILE.iter().enumerate() {
        let job = json!({
            "class": text, "args": [text], "jid": format!("{number:024}"), "queue": text, "error_class": text, "error_message": text,
            "error_backtrace": [text], "failed_at": 1_795_000_000.5, "retry_count": 3, "tags": [text],
        });
        let score = (1_795_000_000 + number).to_string();
        let _: i64 = redis
            .command(&["ZADD", "dead", &score, &job.to_string()])
            .await;
    }
    let place = Place::new();
    let jid = format!("{:024}", 0);
    for command in [
        &["jobs", "list", "dead"][..],
        &["jobs", "list", "dead", "--json"],
        &["jobs", "search", "a", "--json"],
        &["jobs", "search", "a"],
        &["jobs", "show", &jid],
        &["jobs", "show", &jid, "--json"],
        &["jobs", "retry", "--from", "dead", "--dry-run"],
        &["failures"],
        &["check"],
    ] {
        let run = place.run(&[command, &["--store", &url]].concat()).await;
        assert_harmless(&run.error, &command.join(" "));
        assert_harmless(&run.done(), &command.join(" "));
    }
    let list = place
        .run(&[
            "jobs", "list", "dead", "--json", "--limit", "100", "--store", &url,
        ])
        .await
        .done();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let entries = list["entries"].as_array().expect("entries");
    for text in HOSTILE {
        assert!(
            entries
                .iter()
                .any(|entry| entry["class"] == text && entry["error_message"] == text),
            "{text:?}"
        );
    }
    // What is asked for is said again in errors.
    for text in HOSTILE
        .into_iter()
        .filter(|text| !text.contains('\0') && !text.starts_with('-'))
    {
        let run = place.run(&["jobs", "show", text, "--store", &url]).await;
        assert_harmless(&run.error, text);
        assert_harmless(&run.output, text);
    }
}

#[tokio::test]
async fn an_event_is_one_line_of_the_log() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    command.env("JOBDECK_LOG", "info");
    let mut server = Watched::start(command);
    let address = server.address().await;
    let http = reqwest::Client::new();
    for reason in HOSTILE {
        let body = json!({"class": "A", "args": [], "at": "2099-01-01T00:00:00Z"});
        let answer = http
            .post(format!("{address}/api/v1/jobs"))
            .json(&body)
            .send()
            .await;
        assert!(answer.expect("an answer").status().is_success());
        let body = json!({"action": "delete", "from": "scheduled", "reason": format!("because {reason} end")});
        let answer = http
            .post(format!("{address}/api/v1/operations"))
            .json(&body)
            .send()
            .await;
        let answer = answer.expect("an answer");
        assert!(answer.status().is_success(), "{reason:?}");
        let line = server.logged("because ").await;
        assert!(line.contains(" end"), "{line:?}");
        assert_harmless(&line, reason);
    }
    assert_eq!(server.stop().await, Some(0));
}
