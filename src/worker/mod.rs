//! Fetches and runs jobs.
//!
//! # For programs with handlers
//!
//! A program makes a [`Worker`] of a store and of what its classes of jobs do, and runs it until it is told to end:
//!
//! ```no_run
//! use jobdeck::{Client, Worker, store::{StoreOptions, connect}, worker::{JobContext, JobError, JobResult, Next}};
//! use serde::Deserialize;
//!
//! /// The arguments `[7, "small"]`, or the only argument `{"photo": 7, "size": "small"}`.
//! #[derive(Deserialize)]
//! struct Resize {
//!     photo: u64,
//!     size: String,
//! }
//!
//! /// What the job does.
//! async fn resize(job: JobContext, Resize { photo, size }: Resize) -> JobResult {
//!     if size.is_empty() {
//!         // Trying again does not help.
//!         return Err(JobError::new("NoSize", "a photo needs a size").kill());
//!     }
//!     job.progress(50.0, format!("photo {photo}"));
//!     // Any error is the job's, by `?`: it is tried again later.
//!     let client: &Client = job.state()?;
//!     client.enqueue("PublishPhoto", (photo,)).await?;
//!     Ok(())
//! }
//!
//! /// What is around every job.
//! async fn log(job: JobContext, next: Next) -> JobResult {
//!     job.log(format!("attempt {}", job.attempt()));
//!     next.run(job).await
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = connect("redis://127.0.0.1:6379/0", &StoreOptions::default()).await?;
//! Worker::builder(store.clone())
//!     .queue("photos", 5)
//!     .queue("default", 1)
//!     .concurrency(20)
//!     .state(Client::new(store))
//!     .layer(log)
//!     .handler("Resize", resize)
//!     .run_until(async { tokio::signal::ctrl_c().await.unwrap_or(()) })
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! - **Arguments** are read as the handler's type ([`WorkerBuilder::handler`]); where they do not fit, the job fails with an error that names
//!   the argument, the type and what is there. [`WorkerBuilder::raw_handler`] takes whole families of classes, arguments unread.
//! - **What the handler is told and can tell** is its [`JobContext`]: the job, the attempt, whether somebody wants it to end; progress and a
//!   log for the job's page.
//! - **Failing**: any error by `?`, or a [`JobError`] that says what becomes of the job: [`JobError::retry_after`], [`JobError::kill`],
//!   [`JobError::discard`]. A panic is a failure too. [`Trace`] adds to the trace.
//! - **State** that handlers share: [`WorkerBuilder::state`], [`JobContext::state`].
//! - **Layers** around every job: [`WorkerBuilder::layer`].
//! - **At least once**: a job whose process dies is run again by another. Handlers have to bear that.
//! - **Ending**: when `run_until`'s future completes, no more is fetched; what still runs after [`WorkerBuilder::timeout`] goes back to its
//!   queue. A long job looks at [`JobContext::is_stopping`].
//! - **Tests** run single jobs, or all that are enqueued, on the spot: [`testing`].
//!
//! Complete programs are in the folder `examples`: `greet` (the smallest), `album` (progress, log, cancelling), `layers` (state and layers),
//! `tested` (with its tests).
//!
//! # How it works
//!
//! A [`Worker`] is one process in Sidekiq's sense: it has an identity, beats once in a while so that others see it, fetches jobs from
//! its queues into its in-progress list, runs the handler of each job's class, and settles it: done, to be retried, or dead. It also
//! enqueues scheduled jobs and retries when their time has come, and takes over what processes that are gone left unfinished.
//!
//! | file | owns |
//! | --- | --- |
//! | `builder` | settings and handlers, checked before anything starts |
//! | `handler`, `args`, `misfit`, `context`, `job_error`, `registry` | what a handler is, is given, and answers |
//! | `state`, `layer` | what handlers share, and what stands around them |
//! | `handlers` | jobs that are done without Rust: by an HTTP endpoint, or by a command |
//! | `capsule`, `queue_order`, `pace` | which queues are asked, and for how many jobs |
//! | `crew`, `dispatcher`, `desk`, `slot` | the dispatcher talks to the store, slots run jobs, the desk stands between them |
//! | `processor`, `expiry`, `panics` | one job: run it, catch its panic, say what is to become of it |
//! | `settlement` | jobs that the store does not let go |
//! | `retry` | what becomes of a failed job, as a pure function |
//! | `run`, `report`, `reporter`, `cancel` | a run as its handler and the worker see it; what it tells, and being told to end |
//! | `scheduler`, `periodic`, `recovery`, `heartbeat` | what a process does beside running jobs; the heartbeat on a thread of its own |
//! | [`testing`] | jobs run by a test, one after the other |
//! | `metrics` | what the runs of each class took; the heartbeat tells the store |
//! | `runtime`, `clock`, `identity`, `running`, `trouble` | what these share |
//!
//! Semantics are Sidekiq's; where a number or a formula stands in this module, it is the one of Sidekiq 8.

mod args;
mod builder;
mod cancel;
mod capsule;
mod clock;
mod context;
mod crew;
mod desk;
mod dispatcher;
mod expiry;
mod handler;
mod handlers;
mod heartbeat;
mod holding;
mod identity;
mod job_error;
mod layer;
mod metrics;
mod misfit;
mod pace;
mod panics;
mod periodic;
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
mod slot;
mod state;
pub mod testing;
mod traced;

use crate::store::{StoreResult, Trouble};
use crew::Crew;
use runtime::Runtime;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use builder::{WorkerBuilder, WorkerError};
pub use capsule::Capsule;
pub use context::JobContext;
pub use handlers::{CommandHandler, HandlerError, HttpHandler, Rate};
pub(crate) use handlers::{WebhookSecret, kill_commands, patterns_tie};
pub(crate) use identity::status_kib;
pub use job_error::{JobError, JobResult, RetryChoice, Trace};
pub use layer::Next;

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
        let mut crew = Crew::default();
        // Not selected but joined: `stop` also ends waiting for the first heartbeat.
        let ((), begun) = tokio::join!(stop, begin(&runtime, &mut crew));
        let mut background = begun.map_err(WorkerError::Store)?;

        drain(&runtime, &mut crew).await;
        let left = crew.end(&runtime).await;
        // Commands of jobs that were given up are told to end at the same time; who does not is killed.
        let commands = runtime.registry.commands.end(ABORT_GRACE);
        tokio::join!(settlement::last_tries(&runtime, left), commands);
        reporter::last_words(&runtime).await;
        runtime.ended.cancel();
        while background.join_next().await.is_some() {}
        let mut trouble = Trouble::new(metrics::TELLING);
        metrics::flush(&runtime.metrics, &runtime.store, &mut trouble).await;
        if let Err(error) = runtime.store.leave(&runtime.identity).await {
            tracing::warn!(%error, identity = %runtime.identity, "could not leave the list of processes; the entry expires by itself");
        }
        tracing::info!(identity = %runtime.identity, "worker stopped");
        Ok(())
    }
}

/// Starts everything, after the first heartbeat.
async fn begin(runtime: &Arc<Runtime>, crew: &mut Crew) -> StoreResult<JoinSet<()>> {
    let mut background = JoinSet::new();
    // Before the first fetch: in-progress lists of processes without a heartbeat are taken over by others.
    match heartbeat::first(runtime).await {
        Ok(true) => {}
        Ok(false) => return Ok(background),
        Err(error) => {
            runtime.begin_stop();
            return Err(error);
        }
    }
    tracing::info!(identity = %runtime.identity, concurrency = runtime.concurrency(), "worker started");
    heartbeat::start(runtime, &mut background);
    background.spawn(scheduler::run(Arc::clone(runtime)));
    background.spawn(periodic::run(Arc::clone(runtime)));
    background.spawn(recovery::run(Arc::clone(runtime)));
    background.spawn(reporter::run(Arc::clone(runtime)));
    background.spawn(metrics::watch_fleet(Arc::clone(runtime)));
    *crew = Crew::start(runtime);
    Ok(background)
}

/// Waits for running jobs, then has them handed back.
async fn drain(runtime: &Runtime, crew: &mut Crew) {
    if crew.finish(runtime.settings.timeout).await {
        return;
    }
    tracing::info!(
        unfinished = runtime.running.len(),
        "out of time: handing unfinished jobs back to their queues"
    );
    runtime.aborting.cancel();
    crew.finish(ABORT_GRACE).await;
}
