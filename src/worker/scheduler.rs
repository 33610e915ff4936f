//! Enqueues scheduled jobs and retries whose time has come.

use super::{retry::unit_of, runtime::Runtime, trouble::Trouble};
use crate::{
    job::{Job, TimeUnit, write_time},
    model::{Order, Place, Set, Timestamp},
    store::{
        AdminStore, Destination, Move, QueueEnd, SharedStore, Start, StoreResult, StoredEntry,
    },
};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// Entries looked at in one step.
const STEP: usize = 100;

/// How often all processes together look, on a shared store.
const SHARED_INTERVAL: Duration = Duration::from_secs(5);

/// How often a process looks on an embedded store.
const EMBEDDED_INTERVAL: Duration = Duration::from_secs(1);

/// Looks for due entries until the worker stops.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("looking for due jobs");
    // Not all processes of a deployment at the same moment.
    let mut pause = interval(&runtime)
        .await
        .mul_f64(rand::random_range(0.0..1.0));
    loop {
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.stopping.cancelled() => return,
        }
        match enqueue_due(&runtime).await {
            Ok(()) => trouble.is_over(),
            Err(error) => trouble.note(&error),
        }
        pause = interval(&runtime)
            .await
            .mul_f64(rand::random_range(0.5..1.5));
    }
}

/// Average time between two looks of this process.
async fn interval(runtime: &Runtime) -> Duration {
    if let Some(interval) = runtime.settings.poll_interval {
        return interval;
    }
    match runtime.store.info().await {
        Ok(info) if info.kind == "sqlite" => EMBEDDED_INTERVAL,
        _ => SHARED_INTERVAL * process_count(&runtime.store).await,
    }
}

async fn process_count(store: &SharedStore) -> u32 {
    let count = store
        .processes()
        .await
        .map_or(1, |processes| processes.len());
    u32::try_from(count).unwrap_or(u32::MAX).clamp(1, 1_000)
}

/// Enqueues everything that is due: retries first, as Sidekiq does.
async fn enqueue_due(runtime: &Runtime) -> StoreResult<()> {
    for set in [Set::Retries, Set::Scheduled] {
        while !runtime.stopping.is_cancelled()
            && step(runtime.store.as_ref(), set, runtime.settings.time_unit).await? > 0
        {}
    }
    Ok(())
}

/// Enqueues up to a hundred due entries. Says how many this process moved: none when there are no more, or when all were taken by
/// others, who then go on with the rest.
async fn step(store: &(impl AdminStore + ?Sized), set: Set, unit: TimeUnit) -> StoreResult<usize> {
    let slice = store
        .slice(&Place::Set(set), &Start::Edge, Order::Ascending, STEP)
        .await?;
    let now = slice.now;
    let moves: Vec<Move> = slice
        .entries
        .into_iter()
        .filter(|entry| entry.id.position <= now.seconds())
        .map(|entry| Move {
            to: destination(&entry, now, unit),
            entry,
        })
        .collect();
    if moves.is_empty() {
        return Ok(0);
    }
    let moved = store.apply(&moves).await?;
    Ok(moved.into_iter().filter(|moved| *moved).count())
}

/// Its queue, with a new `enqueued_at`; what is no job goes to the dead set as it is.
fn destination(entry: &StoredEntry, now: Timestamp, unit: TimeUnit) -> Destination {
    let job = Job::new(entry.raw.clone());
    let enqueued_at = write_time(now, unit_of(&job, unit));
    match job.edited(&[("enqueued_at", &enqueued_at)]) {
        Ok(edited) => Destination::Queue {
            name: job.queue().unwrap_or_else(|| "default".to_owned()),
            raw: edited.raw().clone(),
            end: QueueEnd::Last,
        },
        Err(reason) => {
            tracing::warn!(%reason, place = %entry.id.place, "a due entry goes to the dead set as it is");
            Destination::Set {
                set: Set::Dead,
                score: now.seconds(),
                raw: entry.raw.clone(),
            }
        }
    }
}
