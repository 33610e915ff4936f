//! Points in time.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The first moment that a date with four digits cannot name: 10000-01-01T00:00:00Z.
    pub const YEAR_10000: Self = Self(253_402_300_800_000);

    /// From seconds since the epoch, as sorted-set scores are stored; out-of-range values saturate.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, which is what is wanted here"
    )]
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * 1000.0).round() as i64)
    }

    /// Seconds since the epoch.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact for any time before the year 287396"
    )]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This time and `milliseconds` more.
    #[must_use]
    pub fn plus_milliseconds(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Year, month, day, hour, minute, second, millisecond in UTC.
    ///
    /// Days to civil date by Howard Hinnant's `civil_from_days`, exact in the proleptic Gregorian calendar.
    #[must_use]
    pub fn civil(self) -> Civil {
        let milliseconds = self.0.rem_euclid(86_400_000);
        let days = self.0.div_euclid(86_400_000).saturating_add(719_468);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: milliseconds / 3_600_000,
            minute: milliseconds / 60_000 % 60,
            second: milliseconds / 1000 % 60,
            millisecond: milliseconds % 1000,
        }
    }
}

/// A UTC date and time of day, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Year, 1 BC is 0.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: i64,
    /// Day of the month, from 1.
    pub day: i64,
    /// Hour, 0 to 23.
    pub hour: i64,
    /// Minute, 0 to 59.
    pub minute: i64,
    /// Second, 0 to 59.
    pub second: i64,
    /// Millisecond, 0 to 999.
    pub millisecond: i64,
}

/// RFC 3339 in UTC with milliseconds: `2026-11-23T21:51:41.754Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            millisecond,
        } = self.civil();
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn text_is_rfc_3339_in_utc() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(1_795_469_606_286).to_string(),
            "2026-11-23T21:33:26.286Z"
        );
        assert_eq!(
            Timestamp(951_782_400_000).to_string(),
            "2000-02-29T00:00:00.000Z"
        );
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn extreme_values_do_not_panic() {
        for value in [i64::MIN, i64::MAX] {
            assert!(!Timestamp(value).to_string().is_empty());
        }
        assert_eq!(Timestamp::from_seconds(f64::INFINITY).0, i64::MAX);
    }
}
