//! Periodic jobs on workers: each tick once whatever their number, and what was missed.

use crate::{
    bench::{quick, quick_on, start},
    harness::{Subject, queue},
    support::{ShiftedClock, wait_until},
};
use jobdeck::{
    Worker,
    job::Job,
    model::Timestamp,
    periodic::{Missed, PeriodicJob},
    store::Announcement,
    worker::WorkerError,
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

fn every_second() -> PeriodicJob {
    PeriodicJob::new("* * * * * *", "Tick")
}

/// The ticks of a periodic job that were enqueued, oldest first.
async fn ticks(subject: &Subject, name: &str) -> Vec<Timestamp> {
    let runs = subject.periodic_runs(name).await.unwrap();
    let mut ticks: Vec<_> = runs.iter().map(|run| run.tick.expect("a tick")).collect();
    ticks.reverse();
    ticks
}

/// Has it that a periodic job was registered so long before the store's time now, and that nobody has had it since.
async fn missed_since(subject: &Subject, job: &PeriodicJob, ago_ms: i64) {
    let announcement = Announcement {
        name: "Tick".to_owned(),
        definition: job.definition().unwrap(),
        schedule: job.schedule_text(),
        fresh: true,
    };
    let jobs = [announcement];
    subject.announce_periodic("gone:1:a", &jobs).await.unwrap();
    subject
        .set_last_tick("Tick", subject.now().await.unwrap().0 - ago_ms)
        .await;
    let names = ["Tick".to_owned()];
    subject.withdraw_periodic("gone:1:a", &names).await.unwrap();
}

pub(crate) async fn several_workers_enqueue_each_tick_once_and_pass_over_none(subject: Subject) {
    let ran = Arc::new(AtomicUsize::new(0));
    let mut workers = Vec::new();
    for number in 0..4 {
        // One of them has no handlers, and another one a wrong clock.
        let store = subject.again().await;
        let builder = quick_on(store).periodic(every_second().tag("tick"));
        let builder = match number {
            0 => builder,
            1 => builder.clock_skew_ms(-86_400_000),
            _ => builder,
        };
        let ran = Arc::clone(&ran);
        workers.push(start(if number == 0 {
            builder
        } else {
            builder.handler("Tick", move |_, (): ()| {
                ran.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            })
        }));
    }
    wait_until("four ticks were enqueued", async || {
        ticks(&subject, "Tick").await.len() >= 4
    })
    .await;
    assert!(subject.periodic().await.unwrap()[0].held);
    // As a deployment does: while the others go on, and then all of them.
    for worker in workers {
        worker.stop().await;
    }
    let ticks = ticks(&subject, "Tick").await;
    for pair in ticks.windows(2) {
        assert_eq!(pair[1].0 - pair[0].0, 1_000, "{ticks:?}");
    }
    let left = subject.all(&queue("default")).await.len();
    assert_eq!(left + ran.load(Ordering::SeqCst), ticks.len());
    let entry = subject.periodic().await.unwrap().remove(0);
    assert!(!entry.held, "nobody has it any more");
    assert_eq!(Some(&entry.last_tick), ticks.last());
}

pub(crate) async fn what_was_missed_is_skipped_or_enqueued_once_or_all(subject: Subject) {
    for (missed, expected) in [(Missed::Skip, 0), (Missed::Once, 1), (Missed::All, 3)] {
        // Three times an hour, all in what was missed, and not due while this runs.
        let now = subject.now().await.unwrap();
        let minute = |ago: i64| now.plus_milliseconds(-ago * 60_000).civil().minute;
        let cron = format!("{},{},{} * * * *", minute(5), minute(10), minute(15));
        let job = PeriodicJob::new(cron, "Tick").missed(missed);
        missed_since(&subject, &job, 20 * 60_000).await;
        let worker = start(Worker::builder(subject.store.clone()).periodic(job));
        wait_until("the missed ticks are done with", async || {
            let last_tick = subject.periodic().await.unwrap()[0].last_tick;
            last_tick.0 > now.0 - 6 * 60_000
        })
        .await;
        worker.stop().await;
        let ticks = ticks(&subject, "Tick").await;
        assert_eq!(ticks.len(), expected, "{missed:?}: {ticks:?}");
        assert_eq!(subject.fetch_raws(&["default"], 10).await.len(), expected);
        subject.delete_periodic("Tick").await.unwrap();
    }
}

pub(crate) async fn the_stores_clock_says_when_a_tick_is_due(subject: Subject) {
    // By the store's clock, which this worker is told wrongly, the tick is not due yet: it is refused there, and never twice.
    let ahead = ShiftedClock::of(&subject.store, 3_600_000);
    let early = start(quick_on(ahead).periodic(every_second()));
    let right = start(quick_on(subject.again().await).periodic(every_second()));
    wait_until("two ticks were enqueued", async || {
        ticks(&subject, "Tick").await.len() >= 2
    })
    .await;
    early.stop().await;
    right.stop().await;
    let now = subject.now().await.unwrap();
    let ticks = ticks(&subject, "Tick").await;
    let different: BTreeSet<_> = ticks.iter().collect();
    assert_eq!(different.len(), ticks.len());
    assert!(ticks.iter().all(|tick| *tick <= now), "{ticks:?}");
}

pub(crate) async fn a_tick_enqueues_the_job_that_was_configured(subject: Subject) {
    let job = every_second()
        .name("heart beat")
        .args(("a", 1.5))
        .unwrap()
        .queue("low")
        .tag("t");
    let worker = start(Worker::builder(subject.store.clone()).periodic(job));
    wait_until("a tick was enqueued", async || {
        !ticks(&subject, "heart beat").await.is_empty()
    })
    .await;
    let identity = worker.handle.identity().to_owned();
    worker.stop().await;
    let run = subject
        .periodic_runs("heart beat")
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(run.by, identity);
    let jobs = subject.fetch_raws(&["low"], 10).await;
    let job = Job::new(jobs[0].clone());
    assert_eq!(job.jid().as_deref(), Some(run.jid.as_str()));
    assert_eq!(job.field("args"), Some(r#"["a",1.5]"#));
    assert_eq!(job.field("tags"), Some(r#"["t"]"#));
    assert_eq!(job.class().as_deref(), Some("Tick"));
}

pub(crate) async fn a_paused_periodic_job_is_left_alone_until_it_is_resumed(subject: Subject) {
    let worker = start(
        quick(&subject)
            .periodic(every_second())
            .periodic(every_second().name("other"))
            .handler("Tick", |_, (): ()| async { Ok(()) }),
    );
    wait_until("it is registered", async || {
        subject.set_periodic_paused("Tick", true).await.unwrap()
    })
    .await;
    let before = ticks(&subject, "Tick").await.len();
    wait_until("the other one goes on", async || {
        ticks(&subject, "other").await.len() >= before + 2
    })
    .await;
    assert_eq!(ticks(&subject, "Tick").await.len(), before);
    assert!(subject.set_periodic_paused("Tick", false).await.unwrap());
    wait_until("it goes on", async || {
        ticks(&subject, "Tick").await.len() > before
    })
    .await;
    worker.stop().await;
    let all = ticks(&subject, "Tick").await.len() + ticks(&subject, "other").await.len();
    let left = subject.all(&queue("default")).await.len();
    subject.wait_for_counters((all - left) as u64, 0).await;
}

pub(crate) async fn a_worker_with_wrong_periodic_jobs_is_not_built(subject: Subject) {
    let build = |job: PeriodicJob| {
        Worker::builder(subject.store.clone())
            .periodic(every_second())
            .periodic(job)
            .build()
            .expect_err("it is wrong")
    };
    let twice = build(every_second().args((1,)).unwrap());
    assert_eq!(twice, WorkerError::RepeatedPeriodic("Tick".to_owned()));
    let wrong = build(PeriodicJob::new("0 25 * * *", "Late"));
    assert!(
        matches!(&wrong, WorkerError::Periodic { name, error } if name == "Late" && error.field == "cron")
    );
    assert!(
        wrong.to_string().contains("`Late`: `cron`: `0 25 * * *`"),
        "{wrong}"
    );
    assert_eq!(subject.periodic().await.unwrap(), []);
}
