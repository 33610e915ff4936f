//! Periodic jobs: what is enqueued by the calendar, and when.
//!
//! | file | owns |
//! | --- | --- |
//! | `job` | a periodic job as it is configured, checked, and written into the store |
//! | `schedule` | a cron expression in a time zone: the next tick after a time |
//! | `due` | which ticks are enqueued now, those that were missed included, as a pure function |
//!
//! When a tick is enqueued, exactly once whatever the number of processes, is decided in the store: see
//! [`crate::store::PeriodicStore`].

mod due;
mod job;
mod schedule;

pub use due::{Due, due};
pub use job::{Missed, PeriodicError, PeriodicJob};
pub use schedule::{Schedule, zone};
