//! What handlers tell of their runs, and runs that somebody cancels.

use crate::{
    bench::{enqueue, quick, start, wait_for},
    harness::{Subject, queue},
    support::wait_until,
};
use jobdeck::{
    Client,
    job::{NewJob, RetryRule, decode_trace},
    model::{JobReport, Place, Set},
    worker::JobError,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);

async fn report(subject: &Subject, jid: &str) -> JobReport {
    subject.report(jid).await.unwrap().unwrap_or_default()
}

fn lines(report: &JobReport) -> Vec<&str> {
    report.log.iter().map(|line| line.text.as_str()).collect()
}

/// Waits until others see that the job runs, and asks that it end.
async fn cancel(subject: &Subject, jid: &str) {
    wait_until("others see that it runs", async || {
        let running = subject.running().await.unwrap();
        running.iter().any(|job| job.jid == jid)
    })
    .await;
    subject.request_cancel(jid, false).await.unwrap();
}

pub(crate) async fn what_a_handler_tells_is_shown_while_it_runs(subject: Subject) {
    let go_on = Arc::new(Notify::new());
    let waits = Arc::clone(&go_on);
    let jid = enqueue(&subject, "Tells", 1, 0).await;
    let before = subject.now().await.unwrap();
    let worker = start(quick(&subject).handler("Tells", move |job, _: u64| {
        let waits = Arc::clone(&waits);
        async move {
            job.log("first\nsecond");
            job.progress(10.0, "one of ten");
            job.progress(40.0, "four of ten");
            waits.notified().await;
            job.log("third");
            job.progress(100.0, "all");
            Ok(())
        }
    }));
    wait_until("it is told", async || {
        report(&subject, &jid).await.progress.is_some()
    })
    .await;
    let told = report(&subject, &jid).await;
    let progress = told.progress.clone().unwrap();
    assert_eq!(
        (progress.percent, progress.message.as_str()),
        (40.0, "four of ten")
    );
    assert_eq!(lines(&told), ["first", "second"]);
    let now = subject.now().await.unwrap();
    // The worker's clock is the store's but for the time that an answer takes.
    let tolerated = before.plus_milliseconds(-500)..=now.plus_milliseconds(500);
    assert!(tolerated.contains(&progress.at) && tolerated.contains(&told.log[0].at));
    wait_until("it is on the list of running jobs", async || {
        let running = subject.running().await.unwrap();
        running
            .iter()
            .any(|job| job.progress.is_some() && !job.foreign)
    })
    .await;
    go_on.notify_one();
    wait_until("its last words are told", async || {
        report(&subject, &jid).await.log.len() == 3
    })
    .await;
    let told = report(&subject, &jid).await;
    assert_eq!(told.progress.unwrap().message, "all");
    worker.stop().await;
}

pub(crate) async fn last_words_of_short_runs_are_kept_also_when_the_worker_ends(subject: Subject) {
    let jids = Client::new(subject.store.clone())
        .enqueue_many("Tells", (0..700_u64).map(|number| (number,)))
        .await
        .unwrap();
    let worker = start(
        quick(&subject).handler("Tells", |job, (number,): (u64,)| async move {
            job.log(format!("number {number}"));
            if number % 2 == 0 {
                Ok(())
            } else {
                Err(JobError::new("Odd", "odd").kill())
            }
        }),
    );
    subject.wait_for_counters(700, 350).await;
    worker.stop().await;
    for (number, jid) in jids.iter().enumerate() {
        assert_eq!(
            lines(&report(&subject, jid).await),
            [format!("number {number}")]
        );
    }
}

pub(crate) async fn a_cancelled_job_that_ends_well_is_done(subject: Subject) {
    let jid = enqueue(&subject, "Listens", 1, 5).await;
    let worker = start(quick(&subject).cancel_grace(LONG).handler(
        "Listens",
        |job, _: u64| async move {
            job.cancellation().cancelled().await;
            assert!(job.is_cancelled());
            Ok(())
        },
    ));
    cancel(&subject, &jid).await;
    subject.wait_for_counters(1, 0).await;
    worker.stop().await;
    for set in Set::ALL {
        assert_eq!(subject.size(&Place::Set(set)).await, 0);
    }
}

pub(crate) async fn a_cancelled_job_that_fails_is_dead_with_its_own_error_as_the_cause(
    subject: Subject,
) {
    // It would be tried again, and one whose retries are switched off would be dropped.
    for retry in [RetryRule::Times(5), RetryRule::Never] {
        let mut job = NewJob::new("Listens");
        job.args = "[1]".to_owned();
        job.retry = retry;
        job.extra.push(("backtrace".to_owned(), "true".to_owned()));
        let jid = Client::new(subject.store.clone()).push(job).await.unwrap();
        let before = subject.counters().await;
        let worker = start(quick(&subject).cancel_grace(LONG).handler(
            "Listens",
            |job, _: u64| async move {
                job.cancellation().cancelled().await;
                Err(JobError::new("shop::Stopped", "after page 3"))
            },
        ));
        cancel(&subject, &jid).await;
        let dead = wait_for(&subject, Set::Dead).await;
        worker.stop().await;
        assert_eq!(dead.jid(), Some(jid));
        assert_eq!(dead.string("error_class").unwrap(), "Jobdeck::Cancelled");
        let message = dead.string("error_message").unwrap();
        assert!(
            message.contains("cancelled by request while it ran")
                && message.contains("shop::Stopped: after page 3"),
            "{message}"
        );
        let trace = decode_trace(dead.field("error_backtrace").unwrap()).unwrap();
        assert_eq!(trace[0], "caused by: shop::Stopped: after page 3");
        assert!(trace[1].contains("reporting.rs"), "{trace:?}");
        assert_eq!(dead.integer("retry_count"), Some(0));
        assert!(dead.time("failed_at").is_some());
        assert_eq!(subject.counters().await, (before.0 + 1, before.1 + 1));
        let entry = subject.only(&Place::Set(Set::Dead)).await;
        assert!(
            subject
                .shift(&entry, jobdeck::store::Destination::Nowhere)
                .await
        );
    }
}

pub(crate) async fn a_cancelled_job_that_does_not_listen_is_aborted_after_the_grace(
    subject: Subject,
) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let jid = enqueue(&subject, "Endless", 1, 5).await;
    let worker = start(
        quick(&subject)
            .concurrency(1)
            .cancel_grace(Duration::from_millis(50))
            .handler("Endless", move |job, number: u64| {
                counted.fetch_add(1, Ordering::SeqCst);
                async move {
                    job.log("begun");
                    if number == 1 {
                        std::future::pending::<()>().await;
                    }
                    Ok(())
                }
            }),
    );
    cancel(&subject, &jid).await;
    // Two who cancel are no more than one.
    subject.request_cancel(&jid, false).await.unwrap();
    let dead = wait_for(&subject, Set::Dead).await;
    assert_eq!(dead.string("error_class").unwrap(), "Jobdeck::Cancelled");
    assert!(
        dead.string("error_message")
            .unwrap()
            .contains("was aborted")
    );
    assert_eq!(subject.counters().await, (1, 1));
    // Its slot is free again.
    enqueue(&subject, "Endless", 2, 0).await;
    subject.wait_for_counters(2, 1).await;
    worker.stop().await;
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(lines(&report(&subject, &jid).await), ["begun"]);
    assert_eq!(subject.recover_noted().await, 0);
}

pub(crate) async fn a_cancelled_job_that_is_not_to_be_kept_is_gone(subject: Subject) {
    let mut job = NewJob::new("Endless");
    job.args = "[1]".to_owned();
    job.extra.push(("dead".to_owned(), "false".to_owned()));
    let jid = Client::new(subject.store.clone()).push(job).await.unwrap();
    let worker = start(
        quick(&subject)
            .cancel_grace(Duration::from_millis(50))
            .handler("Endless", |_, _: u64| std::future::pending()),
    );
    cancel(&subject, &jid).await;
    subject.wait_for_counters(1, 1).await;
    worker.stop().await;
    assert_eq!(subject.overview().await.unwrap().dead, 0);
}

pub(crate) async fn a_cancelled_job_is_not_handed_back_when_the_worker_stops(subject: Subject) {
    let jid = enqueue(&subject, "Endless", 1, 5).await;
    let cancelled = Arc::new(Notify::new());
    let notices = Arc::clone(&cancelled);
    let worker = start(
        quick(&subject)
            .cancel_grace(LONG)
            .timeout(Duration::from_millis(50))
            .handler("Endless", move |job, _: u64| {
                let notices = Arc::clone(&notices);
                async move {
                    job.cancellation().cancelled().await;
                    notices.notify_one();
                    std::future::pending::<()>().await;
                    Ok(())
                }
            }),
    );
    cancel(&subject, &jid).await;
    cancelled.notified().await;
    worker.stop().await;
    assert_eq!(subject.size(&Place::Set(Set::Dead)).await, 1);
    assert_eq!(subject.size(&queue("default")).await, 0);
}

pub(crate) async fn a_request_for_a_job_that_has_ended_means_no_later_run(subject: Subject) {
    let go_on = Arc::new(Notify::new());
    let waits = Arc::clone(&go_on);
    let jid = enqueue(&subject, "Retried", 1, 5).await;
    subject.request_cancel(&jid, false).await.unwrap();
    // A moment later by the store's clock, which counts milliseconds.
    let requested_at = report(&subject, &jid).await.cancel_requested_at.unwrap();
    wait_until("time passes", async || {
        subject.now().await.unwrap() > requested_at.plus_milliseconds(50)
    })
    .await;
    let worker = start(quick(&subject).handler("Retried", move |job, _: u64| {
        let waits = Arc::clone(&waits);
        async move {
            job.log("begun");
            waits.notified().await;
            assert!(!job.is_cancelled());
            Ok(())
        }
    }));
    // It has been asked for at least once by then.
    wait_until("it has told something", async || {
        !report(&subject, &jid).await.log.is_empty()
    })
    .await;
    go_on.notify_one();
    subject.wait_for_counters(1, 0).await;
    worker.stop().await;
}
