//! This machine's clock and the store's differ by a day: the store's counts.

use crate::harness::{Subject, into_set, job, queue};
use crate::support::ShiftedClock;
use jobdeck::{
    Client,
    admin::Admin,
    job::{Job, NewJob},
    model::{Action, ActionOutcome, Set, Timestamp},
    store::SharedStore,
};
use std::time::Duration;

const DAY: i64 = 86_400_000;

/// The store with its clock a day ahead, and a day behind.
fn shifted(subject: &Subject) -> [SharedStore; 2] {
    [DAY, -DAY].map(|shift| ShiftedClock::of(&subject.store, shift))
}

/// Whether it is about now by this store's clock.
async fn assert_now(store: &SharedStore, time: Timestamp) {
    let apart = (store.now().await.unwrap().0 - time.0).abs();
    assert!(apart < 600_000, "{apart} ms from the store's clock");
}

pub(crate) async fn a_retry_is_enqueued_at_the_stores_time(subject: Subject) {
    for store in shifted(&subject) {
        subject.put(into_set(Set::Dead, 17.5, job(1))).await;
        let entry = subject.only(&Set::Dead.into()).await;
        let report = Admin::new(store.clone())
            .act(Action::Retry, &[entry.id])
            .await
            .unwrap();
        assert_eq!(report.outcomes[0].1, ActionOutcome::Done);
        let retried = Job::new(subject.take_one("default").await.raw);
        assert_now(&store, retried.time("enqueued_at").unwrap()).await;
    }
}

pub(crate) async fn a_killed_job_died_at_the_stores_time(subject: Subject) {
    for store in shifted(&subject) {
        subject.put(into_set(Set::Retries, 17.5, job(1))).await;
        let entry = subject.only(&Set::Retries.into()).await;
        let admin = Admin::new(store.clone());
        admin.act(Action::Kill, &[entry.id]).await.unwrap();
        let dead = subject.only(&Set::Dead.into()).await;
        assert_now(&store, Timestamp::from_seconds(dead.id.position)).await;
        admin.act(Action::Delete, &[dead.id]).await.unwrap();
    }
}

pub(crate) async fn whether_a_new_job_waits_is_told_by_the_stores_time(subject: Subject) {
    let [ahead, behind] = shifted(&subject);
    // An hour from now by this machine's clock is over there, and an hour ago is not yet.
    let here = subject.now().await.unwrap();
    for (store, at, waits) in [
        (&ahead, here.plus_milliseconds(3_600_000), false),
        (&behind, here.plus_milliseconds(-3_600_000), true),
    ] {
        let new = NewJob {
            at: Some(at),
            ..NewJob::new("Publish")
        };
        Admin::new(store.clone()).enqueue(&[new]).await.unwrap();
        let waiting = subject.all(&Set::Scheduled.into()).await;
        assert_eq!(waiting.len(), usize::from(waits));
        if !waits {
            let job = Job::new(subject.take_one("default").await.raw);
            assert_now(store, job.time("created_at").unwrap()).await;
            assert_now(store, job.time("enqueued_at").unwrap()).await;
        }
    }
    assert_eq!(subject.size(&queue("default")).await, 0);
}

pub(crate) async fn a_delay_is_counted_from_the_stores_time(subject: Subject) {
    let hour = Duration::from_secs(3_600);
    for store in shifted(&subject) {
        let client = Client::new(store.clone());
        client.enqueue_in(hour, "Publish", 1).await.unwrap();
        let waiting = subject.only(&Set::Scheduled.into()).await;
        let at = Timestamp::from_seconds(waiting.id.position);
        assert_now(&store, at.plus_milliseconds(-3_600_000)).await;
        let admin = Admin::new(store.clone());
        admin.act(Action::Delete, &[waiting.id]).await.unwrap();
    }
}
