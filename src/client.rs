//! Enqueues jobs.

use crate::{
    job::{NewJob, NewJobError, TimeUnit, args_json, new_jid},
    model::Timestamp,
    store::{Destination, SharedStore, StoreError},
};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Jobs added in one step, as in Sidekiq's bulk push.
const STEP: usize = 1_000;
/// How long the store's clock counts that was asked before the first of many steps.
const CLOCK_KEPT: Duration = Duration::from_millis(500);

/// Why a job was not enqueued.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnqueueError {
    /// The arguments have no JSON form.
    #[error("the arguments cannot be written as JSON: {0}")]
    Args(#[from] serde_json::Error),
    /// The job is not acceptable.
    #[error(transparent)]
    Job(#[from] NewJobError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enqueues jobs; cheap to clone.
///
/// Arguments are anything that serde can write: a tuple, array or `Vec` is the list of arguments, `()` none, anything else (a struct, a
/// number) the only argument. Times are the store's.
///
/// # Examples
///
/// ```
/// use jobdeck::{Client, job::NewJob, store::{StoreOptions, connect}};
/// use std::time::Duration;
///
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite:{}/jobs.db", folder.path().display());
/// let store = connect(&url, &StoreOptions::default()).await?; // url: "sqlite:jobs.db"
/// let client = Client::new(store.clone());
///
/// let jid = client.enqueue("PublishPhoto", ("sunset.png", 1024)).await?;
/// assert_eq!(jid.len(), 24);
///
/// // Ten minutes from now.
/// client.enqueue_in(Duration::from_secs(600), "SendReminder", (42,)).await?;
///
/// // Many at once, in this order.
/// let jids = client.enqueue_many("PublishPhoto", [("a.png", 640), ("b.png", 640)]).await?;
/// assert_eq!(jids.len(), 2);
///
/// // Everything else that a job can say.
/// let job = NewJob::new("PublishPhoto")
///     .with_args(("c.png", 640))?
///     .on_queue("photos")
///     .retry(5)
///     .tag("album-7")
///     .expires_in(Duration::from_secs(3600));
/// client.push(job.clone()).await?;
/// client.push_in(Duration::from_secs(60), job).await?;
///
/// let overview = store.overview().await?;
/// assert_eq!((overview.enqueued, overview.scheduled), (4, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    store: SharedStore,
    time_unit: TimeUnit,
}

impl Client {
    /// A client for this store. Times are written as seconds with a fraction, which every Sidekiq reads right.
    #[must_use]
    pub fn new(store: SharedStore) -> Self {
        Self {
            store,
            time_unit: TimeUnit::default(),
        }
    }

    /// The same client, writing times in this unit.
    #[must_use]
    pub fn with_time_unit(mut self, unit: TimeUnit) -> Self {
        self.time_unit = unit;
        self
    }

    /// Enqueues a job in queue `default`, to be run as soon as possible. Answers its jid.
    ///
    /// # Errors
    /// See [`EnqueueError`]. After [`StoreError::Unavailable`] the job may be enqueued nevertheless.
    pub async fn enqueue(
        &self,
        class: impl Into<String>,
        args: impl Serialize,
    ) -> Result<String, EnqueueError> {
        self.push(new_job(class, &args)?).await
    }

    /// Enqueues a job for a time from now. Answers its jid.
    ///
    /// # Errors
    /// As [`Client::enqueue`].
    pub async fn enqueue_in(
        &self,
        delay: Duration,
        class: impl Into<String>,
        args: impl Serialize,
    ) -> Result<String, EnqueueError> {
        self.push_in(delay, new_job(class, &args)?).await
    }

    /// Enqueues a job for a point in time; at once if that is not in the future. Answers its jid.
    ///
    /// # Errors
    /// As [`Client::enqueue`].
    pub async fn enqueue_at(
        &self,
        at: Timestamp,
        class: impl Into<String>,
        args: impl Serialize,
    ) -> Result<String, EnqueueError> {
        self.push(new_job(class, &args)?.at(at)).await
    }

    /// Enqueues one job for each of these arguments, first things first. Answers their jids in order.
    ///
    /// # Errors
    /// As [`Client::push_many`].
    pub async fn enqueue_many<A: Serialize>(
        &self,
        class: impl Into<String>,
        many: impl IntoIterator<Item = A>,
    ) -> Result<Vec<String>, EnqueueError> {
        let class = class.into();
        let jobs: Result<Vec<NewJob>, EnqueueError> = many
            .into_iter()
            .map(|args| new_job(class.clone(), &args))
            .collect();
        self.push_many(jobs?).await
    }

    /// Enqueues a job with all that it says. Answers its jid.
    ///
    /// # Errors
    /// As [`Client::enqueue`].
    pub async fn push(&self, job: NewJob) -> Result<String, EnqueueError> {
        let jids = self.push_many(vec![job]).await?;
        Ok(jids.into_iter().next().unwrap_or_default())
    }

    /// Enqueues a job with all that it says for a time from now. Answers its jid.
    ///
    /// # Errors
    /// As [`Client::enqueue`].
    pub async fn push_in(&self, delay: Duration, job: NewJob) -> Result<String, EnqueueError> {
        let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        let at = self.store.now().await?.plus_milliseconds(delay_ms);
        self.push(job.at(at)).await
    }

    /// Enqueues jobs with all that they say, a thousand a step. Answers their jids in order.
    ///
    /// # Errors
    /// As [`Client::enqueue`]. Nothing is enqueued when one of the jobs is not acceptable; when the store fails, whole thousands may be.
    pub async fn push_many(&self, jobs: Vec<NewJob>) -> Result<Vec<String>, EnqueueError> {
        for job in &jobs {
            job.validate()?;
        }
        let mut jids = Vec::with_capacity(jobs.len());
        let mut steps = jobs.chunks(STEP);
        let Some(first) = steps.next() else {
            return Ok(jids);
        };
        let mut now = self.store.now().await?;
        let mut asked = Instant::now();
        let mut entries = self.entries(first, now, &mut jids);
        loop {
            if asked.elapsed() > CLOCK_KEPT {
                now = self.store.now().await?;
                asked = Instant::now();
            }
            // The next thousand are written while the store takes in these.
            let next = async { steps.next().map(|step| self.entries(step, now, &mut jids)) };
            let (added, next) = tokio::join!(biased; self.store.add(&entries), next);
            added?;
            match next {
                Some(next) => entries = next,
                None => return Ok(jids),
            }
        }
    }

    /// Where new jobs go; adds their jids.
    fn entries(&self, jobs: &[NewJob], now: Timestamp, jids: &mut Vec<String>) -> Vec<Destination> {
        jobs.iter()
            .map(|new| {
                let jid = new.jid.clone().unwrap_or_else(new_jid);
                let text = new.text(&jid, now, self.time_unit);
                jids.push(jid);
                Destination::of_new(new, text.into(), now)
            })
            .collect()
    }
}

fn new_job(class: impl Into<String>, args: &impl Serialize) -> Result<NewJob, EnqueueError> {
    let mut job = NewJob::new(class);
    job.args = args_json(args)?;
    Ok(job)
}
