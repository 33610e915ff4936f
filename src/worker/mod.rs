//! Fetches and runs jobs.
//!
//! A [`Worker`] is one process in Sidekiq's sense: it has an identity, beats once in a while so that others see it, fetches jobs from
//! its queues into its in-progress list, runs the handler of each job's class, and settles it: done, to be retried, or dead. It also
//! enqueues scheduled jobs and retries when their time has come, and takes over what processes that are gone left unfinished.
//!
//! | file | owns |
//! | --- | --- |
//! | `builder` | settings and handlers, checked before anything starts |
//! | `handler`, `args`, `context`, `job_error`, `registry` | what a handler is, is given, and answers |
//! | `fetcher`, `queue_order` | which queues are asked, and for how many jobs |
//! | `processor`, `panics`, `settlement` | one job: run it, catch its panic, let it go |
//! | `retry` | what becomes of a failed job, as a pure function |
//! | `run`, `report`, `reporter`, `cancel` | a run as its handler and the worker see it; what it tells, and being told to end |
//! | `scheduler`, `recovery`, `heartbeat` | what a process does beside running jobs; the heartbeat on a thread of its own |
//! | `runtime`, `clock`, `identity`, `running`, `trouble` | what these share |
//!
//! Semantics are Sidekiq's; where a number or a formula stands in this module, it is the one of Sidekiq 8.

mod args;
mod builder;
mod cancel;
mod clock;
mod context;
mod fetcher;
mod handler;
mod heartbeat;
mod identity;
mod job_error;
mod panics;
mod processor;
mod queue_order;
mod recovery;
mod registry;
mod report;
mod reporter;
mod retry;
mod run;
mod running;
mod runtime;
mod scheduler;
mod settlement;
mod trouble;

use runtime::Runtime;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

pub use builder::{WorkerBuilder, WorkerError};
pub use context::JobContext;
pub use job_error::{JobError, JobResult, RetryChoice, Trace};

/// How long handlers that ran out of time may still take to let go, after they were told to.
const ABORT_GRACE: Duration = Duration::from_secs(3);

/// A worker process, ready to run.
///
/// # Examples
///
/// ```no_run
/// use jobdeck::{Client, Worker, store::{StoreOptions, connect}};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = connect("sqlite:jobs.db", &StoreOptions::default()).await?;
/// Worker::builder(store)
///     .queue("default", 1)
///     .concurrency(10)
///     .handler("Greet", |job, (name, times): (String, u32)| async move {
///         for _ in 0..times {
///             println!("{}: Hello, {name}!", job.jid());
///         }
///         Ok(())
///     })
///     .run_until(async { tokio::signal::ctrl_c().await.unwrap_or(()) })
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Worker {
    runtime: Arc<Runtime>,
}

/// Steers a running worker from elsewhere; cheap to clone.
#[derive(Clone, Debug)]
pub struct WorkerHandle {
    runtime: Arc<Runtime>,
}

impl WorkerHandle {
    /// The process's identity, `HOSTNAME:PID:NONCE`.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.runtime.identity
    }

    /// Fetch no more; what runs goes on. Cannot be undone.
    pub fn quiet(&self) {
        self.runtime.go_quiet();
    }

    /// Finish or hand back what runs, then end.
    pub fn stop(&self) {
        self.runtime.begin_stop();
    }

    /// Waits until the worker is quiet, by whomever it was told so.
    pub async fn quieted(&self) {
        self.runtime.quiet.cancelled().await;
    }
}

impl Worker {
    /// Settings for a worker on this store.
    pub fn builder(store: crate::store::SharedStore) -> WorkerBuilder {
        WorkerBuilder::new(store)
    }

    /// The process's identity, `HOSTNAME:PID:NONCE`.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.runtime.identity
    }

    /// A handle that can quiet and stop this worker.
    #[must_use]
    pub fn handle(&self) -> WorkerHandle {
        WorkerHandle {
            runtime: Arc::clone(&self.runtime),
        }
    }

    /// Runs until `shutdown` is cancelled or the process is told to stop. Then waits for running jobs (see
    /// [`WorkerBuilder::timeout`]), hands the unfinished ones back to their queues, and leaves the list of processes.
    ///
    /// When the returned future is dropped before its end, handlers are aborted where they stand; their jobs are recovered by another
    /// process (or by this one, started again) a minute and a half later.
    ///
    /// # Errors
    /// [`WorkerError::Store`] when the store cannot be used at all. A store that is only away is waited for.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), WorkerError> {
        self.run_until(shutdown.cancelled_owned()).await
    }

    /// As [`Worker::run`], until `shutdown` completes.
    ///
    /// # Errors
    /// As [`Worker::run`].
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), WorkerError> {
        panics::install_hook();
        let runtime = self.runtime;
        // The heartbeat has a thread of its own, which ends also when this future is dropped half-way.
        let _ends = runtime.ended.clone().drop_guard();
        let stop = async {
            tokio::select! {
                () = shutdown => {}
                () = runtime.stopping.cancelled() => {}
            }
            runtime.begin_stop();
        };
        let mut jobs = JoinSet::new();
        // Not selected but joined: a fetch that is given up half-way would leave jobs in the in-progress list that nobody knows of.
        let ((), worked) = tokio::join!(stop, work(&runtime, &mut jobs));
        let mut background = worked?;

        drain(&runtime, &mut jobs).await;
        settlement::last_tries(&runtime).await;
        reporter::last_words(&runtime).await;
        runtime.ended.cancel();
        while background.join_next().await.is_some() {}
        if let Err(error) = runtime.store.leave(&runtime.identity).await {
            tracing::warn!(%error, identity = %runtime.identity, "could not leave the list of processes; the entry expires by itself");
        }
        tracing::info!(identity = %runtime.identity, "worker stopped");
        Ok(())
    }
}

/// From the first heartbeat to the last fetch. Returns the tasks that go on until the end.
async fn work(runtime: &Arc<Runtime>, jobs: &mut JoinSet<()>) -> Result<JoinSet<()>, WorkerError> {
    let mut background = JoinSet::new();
    // Before the first fetch: in-progress lists of processes without a heartbeat are taken over by others.
    match heartbeat::first(runtime).await {
        Ok(true) => {}
        Ok(false) => return Ok(background),
        Err(error) => {
            runtime.begin_stop();
            return Err(WorkerError::Store(error));
        }
    }
    tracing::info!(identity = %runtime.identity, concurrency = runtime.concurrency(), "worker started");
    heartbeat::start(runtime, &mut background);
    background.spawn(scheduler::run(Arc::clone(runtime)));
    background.spawn(recovery::run(Arc::clone(runtime)));
    background.spawn(reporter::run(Arc::clone(runtime)));
    if runtime.concurrency() > 0 {
        fetcher::run(runtime, jobs).await;
    }
    Ok(background)
}

/// Waits for running jobs, then has them handed back.
async fn drain(runtime: &Runtime, jobs: &mut JoinSet<()>) {
    if finish(runtime.settings.timeout, jobs).await {
        return;
    }
    tracing::info!(
        unfinished = runtime.running.len(),
        "out of time: handing unfinished jobs back to their queues"
    );
    runtime.aborting.cancel();
    if !finish(ABORT_GRACE, jobs).await {
        // A handler that does not yield cannot be stopped from outside. Its job is handed back all the same.
        jobs.abort_all();
    }
}

/// Whether all jobs ended within `limit`.
async fn finish(limit: Duration, jobs: &mut JoinSet<()>) -> bool {
    let all = async {
        while let Some(ended) = jobs.join_next().await {
            fetcher::report(ended);
        }
    };
    timeout(limit, all).await.is_ok()
}
