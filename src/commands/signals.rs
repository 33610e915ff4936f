//! Ends what runs long when it is told to.

use super::Failure;
use crate::worker::kill_commands;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first `SIGINT` or `SIGTERM`. At the second the process ends at once.
pub(super) fn shutdown() -> Result<CancellationToken, Failure> {
    let shutdown = CancellationToken::new();
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let token = shutdown.clone();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        token.cancel();
        tracing::info!("stopping; once more to stop at once");
        either(&mut interrupt, &mut terminate).await;
        // Nothing is dropped now, so they would go on.
        kill_commands();
        #[expect(clippy::exit, reason = "what the second signal asks for")]
        std::process::exit(1);
    });
    Ok(shutdown)
}

/// Sends this process what the first `SIGTERM` is.
pub(super) fn terminate() {
    let own = rustix::process::getpid();
    let _ = rustix::process::kill_process(own, rustix::process::Signal::TERM);
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn listen(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::new(format!("signals cannot be listened to: {error}")))
}
