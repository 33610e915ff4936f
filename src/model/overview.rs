//! The state of a store in numbers.

use super::{Place, Set, Timestamp};
use serde::{Deserialize, Serialize};

/// The state of a store in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Executions since ever, failed ones included.
    pub processed: u64,
    /// Executions that failed, since ever.
    pub failed: u64,
    /// Jobs in all queues.
    pub enqueued: u64,
    /// Jobs being run, as of the processes' last heartbeat.
    pub running: u64,
    /// Size of the scheduled set.
    pub scheduled: u64,
    /// Size of the retry set.
    pub retrying: u64,
    /// Size of the dead set.
    pub dead: u64,
    /// Processes with a heartbeat.
    pub processes: u64,
    /// Threads of all processes: how many jobs can run at a time.
    pub concurrency: u64,
    /// Every queue, by name.
    pub queues: Vec<QueueSummary>,
    /// When this was read, by the store's clock.
    pub sampled_at: Timestamp,
}

impl Overview {
    /// All sets and queues with their sizes, in the order in which they are looked through: first where jobs that failed are.
    #[must_use]
    pub fn places(&self) -> Vec<(Place, u64)> {
        let mut queues: Vec<(Place, u64)> = self
            .queues
            .iter()
            .map(|queue| (Place::Queue(queue.name.clone()), queue.size))
            .collect();
        queues.sort();
        [Set::Dead, Set::Retries, Set::Scheduled]
            .into_iter()
            .map(Place::Set)
            .map(|place| (place.clone(), self.size(&place)))
            .chain(queues)
            .collect()
    }

    /// Entries of a place; none of a queue that is not there.
    #[must_use]
    pub fn size(&self, place: &Place) -> u64 {
        match place {
            Place::Set(Set::Scheduled) => self.scheduled,
            Place::Set(Set::Retries) => self.retrying,
            Place::Set(Set::Dead) => self.dead,
            Place::Queue(name) => {
                let queue = self.queues.iter().find(|queue| queue.name == *name);
                queue.map_or(0, |queue| queue.size)
            }
        }
    }
}

/// A queue in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueSummary {
    /// Name, without `queue:`.
    pub name: String,
    /// Jobs in it.
    pub size: u64,
    /// Age of the job that is next to run, in seconds; 0 when empty; never negative.
    pub latency_seconds: f64,
    /// Whether workers that honour it leave this queue alone.
    pub paused: bool,
}

/// Executions of one UTC day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayTotals {
    /// The day, `2026-11-23`.
    pub day: String,
    /// Executions, failed ones included.
    pub processed: u64,
    /// Executions that failed.
    pub failed: u64,
}
