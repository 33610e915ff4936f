//! What only a shared store can do to a worker.

use crate::{
    bench::{quick, start, wait_for_counters},
    harness::{self, Subject, into_set, queue},
};
use jobdeck::model::{Place, Set};

async fn command(subject: &Subject, parts: &[&str]) {
    let client = redis::Client::open(subject.url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd(parts[0]);
    command.arg(&parts[1..]);
    let _: redis::Value = command.query_async(&mut connection).await.unwrap();
}

fn due(queue: &str, number: usize) -> String {
    format!(r#"{{"class":"Later","args":[{number}],"jid":"{queue}-{number}","queue":"{queue}"}}"#)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_jobs_that_cannot_be_enqueued_are_no_obstacle_to_the_others() {
    let subject = harness::redis().await;
    command(&subject, &["SET", "queue:broken", "no list"]).await;
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
    wait_for_counters(&subject, 2, 0).await;
    // What is put right is enqueued with the next look.
    command(&subject, &["DEL", "queue:broken"]).await;
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
    command(&subject, &["SET", "retry", "no set"]).await;
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
