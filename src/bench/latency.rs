//! One job at a time, on a worker that has nothing else to do.

use super::{
    BenchError, BenchOptions, Latency,
    drain::CLASS,
    end,
    usage::{difference, process_cpu_seconds},
};
use crate::{client::Client, job::NewJob, store::SharedStore, worker::Worker};
use std::time::{Duration, Instant};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Longest for one job.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two jobs: long enough for the worker to have nothing to do again.
const PAUSE: Duration = Duration::from_millis(5);
/// How long nothing is done, for the processor time of that.
const IDLE: Duration = Duration::from_secs(3);

pub(super) async fn latency(
    store: &SharedStore,
    queue: &str,
    options: &BenchOptions,
    stop: &CancellationToken,
) -> Result<Latency, BenchError> {
    let (told, mut starts) = unbounded_channel();
    let worker = Worker::builder(store.clone())
        .queue(queue, 1)
        .concurrency(10)
        .handler(CLASS, move |_, (): ()| {
            // Nobody listens any more after an error.
            let _ = told.send(Instant::now());
            async { Ok(()) }
        })
        .build()?;
    let done = CancellationToken::new();
    let run = tokio::spawn(worker.run(done.clone()));
    let measured = tokio::select! {
        measured = measure(store, queue, options, &mut starts) => measured,
        () = stop.cancelled() => Err(BenchError::Stopped),
    };
    done.cancel();
    end(run).await?;
    measured
}

async fn measure(
    store: &SharedStore,
    queue: &str,
    options: &BenchOptions,
    starts: &mut UnboundedReceiver<Instant>,
) -> Result<Latency, BenchError> {
    let client = Client::new(store.clone());
    // The first one waits for the worker to be there at all.
    time(&client, queue, starts).await?;
    sleep(PAUSE).await;
    let before = process_cpu_seconds();
    sleep(IDLE).await;
    let idle = difference(before, process_cpu_seconds());
    let mut times = Vec::with_capacity(options.latency_samples);
    for _ in 0..options.latency_samples {
        times.push(time(&client, queue, starts).await?);
        sleep(PAUSE).await;
    }
    times.sort_unstable();
    let at = |percent: usize| {
        let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times
            .get(index)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Ok(Latency {
        samples: times.len(),
        p50_ms: at(50),
        p99_ms: at(99),
        highest_ms: at(100),
        idle_cpu_ms_per_second: idle.map(|seconds| seconds * 1e3 / IDLE.as_secs_f64()),
    })
}

/// From the call that enqueues a job to its start.
async fn time(
    client: &Client,
    queue: &str,
    starts: &mut UnboundedReceiver<Instant>,
) -> Result<Duration, BenchError> {
    let mut job = NewJob::new(CLASS);
    queue.clone_into(&mut job.queue);
    let enqueued = Instant::now();
    client.push(job).await?;
    match timeout(PATIENCE, starts.recv()).await {
        Ok(Some(started)) => Ok(started.saturating_duration_since(enqueued)),
        _ => Err(BenchError::Stuck(format!(
            "a job has not been started within {} s",
            PATIENCE.as_secs()
        ))),
    }
}
