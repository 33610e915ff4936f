//! Jobs that fail.

use crate::{
    bench::{enqueue, quick, start, wait_for},
    harness::{Subject, into_queue, queue},
    support::wait_until,
};
use jobdeck::{
    job::{Job, decode_trace},
    model::{Place, Set},
    store::Destination,
    worker::{JobError, RetryChoice, Trace},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

fn trace_of(job: &Job) -> Vec<String> {
    decode_trace(job.field("error_backtrace").unwrap()).unwrap()
}

async fn upload() -> Result<(), JobError> {
    let broken = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "reset by the gallery");
    Err(broken).trace("failing::upload")
}

pub(crate) async fn a_failing_job_is_retried_and_then_dies_with_its_trace(subject: Subject) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let jid = enqueue(&subject, "Upload", 7, 2).await;
    let worker = start(
        quick(&subject)
            .handler("Upload", move |job, _: u64| {
                let run = counted.fetch_add(1, Ordering::SeqCst);
                async move {
                    assert_eq!(job.retry_count(), run.checked_sub(1).map(i64::from));
                    upload().await.trace("failing::handler")
                }
            })
            .retry_in("Upload", |count, error| {
                assert!(error.class().contains("io::error::Error"), "{error}");
                RetryChoice::After(Duration::from_millis(u64::from(count)))
            }),
    );
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(subject.counters().await, (3, 3));
    assert_eq!(dead.jid(), Some(jid));
    assert_eq!(dead.integer("retry_count"), Some(2));
    assert!(dead.time("failed_at").unwrap() <= dead.time("retried_at").unwrap());
    assert_eq!(
        dead.string("error_message").unwrap(),
        "reset by the gallery"
    );
    let trace = trace_of(&dead);
    assert!(
        trace[0].starts_with("failing::upload at tests/worker/failing.rs:"),
        "{trace:?}"
    );
    assert!(
        trace[1].starts_with("failing::handler at tests/worker/failing.rs:"),
        "{trace:?}"
    );
    assert_eq!(subject.size(&Place::Set(Set::Retries)).await, 0);
    assert_eq!(subject.size(&queue("default")).await, 0);
}

pub(crate) async fn a_panic_fails_its_job_only(subject: Subject) {
    enqueue(&subject, "Panics", 1, 0).await;
    for number in 0..5 {
        enqueue(&subject, "Works", number, 0).await;
    }
    let worker = start(
        quick(&subject)
            .concurrency(1)
            .handler("Panics", |_, number: u64| async move {
                assert!(number > 1, "number {number} is too small");
                Ok(())
            })
            .handler("Works", |_, _: u64| async { Ok(()) }),
    );
    subject.wait_for_counters(6, 1).await;
    worker.stop().await;
    let dead = wait_for(&subject, Set::Dead).await;
    assert_eq!(dead.string("error_class").unwrap(), "Panic");
    let message = dead.string("error_message").unwrap();
    assert!(
        message.starts_with("number 1 is too small (tests/worker/failing.rs:"),
        "{message}"
    );
    let trace = trace_of(&dead);
    assert!(trace[0].contains("a_panic_fails_its_job_only"), "{trace:?}");
}

pub(crate) async fn arguments_that_do_not_fit_are_a_failure(subject: Subject) {
    enqueue(&subject, "Greet", 7, 0).await;
    let worker = start(
        quick(&subject).handler("Greet", |_, (_name, _times): (String, u32)| async {
            Ok(())
        }),
    );
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(dead.string("error_class").unwrap(), "ArgumentError");
    let message = dead.string("error_message").unwrap();
    assert!(
        message.contains("handler of Greet")
            && message.contains("argument 1: invalid type: integer `7`, expected a string")
            && message.contains("they are [7]"),
        "{message}"
    );
}

pub(crate) async fn a_class_without_a_handler_fails_as_in_sidekiq(subject: Subject) {
    let silent = r#"{"class":"Reports::Monthly","args":[],"jid":"silent","queue":"default"}"#;
    subject.put(into_queue("default", silent)).await;
    let kept = r#"{"class":"Reports::Monthly","args":[],"jid":"kept","retry":true,"created_at":1795469606286}"#;
    subject.put(into_queue("default", kept)).await;
    let worker = start(quick(&subject).handler("Other", |_, (): ()| async { Ok(()) }));
    subject.wait_for_counters(2, 2).await;
    worker.stop().await;
    // The one without `retry` is not kept: who wrote it did not ask for it.
    let retry = wait_for(&subject, Set::Retries).await;
    assert_eq!(retry.jid().unwrap(), "kept");
    assert_eq!(retry.string("error_class").unwrap(), "NameError");
    assert_eq!(
        retry.string("error_message").unwrap(),
        "uninitialized constant Reports::Monthly"
    );
    // Milliseconds, as the job's other times.
    assert!(retry.integer("failed_at").unwrap() > 1_700_000_000_000);
    assert!(retry.text().starts_with(kept.trim_end_matches('}')));
    let entry = subject.only(&Place::Set(Set::Retries)).await;
    let delay_seconds = entry.id.position - retry.time("failed_at").unwrap().seconds();
    assert!((15.0..25.0).contains(&delay_seconds), "{delay_seconds}");
}

pub(crate) async fn an_entry_that_is_no_job_goes_to_the_dead_set_as_it_is(subject: Subject) {
    let worker = start(quick(&subject).handler("Other", |_, (): ()| async { Ok(()) }));
    subject
        .put(into_queue("default", &b"{\"class\":\"\xff\" no job"[..]))
        .await;
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(&dead.raw()[..], b"{\"class\":\"\xff\" no job");
    // Nothing has run.
    assert_eq!(subject.counters().await, (0, 0));
}

pub(crate) async fn a_job_without_a_class_goes_to_the_dead_set_as_it_is(subject: Subject) {
    // Also where the jobs of unknown classes are left to others: there are none that it could be left to.
    let worker = start(
        quick(&subject)
            .only_known_classes(true)
            .handler("Other", |_, (): ()| async { Ok(()) }),
    );
    for raw in [
        r#"{"args":[1],"jid":"a","retry":false}"#,
        r#"{"class":"","args":[1],"jid":"b"}"#,
        r#"{"class":null,"args":[1],"jid":"c","retry":5}"#,
    ] {
        subject.put(into_queue("default", raw)).await;
        let dead = wait_for(&subject, Set::Dead).await;
        assert_eq!(dead.text(), raw);
        let entry = subject.only(&Place::Set(Set::Dead)).await;
        assert!(subject.shift(&entry, Destination::Nowhere).await);
    }
    worker.stop().await;
}

pub(crate) async fn a_mistyped_retry_is_as_good_as_true(subject: Subject) {
    let raw = r#"{"class":"Nobody::Knows","args":[],"jid":"j","retry":"5"}"#;
    subject.put(into_queue("default", raw)).await;
    let worker = start(quick(&subject).handler("Other", |_, (): ()| async { Ok(()) }));
    let retry = wait_for(&subject, Set::Retries).await;
    worker.stop().await;
    assert!(retry.text().starts_with(raw.trim_end_matches('}')));
}

pub(crate) async fn a_retry_rule_that_panics_leaves_the_usual_delay(subject: Subject) {
    enqueue(&subject, "Fails", 1, 5).await;
    let worker = start(
        quick(&subject)
            .handler("Fails", |_, _: u64| async {
                Err(JobError::new("No", "no"))
            })
            .retry_in("Fails", |count, _| {
                assert!(count > 7, "too few");
                RetryChoice::Kill
            }),
    );
    let retry = wait_for(&subject, Set::Retries).await;
    worker.stop().await;
    assert_eq!(retry.string("error_class").unwrap(), "No");
    let entry = subject.only(&Place::Set(Set::Retries)).await;
    let delay_seconds = entry.id.position - retry.time("failed_at").unwrap().seconds();
    assert!((15.0..25.0).contains(&delay_seconds), "{delay_seconds}");
    assert_eq!(subject.counters().await, (1, 1));
}

pub(crate) async fn a_discarded_or_unretried_job_is_gone(subject: Subject) {
    let worker = start(
        quick(&subject)
            .handler("Discards", |_, _: u64| async {
                Err(JobError::new("Late", "nobody waits any more").discard())
            })
            .handler("Fails", |_, (): ()| async {
                Err(JobError::new("No", "no"))
            }),
    );
    enqueue(&subject, "Discards", 1, 5).await;
    let unretried = r#"{"class":"Fails","args":[],"jid":"j","retry":false}"#;
    subject.put(into_queue("default", unretried)).await;
    let not_kept = r#"{"class":"Fails","args":[],"jid":"j","retry":0,"dead":false}"#;
    subject.put(into_queue("default", not_kept)).await;
    subject.wait_for_counters(3, 3).await;
    worker.stop().await;
    for set in Set::ALL {
        assert_eq!(subject.size(&Place::Set(set)).await, 0, "{set}");
    }
}

pub(crate) async fn jobs_of_unknown_classes_can_be_left_to_others(subject: Subject) {
    let picky = start(
        quick(&subject)
            .only_known_classes(true)
            .handler("Mine", |_, _: u64| async { Ok(()) }),
    );
    let jid = enqueue(&subject, "Theirs", 1, 0).await;
    enqueue(&subject, "Mine", 2, 0).await;
    subject.wait_for_counters(1, 0).await;
    let other = start(quick(&subject).handler("Theirs", move |job, _: u64| {
        assert_eq!(job.jid(), jid);
        async { Ok(()) }
    }));
    subject.wait_for_counters(2, 0).await;
    wait_until("nothing is left", async || {
        subject.overview().await.unwrap().enqueued == 0
    })
    .await;
    picky.stop().await;
    other.stop().await;
}
