//! The store's clock: this machine's.

use crate::model::Timestamp;

// Every time that this store writes or compares comes from here.
pub(super) use crate::job::now;

/// How long a heartbeat and a signal count, in milliseconds.
pub(super) const LIFE_MS: i64 = 60_000;

/// The UTC day of a time, as days since 1970-01-01.
pub(super) fn day(time: Timestamp) -> i64 {
    time.0.div_euclid(86_400_000)
}

/// A day's name, `2026-11-23`.
pub(super) fn day_name(day: i64) -> String {
    let civil = Timestamp(day.saturating_mul(86_400_000)).civil();
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

#[cfg(test)]
mod tests {
    use super::{day, day_name};
    use crate::model::Timestamp;

    #[test]
    fn days_change_at_midnight_utc() {
        assert_eq!(day_name(day(Timestamp(0))), "1970-01-01");
        assert_eq!(day_name(day(Timestamp(-1))), "1969-12-31");
        assert_eq!(day_name(day(Timestamp(1_795_469_606_286))), "2026-11-23");
    }
}
