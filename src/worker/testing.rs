//! Helpers for the tests of programs with handlers.
//!
//! A [`TestWorker`] is made of the same builder as the worker itself, so the handlers, layers, state and retry rules that are tested are
//! those that run later. It runs one job at a time on the task that calls it: no threads, no heartbeat, no waiting, the same order every
//! time. A [`TestStore`] is a store of the test's own.
//!
//! # Examples
//!
//! ```
//! use jobdeck::{Client, Worker, store::SharedStore, testing::{TestStore, TestWorker}, worker::{JobError, WorkerBuilder}};
//! use std::time::Duration;
//!
//! /// What the program runs, too.
//! fn worker(store: SharedStore) -> WorkerBuilder {
//!     Worker::builder(store.clone())
//!         .state(Client::new(store))
//!         .handler("Greet", |job, (name,): (String,)| async move {
//!             if name.is_empty() {
//!                 return Err(JobError::new("NobodyThere", "there is nobody to greet"));
//!             }
//!             let client: &Client = job.state()?;
//!             client.enqueue_in(Duration::from_secs(3600), "SayGoodbye", (name,)).await?;
//!             Ok(())
//!         })
//!         .handler("SayGoodbye", |_, (name,): (String,)| async move {
//!             println!("Goodbye, {name}!");
//!             Ok(())
//!         })
//! }
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = TestStore::new().await?;
//! let worker = TestWorker::new(worker(store.shared()))?;
//!
//! // One job, inline: what the handler answers.
//! assert_eq!(worker.run("Greet", ("Ada",)).await, Ok(()));
//! let error = worker.run("Greet", ("",)).await.unwrap_err();
//! assert_eq!(error.class(), "NobodyThere");
//! let error = worker.run("Greet", (7,)).await.unwrap_err();
//! assert!(error.message().contains("argument 1: invalid type: integer `7`, expected a string"));
//!
//! // Everything in the queues, with what these jobs enqueue.
//! store.client().enqueue("Greet", ("Grace",)).await?;
//! let drained = worker.drain().await?;
//! assert_eq!((drained.done, drained.failed.len()), (1, 0));
//! assert_eq!(store.shared().overview().await?.scheduled, 2);
//!
//! // As if all the time had passed.
//! assert_eq!(worker.drain_all().await?.done, 2);
//! # Ok(())
//! # }
//! ```

mod store;

use super::{
    JobContext, JobError, JobResult, Next, WorkerBuilder, WorkerError,
    desk::Desk,
    layer,
    panics::{self, CatchPanic},
    processor, reporter, retry,
    run::Run,
    runtime::Runtime,
    scheduler,
};
use crate::{
    job::{Job, NewJob},
    model::{Set, Timestamp},
    store::{
        Destination, FetchedJob, Move, Moved, Settlement, Start, StoreError, StoreResult,
        StoredEntry,
    },
};
use futures::FutureExt;
use serde::Serialize;
use std::{
    future::pending,
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

pub use store::TestStore;

/// Most runs of one [`TestWorker::drain`], if nothing else is said.
const MOST_RUNS: u64 = 10_000;

tokio::task_local! {
    /// What the handler answers of the job that this task runs.
    static ANSWER: Arc<OnceLock<JobResult>>;
}

/// Runs the jobs of a test: see the [module](self).
#[derive(Debug)]
pub struct TestWorker {
    runtime: Arc<Runtime>,
    most_runs: u64,
}

/// What became of the jobs that were in the queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a job that failed is told here"]
pub struct Drained {
    /// Runs that ended well.
    pub done: u64,
    /// Jobs that were dropped unrun: they came too late, by what they say themselves (`expires_in`, `expiry`).
    pub too_late: u64,
    /// Runs that failed, in order. A job that is retried is here once for each of its runs.
    pub failed: Vec<FailedRun>,
}

/// A run that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRun {
    /// The job's class; empty if it has none.
    pub class: String,
    /// The job's id; empty if it has none.
    pub jid: String,
    /// Why.
    pub error: JobError,
}

/// Why the queues cannot be drained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrainError {
    /// There is always another job.
    #[error(
        "{runs} jobs have run and there are still more, the next one of class `{class}`: does it enqueue itself? (If so many are meant: `most_runs`)"
    )]
    Endless {
        /// How many have run.
        runs: u64,
        /// The class of the next job.
        class: String,
    },
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TestWorker {
    /// A worker for tests with the handlers, layers, state, queues and rules of this builder.
    ///
    /// # Errors
    /// What is wrong with the settings, as [`WorkerBuilder::build`].
    pub fn new(mut builder: WorkerBuilder) -> Result<Self, WorkerError> {
        panics::install_hook();
        builder.layers.insert(0, layer::erase(note));
        let runtime = builder.build()?.runtime;
        Ok(Self {
            runtime,
            most_runs: MOST_RUNS,
        })
    }

    /// How many jobs may run in one [`TestWorker::drain`] before that is taken for an endless loop; 10 000 by default.
    #[must_use]
    pub fn most_runs(mut self, runs: u64) -> Self {
        self.most_runs = runs;
        self
    }

    /// Runs a job of this class with these arguments here and now, and says what its handler answers: as it will be, through the arguments'
    /// text, all layers, and with a panic as an error. No store is asked, nothing is retried.
    ///
    /// # Errors
    /// The handler's; or why there is no such job (`NameError`: no handler for the class).
    pub async fn run(&self, class: impl Into<String>, args: impl Serialize) -> JobResult {
        self.run_job(NewJob::new(class).with_args(args)?).await
    }

    /// As [`TestWorker::run`], with everything else that a job can say.
    ///
    /// # Errors
    /// As [`TestWorker::run`].
    pub async fn run_job(&self, job: NewJob) -> JobResult {
        let runtime = &self.runtime;
        let now = runtime.clock.now();
        let job = job.encode(now, runtime.settings.time_unit)?;
        let class = job.handler_class().unwrap_or_default();
        let Some(handler) = runtime.registry.handler(&class) else {
            return Err(processor::no_handler(&class));
        };
        let fetched = FetchedJob {
            queue: job.queue().unwrap_or_default().into(),
            raw: job.raw().clone(),
            lease: String::new(),
        };
        let wants_trace = retry::trace_limit(&job).is_some();
        let run = Run::new(
            job,
            Arc::new(fetched),
            now,
            runtime.stopping.clone(),
            runtime.registry.states.clone(),
        );
        CatchPanic::new(handler(JobContext::new(Arc::new(run))), wants_trace).await
    }

    /// Runs everything that is in the worker's queues, and what these jobs enqueue there, one after the other, until the queues are empty:
    /// always from the first queue that has a job, whatever the weights. Jobs that fail go where they would go. What waits in the scheduled
    /// set or for a retry stays there; queues that the worker does not serve, and paused ones, are left alone.
    ///
    /// # Errors
    /// [`DrainError`]; what has run until then has run.
    pub async fn drain(&self) -> Result<Drained, DrainError> {
        self.drain_while(async || Ok(false)).await
    }

    /// As [`TestWorker::drain`], and then the earliest of what is scheduled or waits for a retry as if its time had come, and so on until
    /// nothing is left: a job that always fails runs through all its retries until it is dead. The worker's clock moves along (its handlers'
    /// does not).
    ///
    /// # Errors
    /// As [`TestWorker::drain`].
    pub async fn drain_all(&self) -> Result<Drained, DrainError> {
        self.drain_while(async || self.enqueue_earliest().await)
            .await
    }

    /// Drains again and again while `more` has put something into the queues.
    async fn drain_while(
        &self,
        more: impl AsyncFn() -> StoreResult<bool>,
    ) -> Result<Drained, DrainError> {
        let (store, identity) = (&self.runtime.store, &self.runtime.identity);
        self.runtime.clock.set(store.now().await?);
        let queues = self.queues();
        let mut drained = Drained::default();
        let mut runs = 0;
        let outcome = loop {
            let fetched = store.fetch(identity, &queues, 1, Duration::ZERO).await?;
            let Some(job) = fetched.into_iter().next() else {
                if more().await? {
                    continue;
                }
                break Ok(drained);
            };
            if runs >= self.most_runs {
                store.settle(identity, &job, &Settlement::Requeue).await?;
                let class = Job::new(job.raw).handler_class().unwrap_or_default();
                break Err(DrainError::Endless { runs, class });
            }
            runs += 1;
            self.process(job, &mut drained).await?;
        };
        reporter::last_words(&self.runtime).await;
        store.leave(identity).await?;
        outcome
    }

    /// The queues of all capsules.
    fn queues(&self) -> Vec<String> {
        let mut queues: Vec<String> = Vec::new();
        for capsule in &self.runtime.settings.capsules {
            for (queue, _) in &capsule.queues {
                if !queues.contains(queue) {
                    queues.push(queue.clone());
                }
            }
        }
        queues
    }

    /// Runs a job and settles it.
    async fn process(&self, job: FetchedJob, drained: &mut Drained) -> StoreResult<()> {
        let runtime = &self.runtime;
        let job = Arc::new(job);
        let answer: Arc<OnceLock<JobResult>> = Arc::default();
        let desk = Desk::new(1);
        let mut never = pin!(pending());
        let process = processor::process(runtime, &desk, 0, &job, never.as_mut());
        let settlement = ANSWER.scope(Arc::clone(&answer), process).await;
        runtime
            .store
            .settle(&runtime.identity, &job, &settlement)
            .await?;
        let answer = answer.get().cloned();
        match (&settlement, &answer) {
            (Settlement::Finish { failed: false }, None) => drained.too_late += 1,
            (Settlement::Finish { failed: false }, Some(_)) => drained.done += 1,
            _ => {
                let job = Job::new(job.raw.clone());
                let error = answer.and_then(Result::err);
                drained.failed.push(FailedRun {
                    class: job.handler_class().unwrap_or_default(),
                    jid: job.jid().unwrap_or_default(),
                    error: error.unwrap_or_else(|| never_run(&job, &settlement)),
                });
            }
        }
        Ok(())
    }

    /// Enqueues what is due next, and takes its time for now; whether there was something.
    async fn enqueue_earliest(&self) -> StoreResult<bool> {
        let runtime = &self.runtime;
        let mut earliest: Option<StoredEntry> = None;
        for set in [Set::Retries, Set::Scheduled] {
            for entry in runtime.store.due(set, &Start::Edge, 1).await?.entries {
                let is_first = |known: &StoredEntry| entry.id.position < known.id.position;
                if earliest.as_ref().is_none_or(is_first) {
                    earliest = Some(entry);
                }
            }
        }
        let Some(entry) = earliest else {
            return Ok(false);
        };
        let due = Timestamp::from_seconds(entry.id.position);
        if due > runtime.clock.now() {
            runtime.clock.set(due);
        }
        let to = scheduler::destination(&entry, runtime.clock.now(), runtime.settings.time_unit);
        match runtime.store.promote(&[Move { entry, to }]).await?.pop() {
            Some(Moved::Refused(error)) => Err(error),
            _ => Ok(true),
        }
    }
}

/// The outermost layer: notes the answer for the one who drains. A panic is an error already here.
async fn note(job: JobContext, next: Next) -> JobResult {
    let wants_trace = retry::trace_limit(job.job()).is_some();
    let result = CatchPanic::new(next.run(job).boxed(), wants_trace).await;
    // A single job that is run inline has nobody who reads this.
    let _ = ANSWER.try_with(|answer| answer.set(result.clone()));
    result
}

/// Why a job has failed that no handler has seen.
fn never_run(job: &Job, settlement: &Settlement) -> JobError {
    let class = job.handler_class().unwrap_or_default();
    if let Some(reason) = job.malformed() {
        return JobError::without_place("Jobdeck::NoJob", reason.to_owned());
    }
    if class.is_empty() {
        return JobError::without_place("Jobdeck::NoJob", "the job has no class".to_owned());
    }
    // What is written into the job, where it is kept.
    if let Some(Destination::Set { raw, .. } | Destination::Queue { raw, .. }) =
        settlement.destination()
    {
        let kept = Job::new(raw.clone());
        if let (Some(class), Some(message)) =
            (kept.string("error_class"), kept.string("error_message"))
        {
            return JobError::without_place(&class, message);
        }
    }
    processor::no_handler(&class)
}
