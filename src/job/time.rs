//! Times in a job: float seconds up to Sidekiq 7, whole milliseconds from 8 on.

use super::json;
use crate::model::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use std::time::{SystemTime, UNIX_EPOCH};

/// Numbers from here on are milliseconds: as seconds it is the year 5138, as milliseconds 1973.
const FIRST_MILLISECONDS: f64 = 1e11;

/// How a job's times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Float seconds with a fraction: every version reads them right.
    #[default]
    Seconds,
    /// Whole milliseconds: Sidekiq 8.
    Milliseconds,
}

impl TimeUnit {
    /// The unit in which a stored time is written, from its JSON text; nothing if it is no number.
    #[must_use]
    pub fn of(json: &str) -> Option<Self> {
        let number: f64 = json.parse().ok()?;
        number
            .is_finite()
            .then_some(if number < FIRST_MILLISECONDS {
                Self::Seconds
            } else {
                Self::Milliseconds
            })
    }
}

/// Now, by this machine's clock.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A time from its JSON text: number or string; numbers below 1e11 are seconds, others milliseconds; strings are numbers or ISO 8601.
#[must_use]
pub fn parse_time(json: &str) -> Option<Timestamp> {
    match json::string(json) {
        Some(text) => {
            let text = text.trim();
            number(text).or_else(|| date(text))
        }
        None => number(json),
    }
}

/// A time as JSON text in this unit; seconds always carry a fraction.
#[must_use]
pub fn write_time(time: Timestamp, unit: TimeUnit) -> String {
    match unit {
        TimeUnit::Milliseconds => time.0.to_string(),
        // Debug writes the shortest exact form, and `.0` behind a whole number.
        TimeUnit::Seconds => format!("{:?}", time.seconds()),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, which is what is wanted here"
)]
fn number(text: &str) -> Option<Timestamp> {
    let number: f64 = text
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())?;
    if number < FIRST_MILLISECONDS {
        return Some(Timestamp::from_seconds(number));
    }
    Some(Timestamp(
        text.parse().unwrap_or_else(|_| number.round() as i64),
    ))
}

/// ISO 8601 as Ruby and others write it; without a zone it is UTC.
fn date(text: &str) -> Option<Timestamp> {
    const ZONED: [&str; 3] = [
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M:%S%.f %#z",
        "%Y%m%dT%H%M%S%.f%#z",
    ];
    const UTC: [&str; 4] = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f UTC",
        "%Y%m%dT%H%M%S%.fZ",
    ];
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| {
            ZONED
                .iter()
                .find_map(|format| DateTime::parse_from_str(text, format).ok())
        })
        .map(|time| time.timestamp_millis())
        .or_else(|| {
            UTC.iter()
                .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                .or_else(|| {
                    NaiveDate::parse_from_str(text, "%Y-%m-%d")
                        .ok()?
                        .and_hms_opt(0, 0, 0)
                })
                .map(|time| time.and_utc().timestamp_millis())
        })
        .map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::{TimeUnit, parse_time, write_time};
    use crate::model::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn both_units_and_strings_are_understood() {
        let time = Some(Timestamp(1_795_470_701_597));
        for json in [
            "1795470701597",
            "1795470701.597",
            "1.795470701597e9",
            "\"1795470701.597\"",
            "\"1795470701597\"",
            "\"2026-11-23T21:51:41.597Z\"",
            "\"2026-11-23T22:51:41.597+01:00\"",
            "\"2026-11-23T22:51:41.597+0100\"",
            "\"2026-11-23 21:51:41.597 UTC\"",
            "\"2026-11-23 22:51:41.597 +0100\"",
            "\"20261123T215141.597Z\"",
            "\"2026-11-23T21:51:41.597\"",
        ] {
            assert_eq!(parse_time(json), time, "{json}");
        }
        assert_eq!(parse_time("1795470701"), Some(Timestamp(1_795_470_701_000)));
        assert_eq!(parse_time("\"1970-01-02\""), Some(Timestamp(86_400_000)));
    }

    #[test]
    fn what_is_no_time_is_nothing() {
        for json in [
            "null", "true", "\"soon\"", "\"NaN\"", "NaN", "1e400", "[]", "{}", "\"\"", "",
        ] {
            assert_eq!(parse_time(json), None, "{json}");
        }
    }

    #[test]
    fn seconds_always_carry_a_fraction() {
        assert_eq!(
            write_time(Timestamp(1_795_470_698_000), TimeUnit::Seconds),
            "1795470698.0"
        );
        assert_eq!(
            write_time(Timestamp(1_795_470_698_653), TimeUnit::Seconds),
            "1795470698.653"
        );
        assert_eq!(
            write_time(Timestamp(1_795_470_698_653), TimeUnit::Milliseconds),
            "1795470698653"
        );
    }

    proptest! {
        #[test]
        fn written_times_read_back(milliseconds in 100_000_000_000_i64..99_000_000_000_000) {
            let time = Timestamp(milliseconds);
            for unit in [TimeUnit::Seconds, TimeUnit::Milliseconds] {
                let text = write_time(time, unit);
                prop_assert_eq!(parse_time(&text), Some(time));
                prop_assert_eq!(TimeUnit::of(&text), Some(unit));
            }
        }

        #[test]
        fn any_text_is_a_time_or_nothing(text in "\\PC*") {
            let _ = parse_time(&text);
            let _ = parse_time(&format!("\"{text}\""));
        }
    }
}
