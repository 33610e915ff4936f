//! When a periodic job is due: a cron expression in a time zone.

use super::PeriodicError;
use crate::model::Timestamp;
use chrono::DateTime;
use chrono_tz::{TZ_VARIANTS, Tz};
use croner::{Cron, errors::CronError, parser::CronParser};

/// A cron expression in a time zone.
///
/// Five fields (minute, hour, day of the month, month, weekday), six with seconds in front, seven with a year behind; names of months and
/// weekdays, `L`, `#` and `W`, and `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly`.
///
/// Where clocks are set forward, a fixed time that the day does not have comes at the first moment after the gap; where they are set back, a
/// fixed time that the day has twice comes once, the first time. What has `*` or a step in its hours, minutes or seconds goes on evenly.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

/// The time zone of this IANA name.
///
/// # Errors
/// That there is none, and what may have been meant.
pub fn zone(timezone: &str) -> Result<Tz, String> {
    timezone.parse().map_err(|_| {
        let hint = nearest_zone(timezone).map_or_else(
            || "write an IANA name, such as `Europe/Berlin`".to_owned(),
            |known| format!("did you mean `{known}`?"),
        );
        format!("there is no time zone `{timezone}`; {hint}")
    })
}

impl Schedule {
    /// Reads a cron expression and the IANA name of a time zone.
    ///
    /// # Errors
    /// Which of them is wrong, and what to write instead.
    pub fn new(cron: &str, timezone: &str) -> Result<Self, PeriodicError> {
        let zone = zone(timezone).map_err(|reason| PeriodicError::new("timezone", reason))?;
        let parsed = CronParser::new().parse(cron).map_err(|error| {
            PeriodicError::new(
                "cron",
                format!(
                    "`{cron}` is no cron expression ({}): write five fields, such as `30 2 * * *`, or six with seconds in front",
                    in_words(&error)
                ),
            )
        })?;
        let schedule = Self { cron: parsed, zone };
        if schedule.next_after(Timestamp(0)).is_none() {
            return Err(PeriodicError::new(
                "cron",
                format!("`{cron}` never comes: there is no such day"),
            ));
        }
        Ok(schedule)
    }

    /// The first tick after this time; nothing when there is none any more.
    #[must_use]
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        let start = DateTime::from_timestamp_millis(time.0)?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&start, false).ok()?;
        let next = Timestamp(next.timestamp_millis());
        // So that whoever goes from tick to tick comes to an end, whatever a library does.
        (next > time).then_some(next)
    }

    /// The cron expression in English.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.cron.describe()
    }
}

/// What a library says, as a part of a sentence.
fn in_words(error: &CronError) -> String {
    let text = error.to_string();
    let text = ["Invalid pattern: ", "Component error: "]
        .into_iter()
        .fold(text.as_str(), |text, start| {
            text.strip_prefix(start).unwrap_or(text)
        });
    text.trim_end_matches('.').to_owned()
}

/// The time zone whose name, or whose city, looks most like this one.
fn nearest_zone(wrong: &str) -> Option<&'static str> {
    let wrong = wrong.to_lowercase();
    TZ_VARIANTS
        .iter()
        .map(|zone| {
            let name = zone.name();
            let city = name.rsplit('/').next().unwrap_or(name);
            let likeness = [name, city]
                .map(|known| strsim::normalized_damerau_levenshtein(&wrong, &known.to_lowercase()));
            (likeness[0].max(likeness[1]), name)
        })
        .filter(|(likeness, _)| *likeness >= 0.6)
        // The first of equals.
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use crate::job::parse_time;
    use crate::model::Timestamp;
    use proptest::prelude::*;

    fn time(text: &str) -> Timestamp {
        parse_time(&format!("\"{text}\"")).expect(text)
    }

    /// The first ticks after a time, in UTC.
    fn ticks(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::new(cron, zone).expect(cron);
        let mut at = time(after);
        (0..count)
            .map_while(|_| {
                at = schedule.next_after(at)?;
                Some(at.to_string().replace(":00.000Z", "Z"))
            })
            .collect()
    }

    #[test]
    fn a_time_of_the_day_follows_the_zone() {
        assert_eq!(
            ticks("30 2 * * *", "UTC", "2026-11-24T02:30:00Z", 2),
            ["2026-11-25T02:30Z", "2026-11-26T02:30Z"]
        );
        assert_eq!(
            ticks("30 2 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", 1),
            ["2026-07-01T00:30Z"]
        );
        assert_eq!(
            ticks("@daily", "America/New_York", "2026-11-24T00:00:00Z", 1),
            ["2026-11-24T05:00Z"]
        );
        assert_eq!(
            ticks("*/20 * * * * *", "UTC", "2026-11-24T00:00:19.5Z", 2),
            ["2026-11-24T00:00:20.000Z", "2026-11-24T00:00:40.000Z"]
        );
    }

    #[test]
    fn a_time_that_the_day_does_not_have_comes_once_behind_the_gap() {
        // On 2026-03-29 the clocks of Berlin go from 02:00 to 03:00, at 01:00 UTC.
        assert_eq!(
            ticks("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
            [
                "2026-03-28T01:30Z",
                "2026-03-29T01:00Z",
                "2026-03-30T00:30Z"
            ]
        );
    }

    #[test]
    fn a_time_that_the_day_has_twice_comes_once() {
        // On 2026-10-25 the clocks of Berlin go from 03:00 to 02:00, at 01:00 UTC.
        assert_eq!(
            ticks("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00:00Z", 3),
            [
                "2026-10-24T00:30Z",
                "2026-10-25T00:30Z",
                "2026-10-26T01:30Z"
            ]
        );
        // Also for who asks between the two.
        assert_eq!(
            ticks("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", 1),
            ["2026-10-26T01:30Z"]
        );
    }

    #[test]
    fn every_few_minutes_go_on_evenly_over_both_changes() {
        for day in ["2026-03-29", "2026-10-25"] {
            let schedule = Schedule::new("*/5 * * * *", "Europe/Berlin").expect("a schedule");
            let mut at = time(&format!("{day}T00:00:00Z"));
            for _ in 0..60 {
                let next = schedule.next_after(at).expect("a tick");
                assert_eq!(next.0 - at.0, 300_000, "after {at}");
                at = next;
            }
        }
    }

    #[test]
    fn what_is_wrong_names_the_setting_and_what_to_write() {
        let wrong = |cron: &str, zone: &str| {
            let error = Schedule::new(cron, zone).expect_err(cron);
            (error.field.clone(), error.reason)
        };
        for cron in [
            "",
            "every day",
            "61 * * * *",
            "* * * *",
            "* * * * * * * *",
            "@often",
        ] {
            let (field, reason) = wrong(cron, "UTC");
            assert_eq!(field, "cron");
            assert!(
                reason.contains("is no cron expression (") && reason.contains("five fields"),
                "{reason}"
            );
        }
        assert_eq!(wrong("0 0 30 2 *", "UTC").0, "cron");
        for (zone, known) in [
            ("Berlin", "`Europe/Berlin`"),
            ("europe/berlin", "`Europe/Berlin`"),
            ("Europe/Berln", "`Europe/Berlin`"),
            ("xyzzy", "IANA name"),
        ] {
            let (field, reason) = wrong("* * * * *", zone);
            assert_eq!(field, "timezone");
            assert!(reason.contains(known), "{reason}");
        }
    }

    #[test]
    fn times_beyond_the_calendar_have_no_tick() {
        let schedule = Schedule::new("* * * * *", "UTC").expect("a schedule");
        assert_eq!(schedule.next_after(Timestamp(i64::MAX)), None);
        assert_eq!(schedule.next_after(Timestamp(i64::MIN)), None);
    }

    const CRONS: [&str; 9] = [
        "* * * * *",
        "*/5 * * * *",
        "30 2 * * *",
        "0 2,3 * * *",
        "15 */2 * * *",
        "0 0 29 2 *",
        "*/7 1-3 * * *",
        "0 12 * * MON#1",
        "@weekly",
    ];
    const ZONES: [&str; 5] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ];

    proptest! {
        #[test]
        fn ticks_only_go_forward_and_none_is_passed_over(
            cron in prop::sample::select(&CRONS[..]),
            zone in prop::sample::select(&ZONES[..]),
            start in 1_700_000_000_000_i64..1_900_000_000_000,
            between in 0.0..1.0_f64,
        ) {
            let schedule = Schedule::new(cron, zone).expect(cron);
            let mut at = Timestamp(start);
            for _ in 0..5 {
                let next = schedule.next_after(at).expect("a tick");
                prop_assert!(next > at);
                prop_assert_eq!(next.0 % 1000, 0);
                // Whoever asks at any time before it is told of it.
                #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a time somewhere between")]
                let earlier = Timestamp(at.0 + ((next.0 - at.0 - 1) as f64 * between) as i64);
                prop_assert_eq!(schedule.next_after(earlier), Some(next), "from {}", earlier);
                prop_assert_eq!(schedule.next_after(Timestamp(next.0 - 1)), Some(next));
                at = next;
            }
        }
    }
}
