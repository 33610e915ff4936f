//! Commands that have to end: nobody of them is left.

use crate::{
    harness::{Subject, into_queue, queue},
    process::{Settings, WorkerProcess, failed, is_running},
    support::wait_until,
};
use jobdeck::{job::Job, model::Set};

/// Starts a child and a grandchild that do not listen to `SIGTERM`, notes who they are, and goes on for ever.
const STUBBORN: &str = r#"
trap '' TERM
note() { sh -c 'echo $PPID' >> pids; }
(note; (note; while :; do sleep 1000; done) & while :; do sleep 1000; done) &
echo $$ >> pids
echo ready >&2
while :; do sleep 1000; done
"#;

/// Who they are, once all three are there.
async fn stubborn(settings: &Settings) -> Vec<String> {
    let path = settings.path("pids");
    let read = || {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    wait_until("the command and its children are there", async || {
        read().len() == 3
    })
    .await;
    read()
}

async fn nobody_is_left(pids: &[String]) {
    wait_until("nobody of the command is left", async || {
        !pids.iter().any(|pid| is_running(pid))
    })
    .await;
}

fn start(subject: &Subject, more: &str) -> WorkerProcess {
    let settings =
        format!("[handlers.Stubborn]\ncommand = ['sh', '-c', '''{STUBBORN}''']\n{more}\n");
    WorkerProcess::start(subject, &settings)
}

pub(crate) async fn who_takes_too_long_is_ended_with_all_its_processes(subject: Subject) {
    let worker = start(&subject, "timeout = '5s'\ngrace = '100ms'");
    let jid = worker.enqueue("Stubborn", "[]", "true").await;
    let pids = stubborn(&worker.settings).await;
    let failure = failed(&subject, &jid).await;
    assert_eq!(failure.class, "Timeout");
    assert_eq!(failure.message, "the command did not end within 5s: ready");
    assert_eq!(failure.trace, ["ready"]);
    // They were ended before the job was said to have failed.
    for pid in &pids {
        assert!(!is_running(pid), "{pid} of {pids:?}");
    }
    worker.stop().await;
}

pub(crate) async fn a_cancelled_command_is_dead_with_its_last_words(subject: Subject) {
    let worker = start(&subject, "grace = '100ms'");
    // Retries left, and an earlier failure that must not stand for this one.
    let text = r#"{"class":"Stubborn","args":[],"jid":"c1","retry":5,"retry_count":0,"failed_at":1.5,"error_backtrace":["old"]}"#;
    subject.put(into_queue("default", text)).await;
    let pids = stubborn(&worker.settings).await;
    wait_until("its last words are in the log", async || {
        let report = subject.report("c1").await.unwrap().unwrap_or_default();
        report.log.iter().any(|line| line.text == "ready")
    })
    .await;
    subject.request_cancel("c1", false).await.unwrap();
    let failure = failed(&subject, "c1").await;
    assert_eq!(failure.class, "Jobdeck::Cancelled");
    assert_eq!(failure.set, Set::Dead);
    assert_eq!(
        failure.trace,
        ["caused by: Cancelled: the run was cancelled", "ready"]
    );
    for pid in &pids {
        assert!(!is_running(pid), "{pid} of {pids:?}");
    }
    worker.stop().await;
}

pub(crate) async fn what_a_command_leaves_behind_is_ended_and_not_waited_for(subject: Subject) {
    let worker = WorkerProcess::start(
        &subject,
        r#"
        [handlers.Parent]
        command = ["sh", "-c", "trap '' TERM; (while :; do sleep 1000; done) & echo $! >> pids"]
        grace = "100ms"
        "#,
    );
    worker.enqueue("Parent", "[]", "true").await;
    subject.wait_for_counters(1, 0).await;
    let pid = std::fs::read_to_string(worker.settings.path("pids")).unwrap();
    nobody_is_left(&[pid]).await;
    worker.stop().await;
}

pub(crate) async fn a_worker_that_stops_ends_its_commands_and_hands_their_jobs_back(
    subject: Subject,
) {
    // It has an hour to end by itself; the worker does not wait for that.
    let worker = start(
        &subject,
        "grace = '1h'\n[worker]\nshutdown_timeout = '100ms'",
    );
    let jid = worker.enqueue("Stubborn", "[]", "true").await;
    let pids = stubborn(&worker.settings).await;
    worker.stop().await;
    for pid in &pids {
        assert!(!is_running(pid), "{pid} of {pids:?}");
    }
    let back = Job::new(subject.only(&queue("default")).await.raw);
    assert_eq!(back.jid().as_deref(), Some(jid.as_str()));
    assert_eq!(subject.counters().await, (0, 0));
}
