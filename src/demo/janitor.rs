//! Keeps the demo's own dead jobs few.

use super::{DemoOptions, jobs::CLASSES};
use crate::{
    job::Job,
    model::{Order, Place, Set},
    store::{Destination, Move, SharedStore, Start, StoreResult},
};
use std::sync::Arc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Time between two looks, seconds of the demo's time.
const INTERVAL_SECONDS: f64 = 60.0;

/// Entries looked at in one step.
const STEP: usize = 100;

/// Deletes the demo's oldest dead jobs beyond the limit, until `shutdown`. Other programs' dead jobs are left alone.
pub(super) async fn run(
    store: SharedStore,
    options: Arc<DemoOptions>,
    shutdown: CancellationToken,
) {
    loop {
        tokio::select! {
            () = sleep(options.paced(INTERVAL_SECONDS)) => {}
            () = shutdown.cancelled() => return,
        }
        if let Err(error) = trim(&store, options.dead_limit).await {
            tracing::debug!(%error, "dead jobs of the demo could not be trimmed yet");
        }
    }
}

async fn trim(store: &SharedStore, limit: u64) -> StoreResult<()> {
    let dead = Place::Set(Set::Dead);
    let oldest = store
        .slice(&dead, &Start::Edge, Order::Ascending, STEP)
        .await?;
    let excess = usize::try_from(oldest.total.saturating_sub(limit)).unwrap_or(usize::MAX);
    let moves: Vec<Move> = oldest
        .entries
        .into_iter()
        .filter(|entry| {
            let class = Job::new(entry.raw.clone()).class();
            class.is_some_and(|class| CLASSES.contains(&class.as_str()))
        })
        .take(excess)
        .map(|entry| Move {
            entry,
            to: Destination::Nowhere,
        })
        .collect();
    if !moves.is_empty() {
        store.apply(&moves).await?;
    }
    Ok(())
}
