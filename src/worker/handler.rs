//! A handler with its types erased.

use super::{JobContext, JobResult, args};
use futures::future::{BoxFuture, FutureExt};
use serde::de::DeserializeOwned;
use std::{future::Future, sync::Arc};

/// A handler with its types erased: decodes the arguments, then runs.
pub(super) type Handler = Arc<dyn Fn(JobContext) -> BoxFuture<'static, JobResult> + Send + Sync>;

/// Erases a handler's types.
pub(super) fn erase<A, F, Fut>(handler: F) -> Handler
where
    A: DeserializeOwned + Send + 'static,
    F: Fn(JobContext, A) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = JobResult> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |context| {
        let handler = Arc::clone(&handler);
        // All of it inside the future, so that a panic while decoding is caught like one while running.
        async move {
            let args = args::decode(context.job())?;
            handler(context, args).await
        }
        .boxed()
    })
}

/// Erases a handler's types that reads the arguments itself.
pub(super) fn erase_raw<F, Fut>(handler: F) -> Handler
where
    F: Fn(JobContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = JobResult> + Send + 'static,
{
    let handler = Arc::new(handler);
    Arc::new(move |context| {
        let handler = Arc::clone(&handler);
        // Called inside the future, as above.
        async move { handler(context).await }.boxed()
    })
}
