//! Large jobs: run by a limit, and never too many at a time.

use crate::{
    bench::{enqueue, quick, start, wait_for},
    harness::{Subject, into_queue, queue},
    support::wait_until,
};
use jobdeck::model::Set;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

fn large(number: usize, bytes: usize, retry: &str) -> String {
    let text = "x".repeat(bytes);
    format!(
        r#"{{"class":"Measure","args":["{text}"],"retry":{retry},"queue":"default","jid":"{number:024}","created_at":1795469606.5}}"#
    )
}

pub(crate) async fn a_job_of_ten_megabytes_is_run(subject: Subject) {
    let length = Arc::new(AtomicUsize::new(0));
    let measured = Arc::clone(&length);
    subject
        .put(into_queue("default", large(1, 10_000_000, "true")))
        .await;
    let worker = start(quick(&subject).handler("Measure", move |_, text: String| {
        measured.store(text.len(), Ordering::SeqCst);
        async { Ok(()) }
    }));
    subject.wait_for_counters(1, 0).await;
    worker.stop().await;
    assert_eq!(length.load(Ordering::SeqCst), 10_000_000);
    assert_eq!(subject.bytes_in_progress().await, 0);
}

pub(crate) async fn a_job_that_is_larger_than_the_limit_is_dead_at_once(subject: Subject) {
    let raw = large(1, 10_000_000, "25");
    let size = raw.len();
    subject.put(into_queue("default", raw)).await;
    enqueue(&subject, "Small", 1, 0).await;
    let worker = start(
        quick(&subject)
            .max_payload(1 << 20)
            .handler("Measure", |_, _: String| async { panic!("it is not run") })
            .handler("Small", |_, _: u64| async { Ok(()) }),
    );
    subject.wait_for_counters(2, 1).await;
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(
        dead.string("error_class").unwrap(),
        "Jobdeck::PayloadTooLarge"
    );
    let message = dead.string("error_message").unwrap();
    for part in [
        format!("9.5 MiB ({size} bytes)"),
        "1.0 MiB (1048576 bytes)".to_owned(),
        "raise `worker.max_payload`".to_owned(),
    ] {
        assert!(message.contains(&part), "{message}");
    }
    assert_eq!(dead.field("args").unwrap().len(), 10_000_004);
    assert_eq!(dead.field("retry"), Some("25"));
    let overview = subject.overview().await.unwrap();
    assert_eq!((overview.enqueued, overview.retrying), (0, 0));
}

pub(crate) async fn a_backlog_of_large_jobs_is_fetched_by_and_by(subject: Subject) {
    const JOBS: usize = 200;
    const SIZE: usize = 1_000_000;
    /// What a worker holds at most, and the one job more that reaches it; the store's own words beside them are few.
    const BOUND: u64 = (16 << 20) + 1_100_000;
    for number in 0..JOBS {
        subject
            .put(into_queue("default", large(number, SIZE, "true")))
            .await;
    }
    let (go_on, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (waits, counted) = (Arc::clone(&go_on), Arc::clone(&begun));
    let worker = start(
        quick(&subject)
            .concurrency(50)
            .raw_handler("Measure", move |_| {
                let (waits, begun) = (Arc::clone(&waits), Arc::clone(&begun));
                async move {
                    begun.fetch_add(1, Ordering::SeqCst);
                    waits.acquire().await?.forget();
                    Ok(())
                }
            }),
    );
    let mut released = 0;
    while released < JOBS {
        // As many as the limit lets in, or all that are left.
        let more = (JOBS - released).min(16);
        wait_until("so many run", async || {
            assert!(subject.bytes_in_progress().await <= BOUND);
            counted.load(Ordering::SeqCst) >= released + more
        })
        .await;
        assert!(subject.bytes_in_progress().await <= BOUND);
        go_on.add_permits(more);
        released += more;
    }
    subject.wait_for_counters(JOBS as u64, 0).await;
    worker.stop().await;
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert_eq!(subject.bytes_in_progress().await, 0);
}
