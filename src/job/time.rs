//! Times in a job: float seconds up to Sidekiq 7, whole milliseconds from 8 on.

use crate::model::Timestamp;

/// How a job's times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Float seconds with a fraction: every version reads them right.
    #[default]
    Seconds,
    /// Whole milliseconds: Sidekiq 8.
    Milliseconds,
}

/// A time from its JSON text: number or string; numbers below 1e11 are seconds, others milliseconds; strings are numbers or ISO 8601.
#[must_use]
pub fn parse_time(json: &str) -> Option<Timestamp> {
    let _ = json;
    unimplemented!()
}

/// A time as JSON text in this unit; seconds always carry a fraction.
#[must_use]
pub fn write_time(time: Timestamp, unit: TimeUnit) -> String {
    let _ = (time, unit);
    unimplemented!()
}
