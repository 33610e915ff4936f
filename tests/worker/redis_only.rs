//! What only a shared store can do to a worker.

use crate::{
    bench::{command, enqueue, quick, start, wait_for},
    harness::{self, into_set, queue},
};
use jobdeck::{
    model::{Place, Set},
    worker::{JobError, WorkerBuilder},
};
use std::time::Duration;

fn due(queue: &str, number: usize) -> String {
    format!(r#"{{"class":"Later","args":[{number}],"jid":"{queue}-{number}","queue":"{queue}"}}"#)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_jobs_that_cannot_be_enqueued_are_no_obstacle_to_the_others() {
    let subject = harness::redis().await;
    let _: () = command(&subject, &["SET", "queue:broken", "no list"]).await;
    // More of them than the scheduler looks at in one step, and the first of all.
    for number in 0..250 {
        subject
            .put(into_set(Set::Retries, 17.5, due("broken", number)))
            .await;
    }
    subject
        .put(into_set(Set::Retries, 18.5, due("default", 1)))
        .await;
    subject
        .put(into_set(Set::Scheduled, 19.5, due("default", 2)))
        .await;
    let worker = start(quick(&subject).handler("Later", |_, _: u64| async { Ok(()) }));
    subject.wait_for_counters(2, 0).await;
    // What is put right is enqueued with the next look.
    let _: () = command(&subject, &["DEL", "queue:broken"]).await;
    crate::support::wait_until("the others are enqueued", async || {
        subject
            .summary("broken")
            .await
            .is_some_and(|queue| queue.size == 250)
    })
    .await;
    worker.stop().await;
    assert_eq!(subject.size(&Place::Set(Set::Retries)).await, 0);
    assert_eq!(subject.size(&queue("default")).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_that_cannot_be_read_is_no_obstacle_to_the_other() {
    let subject = harness::redis().await;
    let _: () = command(&subject, &["SET", "retry", "no set"]).await;
    subject
        .put(into_set(Set::Scheduled, 19.5, due("default", 2)))
        .await;
    let worker = start(quick(&subject).handler("Later", |_, _: u64| async { Ok(()) }));
    crate::support::wait_until("the scheduled job has run", async || {
        let totals = subject.daily_totals(2).await.unwrap();
        totals.iter().map(|day| day.processed).sum::<u64>() == 1
    })
    .await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_settlement_that_is_refused_gives_its_slot_back_and_is_made_later() {
    let subject = harness::redis().await;
    let _: () = command(&subject, &["SET", "dead", "no set"]).await;
    let worker = start(
        quick(&subject)
            .concurrency(1)
            .handler("Dies", |_, _: u64| async { Err(JobError::new("No", "no")) })
            .handler("Works", |_, _: u64| async { Ok(()) }),
    );
    enqueue(&subject, "Dies", 1, 0).await;
    enqueue(&subject, "Works", 2, 0).await;
    // The only slot is free again after some tries.
    crate::support::wait_until("the other job has run", async || {
        let totals = subject.daily_totals(2).await.unwrap();
        totals.iter().map(|day| day.processed).sum::<u64>() == 1
    })
    .await;
    let _: () = command(&subject, &["DEL", "dead"]).await;
    let dead = wait_for(&subject, Set::Dead).await;
    assert_eq!(dead.string("error_class").unwrap(), "No");
    worker.stop().await;
    assert_eq!(subject.counters().await, (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_settled_when_the_worker_ends_is_run_again() {
    let subject = harness::redis().await;
    let _: () = command(&subject, &["SET", "dead", "no set"]).await;
    let dies = |builder: WorkerBuilder| {
        builder.handler("Dies", |_, _: u64| async { Err(JobError::new("No", "no")) })
    };
    let worker = start(dies(quick(&subject).concurrency(1).timeout(Duration::ZERO)));
    enqueue(&subject, "Dies", 1, 0).await;
    crate::support::wait_until("it is fetched", async || {
        let overview = subject.overview().await.unwrap_or_default();
        let shown = subject.running().await.unwrap();
        overview.enqueued == 0 && !shown.is_empty()
    })
    .await;
    worker.stop().await;
    let _: () = command(&subject, &["DEL", "dead"]).await;
    let other = start(dies(quick(&subject)));
    wait_for(&subject, Set::Dead).await;
    other.stop().await;
    assert_eq!(subject.counters().await, (1, 1));
}
