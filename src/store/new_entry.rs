//! Where a new job goes.

use super::{Destination, QueueEnd};
use crate::job::NewJob;
use crate::model::{Set, Timestamp};
use bytes::Bytes;

impl Destination {
    /// Where a new job goes: into the scheduled set if its time is still to come, else into its queue. `raw` is its text, `now` the store's clock.
    #[must_use]
    pub fn of_new(new: &NewJob, raw: Bytes, now: Timestamp) -> Self {
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
