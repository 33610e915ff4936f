//! This machine's clock and the store's differ by a day: the store's counts.

use crate::{
    bench::{quick_on, start, wait_for},
    harness::{Subject, into_queue, into_set},
    support::ShiftedClock,
};
use jobdeck::{
    job::Job,
    model::{Set, Timestamp},
    worker::JobError,
};
use std::sync::{Arc, Mutex};

const DAY: i64 = 86_400_000;

pub(crate) async fn what_is_due_by_the_stores_clock_is_enqueued_at_its_time(subject: Subject) {
    let here = subject.now().await.unwrap();
    let ahead = ShiftedClock::of(&subject.store, DAY);
    let job = |jid: &str| format!(r#"{{"class":"Later","args":[1],"jid":"{jid}"}}"#);
    // In an hour by this machine's clock; and in an hour by the store's.
    let due = here.plus_milliseconds(3_600_000).seconds();
    let not_due = here.plus_milliseconds(DAY + 3_600_000).seconds();
    subject.put(into_set(Set::Scheduled, due, job("due"))).await;
    subject
        .put(into_set(Set::Scheduled, not_due, job("not-due")))
        .await;
    let enqueued = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&enqueued);
    let worker = start(
        quick_on(ahead.clone()).handler("Later", move |job, _: u64| {
            *seen.lock().unwrap() = job.job().time("enqueued_at");
            async { Ok(()) }
        }),
    );
    subject.wait_for_counters(1, 0).await;
    worker.stop().await;
    let enqueued = enqueued.lock().unwrap().expect("a time");
    assert!((enqueued.0 - here.0 - DAY).abs() < 600_000, "{enqueued:?}");
    let left = subject.only(&Set::Scheduled.into()).await;
    assert_eq!(Job::new(left.raw).jid().as_deref(), Some("not-due"));
}

pub(crate) async fn a_retry_is_due_by_the_stores_clock(subject: Subject) {
    let here = subject.now().await.unwrap();
    for shift in [DAY, -DAY] {
        let store = ShiftedClock::of(&subject.store, shift);
        let raw = r#"{"class":"Fails","args":[1],"jid":"f","retry":5,"queue":"default"}"#;
        subject.put(into_queue("default", raw)).await;
        let worker = start(
            quick_on(store.clone())
                // Only the time that it is given counts here.
                .poll_interval(std::time::Duration::from_secs(3_600))
                .handler("Fails", |_, _: u64| async {
                    Err::<(), _>(JobError::new("Refused", "as always"))
                }),
        );
        let failed = wait_for(&subject, Set::Retries).await;
        worker.stop().await;
        let entry = subject.only(&Set::Retries.into()).await;
        let due = Timestamp::from_seconds(entry.id.position);
        for time in [due, failed.time("failed_at").unwrap()] {
            assert!((time.0 - here.0 - shift).abs() < 600_000, "{time:?}");
        }
        assert!(
            subject
                .shift(&entry, jobdeck::store::Destination::Nowhere)
                .await
        );
    }
}
