//! Settings and handlers of a worker.

use super::{
    JobContext, JobError, JobResult, RetryChoice, Worker,
    capsule::Capsule,
    handler::{self, Handler},
    handlers::{CommandHandler, HttpClients, HttpHandler},
    identity,
    layer::Layer,
    periodic::{self, Planned},
    registry::{Collision, Registry},
    runtime::Runtime,
    state::States,
};
use crate::{
    job::{RetryRule, TimeUnit},
    periodic::{PeriodicError, PeriodicJob},
    redaction::{Redactor, SharedRedactor},
    store::{SharedStore, StoreError},
};
use serde::de::DeserializeOwned;
use std::{future::Future, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Why a worker cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// Nothing could ever run.
    #[error("the concurrency of capsule `{0}` is 0: give the number of jobs to run at a time")]
    NoConcurrency(String),
    /// A capsule without queues.
    #[error("the capsule `{0}` has no queues: name those that it serves")]
    NoQueues(String),
    /// Two capsules of one name.
    #[error(
        "there are two capsules `{0}`: give each a name of its own (the worker's own queues are those of `default`)"
    )]
    RepeatedCapsule(String),
    /// A queue's name is empty.
    #[error("a queue's name is empty: give each queue a name, such as `default`")]
    EmptyQueueName,
    /// A queue is named twice.
    #[error("the queue `{0}` is given twice: name it once, with a weight")]
    RepeatedQueue(String),
    /// Two handlers for one class.
    #[error("the class `{0}` has two handlers: register one")]
    RepeatedHandler(String),
    /// Two patterns for some classes, of which neither is the more specific one.
    #[error(
        "some classes fit the handlers `{0}` and `{1}`, and neither is the more specific one: give one of them a longer pattern"
    )]
    TiedHandlers(String, String),
    /// A handler whose pattern is empty fits nothing.
    #[error(
        "a handler's class is empty: give each handler a class, a pattern such as `Reports::*`, or `*` for every class"
    )]
    EmptyClass,
    /// No TLS for the endpoints of handlers.
    #[error("the handler `{class}` cannot use TLS: {reason}")]
    NoTls {
        /// The handler's class or pattern.
        class: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Two values of one type.
    #[error(
        "two values of type `{0}` are given as state: give one, or wrap them in types of their own"
    )]
    RepeatedState(&'static str),
    /// A retry rule for a class that nothing runs.
    #[error("the class `{0}` has a retry rule but no handler: register one by that name")]
    RuleWithoutHandler(String),
    /// A periodic job that is not acceptable.
    #[error("the periodic job `{name}`: {error}")]
    Periodic {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: PeriodicError,
    },
    /// Two periodic jobs of one name.
    #[error("two periodic jobs are called `{0}`: give each a name of its own")]
    RepeatedPeriodic(String),
    /// The store cannot be used.
    #[error(transparent)]
    Store(StoreError),
}

/// Bytes of the largest job that is run, unless it is said otherwise.
const MAX_PAYLOAD: usize = 16 << 20;

/// The settings, checked.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The first one is the default.
    pub(super) capsules: Vec<Capsule>,
    pub(super) timeout: Duration,
    pub(super) cancel_grace: Duration,
    pub(super) fetch_wait: Duration,
    pub(super) heartbeat_interval: Duration,
    pub(super) poll_interval: Option<Duration>,
    pub(super) recovery_interval: Duration,
    pub(super) recovery_grace: Duration,
    pub(super) clock_skew_ms: i64,
    pub(super) max_retries: u32,
    pub(super) default_retry: RetryRule,
    pub(super) max_payload: usize,
    pub(super) redactor: SharedRedactor,
    pub(super) time_unit: TimeUnit,
    pub(super) tag: String,
    pub(super) labels: Vec<String>,
    pub(super) embedded: bool,
    pub(super) only_known_classes: bool,
    pub(super) periodic: Vec<Planned>,
}

impl Settings {
    /// Jobs that run at a time, in all capsules.
    pub(super) fn concurrency(&self) -> usize {
        self.capsules
            .iter()
            .map(|capsule| capsule.concurrency)
            .sum()
    }
}

/// Settings and handlers of a worker. Every setting has a default; a worker without handlers runs no jobs, but enqueues what is due and
/// recovers what others left.
#[must_use = "a builder does nothing until it runs"]
#[derive(Debug)]
pub struct WorkerBuilder {
    store: SharedStore,
    settings: Settings,
    default: Capsule,
    registry: Registry,
    pub(super) states: States,
    pub(super) layers: Vec<Layer>,
    http_clients: HttpClients,
    /// The first handler that cannot be.
    pub(super) handler_problem: Option<WorkerError>,
    periodic: Vec<PeriodicJob>,
}

impl WorkerBuilder {
    pub(super) fn new(store: SharedStore) -> Self {
        Self {
            store,
            settings: Settings {
                capsules: Vec::new(),
                timeout: Duration::from_secs(25),
                cancel_grace: Duration::from_secs(10),
                fetch_wait: Duration::from_secs(2),
                heartbeat_interval: Duration::from_secs(5),
                poll_interval: None,
                recovery_interval: Duration::from_secs(15),
                recovery_grace: Duration::from_secs(30),
                clock_skew_ms: 0,
                max_retries: RetryRule::DEFAULT_TIMES,
                default_retry: RetryRule::Default,
                max_payload: MAX_PAYLOAD,
                redactor: Redactor::default().into(),
                time_unit: TimeUnit::default(),
                tag: identity::folder_name(),
                labels: Vec::new(),
                embedded: false,
                only_known_classes: false,
                periodic: Vec::new(),
            },
            default: Capsule::new("default"),
            registry: Registry::default(),
            states: States::default(),
            layers: Vec::new(),
            http_clients: HttpClients::default(),
            handler_problem: None,
            periodic: Vec::new(),
        }
    }

    /// Fetches from this queue too. With weights, a queue is asked first with probability weight / sum of weights; when all weights are 0,
    /// the queues are asked strictly in the order given. Without any queue the worker fetches from `default`.
    pub fn queue(mut self, name: impl Into<String>, weight: u64) -> Self {
        self.default = self.default.queue(name, weight);
        self
    }

    /// Fetches from these queues too, as [`WorkerBuilder::queue`].
    pub fn queues(mut self, queues: impl IntoIterator<Item = (String, u64)>) -> Self {
        self.default = self.default.queues(queues);
        self
    }

    /// Jobs that run at a time; 10 by default.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.default = self.default.concurrency(concurrency);
        self
    }

    /// Serves these queues too, with a concurrency of their own: for jobs that are not to wait for others, or not to keep others waiting.
    pub fn capsule(mut self, capsule: Capsule) -> Self {
        self.settings.capsules.push(capsule);
        self
    }

    /// Runs jobs of this class (of Active Job's wrapper: the wrapped class).
    ///
    /// `A` is what the arguments are read as: a tuple, a `Vec` or a struct from the whole array, or any type from a single argument.
    /// Arguments that do not fit are a failure of the job. So are a returned error and a panic.
    pub fn handler<A, F, Fut>(mut self, class: impl Into<String>, handler: F) -> Self
    where
        A: DeserializeOwned + Send + 'static,
        F: Fn(JobContext, A) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = JobResult> + Send + 'static,
    {
        let registered = self
            .registry
            .register(class.into(), handler::erase(handler));
        self.note(registered);
        self
    }

    /// Runs jobs of every class that fits the pattern, in which `*` stands for any text: `Reports::*`; `*` alone fits every class. A
    /// handler of the class's own goes before, and of patterns the one with the most characters besides `*`. The arguments are left to
    /// the handler to read ([`JobContext::job`]).
    pub fn raw_handler<F, Fut>(mut self, pattern: impl Into<String>, handler: F) -> Self
    where
        F: Fn(JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = JobResult> + Send + 'static,
    {
        self.register_pattern(pattern.into(), handler::erase_raw(handler));
        self
    }

    /// Has an HTTP endpoint run the jobs of every class that fits the pattern (see [`WorkerBuilder::raw_handler`]).
    pub fn http_handler(mut self, pattern: impl Into<String>, handler: HttpHandler) -> Self {
        let pattern = pattern.into();
        match handler.into_handler(&mut self.http_clients) {
            Ok(handler) => self.register_pattern(pattern, handler),
            Err(error) => {
                self.handler_problem.get_or_insert(WorkerError::NoTls {
                    class: pattern,
                    reason: error.to_string(),
                });
            }
        }
        self
    }

    /// Has a program of this machine run the jobs of every class that fits the pattern (see [`WorkerBuilder::raw_handler`]).
    pub fn command_handler(mut self, pattern: impl Into<String>, handler: CommandHandler) -> Self {
        let handler = handler.into_handler(&self.registry.commands);
        self.register_pattern(pattern.into(), handler);
        self
    }

    fn register_pattern(&mut self, pattern: String, handler: Handler) {
        if pattern.is_empty() {
            self.handler_problem.get_or_insert(WorkerError::EmptyClass);
            return;
        }
        let registered = self.registry.register_pattern(pattern, handler);
        self.note(registered);
    }

    fn note(&mut self, registered: Result<(), Collision>) {
        if let Err(collision) = registered {
            self.handler_problem.get_or_insert(match collision {
                Collision::Repeated(class) => WorkerError::RepeatedHandler(class),
                Collision::Tied(one, other) => WorkerError::TiedHandlers(one, other),
            });
        }
    }

    /// How long to wait before a retry of this class: given the retries used before this failure, and the error. Asked only when there is
    /// a retry left and the error itself does not say ([`JobError::retry_after`]).
    pub fn retry_in(
        mut self,
        class: impl Into<String>,
        rule: impl Fn(u32, &JobError) -> RetryChoice + Send + Sync + 'static,
    ) -> Self {
        self.registry.set_retry_rule(class.into(), Arc::new(rule));
        self
    }

    /// How long running jobs may go on when the worker stops, before they are aborted and handed back; 25 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long a run that somebody has cancelled may still take to come to its end, before it is aborted where it stands; 10 seconds by
    /// default. (One that does not yield cannot be aborted.)
    pub fn cancel_grace(mut self, grace: Duration) -> Self {
        self.settings.cancel_grace = grace;
        self
    }

    /// How long to wait for word of a new job before looking whether there is one; 2 seconds by default.
    pub fn fetch_wait(mut self, wait: Duration) -> Self {
        self.settings.fetch_wait = wait;
        self
    }

    /// Time between two heartbeats, 5 seconds by default, at most 20: what others see of the process is that old, signals wait that long.
    pub fn heartbeat_interval(mut self, interval: Duration) -> Self {
        // A heartbeat is good for a minute; it must survive two that are lost. And whoever missed that still beats within the grace of
        // the others' recovery.
        self.settings.heartbeat_interval =
            interval.clamp(Duration::from_millis(100), Duration::from_secs(20));
        self
    }

    /// Average time between two looks for due jobs. By default 1 second on an embedded store, and on a shared one 5 seconds times the
    /// number of processes, so that together they look every 5 seconds.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = Some(interval.max(Duration::from_millis(10)));
        self
    }

    /// Time between two looks for jobs of processes that are gone; 15 seconds by default. A process counts as gone when its heartbeat has
    /// run out, a minute after the last one, and another half a minute has brought none.
    pub fn recovery_interval(mut self, interval: Duration) -> Self {
        self.settings.recovery_interval = interval.max(Duration::from_millis(10));
        self
    }

    /// How long a process that was seen without a heartbeat is waited for; for tests that cannot wait.
    #[doc(hidden)]
    pub fn recovery_grace(mut self, grace: Duration) -> Self {
        self.settings.recovery_grace = grace;
        self
    }

    /// Makes this machine's clock wrong by so much, as the worker sees it; for tests.
    #[doc(hidden)]
    pub fn clock_skew_ms(mut self, milliseconds: i64) -> Self {
        self.settings.clock_skew_ms = milliseconds;
        self
    }

    /// Retries of a job whose `retry` is `true`; 25 by default.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.settings.max_retries = retries;
        self
    }

    /// What counts for a failed job without a `retry` field; the same as `true` by default.
    pub fn default_retry(mut self, rule: RetryRule) -> Self {
        self.settings.default_retry = rule;
        self
    }

    /// What takes secrets out of the errors of jobs before they are logged; the usual names by default.
    pub fn redactor(mut self, redactor: impl Into<SharedRedactor>) -> Self {
        self.settings.redactor = redactor.into();
        self
    }

    /// Bytes of the largest job that is run; 16 MiB by default. A larger one is not run but goes to the dead set, whatever its `retry` says.
    pub fn max_payload(mut self, bytes: usize) -> Self {
        self.settings.max_payload = bytes;
        self
    }

    /// How times are written into jobs that do not show a unit yet; jobs that do keep theirs.
    pub fn time_unit(mut self, unit: TimeUnit) -> Self {
        self.settings.time_unit = unit;
        self
    }

    /// Free text shown beside the process; the working directory's name by default.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.settings.tag = tag.into();
        self
    }

    /// Adds a label shown beside the process.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.settings.labels.push(label.into());
        self
    }

    /// Says that the worker is a part of a program with other duties: then it takes no signals from pages.
    pub fn embedded(mut self, embedded: bool) -> Self {
        self.settings.embedded = embedded;
        self
    }

    /// What happens to a job without a handler here. `false`, the default: it fails, as in Sidekiq. `true`: it goes back to its queue for
    /// other processes that fetch from it, and this one pauses for a second; for use only where there are such processes.
    pub fn only_known_classes(mut self, only: bool) -> Self {
        self.settings.only_known_classes = only;
        self
    }

    /// Enqueues jobs by the calendar, also when the worker has no handlers. Of several processes with the same periodic job one enqueues
    /// each tick.
    pub fn periodic(mut self, job: PeriodicJob) -> Self {
        self.periodic.push(job);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn build(self) -> Result<Worker, WorkerError> {
        let Self {
            store,
            mut settings,
            mut default,
            mut registry,
            states,
            layers,
            http_clients: _,
            handler_problem,
            periodic,
        } = self;
        if default.queues.is_empty() && settings.capsules.is_empty() {
            default = default.queue("default", 1);
        }
        if !default.queues.is_empty() {
            settings.capsules.insert(0, default);
        }
        check_capsules(&settings.capsules)?;
        if let Some(problem) = handler_problem {
            return Err(problem);
        }
        if let Some(class) = registry.rule_without_handler() {
            return Err(WorkerError::RuleWithoutHandler(class.to_owned()));
        }
        settings.periodic = periodic::plan(periodic)?;
        registry.states = (!states.is_empty()).then(|| Arc::new(states));
        registry.surround(&layers);
        let hostname = identity::hostname();
        Ok(Worker {
            runtime: Arc::new(Runtime::new(store, settings, registry, hostname)),
        })
    }

    /// Checks the settings and runs: see [`Worker::run`].
    ///
    /// # Errors
    /// What is wrong with the settings, or with the store.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), WorkerError> {
        self.build()?.run(shutdown).await
    }

    /// Checks the settings and runs: see [`Worker::run_until`].
    ///
    /// # Errors
    /// What is wrong with the settings, or with the store.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), WorkerError> {
        self.build()?.run_until(shutdown).await
    }
}

fn check_capsules(capsules: &[Capsule]) -> Result<(), WorkerError> {
    for (index, capsule) in capsules.iter().enumerate() {
        if capsule.concurrency == 0 {
            return Err(WorkerError::NoConcurrency(capsule.name.clone()));
        }
        if capsule.queues.is_empty() {
            return Err(WorkerError::NoQueues(capsule.name.clone()));
        }
        let earlier = &capsules[..index];
        if earlier.iter().any(|earlier| earlier.name == capsule.name) {
            return Err(WorkerError::RepeatedCapsule(capsule.name.clone()));
        }
        for (index, (name, _)) in capsule.queues.iter().enumerate() {
            if name.is_empty() {
                return Err(WorkerError::EmptyQueueName);
            }
            if capsule.queues[..index]
                .iter()
                .any(|(earlier, _)| earlier == name)
            {
                return Err(WorkerError::RepeatedQueue(name.clone()));
            }
        }
    }
    Ok(())
}
