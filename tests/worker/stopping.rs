//! Workers that end, well or badly.

use crate::{
    bench::{enqueue, quick, start},
    harness::{Subject, queue, raws},
    support::wait_until,
};
use std::{
    sync::{Arc, mpsc::channel},
    time::Duration,
};
use tokio::sync::{Notify, mpsc};

pub(crate) async fn stopping_waits_for_running_jobs(subject: Subject) {
    let (started, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (starts, waits) = (Arc::clone(&started), Arc::clone(&go_on));
    let worker = start(quick(&subject).handler("Slow", move |job, _: u64| {
        let (starts, waits) = (Arc::clone(&starts), Arc::clone(&waits));
        async move {
            starts.notify_one();
            job.stopping().await;
            assert!(job.is_stopping());
            waits.notified().await;
            Ok(())
        }
    }));
    enqueue(&subject, "Slow", 1, 0).await;
    started.notified().await;
    worker.begin_stop();
    wait_until("others see that it stops", async || {
        let processes = subject.processes().await.unwrap();
        processes.iter().any(|process| process.quiet)
    })
    .await;
    enqueue(&subject, "Slow", 2, 0).await;
    go_on.notify_one();
    worker.ended().await;
    assert_eq!(subject.counters().await, (1, 0));
    assert_eq!(subject.size(&queue("default")).await, 1);
    assert!(subject.processes().await.unwrap().is_empty());
}

pub(crate) async fn unfinished_jobs_go_back_to_be_the_next_to_run(subject: Subject) {
    let (sender, mut started) = mpsc::unbounded_channel();
    enqueue(&subject, "Endless", 1, 0).await;
    enqueue(&subject, "Endless", 2, 0).await;
    let before = raws(&subject.all(&queue("default")).await);
    let worker = start(
        quick(&subject)
            .concurrency(1)
            .timeout(Duration::from_millis(50))
            .handler("Endless", move |_, number: u64| {
                let _ = sender.send(number);
                std::future::pending()
            }),
    );
    assert_eq!(started.recv().await, Some(1));
    assert_eq!(subject.size(&queue("default")).await, 1);
    worker.stop().await;
    assert_eq!(raws(&subject.all(&queue("default")).await), before);
    assert_eq!(subject.counters().await, (0, 0));
    assert_eq!(subject.recover_noted().await, 0);
}

pub(crate) async fn a_handler_that_does_not_yield_is_handed_back_too(subject: Subject) {
    let (sender, mut started) = mpsc::unbounded_channel();
    let (release, blocked) = channel::<()>();
    let blocked = Arc::new(std::sync::Mutex::new(blocked));
    enqueue(&subject, "Blocks", 1, 0).await;
    let worker = start(quick(&subject).timeout(Duration::from_millis(50)).handler(
        "Blocks",
        move |_, number: u64| {
            let _ = sender.send(number);
            let blocked = Arc::clone(&blocked);
            async move {
                let _ = blocked.lock().unwrap().recv();
                Ok(())
            }
        },
    ));
    assert_eq!(started.recv().await, Some(1));
    worker.begin_stop();
    wait_until("the job is back", async || {
        subject.size(&queue("default")).await == 1
    })
    .await;
    drop(release);
    worker.ended().await;
    // It came to its end after all, but its job was not its own any more.
    assert_eq!(subject.size(&queue("default")).await, 1);
    assert_eq!(subject.counters().await, (0, 0));
}

pub(crate) async fn a_dropped_worker_is_recovered_by_another(subject: Subject) {
    let (sender, mut started) = mpsc::unbounded_channel();
    enqueue(&subject, "Job", 1, 0).await;
    let lost = start(quick(&subject).handler("Job", move |_, number: u64| {
        let _ = sender.send(number);
        std::future::pending()
    }));
    started.recv().await.unwrap();
    let identity = lost.handle.identity().to_owned();
    lost.task.abort();
    assert!(lost.task.await.unwrap_err().is_cancelled());
    assert_eq!(subject.size(&queue("default")).await, 0);
    let other = start(quick(&subject).handler("Job", |_, _: u64| async { Ok(()) }));
    // A beat that was under way when it was dropped may still arrive; none comes after that.
    wait_until("the job has run", async || {
        subject.expire_heartbeat_if_any(&identity).await;
        subject.counters().await == (1, 0)
    })
    .await;
    other.stop().await;
}
