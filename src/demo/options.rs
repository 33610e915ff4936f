//! Pace and limits of the demo.

use std::time::Duration;

/// Pace and limits of the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoOptions {
    /// How many times faster than usual everything goes: 1 for people, more for tests.
    pub speed: f64,
    /// Albums after which no more arrive; nothing: they never end.
    pub albums: Option<u32>,
    /// No album arrives while more jobs than this wait in queues, or as many retries and scheduled jobs.
    pub backlog_limit: u64,
    /// The demo's oldest dead jobs are deleted beyond this many in the dead set.
    pub dead_limit: u64,
    /// The words of the command that adds a job to the demo's store, for people to copy.
    pub enqueue: Vec<String>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            speed: 1.0,
            albums: None,
            backlog_limit: 400,
            dead_limit: 500,
            enqueue: vec!["jobdeck".to_owned(), "enqueue".to_owned()],
        }
    }
}

impl DemoOptions {
    /// This much of the demo's time, as real time.
    pub(super) fn paced(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds / self.speed.max(0.001)).unwrap_or(Duration::ZERO)
    }
}
