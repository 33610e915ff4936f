//! Numbers, spans and times as text: pure rules, the same on the server and in the browser.

use crate::model::{Timestamp, visible};

/// Narrow no-break space: groups digits without breaking lines.
const GROUP: char = '\u{202f}';

/// A whole number with its digits in groups of three: `12 400`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * GROUP.len_utf8());
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text
}

/// A number with a noun that agrees: `1 job`, `12 400 jobs`.
#[must_use]
pub fn counted(value: u64, singular: &str, plural: &str) -> String {
    let noun = if value == 1 { singular } else { plural };
    format!("{} {noun}", count(value))
}

/// A number short enough for an axis: `0`, `0.5`, `950`, `12k`, `1.5M`.
#[must_use]
pub fn compact(value: f64) -> String {
    let (scaled, suffix) = match value.abs() {
        magnitude if magnitude >= 1e9 => (value / 1e9, "G"),
        magnitude if magnitude >= 1e6 => (value / 1e6, "M"),
        magnitude if magnitude >= 1e3 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    format!("{}{suffix}", trimmed(scaled))
}

/// At most one digit behind the point below ten (two below one), none above a hundred.
fn trimmed(value: f64) -> String {
    let digits = match value.abs() {
        magnitude if magnitude >= 100.0 || magnitude == 0.0 => 0,
        magnitude if magnitude >= 1.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Executions a second: `0`, `0.2`, `12.4`, `1.2k`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    compact(per_second)
}

/// A span of time in its one or two largest units: `0 s`, `0.4 s`, `12 s`, `3 m 20 s`, `2 h 5 m`, `3 d 4 h`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, which is what is wanted here"
)]
pub fn duration(seconds: f64) -> String {
    let seconds = if seconds.is_nan() {
        0.0
    } else {
        seconds.max(0.0)
    };
    if seconds < 0.05 {
        return "0\u{a0}s".to_owned();
    }
    if seconds < 9.95 {
        return format!("{}\u{a0}s", trimmed((seconds * 10.0).round() / 10.0));
    }
    let whole = seconds.round() as u64;
    let (large, large_unit, small, small_unit) = match whole {
        0..60 => return format!("{whole}\u{a0}s"),
        60..3600 => (whole / 60, 'm', whole % 60, 's'),
        3600..86_400 => (whole / 3600, 'h', whole % 3600 / 60, 'm'),
        _ => (whole / 86_400, 'd', whole % 86_400 / 3600, 'h'),
    };
    // A span of months is not read to the hour.
    if small == 0 || (large_unit == 'd' && large >= 30) {
        format!("{}\u{a0}{large_unit}", count(large))
    } else {
        format!("{large}\u{a0}{large_unit} {small}\u{a0}{small_unit}")
    }
}

/// A span of time in its largest unit: `12 s`, `3 m`, `2 h`, `3 d`.
#[must_use]
pub fn rough_duration(seconds: f64) -> String {
    let text = duration(seconds.max(0.0).floor());
    match text.split_once(' ') {
        Some((large, _)) => large.to_owned(),
        None => text,
    }
}

/// A time as seen from `now`: `now`, `12 s ago`, `in 3 m`.
#[must_use]
pub fn relative(now: Timestamp, at: Timestamp) -> String {
    let seconds = now.seconds() - at.seconds();
    if seconds.abs() < 1.0 {
        "now".to_owned()
    } else if seconds > 0.0 {
        format!("{} ago", rough_duration(seconds))
    } else {
        format!("in {}", rough_duration(-seconds))
    }
}

/// A time to the second, in UTC: `2026-11-23 21:33:26 UTC`.
#[must_use]
pub fn utc(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.split_once('T'), text.rfind('.')) {
        (Some((day, time)), Some(_)) => {
            let time = time.split('.').next().unwrap_or(time);
            format!("{day} {time} UTC")
        }
        _ => text,
    }
}

/// The time of day to the second, in UTC: `21:33:26`.
#[must_use]
pub fn utc_clock(at: Timestamp) -> String {
    let civil = at.civil();
    format!("{:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second)
}

/// Memory: `512 KiB`, `48 MiB`, `1.2 GiB`.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "three digits are shown of a number that fits easily"
)]
pub fn kibibytes(kib: u64) -> String {
    let kib = kib as f64;
    let (value, unit) = if kib >= 1024.0 * 1024.0 {
        (kib / 1024.0 / 1024.0, "GiB")
    } else if kib >= 1024.0 {
        (kib / 1024.0, "MiB")
    } else {
        (kib, "KiB")
    };
    format!("{}\u{a0}{unit}", trimmed(value))
}

/// A text that is safe as one segment of a path or one value of a query: everything but letters, digits and `-._~` percent-encoded.
#[must_use]
pub fn url_encode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A name or text that others wrote, on one line, in which everything is seen.
#[must_use]
pub fn seen(text: &str) -> String {
    visible(text).into_owned()
}

/// Whether a name can be a segment of a path. Browsers take dots for a way up, however they are encoded, and lose what is empty.
fn is_segment(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
}

/// The path of a queue's page; of what a search finds in the queue, where its name cannot stand in a path.
#[must_use]
pub fn queue_path(name: &str) -> String {
    if is_segment(name) {
        format!("/queues/{}", url_encode(name))
    } else {
        format!("/search?q={}", url_encode(&format!("queue:\"{name}\"")))
    }
}

/// The path of a job's page with a query (`?entry=…`).
#[must_use]
pub fn job_path_with(jid: &str, query: &str) -> String {
    let path = job_path(jid);
    match query.strip_prefix('?') {
        Some(more) if path.contains('?') => format!("{path}&{more}"),
        _ => path + query,
    }
}

/// The path of a job's page; without a jid, of the page that a query leads to a job from.
#[must_use]
pub fn job_path(jid: &str) -> String {
    if jid.is_empty() {
        "/jobs".to_owned()
    } else if is_segment(jid) {
        format!("/jobs/{}", url_encode(jid))
    } else {
        format!("/jobs?jid={}", url_encode(jid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_in_threes() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_400), "12\u{202f}400");
        assert_eq!(count(1_000_000), "1\u{202f}000\u{202f}000");
        assert_eq!(counted(1, "job", "jobs"), "1 job");
        assert_eq!(counted(0, "job", "jobs"), "0 jobs");
    }

    #[test]
    fn a_name_that_cannot_stand_in_a_path_has_an_address() {
        assert_eq!(queue_path("a/..|ü"), "/queues/a%2F..%7C%C3%BC");
        assert_eq!(queue_path(".."), "/search?q=queue%3A%22..%22");
        assert_eq!(job_path("..."), "/jobs/...");
        assert_eq!(job_path(".."), "/jobs?jid=..");
        assert_eq!(job_path_with("..", "?pick=a"), "/jobs?jid=..&pick=a");
        assert_eq!(job_path_with("...", "?pick=a"), "/jobs/...?pick=a");
    }

    #[test]
    fn axes_have_short_numbers() {
        for (value, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (2.0, "2"),
            (12.44, "12.4"),
            (950.0, "950"),
            (12_000.0, "12k"),
            (1_500_000.0, "1.5M"),
        ] {
            assert_eq!(compact(value), text);
        }
    }

    #[test]
    fn spans_show_their_two_largest_units() {
        for (seconds, text) in [
            (-3.0, "0 s"),
            (f64::NAN, "0 s"),
            (0.0, "0 s"),
            (0.42, "0.4 s"),
            (9.96, "10 s"),
            (12.4, "12 s"),
            (59.6, "1 m"),
            (200.0, "3 m 20 s"),
            (7500.0, "2 h 5 m"),
            (86_400.0 * 3.0 + 4.0 * 3600.0, "3 d 4 h"),
            (86_400.0 * 45.5, "45 d"),
        ] {
            assert_eq!(duration(seconds).replace('\u{a0}', " "), text, "{seconds}");
        }
        assert!(!duration(f64::INFINITY).is_empty());
    }

    #[test]
    fn times_are_told_from_now() {
        let now = Timestamp(1_795_469_606_286);
        let at = |milliseconds| {
            relative(now, now.plus_milliseconds(milliseconds)).replace('\u{a0}', " ")
        };
        assert_eq!(at(400), "now");
        assert_eq!(at(-12_000), "12 s ago");
        assert_eq!(at(-119_000), "1 m ago");
        assert_eq!(at(200_000), "in 3 m");
        assert_eq!(at(-86_400_000 * 2), "2 d ago");
    }

    #[test]
    fn absolute_times_name_their_zone() {
        assert_eq!(utc(Timestamp(1_795_469_606_286)), "2026-11-23 21:33:26 UTC");
        assert_eq!(utc_clock(Timestamp(1_795_469_606_286)), "21:33:26");
    }

    #[test]
    fn memory_has_a_unit() {
        assert_eq!(kibibytes(512).replace('\u{a0}', " "), "512 KiB");
        assert_eq!(kibibytes(48 * 1024).replace('\u{a0}', " "), "48 MiB");
        assert_eq!(kibibytes(1_258_291).replace('\u{a0}', " "), "1.2 GiB");
    }

    #[test]
    fn any_name_fits_in_a_path() {
        assert_eq!(queue_path("a/b c?ü"), "/queues/a%2Fb%20c%3F%C3%BC");
        assert_eq!(job_path("abc123"), "/jobs/abc123");
    }
}
