//! Answers on a socket until told to stop.

use super::{AppState, router};
use std::{io, net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long open requests may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Answers on `listener` until `shutdown`, then lets open requests end (for at most ten seconds); streams end at once.
///
/// # Errors
/// The socket's.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> io::Result<()> {
    // Streams end with the server, whatever token the state was made with.
    let streams = state.shutdown.clone();
    let stop = shutdown.clone();
    // The address of who asks is looked at when they log in.
    let router = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.cancelled().await;
        streams.cancel();
    });
    tokio::select! {
        ended = server => ended,
        () = drained(shutdown) => {
            tracing::warn!("some requests were still open after {} s and are dropped", DRAIN.as_secs());
            Ok(())
        }
    }
}

async fn drained(shutdown: CancellationToken) {
    shutdown.cancelled().await;
    tokio::time::sleep(DRAIN).await;
}
