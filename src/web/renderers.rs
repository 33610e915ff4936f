//! Each page is made on one thread.
//!
//! The reactive values of a page take a value that another thread is writing at that moment for one that is gone, and panic (a page then
//! ends in 500), or miss the news of it. On a runtime with several threads what a page reads arrives on any of them; so pages have
//! runtimes of one thread each, as in the browser.

use axum::{
    body::{self, Body},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::{FutureExt, future::BoxFuture};
use std::{
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
};
use tracing::Instrument;

/// An answer to be made, and where it goes.
type Wanted = (BoxFuture<'static, Response>, oneshot::Sender<Response>);

/// One thread a processor, as long as the program runs.
static RENDERERS: LazyLock<Vec<mpsc::UnboundedSender<Wanted>>> = LazyLock::new(|| {
    let count = thread::available_parallelism().map_or(1, usize::from);
    (0..count).filter_map(|_| start()).collect()
});

/// Whose turn it is.
static TURN: AtomicUsize = AtomicUsize::new(0);

fn start() -> Option<mpsc::UnboundedSender<Wanted>> {
    let (sender, mut wanted) = mpsc::unbounded_channel::<Wanted>();
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let started = runtime.and_then(|runtime| {
        let run = move || {
            runtime.block_on(async move {
                while let Some((page, answer)) = wanted.recv().await {
                    tokio::spawn(async move {
                        // Nobody waits for it any more when the browser has gone away.
                        let _ = answer.send(whole(page.await).await);
                    });
                }
            });
        };
        thread::Builder::new()
            .name("jobdeck-pages".to_owned())
            .spawn(run)
    });
    match started {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::warn!(%error, "no thread for pages");
            None
        }
    }
}

/// The answer with all of its body, so that nothing of it is made elsewhere.
async fn whole(response: Response) -> Response {
    let (parts, content) = response.into_parts();
    match body::to_bytes(content, usize::MAX).await {
        Ok(content) => Response::from_parts(parts, Body::from(content)),
        Err(error) => {
            tracing::error!(%error, "a page broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Has a page, or the answer of a server function, made on one of the threads.
pub(super) async fn on_one_thread(
    page: impl Future<Output = Response> + Send + 'static,
) -> Response {
    let page: BoxFuture<'static, Response> = page.in_current_span().boxed();
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let Some(renderer) = RENDERERS.get(turn % RENDERERS.len().max(1)) else {
        return page.await;
    };
    let (answer, answered) = oneshot::channel();
    if let Err(mpsc::error::SendError((page, _))) = renderer.send((page, answer)) {
        return page.await;
    }
    answered.await.unwrap_or_else(|_| {
        tracing::error!("a page failed by a fault in Jobdeck");
        super::rest::internal_error()
    })
}
