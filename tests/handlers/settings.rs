//! What the settings say of handlers, and what is said of wrong ones.

use crate::{
    endpoint::Endpoint,
    harness::{Subject, queue},
    process::{PATIENCE, Settings, WorkerProcess},
    support::Jobdeck,
};
use jobdeck::job::Job;
use std::process::Output;
use tokio::time::timeout;

pub(crate) async fn classes_without_a_handler_can_be_left_to_others(subject: Subject) {
    let worker = WorkerProcess::start(
        &subject,
        "[worker]\nonly_known_classes = true\n[handlers.Known]\ncommand = ['true']\n",
    );
    worker.enqueue("Foreign", "[]", "true").await;
    for _ in 0..2 {
        worker.enqueue("Known", "[]", "true").await;
    }
    subject.wait_for_counters(2, 0).await;
    worker.stop().await;
    let left = Job::new(subject.only(&queue("default")).await.raw);
    assert_eq!(left.class().as_deref(), Some("Foreign"));
    assert_eq!(subject.counters().await, (2, 0));
}

pub(crate) async fn serve_works_when_there_are_handlers(subject: Subject) {
    let endpoint = Endpoint::start().await;
    let settings = format!("[handlers.Note]\nhttp = '{}/note'\n", endpoint.url);
    let settings = Settings::new(&subject.url, &settings);
    let file = settings.path("jobdeck.toml").display().to_string();
    let server = Jobdeck::serve(&["--store", &subject.url, "--config", &file]).await;
    settings.enqueue("Note", "[]", "true").await;
    subject.wait_for_counters(1, 0).await;
    drop(server);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn wrong_handlers_are_told_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}/jobs.db", folder.path().display());
    for (wrong, expected) in [
        (
            "[handlers.A]\ncommand = ['true']\ntimout = '5s'\n",
            "jobdeck.toml:3: there is no setting `timout` for `[handlers.A]`; did you mean `timeout`?",
        ),
        (
            "[handlers.A]\nhttp = 'http://127.0.0.1:1/'\nsecret_file = 'nowhere'\n",
            "jobdeck.toml:3: `handlers.A.secret_file`: nowhere: it cannot be read",
        ),
        (
            "[handlers.'A*']\ncommand = ['true']\n[handlers.'*B']\ncommand = ['true']\n",
            "jobdeck.toml:1: some classes fit `A*` and `*B` (jobdeck.toml:3)",
        ),
    ] {
        let settings = Settings::new(&store, wrong);
        for command in ["worker", "check", "serve"] {
            let mut arguments = vec![command];
            if command == "serve" {
                arguments.extend(["--listen", "127.0.0.1:0"]);
            }
            let Output { status, stderr, .. } = settings.run(&arguments).await;
            assert_eq!(status.code(), Some(2), "{command}: {}", text(&stderr));
            assert!(
                text(&stderr).contains(expected),
                "{command}: {}",
                text(&stderr)
            );
        }
    }
}

#[tokio::test]
async fn check_lists_a_handler_whose_secret_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}/jobs.db", folder.path().display());
    let settings = Settings::new(
        &store,
        "[handlers.A]\nhttp = 'http://127.0.0.1:1/'\nsecret_file = 'nowhere'\n",
    );
    let output = settings.run(&["check"]).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = text(&output.stdout);
    let line = "handler: A, by http://127.0.0.1:1/";
    assert!(said.lines().any(|known| known == line), "{said}");
}

#[tokio::test]
async fn check_lists_the_handlers_and_what_keeps_them_from_working() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}/jobs.db", folder.path().display());
    let settings = Settings::new(
        &store,
        "[handlers.Photo]\nhttp = 'http://ada:hunter2@127.0.0.1:1/jobs?key=hunter2'\n[handlers.'Reports::*']\ncommand = ['no-such-program', 'a b']\n[handlers.'*']\ncommand = ['true']\n",
    );
    let output = timeout(PATIENCE, settings.run(&["check"])).await.unwrap();
    let said = text(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    for line in [
        "handler: Photo, by http://127.0.0.1:1/jobs",
        "handler: Reports::*, by the command no-such-program 'a b'",
        "handler: *, by the command true",
    ] {
        assert!(said.lines().any(|known| known == line), "{said}");
    }
    for warning in [
        "warning: jobdeck.toml:1: http://127.0.0.1:1/jobs cannot be reached: ",
        "warning: jobdeck.toml:3: there is no program `no-such-program` in PATH; until that is put right, jobs of Reports::* fail",
    ] {
        assert!(said.contains(warning), "{said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
}
