//! What a process holds, and in which order it runs it.

use crate::{
    bench::{Running, enqueue, quick, quick_on, start},
    harness::{Subject, queue, raws},
    support::wait_until,
};
use jobdeck::{
    Client, Worker,
    job::NewJob,
    worker::{Capsule, WorkerBuilder},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};
use tokio::sync::Semaphore;

/// Jobs of one class and queue with these numbers as arguments, in this order.
async fn push(subject: &Subject, queue: &str, class: &str, numbers: std::ops::Range<u64>) {
    let jobs = numbers.map(|number| {
        let job = NewJob::new(class).on_queue(queue);
        job.with_args(number).unwrap()
    });
    let client = Client::new(subject.store.clone());
    client.push_many(jobs.collect()).await.unwrap();
}

/// A worker with these capsules only, that looks often.
fn capsules(subject: &Subject, capsules: impl IntoIterator<Item = Capsule>) -> WorkerBuilder {
    let builder = Worker::builder(subject.store.clone())
        .fetch_wait(Duration::from_millis(50))
        .heartbeat_interval(Duration::from_millis(100));
    capsules.into_iter().fold(builder, WorkerBuilder::capsule)
}

pub(crate) async fn handlers_that_block_keep_no_free_slot_from_its_job(subject: Subject) {
    let begun = Arc::new(AtomicUsize::new(0));
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let counted = Arc::clone(&begun);
    // All at once on the idle worker, which has fewer threads than slots.
    let jobs = Client::new(subject.store.clone());
    jobs.enqueue_many("Blocks", 0..6_u64).await.unwrap();
    let worker = start(
        quick(&subject)
            .concurrency(6)
            .handler("Blocks", move |_, _: u64| {
                let (begun, blocked) = (Arc::clone(&begun), Arc::clone(&blocked));
                async move {
                    // As a handler does it that calls code which blocks: other tasks go on in another thread.
                    tokio::task::block_in_place(|| {
                        begun.fetch_add(1, Ordering::SeqCst);
                        let _ = blocked.lock().unwrap().recv();
                    });
                    Ok(())
                }
            }),
    );
    wait_until("all six run", async || counted.load(Ordering::SeqCst) == 6).await;
    drop(release);
    subject.wait_for_counters(6, 0).await;
    worker.stop().await;
}

/// A worker of two slots that has run short jobs, and holds two long ones of the thirty that follow.
async fn held(subject: &Subject) -> (Running, Arc<Semaphore>, Vec<bytes::Bytes>) {
    push(subject, "default", "Long", 0..30).await;
    let all = raws(&subject.all(&queue("default")).await);
    subject.clear_queue("default").await.unwrap();
    push(subject, "default", "Short", 0..400).await;
    for raw in &all {
        let to = crate::harness::into_queue("default", raw.clone());
        subject.put(to).await;
    }
    let go_on = Arc::new(Semaphore::new(0));
    let begun = Arc::new(AtomicUsize::new(0));
    let (waits, counted) = (Arc::clone(&go_on), Arc::clone(&begun));
    let worker = start(
        quick(subject)
            .concurrency(2)
            .handler("Short", |_, _: u64| async { Ok(()) })
            .handler("Long", move |_, _: u64| {
                let (begun, waits) = (Arc::clone(&begun), Arc::clone(&waits));
                async move {
                    begun.fetch_add(1, Ordering::SeqCst);
                    let permit = waits.acquire().await;
                    permit.map(tokio::sync::SemaphorePermit::forget)?;
                    Ok(())
                }
            }),
    );
    wait_until("two long ones run", async || {
        counted.load(Ordering::SeqCst) == 2
    })
    .await;
    (worker, go_on, all)
}

pub(crate) async fn what_was_fetched_ahead_goes_back_when_those_before_it_take_long(
    subject: Subject,
) {
    let (worker, go_on, all) = held(&subject).await;
    wait_until("the others are back", async || {
        subject.size(&queue("default")).await == 28
    })
    .await;
    assert_eq!(raws(&subject.all(&queue("default")).await), all[2..]);
    // So that others can run them meanwhile.
    let other =
        start(quick_on(subject.again().await).handler("Long", |_, _: u64| async { Ok(()) }));
    subject.wait_for_counters(428, 0).await;
    go_on.add_permits(2);
    subject.wait_for_counters(430, 0).await;
    other.stop().await;
    worker.stop().await;
    assert_eq!(subject.size(&queue("default")).await, 0);
}

pub(crate) async fn what_was_fetched_ahead_goes_back_when_the_worker_is_quiet(subject: Subject) {
    let (worker, go_on, all) = held(&subject).await;
    worker.handle.quiet();
    wait_until("the others are back", async || {
        subject.size(&queue("default")).await == 28
    })
    .await;
    assert_eq!(raws(&subject.all(&queue("default")).await), all[2..]);
    go_on.add_permits(30);
    subject.wait_for_counters(402, 0).await;
    worker.stop().await;
    assert_eq!(raws(&subject.all(&queue("default")).await), all[2..]);
}

pub(crate) async fn capsules_do_not_wait_for_each_other(subject: Subject) {
    let go_on = Arc::new(Semaphore::new(0));
    let waits = Arc::clone(&go_on);
    let builder = capsules(
        &subject,
        [
            Capsule::new("slow").queue("slow", 1).concurrency(2),
            Capsule::new("quick").queue("quick", 1).concurrency(1),
        ],
    );
    let worker = start(
        builder
            .handler("Nothing", |_, _: u64| async { Ok(()) })
            .handler("Waits", move |_, _: u64| {
                let waits = Arc::clone(&waits);
                async move {
                    waits.acquire().await?.forget();
                    Ok(())
                }
            }),
    );
    push(&subject, "slow", "Waits", 0..10).await;
    wait_until("the slow ones run", async || {
        subject.size(&queue("slow")).await == 8
    })
    .await;
    push(&subject, "quick", "Nothing", 0..50).await;
    subject.wait_for_counters(50, 0).await;
    assert_eq!(subject.size(&queue("slow")).await, 8);
    go_on.add_permits(10);
    subject.wait_for_counters(60, 0).await;
    worker.stop().await;
}

/// The queues that 400 jobs came from, in the order of their runs, when two queues held 400 each before the worker began.
async fn order_of(subject: &Subject, first: u64, second: u64) -> Vec<String> {
    push(subject, "second", "Notes", 0..400).await;
    push(subject, "first", "Notes", 0..400).await;
    let ran = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&ran);
    let capsule = Capsule::new("both").queue("first", first);
    let capsule = capsule.queue("second", second).concurrency(1);
    let worker = start(capsules(subject, [capsule]).handler(
        "Notes",
        move |job: jobdeck::worker::JobContext, _: u64| {
            noted.lock().unwrap().push(job.queue().to_owned());
            async { Ok(()) }
        },
    ));
    subject.wait_for_counters(800, 0).await;
    worker.stop().await;
    let mut ran = ran.lock().unwrap().clone();
    assert_eq!(ran.len(), 800);
    ran.truncate(400);
    ran
}

fn count(ran: &[String], queue: &str) -> usize {
    ran.iter().filter(|name| *name == queue).count()
}

pub(crate) async fn a_capsule_without_weights_empties_its_first_queue_first(subject: Subject) {
    let ran = order_of(&subject, 0, 0).await;
    assert_eq!(count(&ran, "first"), 400);
}

pub(crate) async fn a_capsule_with_weights_runs_as_many_of_each_queue_as_they_say(
    subject: Subject,
) {
    let ran = order_of(&subject, 3, 1).await;
    let first = count(&ran, "first");
    assert!((240..=360).contains(&first), "{first}");
}

pub(crate) async fn a_capsule_with_equal_weights_takes_its_queues_at_random(subject: Subject) {
    let ran = order_of(&subject, 1, 1).await;
    let first = count(&ran, "first");
    assert!((140..=260).contains(&first), "{first}");
}

pub(crate) async fn a_job_that_comes_too_late_is_dropped_and_counted(subject: Subject) {
    let client = Client::new(subject.store.clone());
    let now = subject.now().await.unwrap();
    for (number, expiry) in [(1, now.0 / 1_000 - 5), (2, now.0 / 1_000 + 3_600)] {
        let mut job = NewJob::new("Notes");
        job.args = format!("[{number}]");
        job.extra.push(("expiry".to_owned(), expiry.to_string()));
        client.push(job).await.unwrap();
    }
    let ran = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&ran);
    let worker = start(quick(&subject).handler("Notes", move |_, number: u64| {
        noted.lock().unwrap().push(number);
        async { Ok(()) }
    }));
    subject.wait_for_counters(2, 0).await;
    worker.stop().await;
    assert_eq!(*ran.lock().unwrap(), [2]);
    let overview = subject.overview().await.unwrap();
    assert_eq!(
        (overview.enqueued, overview.retrying, overview.dead),
        (0, 0, 0)
    );
}

pub(crate) async fn a_job_whose_process_is_gone_for_the_third_time_is_dead(subject: Subject) {
    enqueue(&subject, "Kills", 1, 25).await;
    let raw = subject.only(&queue("default")).await.raw;
    // A worker without handlers runs nothing, and recovers what others left.
    let worker = start(quick(&subject));
    for round in 1..=3 {
        let identity = format!("host-{round}.example:17:ba987654321{round}");
        subject
            .heartbeat(&crate::harness::beat(&identity))
            .await
            .unwrap();
        let queues = ["default".to_owned()];
        let fetched = subject.fetch(&identity, &queues, 1, Duration::ZERO).await;
        assert_eq!(fetched.unwrap()[0].raw, raw);
        subject.expire_heartbeat_if_any(&identity).await;
        if round < 3 {
            wait_until("it is back in its queue", async || {
                subject.size(&queue("default")).await == 1
            })
            .await;
        }
    }
    let dead = crate::bench::wait_for(&subject, jobdeck::model::Set::Dead).await;
    worker.stop().await;
    assert_eq!(dead.string("error_class").unwrap(), "Jobdeck::PoisonPill");
    let message = dead.string("error_message").unwrap();
    for part in [
        "3 times within 72 hours",
        "host-3.example:17",
        "Find out why",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(dead.field("args"), Some("[1]"));
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert_eq!(subject.counters().await, (0, 0));
}
