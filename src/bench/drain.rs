//! Many jobs that do nothing, as fast as they go.

use super::{
    BenchError, BenchOptions, Drain, end, number,
    usage::{Usage, peak_memory_mib, reset_peak_memory},
};
use crate::{client::Client, job::NewJob, store::SharedStore, worker::Worker};
use serde::de::IgnoredAny;
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The class of the jobs.
pub(super) const CLASS: &str = "Jobdeck::Bench";
/// Jobs enqueued at a time.
const BATCH: u64 = 10_000;
/// Bytes of a job beside its padding, about.
const OTHER_BYTES: usize = 190;
/// A worker that ends nothing for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct Progress {
    left: AtomicU64,
    first: OnceLock<Instant>,
    done: Notify,
}

pub(super) async fn drain(
    store: &SharedStore,
    queue: &str,
    options: &BenchOptions,
    concurrency: usize,
    stop: &CancellationToken,
) -> Result<Drain, BenchError> {
    let enqueued = enqueue(store, queue, options, stop).await?;

    let progress = Arc::new(Progress {
        left: AtomicU64::new(options.jobs),
        ..Progress::default()
    });
    let counted = Arc::clone(&progress);
    let worker = Worker::builder(store.clone())
        .queue(queue, 1)
        .concurrency(concurrency)
        .handler(CLASS, move |_, (_, _): (u64, IgnoredAny)| {
            counted.first.get_or_init(Instant::now);
            if counted.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                counted.done.notify_one();
            }
            async { Ok(()) }
        })
        .build()?;
    reset_peak_memory();
    let before = Usage::now(&options.url).await;
    let done = CancellationToken::new();
    let run = tokio::spawn(worker.run(done.clone()));
    let waited = tokio::select! {
        waited = wait(&progress) => waited,
        () = stop.cancelled() => Err(BenchError::Stopped),
    };
    let last = Instant::now();
    // Whatever came of it: jobs that the worker still has go back to the queue, which is removed.
    done.cancel();
    end(run).await?;
    waited?;
    let (process, redis) = before.since(&options.url).await;
    let first = progress.first.get().copied().unwrap_or(last);
    let per_100k = |seconds: f64| seconds * 100_000.0 / number(options.jobs);
    Ok(Drain {
        concurrency,
        jobs: options.jobs,
        enqueued_per_second: number(options.jobs) / enqueued.as_secs_f64(),
        jobs_per_second: number(options.jobs) / last.duration_since(first).as_secs_f64(),
        worker_cpu_seconds_per_100k: process.map(per_100k),
        redis_cpu_seconds_per_100k: redis.map(per_100k),
        peak_memory_mib: peak_memory_mib(),
    })
}

/// How long the client took to enqueue them all.
async fn enqueue(
    store: &SharedStore,
    queue: &str,
    options: &BenchOptions,
    stop: &CancellationToken,
) -> Result<Duration, BenchError> {
    let client = Client::new(store.clone());
    let padding = "x".repeat(options.job_bytes.saturating_sub(OTHER_BYTES));
    let mut next = 0;
    let mut took = Duration::ZERO;
    while next < options.jobs {
        if stop.is_cancelled() {
            return Err(BenchError::Stopped);
        }
        let end = options.jobs.min(next + BATCH);
        let jobs = (next..end).map(|number| {
            let mut job = NewJob::new(CLASS);
            queue.clone_into(&mut job.queue);
            job.args = format!(r#"[{number},"{padding}"]"#);
            job
        });
        let jobs = jobs.collect();
        let begun = Instant::now();
        client.push_many(jobs).await?;
        took += begun.elapsed();
        next = end;
    }
    Ok(took)
}

/// Waits until all jobs have run.
async fn wait(progress: &Progress) -> Result<(), BenchError> {
    let mut seen = u64::MAX;
    loop {
        let done = tokio::time::timeout(PATIENCE, progress.done.notified()).await;
        let left = progress.left.load(Ordering::Relaxed);
        if done.is_ok() || left == 0 {
            return Ok(());
        }
        if left == seen {
            return Err(BenchError::Stuck(format!(
                "the worker has run nothing for {} s, and {left} jobs are left: is the queue paused, or the store too slow?",
                PATIENCE.as_secs()
            )));
        }
        seen = left;
    }
}
