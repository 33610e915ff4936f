//! What there is to see of one store beside others.

use super::{Overview, Snapshot, StoreInfo, StoreSign, StoreState, Timestamp};
use serde::{Deserialize, Serialize};

/// What there is to see of one store beside others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreGlance {
    /// How it is told from the others.
    pub sign: StoreSign,
    /// Where its pages are, with all that stands before.
    pub address: String,
    /// Whether it answers.
    pub state: StoreState,
    /// What it is, as soon as it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<StoreInfo>,
    /// Its numbers, the last known ones where it is lost; nothing before any was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<StoreNumbers>,
}

/// The numbers of a store, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoreNumbers {
    /// When they were read, by the store's clock; of several the oldest.
    pub sampled_at: Timestamp,
    /// Jobs in queues.
    pub enqueued: u64,
    /// Jobs that run.
    pub running: u64,
    /// Jobs that wait for their time.
    pub scheduled: u64,
    /// Jobs that wait to be tried again.
    pub retrying: u64,
    /// Jobs that are given up.
    pub dead: u64,
    /// Executions since the store began to count.
    pub processed: u64,
    /// Those that failed.
    pub failed: u64,
    /// Processes with a heartbeat.
    pub processes: u64,
    /// Longest wait of a job that is next to run in its queue, seconds.
    pub latency_seconds: f64,
    /// Queues that are paused.
    pub paused_queues: u64,
    /// Alerts that fire, and to which nobody has said anything.
    pub alerts: u64,
}

impl StoreNumbers {
    /// Those of a snapshot; nothing when none was read yet.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Option<Self> {
        let Overview {
            sampled_at,
            enqueued,
            running,
            scheduled,
            retrying,
            dead,
            processed,
            failed,
            processes,
            ..
        } = snapshot.overview;
        if sampled_at.0 <= 0 {
            return None;
        }
        let queues = &snapshot.overview.queues;
        let alerts = snapshot.alerts.iter().filter(|alert| !alert.is_quiet);
        Some(Self {
            sampled_at,
            enqueued,
            running,
            scheduled,
            retrying,
            dead,
            processed,
            failed,
            processes,
            latency_seconds: queues
                .iter()
                .map(|queue| queue.latency_seconds)
                .fold(0.0, f64::max),
            paused_queues: queues.iter().filter(|queue| queue.paused).count() as u64,
            alerts: alerts.count() as u64,
        })
    }

    /// All of them together; nothing when there are none.
    #[must_use]
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|one, other| Self {
            sampled_at: one.sampled_at.min(other.sampled_at),
            enqueued: one.enqueued + other.enqueued,
            running: one.running + other.running,
            scheduled: one.scheduled + other.scheduled,
            retrying: one.retrying + other.retrying,
            dead: one.dead + other.dead,
            processed: one.processed + other.processed,
            failed: one.failed + other.failed,
            processes: one.processes + other.processes,
            latency_seconds: one.latency_seconds.max(other.latency_seconds),
            paused_queues: one.paused_queues + other.paused_queues,
            alerts: one.alerts + other.alerts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::StoreNumbers;
    use crate::model::{Overview, QueueSummary, Snapshot, Timestamp};

    fn snapshot(at: i64, dead: u64, latency: f64) -> Snapshot {
        Snapshot {
            overview: Overview {
                sampled_at: Timestamp(at),
                dead,
                queues: vec![
                    QueueSummary::default(),
                    QueueSummary {
                        latency_seconds: latency,
                        paused: true,
                        ..QueueSummary::default()
                    },
                ],
                ..Overview::default()
            },
            ..Snapshot::default()
        }
    }

    #[test]
    fn what_was_never_read_has_no_numbers() {
        assert_eq!(StoreNumbers::of(&Snapshot::default()), None);
        assert_eq!(StoreNumbers::sum([]), None);
    }

    #[test]
    fn together_they_are_as_late_as_the_latest_and_as_old_as_the_oldest() {
        let both = [snapshot(2_000, 3, 4.5), snapshot(1_000, 4, 1.5)];
        let sum = StoreNumbers::sum(both.iter().filter_map(StoreNumbers::of)).unwrap();
        assert_eq!((sum.dead, sum.paused_queues), (7, 2));
        assert_eq!(
            (sum.sampled_at, sum.latency_seconds),
            (Timestamp(1_000), 4.5)
        );
    }
}
