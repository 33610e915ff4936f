//! Waiting for jobs without taking any.

use crate::{
    harness::{OTHER, Subject, WORKER, beat, into_queue, into_set, job},
    support::wait_until,
};
use jobdeck::{model::Set, store::Settlement};
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

fn names(queues: &[&str]) -> Vec<Arc<str>> {
    queues.iter().map(|&queue| queue.into()).collect()
}

/// Waits on a handle of its own, as another process would.
async fn wait_for(subject: &Subject, queues: &[&str]) -> JoinHandle<Duration> {
    let (store, queues) = (subject.again().await, names(queues));
    let begun = Instant::now();
    tokio::spawn(async move {
        store.ready(&queues, LONG * 4).await.unwrap();
        begun.elapsed()
    })
}

async fn is_woken(waiting: JoinHandle<Duration>, by: &str) {
    let woken = timeout(LONG, waiting).await;
    woken.unwrap_or_else(|_| panic!("woken by {by}")).unwrap();
}

pub(crate) async fn a_queue_with_jobs_is_ready_at_once(subject: Subject) {
    subject.enqueue("default", [1]).await;
    let waiting = wait_for(&subject, &["other", "default"]).await;
    is_woken(waiting, "a job that is there").await;
    // Nothing is taken by that.
    assert_eq!(subject.fetch_raws(&["default"], 5).await, [job(1)]);
    // Empty queues, and none at all: the wait is over after its time.
    let short = Duration::from_millis(20);
    subject.ready(&names(&["default"]), short).await.unwrap();
    subject.ready(&[], short).await.unwrap();
}

pub(crate) async fn every_way_into_a_queue_makes_it_ready(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    let queues = ["other", "default"];
    let waiting = wait_for(&subject, &queues).await;
    subject.enqueue("default", [1]).await;
    is_woken(waiting, "a new job").await;

    let fetched = subject.take_one("default").await;
    let waiting = wait_for(&subject, &queues).await;
    let back = subject.settle(WORKER, &fetched, &Settlement::Requeue).await;
    assert!(back.unwrap());
    is_woken(waiting, "a job that went back").await;

    let fetched = subject.take_one("default").await;
    let waiting = wait_for(&subject, &queues).await;
    let to = Settlement::Fail(into_queue("other", job(2)));
    assert!(subject.settle(WORKER, &fetched, &to).await.unwrap());
    is_woken(waiting, "a job that failed into a queue").await;
    subject.take_one("other").await;

    subject.put(into_set(Set::Scheduled, 1.0, job(3))).await;
    let entry = subject.only(&Set::Scheduled.into()).await;
    let waiting = wait_for(&subject, &queues).await;
    assert!(subject.shift(&entry, into_queue("default", job(3))).await);
    is_woken(waiting, "a job that was moved into the queue").await;

    subject.set_paused("default", true).await.unwrap();
    let waiting = wait_for(&subject, &queues).await;
    subject.set_paused("default", false).await.unwrap();
    is_woken(waiting, "a queue that goes on").await;

    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.take_one("default").await;
    subject.leave(WORKER).await.unwrap();
    let waiting = wait_for(&subject, &queues).await;
    wait_until("its jobs are recovered", async || {
        subject.recover_noted().await > 0
    })
    .await;
    is_woken(waiting, "a job of a process that is gone").await;
}

pub(crate) async fn a_paused_queue_is_not_ready(subject: Subject) {
    subject.enqueue("default", [1]).await;
    subject.set_paused("default", true).await.unwrap();
    let begun = Instant::now();
    let wait = Duration::from_millis(60);
    subject
        .ready(&names(&["default", "empty"]), wait)
        .await
        .unwrap();
    assert!(begun.elapsed() >= wait, "the whole time was waited");
    // Another one that is not paused is.
    subject.enqueue("other", [2]).await;
    let waiting = wait_for(&subject, &["default", "other"]).await;
    is_woken(waiting, "the other queue").await;
}

pub(crate) async fn several_can_wait_for_several_queues(subject: Subject) {
    let mut waiting = Vec::new();
    for number in 0..5 {
        let own = format!("queue-{number}");
        waiting.push(wait_for(&subject, &[&own, "shared"]).await);
        // And others on one handle.
        let (store, queues) = (subject.store.clone(), names(&[&own, "shared"]));
        waiting.push(tokio::spawn(async move {
            store.ready(&queues, LONG * 4).await.unwrap();
            Duration::ZERO
        }));
    }
    subject.enqueue("shared", [1]).await;
    for waiting in waiting {
        is_woken(waiting, "the queue that all wait for").await;
    }
}
