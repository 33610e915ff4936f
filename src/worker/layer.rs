//! Code around the run of each job.
//!
//! Not tower's own traits: a `Service` wants `poll_ready`, a clone for each call and a named future, and tower's ready-made layers answer
//! errors of types of their own, which would have to be turned back into a [`super::JobError`] one by one. A layer here is what a handler
//! is: an asynchronous function.

use super::{JobContext, JobResult, WorkerBuilder, handler::Handler};
use futures::future::{BoxFuture, FutureExt};
use std::{fmt, future::Future, sync::Arc};

/// A layer with its types erased.
#[derive(Clone)]
pub(super) struct Layer(
    Arc<dyn Fn(JobContext, Next) -> BoxFuture<'static, JobResult> + Send + Sync>,
);

/// What a layer stands around: the next layer, or the handler.
#[derive(Clone)]
pub struct Next {
    inner: Handler,
}

impl Next {
    /// Runs the job. A layer that does not call this answers in place of the handler; one that keeps a clone can run it again.
    pub async fn run(self, job: JobContext) -> JobResult {
        (self.inner)(job).await
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Layer")
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Next")
    }
}

impl WorkerBuilder {
    /// Puts a layer around the run of each job, whatever its handler is (Rust, HTTP, a command). The layer that is added first is the
    /// outermost; it does not matter whether handlers are added before or after. A layer sees the job before its arguments are read; its
    /// error, or its panic, is the job's.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use jobdeck::{Worker, worker::{JobContext, JobError, JobResult, Next}};
    /// use std::time::{Duration, Instant};
    ///
    /// async fn time(job: JobContext, next: Next) -> JobResult {
    ///     let started = Instant::now();
    ///     let result = next.run(job.clone()).await;
    ///     job.log(format!("took {:?}", started.elapsed()));
    ///     result
    /// }
    ///
    /// async fn limit(job: JobContext, next: Next) -> JobResult {
    ///     let run = tokio::time::timeout(Duration::from_secs(60), next.run(job));
    ///     run.await.map_err(|_| JobError::new("Timeout", "it took more than a minute"))?
    /// }
    ///
    /// # fn example(store: jobdeck::store::SharedStore) -> jobdeck::worker::WorkerBuilder {
    /// Worker::builder(store)
    ///     .layer(time)
    ///     .layer(limit)
    ///     .handler("Greet", |_, (name,): (String,)| async move {
    ///         println!("Hello, {name}!");
    ///         Ok(())
    ///     })
    /// # }
    /// ```
    pub fn layer<F, Fut>(mut self, layer: F) -> Self
    where
        F: Fn(JobContext, Next) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = JobResult> + Send + 'static,
    {
        self.layers.push(erase(layer));
        self
    }
}

/// Erases a layer's types.
pub(super) fn erase<F, Fut>(layer: F) -> Layer
where
    F: Fn(JobContext, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = JobResult> + Send + 'static,
{
    let layer = Arc::new(layer);
    Layer(Arc::new(move |job, next| {
        let layer = Arc::clone(&layer);
        // Called inside the future, so that its panic is caught like a handler's.
        async move { layer(job, next).await }.boxed()
    }))
}

/// The handler with the layers around it, the first one outermost.
pub(super) fn around(handler: Handler, layers: &[Layer]) -> Handler {
    layers.iter().rev().fold(handler, |inner, layer| {
        let layer = layer.clone();
        Arc::new(move |job| {
            let inner = Arc::clone(&inner);
            (layer.0)(job, Next { inner })
        })
    })
}
