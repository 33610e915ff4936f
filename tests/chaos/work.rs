//! The jobs, and the workers that do them.

use crate::journal::{Attempt, Pen};
use jobdeck::{
    Worker,
    job::NewJob,
    store::SharedStore,
    worker::{JobContext, JobError, JobResult, WorkerBuilder},
};
use std::{sync::Arc, time::Duration};

/// Jobs that a worker runs at a time.
pub(crate) const CONCURRENCY: usize = 5;

/// How long the longest job takes, milliseconds.
const LONGEST_MS: u64 = 30;

/// A job's id.
pub(crate) fn jid(number: u64) -> String {
    format!("{number:024}")
}

/// Whether a job fails the first time, and is retried.
pub(crate) fn stumbles(number: u64) -> bool {
    number % 10 == 3
}

/// The job with this number.
pub(crate) fn job(number: u64) -> NewJob {
    let class = if stumbles(number) { "Stumble" } else { "Walk" };
    let mut job = NewJob::new(class);
    job.jid = Some(jid(number));
    job.args = format!("[{number}]");
    job
}

/// The attempts that a job takes to be done.
pub(crate) fn attempts(number: u64) -> Vec<Attempt> {
    let last = if stumbles(number) { 0 } else { -1 };
    (-1..=last).map(|attempt| (jid(number), attempt)).collect()
}

/// A worker that does these jobs, looks often, and writes down what it does.
pub(crate) fn worker(store: SharedStore, pen: &Arc<Pen>) -> WorkerBuilder {
    let (walking, stumbling) = (Arc::clone(pen), Arc::clone(pen));
    Worker::builder(store)
        .queue("default", 1)
        .concurrency(CONCURRENCY)
        .fetch_wait(Duration::from_millis(100))
        .poll_interval(Duration::from_millis(50))
        .recovery_interval(Duration::from_millis(100))
        .recovery_grace(Duration::ZERO)
        .heartbeat_interval(Duration::from_millis(500))
        .timeout(Duration::from_millis(5))
        .handler("Walk", move |context, _: u64| {
            execute(context, Arc::clone(&walking))
        })
        .handler("Stumble", move |context: JobContext, _: u64| {
            let pen = Arc::clone(&stumbling);
            async move {
                let is_first = context.retry_count().is_none();
                execute(context, pen).await?;
                if is_first {
                    let error = JobError::new("Stumbled", "as it does the first time");
                    return Err(error.retry_after(Duration::from_millis(100)));
                }
                Ok(())
            }
        })
}

async fn execute(context: JobContext, pen: Arc<Pen>) -> JobResult {
    let attempt = context.retry_count().unwrap_or(-1);
    let run = pen.start(&context.jid(), attempt);
    let pause = rand::random_range(0..=LONGEST_MS);
    tokio::time::sleep(Duration::from_millis(pause)).await;
    pen.end(run);
    Ok(())
}
