//! What handlers share, and layers around them.

use crate::{
    bench::{enqueue, quick, start, wait_for},
    harness::Subject,
};
use jobdeck::{
    job::decode_trace,
    model::Set,
    worker::{CommandHandler, JobContext, JobError, JobResult, Next, WorkerError},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

struct Prefix(&'static str);

type Names = Mutex<Vec<String>>;

pub(crate) async fn handlers_find_what_they_share_by_its_type(subject: Subject) {
    let sum = Arc::new(AtomicU64::new(0));
    for number in 1..=4 {
        enqueue(&subject, "Add", number, 0).await;
    }
    let worker = start(
        quick(&subject)
            .state(Arc::clone(&sum))
            .handler("Add", |job, number: u64| async move {
                let sum: &Arc<AtomicU64> = job.state()?;
                // Also across an await, and after the state of another type.
                tokio::task::yield_now().await;
                assert_eq!(job.state::<Prefix>()?.0, "photo");
                sum.fetch_add(number, Ordering::SeqCst);
                Ok(())
            })
            .state(Prefix("photo")),
    );
    subject.wait_for_counters(4, 0).await;
    worker.stop().await;
    assert_eq!(sum.load(Ordering::SeqCst), 10);
}

pub(crate) async fn a_state_that_nobody_gave_fails_the_job_and_is_named(subject: Subject) {
    enqueue(&subject, "Add", 1, 0).await;
    let worker = start(
        quick(&subject)
            .state(7_u16)
            .handler("Add", |job, _: u64| async move {
                job.state::<Prefix>()?;
                Ok(())
            }),
    );
    let dead = wait_for(&subject, Set::Dead).await;
    worker.stop().await;
    assert_eq!(dead.string("error_class").unwrap(), "Jobdeck::MissingState");
    let message = dead.string("error_message").unwrap();
    assert!(message.contains("sharing::Prefix`"), "{message}");
    assert!(message.contains("it has `u16`"), "{message}");
    let trace = decode_trace(dead.field("error_backtrace").unwrap()).unwrap();
    assert!(
        trace[0].starts_with("at tests/worker/sharing.rs:"),
        "{trace:?}"
    );
}

pub(crate) async fn two_values_of_one_type_are_refused_at_the_start(subject: Subject) {
    let built = quick(&subject)
        .state(Prefix("a"))
        .state(Prefix("b"))
        .build();
    let error = built.map(|_| ()).unwrap_err();
    assert!(
        matches!(&error, WorkerError::RepeatedState(name) if name.ends_with("::Prefix")),
        "{error}"
    );
}

async fn outer(job: JobContext, next: Next) -> JobResult {
    named(job, next, "outer").await
}

async fn inner(job: JobContext, next: Next) -> JobResult {
    named(job, next, "inner").await
}

async fn named(job: JobContext, next: Next, name: &str) -> JobResult {
    let note = |what: &str| -> JobResult {
        let names = job.state::<Arc<Names>>()?;
        names.lock().unwrap().push(format!("{name} {what}"));
        Ok(())
    };
    note(&job.class())?;
    let result = next.run(job.clone()).await;
    note(if result.is_ok() { "done" } else { "failed" })?;
    result
}

pub(crate) async fn layers_stand_around_every_handler_the_first_one_outermost(subject: Subject) {
    let names: Arc<Names> = Arc::default();
    let worker = start(
        quick(&subject)
            .concurrency(1)
            .state(Arc::clone(&names))
            .handler("Typed", |_, _: u64| async { Ok(()) })
            .layer(outer)
            .layer(inner)
            .raw_handler("Raw*", |job| async move {
                Err(JobError::new("No", job.class()).discard())
            })
            .command_handler("Command", CommandHandler::new(["true"]).unwrap()),
    );
    for (done, class) in ["Typed", "RawOne", "Command"].into_iter().enumerate() {
        enqueue(&subject, class, 1, 0).await;
        let failed = u64::from(done > 0);
        subject.wait_for_counters(done as u64 + 1, failed).await;
    }
    worker.stop().await;
    let names = names.lock().unwrap();
    let expected = [("Typed", "done"), ("RawOne", "failed"), ("Command", "done")]
        .into_iter()
        .flat_map(|(class, end)| {
            [
                format!("outer {class}"),
                format!("inner {class}"),
                format!("inner {end}"),
                format!("outer {end}"),
            ]
        });
    assert_eq!(*names, expected.collect::<Vec<_>>());
}

pub(crate) async fn what_a_layer_answers_is_the_jobs(subject: Subject) {
    let runs = Arc::new(AtomicU64::new(0));
    for number in 0..3 {
        enqueue(&subject, "Counted", number, 0).await;
    }
    let layer = |job: JobContext, next: Next| async move {
        match job.job().field("args") {
            Some("[0]") => panic!("no photo 0"),
            // In place of the handler.
            Some("[1]") => Ok(()),
            // Twice.
            _ => {
                next.clone().run(job.clone()).await?;
                next.run(job).await
            }
        }
    };
    let worker = start(
        quick(&subject)
            .state(Arc::clone(&runs))
            .layer(layer)
            .handler("Counted", |job, _: u64| async move {
                job.state::<Arc<AtomicU64>>()?
                    .fetch_add(1, Ordering::SeqCst);
                Ok(())
            }),
    );
    subject.wait_for_counters(3, 1).await;
    worker.stop().await;
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    let dead = wait_for(&subject, Set::Dead).await;
    assert_eq!(dead.string("error_class").unwrap(), "Panic");
    let message = dead.string("error_message").unwrap();
    assert!(
        message.starts_with("no photo 0 (tests/worker/sharing.rs:"),
        "{message}"
    );
}
