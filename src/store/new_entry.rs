//! Where a new job goes.

use super::{Destination, QueueEnd};
use crate::job::{Job, NewJob};
use crate::model::{Set, Timestamp};

impl Destination {
    /// Where a new job goes: into the scheduled set if its time is still to come, else into its queue. `job` is its text, `now` the store's clock.
    #[must_use]
    pub fn of_new(new: &NewJob, job: &Job, now: Timestamp) -> Self {
        let raw = job.raw().clone();
        match new.at {
            Some(at) if new.is_scheduled(now) => Self::Set {
                set: Set::Scheduled,
                score: at.seconds(),
                raw,
            },
            _ => Self::Queue {
                name: new.queue.clone(),
                raw,
                end: QueueEnd::Last,
            },
        }
    }
}
