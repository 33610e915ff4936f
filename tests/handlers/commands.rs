//! Jobs that a command does.

use crate::{
    harness::{Subject, into_queue},
    process::{WorkerProcess, failed},
};
use jobdeck::model::Set;

pub(crate) async fn a_command_is_told_its_job_and_no_shell_reads_its_words(subject: Subject) {
    let worker = WorkerProcess::start(
        &subject,
        r#"
        [handlers."*"]
        command = ["sh", "-c", 'printf "%s|" "$@" > words; env > environment; cat > input', "sh", "$HOME", "a; `b` 'c", "*"]
        environment = { GREETING = "hello", JOBDECK_OTHER = "kept" }
        [handlers.Deaf]
        command = ["true"]
        "#,
    );
    let text = r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"My::Job","args":[{"arguments":[12345678901234567890, "é"]}],"jid":"a1","retry_count":1}"#;
    subject.put(into_queue("default", text)).await;
    subject.wait_for_counters(1, 0).await;
    let written = |name: &str| std::fs::read_to_string(worker.settings.path(name)).unwrap();
    assert_eq!(written("words"), "$HOME|a; `b` 'c|*|");
    assert_eq!(written("input"), "[12345678901234567890, \"é\"]\n");
    let environment = written("environment");
    let lines: Vec<&str> = environment.lines().collect();
    for line in [
        "JOBDECK_JID=a1",
        "JOBDECK_CLASS=My::Job",
        "JOBDECK_QUEUE=default",
        "JOBDECK_ATTEMPT=3",
        "JOBDECK_OTHER=kept",
        "GREETING=hello",
    ] {
        assert!(lines.contains(&line), "{environment}");
    }
    assert!(
        environment.contains("\nJOBDECK_DEADLINE=2"),
        "{environment}"
    );

    // Who does not read a large input has still done its job.
    let large = format!(
        r#"{{"class":"Deaf","args":["{}"],"jid":"b2"}}"#,
        "x".repeat(1_000_000)
    );
    subject.put(into_queue("default", large)).await;
    subject.wait_for_counters(2, 0).await;
    worker.stop().await;
}

pub(crate) async fn the_end_of_a_command_decides_what_becomes_of_its_job(subject: Subject) {
    let worker = WorkerProcess::start(
        &subject,
        r#"
        [handlers.Quiet]
        command = ["sh", "-c", "exit 3"]
        [handlers.Loud]
        command = ["sh", "-c", 'for i in $(seq 60); do echo "line $i" >&2; done; echo told; exit 1']
        [handlers.Later]
        command = ["sh", "-c", "exit 75"]
        [handlers.Broken]
        command = ["sh", "-c", "echo about to break >&2; kill -SEGV $$"]
        [handlers.Missing]
        command = ["./no-such-program"]
        "#,
    );
    for (class, error_class, message) in [
        (
            "Quiet",
            "ExitStatus 3",
            "the command ended with exit status 3",
        ),
        ("Loud", "ExitStatus 1", "line 60"),
        (
            "Later",
            "TryLater",
            "the command asks for another try later",
        ),
        (
            "Broken",
            "Signal SIGSEGV",
            "the command was ended by SIGSEGV: about to break",
        ),
        (
            "Missing",
            "CommandNotStarted",
            "`./no-such-program` cannot be started: No such file or directory (os error 2)",
        ),
    ] {
        let jid = worker.enqueue(class, "[]", "true").await;
        let failure = failed(&subject, &jid).await;
        assert_eq!(
            (
                failure.class.as_str(),
                failure.message.as_str(),
                failure.set
            ),
            (error_class, message, Set::Retries)
        );
        let lines = match class {
            "Loud" => 50,
            "Broken" => 1,
            _ => 0,
        };
        assert_eq!(failure.trace.len(), lines, "{failure:?}");
        // Sidekiq's back-off for all: none has said when.
        assert!((15.0..25.0).contains(&failure.delay), "{failure:?}");
    }
    let jid = worker.enqueue("Quiet", "[]", "0").await;
    assert_eq!(failed(&subject, &jid).await.set, Set::Dead);
    let log = worker.log.text();
    assert!(
        log.contains("there is no program ./no-such-program"),
        "{log}"
    );
    worker.stop().await;
}

pub(crate) async fn a_flood_of_output_takes_no_memory(subject: Subject) {
    let worker = WorkerProcess::start(
        &subject,
        r#"
        [handlers.Flood]
        command = ["sh", "-c", "head -c 200000000 /dev/zero; yes 'a line' | head -c 50000000; head -c 100000000 /dev/zero >&2; exit 1"]
        "#,
    );
    let jid = worker.enqueue("Flood", "[]", "true").await;
    let failure = failed(&subject, &jid).await;
    assert_eq!(failure.class, "ExitStatus 1");
    // The only line of standard error, of zeros, cut.
    assert_eq!(failure.trace.len(), 1);
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", worker.id())).unwrap_or_default();
    if let Some(peak) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 150_000, "{kilobytes} kB at most");
    }
    worker.stop().await;
}
