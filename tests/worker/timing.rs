//! Jobs for later.

use crate::{
    bench::{quick, start, wait_for},
    harness::{Subject, into_set, queue},
    support::wait_until,
};
use jobdeck::{
    Client,
    model::{Place, Set},
    store::Destination,
    worker::JobError,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

pub(crate) async fn due_jobs_are_enqueued_once_by_several_processes(subject: Subject) {
    let ran = Arc::new(Mutex::new(Vec::new()));
    let worker = || {
        let ran = Arc::clone(&ran);
        start(quick(&subject).handler("Later", move |job, number: u64| {
            let job_text = job.job();
            assert!(job_text.time("enqueued_at").unwrap() >= job_text.time("created_at").unwrap());
            ran.lock().unwrap().push(number);
            async { Ok(()) }
        }))
    };
    let workers = [worker(), worker(), worker()];
    let client = Client::new(subject.store.clone());
    for number in 0..150_u64 {
        let delay = Duration::from_millis(200 + number % 7);
        client.enqueue_in(delay, "Later", number).await.unwrap();
    }
    subject.wait_for_counters(150, 0).await;
    for worker in workers {
        worker.stop().await;
    }
    let mut ran = ran.lock().unwrap().clone();
    ran.sort_unstable();
    assert_eq!(ran, (0..150).collect::<Vec<u64>>());
    assert_eq!(subject.size(&Place::Set(Set::Scheduled)).await, 0);
}

pub(crate) async fn a_due_entry_that_is_no_job_goes_to_the_dead_set_as_it_is(subject: Subject) {
    subject
        .put(into_set(Set::Retries, 17.5, &b"\xfe no job"[..]))
        .await;
    let worker = start(quick(&subject));
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(&dead.raw()[..], b"\xfe no job");
    assert_eq!(subject.size(&Place::Set(Set::Retries)).await, 0);
}

pub(crate) async fn a_job_that_is_not_due_waits(subject: Subject) {
    let client = Client::new(subject.store.clone());
    let hour = Duration::from_secs(3_600);
    client.enqueue_in(hour, "Later", 1).await.unwrap();
    let due = r#"{"class":"Later","args":[2],"jid":"due","queue":"mailers"}"#;
    subject.put(into_set(Set::Scheduled, 17.5, due)).await;
    let worker = start(quick(&subject).handler("Later", |_, _: u64| async { Ok(()) }));
    wait_until("the due one is enqueued", async || {
        subject.size(&queue("mailers")).await == 1
    })
    .await;
    worker.stop().await;
    assert_eq!(subject.size(&Place::Set(Set::Scheduled)).await, 1);
    assert_eq!(subject.counters().await, (0, 0));
}

pub(crate) async fn a_worker_whose_clock_is_hours_off_works_by_the_stores(subject: Subject) {
    for (round, hours) in [(1, 5), (2, -5)] {
        let before = subject.now().await.unwrap();
        let hour = before.seconds() + 3_600.0;
        for (class, score) in [("Due", before.seconds() - 1.0), ("NotDue", hour)] {
            let job = format!(
                r#"{{"class":"{class}","args":[],"jid":"{class}","created_at":1795469606286,"retry":true}}"#
            );
            subject.put(into_set(Set::Scheduled, score, job)).await;
        }
        let worker = start(
            quick(&subject)
                .clock_skew_ms(hours * 3_600_000)
                .handler("Due", |_, (): ()| async { Err(JobError::new("No", "no")) })
                .handler("NotDue", |_, (): ()| async { Ok(()) }),
        );
        let retry = wait_for(&subject, Set::Retries).await;
        wait_until("what runs is shown with its time", async || {
            !subject.processes().await.unwrap().is_empty()
        })
        .await;
        let started_at = subject.processes().await.unwrap()[0].started_at;
        worker.stop().await;
        let after = subject.now().await.unwrap();
        let by_the_store = before.0 - 1..=after.0 + 1;
        for field in ["enqueued_at", "failed_at"] {
            let time = retry.time(field).unwrap();
            assert!(by_the_store.contains(&time.0), "{field}: {time}");
        }
        assert!(by_the_store.contains(&started_at.unwrap().0));
        let entry = subject.only(&Place::Set(Set::Retries)).await;
        let delay_seconds = entry.id.position - retry.time("failed_at").unwrap().seconds();
        assert!((15.0..25.0).contains(&delay_seconds), "{delay_seconds}");
        // What is due in an hour still is.
        let waiting = subject.all(&Place::Set(Set::Scheduled)).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(subject.counters().await, (round, round));
        assert!(subject.shift(&entry, Destination::Nowhere).await);
        assert!(subject.shift(&waiting[0], Destination::Nowhere).await);
    }
}
