//! The entries that failed last.

use crate::job::Job;
use crate::model::{JobEntry, Order, Place, Set, Timestamp};
use crate::redaction::Redactor;
use crate::shown;
use crate::store::{SharedStore, Start, StoreResult};

/// How many retries due next are looked at, how many due last, and how many of the newest dead.
const DUE_NEXT: usize = 60;
const DUE_LAST: usize = 40;
const DEAD: usize = 20;

/// The entries of the retry and dead sets that failed last, newest first.
///
/// The retry set stands in the order in which jobs are due, not in which they failed, so this is an approximation for large sets: it
/// looks at the retries due next (a job that failed for the first or second time is due within the minute), at those due last (a job
/// that has failed often is due in days), and at the newest of the dead set, and sorts these by the time of their failure.
/// With fewer than a hundred retries it is exact, unless these are so large that a slice holds fewer.
pub(super) async fn latest(
    store: &SharedStore,
    now: Timestamp,
    redactor: &Redactor,
) -> StoreResult<Vec<JobEntry>> {
    let retries = Place::Set(Set::Retries);
    let dead = Place::Set(Set::Dead);
    let due = Start::Score(now.seconds());
    let (next, last, dead) = tokio::try_join!(
        store.slice(&retries, &due, Order::Ascending, DUE_NEXT),
        store.slice(&retries, &Start::Edge, Order::Descending, DUE_LAST),
        store.slice(&dead, &Start::Edge, Order::Descending, DEAD),
    )?;
    let mut failures: Vec<JobEntry> = Vec::new();
    for stored in [next, last, dead]
        .into_iter()
        .flat_map(|slice| slice.entries)
    {
        let entry = shown::entry(stored.id, &Job::new(stored.raw), false, redactor);
        if failed_at(&entry).is_some() && failures.iter().all(|known| known.id != entry.id) {
            failures.push(entry);
        }
    }
    failures.sort_by_key(|entry| std::cmp::Reverse(failed_at(entry)));
    Ok(failures)
}

/// When the entry failed last; nothing for one that was killed before it ever ran.
fn failed_at(entry: &JobEntry) -> Option<Timestamp> {
    entry.retried_at.max(entry.failed_at)
}
