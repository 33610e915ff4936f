//! What another client of the store notices.

use super::BenchError;
use crate::store::{StoreOptions, connect};
use std::time::{Duration, Instant};
use tokio::{
    sync::oneshot,
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// Asks the store for the time over a connection of its own, once a millisecond, until `work` is done; answers how long each answer
/// took, shortest first.
pub(super) async fn ping_until(
    url: String,
    store: StoreOptions,
    work: impl Future<Output = ()>,
) -> Result<Vec<Duration>, BenchError> {
    let failed =
        |error: &dyn std::fmt::Display| BenchError::Stuck(format!("pinging failed: {error}"));
    let end = CancellationToken::new();
    let ended = end.clone();
    let (begun, begins) = oneshot::channel();
    // On a thread and a runtime of its own: what the work holds up here is not the store's.
    let pinging = spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        runtime.block_on(ping(&url, &store, ended, begun))
    });
    // When it fails at once, that is told at the end.
    let _ = begins.await;
    work.await;
    end.cancel();
    pinging.await.map_err(|error| failed(&error))?
}

async fn ping(
    url: &str,
    options: &StoreOptions,
    end: CancellationToken,
    begun: oneshot::Sender<()>,
) -> Result<Vec<Duration>, BenchError> {
    let store = connect(url, options).await?;
    store.now().await?;
    // Whoever waits for this may have gone.
    let _ = begun.send(());
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut times = Vec::new();
    while !end.is_cancelled() {
        ticks.tick().await;
        let asked = Instant::now();
        store.now().await?;
        times.push(asked.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

/// The time within which so many of a thousand were, milliseconds.
pub(super) fn part(times: &[Duration], per_mille: usize) -> f64 {
    let index = (times.len() * per_mille / 1000).min(times.len().saturating_sub(1));
    times
        .get(index)
        .map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
