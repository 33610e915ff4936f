//! Jobs that run.

use crate::{
    bench::{enqueue, quick, start},
    harness::{Subject, queue},
    support::wait_until,
};
use jobdeck::{Client, job::NewJob, worker::JobContext};
use serde::Deserialize;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::mpsc;

pub(crate) async fn jobs_run_once_each_and_never_more_than_the_concurrency_at_a_time(
    subject: Subject,
) {
    let client = Client::new(subject.store.clone());
    let jids = client
        .enqueue_many("Count", (0..60_u64).map(|number| (number,)))
        .await
        .unwrap();
    assert_eq!(jids.len(), 60);
    let ran = Arc::new(Mutex::new(Vec::new()));
    let (busy, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (ran_here, most_here) = (Arc::clone(&ran), Arc::clone(&most));
    let worker = start(quick(&subject).concurrency(4).handler(
        "Count",
        move |_, (number,): (u64,)| {
            let (ran, busy, most) = (Arc::clone(&ran), Arc::clone(&busy), Arc::clone(&most));
            async move {
                most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                ran.lock().unwrap().push(number);
                busy.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            }
        },
    ));
    subject.wait_for_counters(60, 0).await;
    worker.stop().await;
    let mut ran = ran_here.lock().unwrap().clone();
    ran.sort_unstable();
    assert_eq!(ran, (0..60).collect::<Vec<u64>>());
    assert!(most_here.load(Ordering::SeqCst) <= 4);
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert!(subject.processes().await.unwrap().is_empty());
}

pub(crate) async fn two_workers_on_one_store_run_each_job_once(subject: Subject) {
    let ran = Arc::new(Mutex::new(Vec::new()));
    let worker = || {
        let ran = Arc::clone(&ran);
        start(quick(&subject).handler("Count", move |_, number: u64| {
            ran.lock().unwrap().push(number);
            async { Ok(()) }
        }))
    };
    let workers = [worker(), worker()];
    let client = Client::new(subject.store.clone());
    client.enqueue_many("Count", 0..200_u64).await.unwrap();
    subject.wait_for_counters(200, 0).await;
    for worker in workers {
        worker.stop().await;
    }
    let mut ran = ran.lock().unwrap().clone();
    ran.sort_unstable();
    assert_eq!(ran, (0..200).collect::<Vec<u64>>());
}

#[derive(Debug, Deserialize, PartialEq)]
struct Photo {
    name: String,
    edge: u32,
}

pub(crate) async fn arguments_and_context_reach_the_handler(subject: Subject) {
    let (sender, mut ran) = mpsc::unbounded_channel();
    let builder = quick(&subject).queue("photos", 1).handler(
        "PublishPhoto",
        move |job: JobContext, photo: Photo| {
            let said = (
                job.jid(),
                job.class(),
                job.queue().to_owned(),
                job.retry_count(),
            );
            let sent = sender.send((said, photo));
            async move {
                sent?;
                Ok(())
            }
        },
    );
    let worker = start(builder);
    let mut job = NewJob::new("PublishPhoto");
    job.queue = "photos".to_owned();
    job.args = r#"[{"name":"dusk — é.png","edge":640}]"#.to_owned();
    let jid = Client::new(subject.store.clone()).push(job).await.unwrap();
    let (said, photo) = ran.recv().await.unwrap();
    assert_eq!(
        said,
        (jid, "PublishPhoto".to_owned(), "photos".to_owned(), None)
    );
    assert_eq!(
        photo,
        Photo {
            name: "dusk — é.png".to_owned(),
            edge: 640
        }
    );
    worker.stop().await;
}

pub(crate) async fn a_paused_queue_is_left_alone(subject: Subject) {
    subject.set_paused("default", true).await.unwrap();
    enqueue(&subject, "Nothing", 1, 0).await;
    let worker = start(
        quick(&subject)
            .queue("other", 1)
            .handler("Nothing", |_, _: u64| async { Ok(()) }),
    );
    // Several looks at the queues later …
    let client = Client::new(subject.store.clone());
    for round in 1..=3 {
        let mut job = NewJob::new("Nothing");
        job.args = "[2]".to_owned();
        job.queue = "other".to_owned();
        client.push(job).await.unwrap();
        subject.wait_for_counters(round, 0).await;
    }
    assert_eq!(subject.size(&queue("default")).await, 1);
    subject.set_paused("default", false).await.unwrap();
    subject.wait_for_counters(4, 0).await;
    worker.stop().await;
}

pub(crate) async fn a_handler_can_enqueue_more_jobs(subject: Subject) {
    let client = Client::new(subject.store.clone());
    let for_handler = client.clone();
    let worker = start(quick(&subject).handler("Fork", move |_, left: u64| {
        let client = for_handler.clone();
        async move {
            if left > 0 {
                client.enqueue_many("Fork", [left - 1, left - 1]).await?;
            }
            Ok(())
        }
    }));
    client.enqueue("Fork", 4).await.unwrap();
    subject.wait_for_counters(31, 0).await;
    wait_until("all is done", async || {
        subject.overview().await.unwrap().enqueued == 0
    })
    .await;
    worker.stop().await;
}
