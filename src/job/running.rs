//! A running job, from what is reported of it.

use super::{Job, display::LIST_CHARACTERS, display::cut};
use crate::model::{RunningJob, Timestamp};

/// A running job from what its process reports.
#[must_use]
pub fn running(
    process: &str,
    thread: &str,
    queue: &str,
    payload: &Job,
    run_at: Timestamp,
) -> RunningJob {
    RunningJob {
        process: process.to_owned(),
        thread: thread.to_owned(),
        queue: queue.to_owned(),
        jid: payload.jid().unwrap_or_default(),
        class: cut(&payload.shown_class(), LIST_CHARACTERS),
        args: payload.shown_args(LIST_CHARACTERS),
        run_at,
        payload: payload.text().into_owned(),
        ..RunningJob::default()
    }
}
