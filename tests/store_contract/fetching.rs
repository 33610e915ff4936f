//! Workers take jobs out of queues.

use crate::{
    harness::{OTHER, Subject, WORKER, every_place, into_queue, into_set, job, odd_entries, queue},
    support::wait_until,
};
use jobdeck::{
    model::Set,
    store::{Destination, Settlement},
};
use std::{collections::BTreeSet, time::Duration};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

pub(crate) async fn jobs_are_fetched_first_in_first_out(subject: Subject) {
    subject.enqueue("default", 0..5).await;
    for number in 0..5 {
        assert_eq!(subject.fetch_raws(&["default"], 1).await, [job(number)]);
    }
    assert!(subject.fetch_raws(&["default"], 1).await.is_empty());
}

pub(crate) async fn a_fetch_takes_no_more_than_its_limit(subject: Subject) {
    subject.enqueue("default", 0..25).await;
    let first = subject.take(&["default"], 10).await;
    let numbers: Vec<_> = first.iter().map(|fetched| fetched.raw.clone()).collect();
    assert_eq!(numbers, (0..10).map(job).collect::<Vec<_>>());
    assert!(first.iter().all(|fetched| *fetched.queue == *"default"));
    assert_eq!(subject.size(&queue("default")).await, 15);
    let rest = subject.take(&["default"], 100).await;
    assert_eq!(rest.len(), 15);
    let leases: BTreeSet<_> = first
        .iter()
        .chain(&rest)
        .map(|fetched| &fetched.lease)
        .collect();
    assert_eq!(leases.len(), 25, "each fetch has a name of its own");
    assert!(subject.take(&["default"], 0).await.is_empty());
    assert!(subject.take(&[], 10).await.is_empty());
}

pub(crate) async fn queues_are_fetched_in_the_order_given(subject: Subject) {
    subject.enqueue("low", [1, 2]).await;
    subject.enqueue("critical", [3, 4]).await;
    let jobs = subject.take(&["critical", "unknown", "low"], 3).await;
    let fetched: Vec<_> = jobs
        .iter()
        .map(|fetched| (&*fetched.queue, fetched.raw.clone()))
        .collect();
    assert_eq!(
        fetched,
        [
            ("critical", job(3).into()),
            ("critical", job(4).into()),
            ("low", job(1).into())
        ]
    );
    assert_eq!(subject.fetch_raws(&["critical", "low"], 3).await, [job(2)]);
}

pub(crate) async fn a_fetch_of_nothing_ends_after_its_wait(subject: Subject) {
    let queues = ["default".to_owned()];
    for wait in [Duration::ZERO, Duration::from_millis(120)] {
        let jobs = subject.fetch(WORKER, &queues, 5, wait).await.unwrap();
        assert!(jobs.is_empty());
    }
    assert!(
        subject.summary("default").await.is_none(),
        "fetching makes no queue known"
    );
}

pub(crate) async fn a_waiting_fetch_is_woken_by_a_new_job(subject: Subject) {
    let store = subject.store.clone();
    let waiting = tokio::spawn(async move {
        let queues = ["other".to_owned(), "default".to_owned()];
        store.fetch(WORKER, &queues, 5, LONG).await.unwrap()
    });
    subject.enqueue("unrelated", [1]).await;
    subject.enqueue("default", [2]).await;
    let jobs = waiting.await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].raw, job(2));
    assert_eq!(&*jobs[0].queue, "default");
}

pub(crate) async fn a_waiting_fetch_is_woken_by_a_move_into_the_queue(subject: Subject) {
    subject.put(into_set(Set::Scheduled, 1.0, job(1))).await;
    let entry = subject.only(&Set::Scheduled.into()).await;
    let fetch = |identity: &'static str| {
        let store = subject.store.clone();
        tokio::spawn(async move {
            let queues = ["default".to_owned()];
            store.fetch(identity, &queues, 1, LONG).await.unwrap()
        })
    };
    let waiting = fetch(WORKER);
    assert!(subject.shift(&entry, into_queue("default", job(1))).await);
    let first = waiting.await.unwrap();
    assert_eq!(first.len(), 1);
    // By a job that is handed back, too.
    let waiting = fetch(OTHER);
    assert!(
        subject
            .settle(WORKER, &first[0], &Settlement::Requeue)
            .await
            .unwrap()
    );
    assert_eq!(waiting.await.unwrap().len(), 1);
    // And by a queue that goes on.
    subject.enqueue("default", [2]).await;
    subject.set_paused("default", true).await.unwrap();
    let waiting = fetch(WORKER);
    subject.set_paused("default", false).await.unwrap();
    assert_eq!(waiting.await.unwrap().len(), 1);
}

pub(crate) async fn a_fetched_job_is_nowhere_else(subject: Subject) {
    subject.enqueue("default", [1, 2]).await;
    let entry = subject.all(&queue("default")).await.remove(0);
    let fetched = subject.take_one("default").await;
    assert_eq!(fetched.raw, job(1));
    assert_eq!(subject.find(&entry.id).await, None);
    assert!(!subject.shift(&entry, Destination::Nowhere).await);
    assert_eq!(subject.size(&queue("default")).await, 1);
    for place in every_place() {
        let entries = subject.all(&place).await;
        assert!(entries.iter().all(|entry| entry.raw != job(1)), "{place}");
    }
    let overview = subject.overview().await.unwrap();
    assert_eq!(overview.enqueued, 1);
    assert_eq!(overview.queues.len(), 1, "what is in progress is no queue");
    let search = subject
        .find_jid("000000000000000000000001", Duration::from_secs(10))
        .await
        .unwrap();
    assert!(search.entries.is_empty());
}

pub(crate) async fn odd_entries_are_fetched_byte_for_byte(subject: Subject) {
    subject
        .heartbeat(&crate::harness::beat(WORKER))
        .await
        .unwrap();
    for (what, raw) in odd_entries() {
        subject.put(into_queue("default", raw.clone())).await;
        let fetched = subject.take_one("default").await;
        assert!(fetched.raw == raw, "{what}");
        assert!(
            subject
                .settle(WORKER, &fetched, &Settlement::Requeue)
                .await
                .unwrap(),
            "{what}"
        );
        let again = subject.take_one("default").await;
        assert!(again.raw == raw, "{what}");
        let to_dead = Settlement::Fail(into_set(Set::Dead, 1.0, raw.clone()));
        assert!(
            subject.settle(WORKER, &again, &to_dead).await.unwrap(),
            "{what}"
        );
        let dead = subject.only(&Set::Dead.into()).await;
        assert!(dead.raw == raw, "{what}");
        assert!(subject.shift(&dead, Destination::Nowhere).await);
    }
}

pub(crate) async fn sets_are_not_fetched_from(subject: Subject) {
    for set in Set::ALL {
        subject.put(into_set(set, 1.0, job(1))).await;
    }
    let names = ["scheduled", "schedule", "retries", "retry", "dead"];
    assert!(subject.fetch_raws(&names, 10).await.is_empty());
    wait_until("the sets are as they were", || async {
        let overview = subject.overview().await.unwrap();
        (overview.scheduled, overview.retrying, overview.dead) == (1, 1, 1)
    })
    .await;
}
