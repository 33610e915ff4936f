//! Workers under test, quick ones.

use crate::{harness::Subject, support::wait_until};
use jobdeck::{
    Client, Worker,
    job::{Job, NewJob, RetryRule},
    model::{Place, Set},
    store::SharedStore,
    worker::{WorkerBuilder, WorkerError, WorkerHandle},
};
use std::time::Duration;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// Nothing here takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A worker that looks often.
pub(crate) fn quick(subject: &Subject) -> WorkerBuilder {
    quick_on(subject.store.clone())
}

/// As `quick`, on this handle.
pub(crate) fn quick_on(store: SharedStore) -> WorkerBuilder {
    Worker::builder(store)
        .queue("default", 1)
        .concurrency(4)
        .fetch_wait(Duration::from_millis(50))
        .poll_interval(Duration::from_millis(20))
        .recovery_interval(Duration::from_millis(50))
        .recovery_grace(Duration::ZERO)
        .heartbeat_interval(Duration::from_millis(100))
}

/// A worker that runs.
pub(crate) struct Running {
    pub(crate) handle: WorkerHandle,
    pub(crate) task: JoinHandle<Result<(), WorkerError>>,
    shutdown: CancellationToken,
}

pub(crate) fn start(builder: WorkerBuilder) -> Running {
    let worker = builder.build().unwrap();
    let shutdown = CancellationToken::new();
    Running {
        handle: worker.handle(),
        task: tokio::spawn(worker.run(shutdown.clone())),
        shutdown,
    }
}

impl Running {
    /// Tells it to stop, as Ctrl-C does.
    pub(crate) fn begin_stop(&self) {
        self.shutdown.cancel();
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(self) {
        timeout(PATIENCE, self.task)
            .await
            .expect("the worker ends in time")
            .expect("it does not panic")
            .expect("it ends well");
    }

    pub(crate) async fn stop(self) {
        self.begin_stop();
        self.ended().await;
    }
}

/// Enqueues a job with this argument and this number of retries.
pub(crate) async fn enqueue(subject: &Subject, class: &str, argument: u64, retries: u32) -> String {
    let mut job = NewJob::new(class);
    job.args = format!("[{argument}]");
    job.retry = RetryRule::Times(retries);
    job.extra.push(("backtrace".to_owned(), "true".to_owned()));
    Client::new(subject.store.clone()).push(job).await.unwrap()
}

/// The only entry of a set, once it is there.
pub(crate) async fn wait_for(subject: &Subject, set: Set) -> Job {
    let place = Place::Set(set);
    wait_until(&format!("there is an entry in {set}"), async || {
        subject.size(&place).await > 0
    })
    .await;
    Job::new(subject.only(&place).await.raw)
}

/// What a Redis answers behind the store's back.
pub(crate) async fn command<T: redis::FromRedisValue>(subject: &Subject, parts: &[&str]) -> T {
    let client = redis::Client::open(subject.url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd(parts[0]);
    command.arg(&parts[1..]);
    command.query_async(&mut connection).await.unwrap()
}
