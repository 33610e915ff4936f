//! A worker as others see it, and what they can tell it.

use crate::{
    bench::{enqueue, quick, quick_on, start},
    harness::{Subject, WORKER, beat, queue},
    support::{open, wait_until},
};
use jobdeck::{model::Signal, worker::WorkerBuilder};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, mpsc::channel},
};
use tokio::sync::{Notify, mpsc::unbounded_channel};
use tokio_util::sync::CancellationToken;

/// A worker whose jobs of class `Slow` run until they are let go.
fn with_slow_jobs(subject: &Subject, go_on: &Arc<Notify>) -> WorkerBuilder {
    let go_on = Arc::clone(go_on);
    quick(subject).handler("Slow", move |_, _: u64| {
        let go_on = Arc::clone(&go_on);
        async move {
            go_on.notified().await;
            Ok(())
        }
    })
}

pub(crate) async fn others_see_the_process_and_what_it_runs(subject: Subject) {
    let go_on = Arc::new(Notify::new());
    let builder = with_slow_jobs(&subject, &go_on)
        .queue("low", 3)
        .tag("albums")
        .label("reliable");
    let worker = start(builder);
    let jid = enqueue(&subject, "Slow", 5, 0).await;
    wait_until("the job is shown as running", async || {
        subject.running().await.unwrap().len() == 1
    })
    .await;
    let identity = worker.handle.identity();
    let running = subject.running().await.unwrap().remove(0);
    assert_eq!(running.process, identity);
    assert_eq!(
        (running.queue.as_str(), running.class.as_str()),
        ("default", "Slow")
    );
    assert_eq!((running.jid, running.args.as_str()), (jid, "[5]"));
    let process = subject.processes().await.unwrap().remove(0);
    assert_eq!(process.identity, identity);
    assert!(identity.starts_with(&format!("{}:{}:", process.hostname, process.pid)));
    assert_eq!(process.pid, u64::from(std::process::id()));
    assert_eq!((process.concurrency, process.busy), (4, 1));
    assert_eq!(process.tag, "albums");
    assert_eq!(process.labels, ["reliable"]);
    let mut queues = process.queues.clone();
    queues.sort();
    assert_eq!(queues, [("default".to_owned(), 1), ("low".to_owned(), 3)]);
    assert!(process.started_at.unwrap() <= process.beat_at.unwrap());
    assert!(!process.quiet && !process.embedded);
    assert!(process.rtt_us.is_some());
    go_on.notify_one();
    wait_until("nothing runs any more", async || {
        subject.running().await.unwrap().is_empty()
    })
    .await;
    worker.stop().await;
}

pub(crate) async fn a_quiet_worker_finishes_and_fetches_no_more(subject: Subject) {
    let go_on = Arc::new(Notify::new());
    let worker = start(with_slow_jobs(&subject, &go_on));
    enqueue(&subject, "Slow", 1, 0).await;
    wait_until("the job runs", async || {
        !subject.running().await.unwrap().is_empty()
    })
    .await;
    let identity = worker.handle.identity().to_owned();
    assert!(subject.signal(&identity, Signal::Dump).await.unwrap());
    assert!(subject.signal(&identity, Signal::Quiet).await.unwrap());
    wait_until("it is quiet", async || {
        subject.processes().await.unwrap()[0].quiet
    })
    .await;
    enqueue(&subject, "Slow", 2, 0).await;
    go_on.notify_one();
    subject.wait_for_counters(1, 0).await;
    assert_eq!(subject.size(&queue("default")).await, 1);
    assert_eq!(subject.processes().await.unwrap().len(), 1);
    worker.stop().await;
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn a_stop_signal_ends_the_worker(subject: Subject) {
    let worker = start(with_slow_jobs(&subject, &Arc::default()));
    let identity = worker.handle.identity().to_owned();
    wait_until("it is told to stop", async || {
        subject.signal(&identity, Signal::Stop).await.unwrap()
    })
    .await;
    worker.ended().await;
    assert!(subject.processes().await.unwrap().is_empty());
}

pub(crate) async fn an_embedded_worker_takes_no_signals(subject: Subject) {
    let go_on = Arc::new(Notify::new());
    let worker = start(with_slow_jobs(&subject, &go_on).embedded(true));
    let identity = worker.handle.identity().to_owned();
    wait_until("it is told to stop", async || {
        subject.signal(&identity, Signal::Stop).await.unwrap()
    })
    .await;
    // Two beats later it has seen the signal for certain, and still works.
    let beat_at = subject.processes().await.unwrap()[0].beat_at;
    wait_until("it has beaten again", async || {
        let now = subject.processes().await.unwrap()[0].beat_at.unwrap();
        now.seconds() - beat_at.unwrap().seconds() > 0.25
    })
    .await;
    enqueue(&subject, "Slow", 1, 0).await;
    go_on.notify_one();
    subject.wait_for_counters(1, 0).await;
    worker.stop().await;
}

pub(crate) async fn a_worker_without_handlers_fetches_nothing(subject: Subject) {
    let worker = start(quick(&subject));
    enqueue(&subject, "Any", 1, 0).await;
    wait_until("it is there", async || {
        subject.processes().await.unwrap().len() == 1
    })
    .await;
    let process = subject.processes().await.unwrap().remove(0);
    assert_eq!(process.concurrency, 0);
    assert!(process.queues.is_empty());
    worker.stop().await;
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn jobs_of_a_process_that_is_gone_run_here(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    enqueue(&subject, "Job", 1, 0).await;
    let fetched = subject.take_one("default").await;
    let worker = start(quick(&subject).handler("Job", |_, _: u64| async { Ok(()) }));
    subject.expire_heartbeat(WORKER).await;
    subject.wait_for_counters(1, 0).await;
    // Should it come back, the job is not its own any more.
    let settled = subject
        .settle(
            WORKER,
            &fetched,
            &jobdeck::store::Settlement::Finish { failed: false },
        )
        .await;
    assert!(!settled.unwrap());
    worker.stop().await;
    assert_eq!(subject.counters().await, (1, 0));
}

pub(crate) async fn handlers_that_block_every_thread_do_not_hold_up_the_heartbeat(
    subject: Subject,
) {
    let (sender, mut started) = unbounded_channel();
    let (release, blocked) = channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    for number in 0..2 {
        enqueue(&subject, "Blocks", number, 0).await;
    }
    let url = subject.url.clone();
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    // A program of its own, whose threads are the handlers'.
    let program = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let worker = quick_on(open(&url).await).handler("Blocks", move |_, number: u64| {
                let blocked = Arc::clone(&blocked);
                let sender = sender.clone();
                async move {
                    let _ = sender.send(number);
                    let _ = blocked.lock().unwrap().recv();
                    Ok(())
                }
            });
            worker.run(stop).await.unwrap();
        });
    });
    for _ in 0..2 {
        started.recv().await.unwrap();
    }
    let mut beats = BTreeSet::new();
    wait_until("it has beaten several times", async || {
        let processes = subject.processes().await.unwrap();
        beats.extend(processes.into_iter().map(|process| process.beat_at));
        beats.len() > 4
    })
    .await;
    drop(release);
    shutdown.cancel();
    tokio::task::spawn_blocking(|| program.join().unwrap())
        .await
        .unwrap();
    assert_eq!(subject.counters().await, (2, 0));
    assert!(subject.processes().await.unwrap().is_empty());
}
