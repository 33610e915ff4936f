//! Times as people and date pickers write them.

use super::Timestamp;

/// A time: `2026-11-24`, `2026-11-24T10:00`, with seconds and a fraction if wanted, and with `Z` or an offset such as `+01:00`.
/// Without an offset it is UTC; without a time of day it is the day's first moment.
///
/// # Errors
/// What to write instead.
pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    read(text.trim()).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!(
            "`{shown}` is no time: write it like 2026-11-24T10:00 (UTC) or 2026-11-24T10:00+01:00"
        )
    })
}

/// Whether the text names a day only.
#[must_use]
pub fn is_day(text: &str) -> bool {
    !text.trim().contains(['T', 't', ' '])
}

/// The last moment that a text names: until the 24th holds the 24th, until 10:00 holds that minute.
///
/// # Errors
/// What to write instead.
pub fn parse_end(text: &str) -> Result<Timestamp, String> {
    let start = parse_time(text)?;
    let clock = text.trim().split_once(['T', 't', ' ']);
    let length = match clock.and_then(|(_, clock)| split_offset(clock)) {
        None => 86_400_000,
        Some((clock, _)) if clock.contains('.') => 1,
        Some((clock, _)) if clock.matches(':').count() > 1 => 1_000,
        Some(_) => 60_000,
    };
    Ok(start.plus_milliseconds(length - 1))
}

/// The time in the form that a date picker takes, in UTC: `2026-11-24T10:00`, with seconds and milliseconds only if there are any.
#[must_use]
pub fn picker_text(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.trim_end_matches('Z');
    let text = text.strip_suffix(".000").unwrap_or(text);
    text.strip_suffix(":00")
        .filter(|_| at.0.rem_euclid(60_000) == 0)
        .unwrap_or(text)
        .to_owned()
}

fn read(text: &str) -> Option<Timestamp> {
    let (day, clock) = match text.split_once(['T', 't', ' ']) {
        Some((day, clock)) => (day, Some(clock)),
        None => (text, None),
    };
    let mut parts = day.splitn(3, '-');
    let year = digits(parts.next()?, 4..=4)?;
    let month = digits(parts.next()?, 2..=2).filter(|month| (1..=12).contains(month))?;
    let day =
        digits(parts.next()?, 2..=2).filter(|day| (1..=days_in(year, month)).contains(day))?;
    let milliseconds = match clock {
        Some(clock) => time_of_day(clock)?,
        None => 0,
    };
    Some(Timestamp(
        days_since_epoch(year, month, day) * 86_400_000 + milliseconds,
    ))
}

/// Milliseconds since midnight UTC; negative or above a day when the offset says so.
fn time_of_day(text: &str) -> Option<i64> {
    let (clock, offset_minutes) = split_offset(text)?;
    let mut parts = clock.splitn(3, ':');
    let hour = digits(parts.next()?, 2..=2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2..=2).filter(|minute| *minute < 60)?;
    let mut milliseconds = (hour * 60 + minute - offset_minutes) * 60_000;
    if let Some(seconds) = parts.next() {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        milliseconds += digits(whole, 2..=2).filter(|second| *second < 60)? * 1000;
        digits(fraction, 1..=18)?;
        let padded: String = fraction.chars().chain("00".chars()).take(3).collect();
        milliseconds += padded.parse::<i64>().ok()?;
    }
    Some(milliseconds)
}

/// The time of day without its offset, and the offset in minutes east of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = text.find(['+', '-']) else {
        return Some((text, 0));
    };
    let (clock, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let hours = digits(hours, 2..=2).filter(|hours| *hours < 24)?;
    let minutes = digits(minutes, 2..=2).filter(|minutes| *minutes < 60)?;
    Some((clock, sign * (hours * 60 + minutes)))
}

/// A number of so many digits and nothing else.
fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    (length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a civil date by Howard Hinnant's `days_from_civil`.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::{is_day, parse_end, parse_time, picker_text};
    use crate::model::Timestamp;
    use proptest::prelude::*;

    #[test]
    fn the_picker_s_forms_are_times() {
        let time = |text| parse_time(text).unwrap().to_string();
        assert_eq!(time("2026-11-24"), "2026-11-24T00:00:00.000Z");
        assert_eq!(time("2026-11-24T10:00"), "2026-11-24T10:00:00.000Z");
        assert_eq!(time(" 2026-11-24 10:00:05 "), "2026-11-24T10:00:05.000Z");
        assert_eq!(time("2026-11-24T10:00:05.5Z"), "2026-11-24T10:00:05.500Z");
        assert_eq!(time("2026-11-24T00:30+01:00"), "2026-11-23T23:30:00.000Z");
        assert_eq!(time("2026-12-31T23:30-05:30"), "2027-01-01T05:00:00.000Z");
        assert!(is_day("2026-11-24") && !is_day("2026-11-24T10:00"));
        let picker = |text| picker_text(parse_time(text).unwrap());
        assert_eq!(picker("2026-11-23T21:33"), "2026-11-23T21:33");
        assert_eq!(picker("2026-11-23T00:00:00Z"), "2026-11-23T00:00");
        assert_eq!(picker("2026-11-23T21:33:06"), "2026-11-23T21:33:06");
        assert_eq!(
            picker_text(Timestamp(1_795_469_606_286)),
            "2026-11-23T21:33:26.286"
        );
    }

    #[test]
    fn an_end_holds_what_its_text_names() {
        let end = |text| parse_end(text).unwrap().to_string();
        assert_eq!(end("2026-11-24"), "2026-11-24T23:59:59.999Z");
        assert_eq!(end("2026-11-24T10:00"), "2026-11-24T10:00:59.999Z");
        assert_eq!(end("2026-11-24 10:00+01:00"), "2026-11-24T09:00:59.999Z");
        assert_eq!(end("2026-11-24T10:00:05Z"), "2026-11-24T10:00:05.999Z");
        assert_eq!(end("2026-11-24T10:00:05.5Z"), "2026-11-24T10:00:05.500Z");
        assert!(parse_end("soon").is_err());
    }

    #[test]
    fn what_is_no_time_is_refused_with_an_example() {
        for text in [
            "",
            "soon",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-24T24:00",
            "2026-11-24T10",
            "2026-11-24T10:00:60",
            "2026-11-24T10:00+1",
            "26-11-24",
            "2026-11-24T10:00:00.",
            "٢٠٢٦-11-24",
        ] {
            assert!(
                parse_time(text).unwrap_err().contains("2026-11-24T10:00"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_time_s_own_text_is_read_back(milliseconds in 0_i64..253_402_300_799_999) {
            let at = Timestamp(milliseconds);
            prop_assert_eq!(parse_time(&at.to_string()), Ok(at));
        }

        #[test]
        fn any_text_is_a_time_or_an_error(text in "\\PC*") {
            let _ = parse_time(&text);
        }
    }
}
