//! Asking running jobs to end, and what their runs have told.

use super::*;
use crate::support::open;
use jobdeck::{
    job::{self, Job},
    model::{LogLine, ProcessInfo, Progress, Timestamp},
    store::{Heartbeat, RunReport},
};

#[tokio::test]
async fn a_running_job_is_shown_with_what_it_tells_and_cancelled() {
    let place = Place::new();
    let url = format!("sqlite:{}", place.path().join("jobdeck.db").display());
    let store = open(&url).await;
    let now = store.now().await.expect("a time");
    let payload = Job::new(r#"{"class":"CountViews","args":[1],"jid":"abc"}"#);
    let heartbeat = Heartbeat {
        process: ProcessInfo {
            identity: "host:1:a".to_owned(),
            version: "jobdeck 1.0.0".to_owned(),
            ..ProcessInfo::default()
        },
        running: vec![job::running("host:1:a", "t1", "low", &payload, now)],
    };
    store.heartbeat(&heartbeat).await.expect("it is noted");
    let told = RunReport {
        jid: "abc".to_owned(),
        progress: Some(Progress {
            percent: 41.0,
            message: "page 5\u{1b}[2J".to_owned(),
            at: now,
        }),
        log: vec![LogLine {
            at: Timestamp(1_795_469_606_286),
            text: "page 4: 17 views".to_owned(),
        }],
        ..RunReport::default()
    };
    store.check_in(&[told]).await.expect("it is kept");

    let shown = place.run(&["jobs", "show", "abc"]).await.done();
    assert!(shown.contains("progress 41 %"), "{shown}");
    assert!(
        shown.contains("2026-11-23T21:33:26.286Z  page 4: 17 views"),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "no control characters: {shown}");
    let cancelled = place.run(&["jobs", "cancel", "abc"]).await.done();
    assert!(
        cancelled.contains("abc: Asked host:1:a to end it"),
        "{cancelled}"
    );
    let json = place.run(&["jobs", "cancel", "--json", "abc"]).await.done();
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(answer["processes"][0], "host:1:a");
    let json = place.run(&["jobs", "show", "--json", "abc"]).await.done();
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    assert!(answer["report"]["cancel_requested_at"].is_string());
    place
        .run(&["jobs", "cancel", "abc", "nobody"])
        .await
        .failed(1, "1 of 2 could not be cancelled");
}
