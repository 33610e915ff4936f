//! A stored job as the pages show it.

use super::Job;
use crate::model::{EntryId, JobEntry, JobLocation, RunningJob, Timestamp, Whereabouts};

/// The row of an entry; `whole` keeps long texts, otherwise they are cut for a list.
#[must_use]
pub fn entry(id: EntryId, job: &Job, whole: bool) -> JobEntry {
    let _ = (id, job, whole);
    unimplemented!()
}

/// All that a job's page shows of one place.
#[must_use]
pub fn location(whereabouts: Whereabouts, id: EntryId, job: &Job) -> JobLocation {
    let _ = (whereabouts, id, job);
    unimplemented!()
}

/// A running job from what its process reports.
#[must_use]
pub fn running(
    process: &str,
    thread: &str,
    queue: &str,
    payload: &Job,
    run_at: Timestamp,
) -> RunningJob {
    let _ = (process, thread, queue, payload, run_at);
    unimplemented!()
}
