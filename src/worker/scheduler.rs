//! Enqueues scheduled jobs and retries whose time has come.

use super::{holding::Holding, retry::unit_of, runtime::Runtime};
use crate::{
    holds::Holder,
    job::{Job, TimeUnit, write_time},
    model::{EntryId, Set, Timestamp},
    store::{
        Destination, Move, Moved, QueueEnd, SharedStore, Start, StoreError, StoreResult,
        StoredEntry, Trouble,
    },
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::time::sleep;

/// Entries looked at in one step.
const STEP: usize = 100;

/// Most entries that are told apart when the store refuses to move them.
const MOST_TOLD: usize = 1_000;

/// How often all processes together look, on a shared store.
const SHARED_INTERVAL: Duration = Duration::from_secs(5);

/// How often a process looks on an embedded store.
const EMBEDDED_INTERVAL: Duration = Duration::from_secs(1);

/// Looks for due entries until the worker stops.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("looking for due jobs");
    let mut refused = Refused::default();
    let mut holding = Holding::default();
    // Not all processes of a deployment at the same moment.
    let mut pause = interval(&runtime)
        .await
        .mul_f64(rand::random_range(0.0..1.0));
    loop {
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.stopping.cancelled() => return,
        }
        match enqueue_due(&runtime, &mut refused, &mut holding).await {
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

/// Enqueues everything that is due: retries first, as Sidekiq does. A set that cannot be read is no obstacle to the other.
async fn enqueue_due(
    runtime: &Runtime,
    refused: &mut Refused,
    holding: &mut Holding,
) -> StoreResult<()> {
    let mut outcome = Ok(());
    refused.begin();
    for set in [Set::Retries, Set::Scheduled] {
        let result = enqueue_due_of(runtime, set, refused, holding).await;
        outcome = outcome.and(result);
    }
    refused.end();
    outcome
}

/// Enqueues what is due in this set, a hundred entries at a time; retries that are held wait on. What the store refuses to move stays where
/// it is, and is passed over.
async fn enqueue_due_of(
    runtime: &Runtime,
    set: Set,
    refused: &mut Refused,
    holding: &mut Holding,
) -> StoreResult<()> {
    let store = runtime.store.as_ref();
    let mut start = Start::Edge;
    while !runtime.stopping.is_cancelled() {
        let slice = store.due(set, &start, STEP).await?;
        let now = slice.now;
        let Some(last) = slice.entries.last() else {
            return Ok(());
        };
        start = Start::After(last.cursor.clone());
        let more = last.id.position <= now.seconds();
        let mut due = slice.entries;
        due.retain(|entry| entry.id.position <= now.seconds());
        if due.is_empty() {
            return Ok(());
        }
        // Read anew for each hundred: a hold that somebody has just made holds these already.
        let mut holder = match set {
            Set::Retries => holding.read(runtime, now).await?,
            Set::Scheduled | Set::Dead => Holder::default(),
        };
        let moves: Vec<Move> = due
            .into_iter()
            .map(|entry| Move {
                to: match holder.score(entry.id.position, &entry.raw) {
                    Some(score) => Destination::Set {
                        set,
                        score,
                        raw: entry.raw.clone(),
                    },
                    None => destination(&entry, now, runtime.settings.time_unit),
                },
                entry,
            })
            .collect();
        let outcomes = store.promote(&moves).await?;
        let (mut done, mut gone) = (0, 0);
        for (change, outcome) in moves.iter().zip(&outcomes) {
            match outcome {
                Moved::Done => done += 1,
                Moved::Gone => gone += 1,
                Moved::Refused(error) => refused.note(&change.entry.id, error),
            }
        }
        // All taken by others: they go on with the rest.
        if !more || (done == 0 && gone > 0) {
            return Ok(());
        }
    }
    Ok(())
}

/// Due entries that the store refuses to move: each is told once, however often it is looked at.
#[derive(Debug, Default)]
struct Refused {
    /// Told in earlier rounds, and still refused then.
    told: HashSet<String>,
    /// Refused in this round.
    seen: HashSet<String>,
}

impl Refused {
    /// A new round.
    fn begin(&mut self) {
        self.seen.clear();
    }

    fn note(&mut self, id: &EntryId, error: &StoreError) {
        if self.seen.len() >= MOST_TOLD {
            return;
        }
        let id = id.to_string();
        if !self.told.contains(&id) {
            tracing::warn!(%error, entry = id, "a due job cannot be enqueued; it stays where it is, and the others go on");
        }
        self.seen.insert(id);
    }

    /// What was not seen in this round is forgotten.
    fn end(&mut self) {
        self.told = std::mem::take(&mut self.seen);
    }
}

/// Its queue, with a new `enqueued_at`; what is no job goes to the dead set as it is.
pub(super) fn destination(entry: &StoredEntry, now: Timestamp, unit: TimeUnit) -> Destination {
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
