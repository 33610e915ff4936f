//! The project's own benchmarks, of a worker, of operations, of searches and of the index of failures, on a store that somebody names.
//!
//! | file | owns |
//! | --- | --- |
//! | `admin` | operations on many dead jobs and their undoing, and what another client notices |
//! | `drain` | many jobs that do nothing, as fast as they go |
//! | `failures` | how fast failures are grouped, and what others notice of that |
//! | `latency` | one job at a time on a worker that has nothing to do |
//! | `ping` | what another client of the store notices |
//! | `search` | a search through a large set, and what another client notices |
//! | `usage` | processor time and memory, of this process and of Redis |

mod admin;
mod drain;
mod failures;
mod latency;
mod ping;
mod search;
mod usage;

use crate::{
    client::EnqueueError,
    store::{SharedStore, StoreError},
    worker::WorkerError,
};
pub use admin::{AdminBenchOptions, AdminBenchReport, bench_admin};
pub use failures::{FailuresBenchOptions, FailuresBenchReport, bench_failures};
pub use search::{SearchBench, SearchBenchOptions, bench_search};
use serde::Serialize;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Why a benchmark could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// Jobs could not be enqueued.
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The worker failed.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Something did not come to its end.
    #[error("{0}")]
    Stuck(String),
    /// It was told to stop.
    #[error("stopped before everything was measured")]
    Stopped,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct BenchOptions {
    /// Jobs to drain at each concurrency.
    pub jobs: u64,
    /// Bytes of a job's text, about.
    pub job_bytes: usize,
    /// The concurrencies.
    pub concurrencies: Vec<usize>,
    /// Jobs whose start is timed.
    pub latency_samples: usize,
    /// The store's address, for the processor time of a Redis server.
    pub url: String,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct BenchReport {
    /// One for each concurrency.
    pub drains: Vec<Drain>,
    /// With nothing else to do.
    pub latency: Latency,
}

/// Jobs that do nothing, drained.
#[derive(Clone, Debug, Serialize)]
pub struct Drain {
    /// Jobs at a time.
    pub concurrency: usize,
    /// Jobs.
    pub jobs: u64,
    /// Enqueued a second by [`crate::Client::push_many`], ten thousand a call.
    pub enqueued_per_second: f64,
    /// Run and settled a second, from the first start to the last.
    pub jobs_per_second: f64,
    /// Processor seconds of this process for 100 000 jobs.
    pub worker_cpu_seconds_per_100k: Option<f64>,
    /// Processor seconds of the Redis server for 100 000 jobs (with whatever else it did); none for SQLite, whose are the worker's.
    pub redis_cpu_seconds_per_100k: Option<f64>,
    /// Most memory that this process had while it drained, MiB.
    pub peak_memory_mib: Option<f64>,
}

/// Time from the call that enqueues a job until it starts, on a worker that has nothing else to do.
#[derive(Clone, Debug, Serialize)]
pub struct Latency {
    /// Jobs.
    pub samples: usize,
    /// Half of them are below, milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 are below, milliseconds.
    pub p99_ms: f64,
    /// The longest, milliseconds.
    pub highest_ms: f64,
    /// Processor time of this process while nothing happens, milliseconds a second.
    pub idle_cpu_ms_per_second: Option<f64>,
}

/// Measures, unless it is told to stop; uses a queue of its own in the store, and counts in its totals.
///
/// # Errors
/// See [`BenchError`]. The worker has ended and the queue is removed in any case that still reaches the store.
pub async fn bench_worker(
    store: SharedStore,
    options: &BenchOptions,
    stop: &CancellationToken,
    mut tell: impl FnMut(&str),
) -> Result<BenchReport, BenchError> {
    let queue = format!("jobdeck-bench-{:08x}", rand::random::<u32>());
    let measured = measure(&store, &queue, options, stop, &mut tell).await;
    store.clear_queue(&queue).await?;
    measured
}

async fn measure(
    store: &SharedStore,
    queue: &str,
    options: &BenchOptions,
    stop: &CancellationToken,
    tell: &mut impl FnMut(&str),
) -> Result<BenchReport, BenchError> {
    let mut drains = Vec::new();
    for concurrency in &options.concurrencies {
        tell(&format!(
            "draining {} jobs at concurrency {concurrency}",
            options.jobs
        ));
        drains.push(drain::drain(store, queue, options, *concurrency, stop).await?);
    }
    tell("one job at a time");
    let latency = latency::latency(store, queue, options, stop).await?;
    Ok(BenchReport { drains, latency })
}

/// Waits until a worker has ended.
async fn end(run: JoinHandle<Result<(), WorkerError>>) -> Result<(), BenchError> {
    match run.await {
        Ok(ended) => Ok(ended?),
        Err(error) => Err(BenchError::Stuck(format!("the worker has failed: {error}"))),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts; a rounded one makes no difference"
)]
fn number(count: u64) -> f64 {
    count as f64
}
