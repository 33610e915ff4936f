//! When the job is read again: while somebody looks, soon when it seems to have moved, seldom when looking is much work.

use super::JobView;
use crate::app::live::use_live;
use leptos::prelude::*;

/// Live numbers (one a second) between two readings of a job that is found at once.
const USUAL_SECONDS: u64 = 2;
/// Entries whose search is worth a second more.
const SCANNED_A_SECOND: u64 = 10_000;
/// Bytes whose sending is worth a second more.
const BYTES_A_SECOND: u64 = 100_000;
/// However much work it is.
const LONGEST_SECONDS: u64 = 120;

/// Follows the live numbers. They stop when the tab is hidden or held still, and so does the page.
pub(super) fn follow(job: JobView) {
    let live = use_live();
    let snapshot = live.snapshot();
    let waited = StoredValue::new(0_u64);
    let cost = StoredValue::new(None::<u64>);
    Effect::new(move || {
        job.read.with(|read| {
            if let Some((_, read)) = read {
                let seconds = read.as_ref().map_or(Some(USUAL_SECONDS), |detail| {
                    let bytes = detail
                        .locations
                        .iter()
                        .map(|location| location.entry.size_bytes);
                    // What is shown by way of exception would be hidden again by the next reading.
                    (!detail.revealed).then(|| seconds_between(detail.scanned, bytes.sum()))
                });
                cost.set_value(seconds);
            }
        });
        waited.set_value(0);
    });
    Effect::new(move || {
        snapshot.track();
        waited.update_value(|waited| *waited += 1);
        if cost
            .get_value()
            .is_some_and(|cost| waited.get_value() >= cost)
        {
            waited.set_value(0);
            job.read.refetch();
        }
    });
    // That it began or ended to run is known without a search.
    let runs = live.select(move |snapshot| {
        job.jid.with(|jid| {
            !jid.is_empty() && snapshot.running.iter().any(|running| running.jid == *jid)
        })
    });
    Effect::new(move |before: Option<bool>| {
        let runs = runs.get();
        if before.is_some_and(|before| before != runs) {
            job.read.refetch();
        }
        runs
    });
}

/// Seconds until the next reading, after one that looked at so many entries and brought so many bytes.
fn seconds_between(scanned: u64, bytes: u64) -> u64 {
    (USUAL_SECONDS + scanned / SCANNED_A_SECOND + bytes / BYTES_A_SECOND).min(LONGEST_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::seconds_between;

    #[test]
    fn what_is_much_work_is_done_seldom() {
        assert_eq!(seconds_between(0, 900), 2);
        assert_eq!(seconds_between(0, 1_000_000), 12);
        assert_eq!(seconds_between(1_000_000, 900), 102);
        assert_eq!(seconds_between(u64::MAX / 2, 0), 120);
    }
}
