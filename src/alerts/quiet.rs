//! Quiet hours: when nobody is told anything that can wait.

use crate::model::{AlertSeverity, Timestamp};
use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use std::{fmt, str::FromStr};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// The days as they are written, in the order of [`chrono::Weekday`].
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When nobody is told anything, but what is critical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The hours.
    pub windows: Vec<Window>,
    /// Where these are.
    pub zone: Tz,
    /// Whether what is critical waits as well.
    pub is_for_critical: bool,
}

/// Some hours of some days: `22:00-07:00`, `sat,sun 00:00-24:00`, `mon-fri 12:00-13:30`. A window that ends before it begins ends on the next day; its
/// days are those on which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Whether it begins on this day, from Monday on.
    days: [bool; 7],
    /// Minute of the day, from 0.
    from: u16,
    /// Minute of the day behind it; 1440 is the end of the day.
    to: u16,
}

/// Why a text is no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// It has no two times with a hyphen between.
    #[error(
        "`{0}` is no time of day from and to: write it as `22:00-07:00`, with days before it if need be: `sat,sun 00:00-24:00`"
    )]
    Form(String),
    /// A time of day that there is not.
    #[error("`{0}` is no time of day: write hours and minutes, from `00:00` to `24:00`")]
    Time(String),
    /// A day that there is not.
    #[error(
        "`{0}` is no day: write `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`, or two of them as `mon-fri`"
    )]
    Day(String),
    /// It would be over when it begins.
    #[error("`{0}` is over when it begins: the whole day is `00:00-24:00`")]
    Empty(String),
}

impl Quiet {
    /// Whether something of this severity waits now.
    #[must_use]
    pub fn is_now(&self, severity: AlertSeverity, now: Timestamp) -> bool {
        if severity == AlertSeverity::Critical && !self.is_for_critical {
            return false;
        }
        let Some(now) = DateTime::from_timestamp_millis(now.0) else {
            return false;
        };
        // What the clock on the wall shows: hours that the change to or from summer time skips or repeats are as it shows them.
        let wall = now.with_timezone(&self.zone);
        let day = wall.weekday().num_days_from_monday() as usize;
        let minute = u16::try_from(wall.hour() * 60 + wall.minute()).unwrap_or(0);
        self.windows.iter().any(|window| window.holds(day, minute))
    }
}

impl Window {
    /// Whether a minute of a day is in it; the day from Monday on, from 0.
    fn holds(&self, day: usize, minute: u16) -> bool {
        let begins = |day: usize| self.days[day % 7];
        if self.from < self.to {
            return begins(day) && (self.from..self.to).contains(&minute);
        }
        (begins(day) && minute >= self.from) || (begins(day + 6) && minute < self.to)
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let form = || WindowError::Form(shown(text));
        let mut words = text.split_whitespace().rev();
        let times = words.next().ok_or_else(form)?;
        let days = words.next();
        if words.next().is_some() {
            return Err(form());
        }
        let (from, to) = times.split_once('-').ok_or_else(form)?;
        let (from, to) = (time_of_day(from)?, time_of_day(to)?);
        if from == to || from == DAY {
            return Err(WindowError::Empty(shown(text)));
        }
        let days = days.map_or(Ok([true; 7]), days_of)?;
        Ok(Self { days, from, to })
    }
}

/// As it is read again.
impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != [true; 7] {
            let days = DAYS.iter().zip(self.days);
            let days: Vec<&str> = days
                .filter_map(|(name, is_in)| is_in.then_some(*name))
                .collect();
            write!(formatter, "{} ", days.join(","))?;
        }
        let (from, to) = (self.from, self.to);
        write!(
            formatter,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

/// For people: `22:00-07:00 Europe/Berlin, but for what is critical`.
impl fmt::Display for Quiet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let windows: Vec<String> = self.windows.iter().map(ToString::to_string).collect();
        write!(formatter, "{} {}", windows.join(", "), self.zone)
    }
}

fn time_of_day(text: &str) -> Result<u16, WindowError> {
    let wrong = || WindowError::Time(shown(text));
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let number = |text: &str| -> Option<u16> {
        let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
        text.parse().ok().filter(|_| is_plain)
    };
    let hours = number(hours).ok_or_else(wrong)?;
    let minutes = number(minutes).filter(|it| *it < 60).ok_or_else(wrong)?;
    let time = hours * 60 + minutes;
    if time > DAY {
        return Err(wrong());
    }
    Ok(time)
}

fn days_of(text: &str) -> Result<[bool; 7], WindowError> {
    let day = |name: &str| {
        let known = DAYS.iter().position(|day| day.eq_ignore_ascii_case(name));
        known.ok_or_else(|| WindowError::Day(shown(name)))
    };
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        // `fri-mon` goes over the end of the week.
        for number in first..=first + (last + 7 - first) % 7 {
            days[number % 7] = true;
        }
    }
    Ok(days)
}

/// The beginning of what somebody wrote.
fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::{Quiet, Window};
    use crate::model::{AlertSeverity, parse_time};
    use proptest::prelude::*;

    fn quiet(windows: &[&str], zone: &str) -> Quiet {
        Quiet {
            windows: windows.iter().map(|it| it.parse().unwrap()).collect(),
            zone: zone.parse().unwrap(),
            is_for_critical: false,
        }
    }

    fn is_quiet(quiet: &Quiet, at: &str) -> bool {
        quiet.is_now(AlertSeverity::Warning, parse_time(at).unwrap())
    }

    #[test]
    fn a_window_over_midnight_is_of_the_day_on_which_it_begins() {
        // 2026-11-27 is a Friday.
        let night = quiet(&["fri 22:00-07:00"], "UTC");
        for (at, expected) in [
            ("2026-11-27T06:59:00Z", false),
            ("2026-11-27T21:59:59Z", false),
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T06:59:59Z", true),
            ("2026-11-28T07:00:00Z", false),
            ("2026-11-28T23:00:00Z", false),
        ] {
            assert_eq!(is_quiet(&night, at), expected, "{at}");
        }
    }

    #[test]
    fn hours_are_those_of_the_zone_also_when_its_clock_is_changed() {
        let berlin = quiet(&["22:00-07:00"], "Europe/Berlin");
        for (at, expected) in [
            // Winter: an hour before UTC.
            ("2026-11-27T20:59:00Z", false),
            ("2026-11-27T21:00:00Z", true),
            // Summer: two.
            ("2026-07-27T20:00:00Z", true),
            ("2026-07-28T05:00:00Z", false),
            // The night in which the clock goes from 3 back to 2.
            ("2026-10-25T05:59:00Z", true),
            ("2026-10-25T06:00:00Z", false),
        ] {
            assert_eq!(is_quiet(&berlin, at), expected, "{at}");
        }
    }

    #[test]
    fn several_windows_add_up_and_days_go_round_the_week() {
        let both = quiet(&["mon-fri 22:00-24:00", "sat,sun 00:00-24:00"], "UTC");
        assert!(is_quiet(&both, "2026-11-28T12:00:00Z"));
        assert!(!is_quiet(&both, "2026-11-30T12:00:00Z"));
        assert!(is_quiet(&both, "2026-11-30T23:59:00Z"));
        let window: Window = "fri-mon 01:00-02:00".parse().unwrap();
        assert_eq!(window.to_string(), "mon,fri,sat,sun 01:00-02:00");
    }

    #[test]
    fn what_is_critical_waits_only_if_that_is_said() {
        let mut always = quiet(&["00:00-24:00"], "UTC");
        let now = parse_time("2026-11-28T12:00:00Z").unwrap();
        assert!(always.is_now(AlertSeverity::Warning, now));
        assert!(!always.is_now(AlertSeverity::Critical, now));
        always.is_for_critical = true;
        assert!(always.is_now(AlertSeverity::Critical, now));
    }

    #[test]
    fn what_is_wrong_with_a_window_is_said() {
        for (text, part) in [
            ("", "22:00-07:00"),
            ("late", "`late` is no time of day from and to"),
            ("22:00-25:00", "`25:00` is no time"),
            ("22:60-23:00", "`22:60` is no time"),
            ("+2:00-23:00", "`+2:00` is no time"),
            ("7:00-7:00", "over when it begins"),
            ("24:00-07:00", "over when it begins"),
            ("someday 7:00-8:00", "`someday` is no day"),
            ("mon tue 7:00-8:00", "no time of day from and to"),
        ] {
            let problem = text.parse::<Window>().unwrap_err().to_string();
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn a_window_is_read_as_it_is_written(
            days in proptest::array::uniform7(any::<bool>()),
            from in 0_u16..1440,
            to in 0_u16..=1440,
        ) {
            prop_assume!(from != to && days.contains(&true));
            let window = Window { days, from, to };
            prop_assert_eq!(window.to_string().parse::<Window>(), Ok(window));
        }

        #[test]
        fn no_text_is_too_odd_for_an_answer(text in "\\PC{0,40}|[0-9:, a-z-]{0,20}") {
            let _ = text.parse::<Window>();
        }

        #[test]
        fn a_window_holds_as_many_minutes_of_a_week_as_it_is_long(
            days in proptest::array::uniform7(any::<bool>()),
            from in 0_u16..1440,
            to in 1_u16..=1440,
        ) {
            prop_assume!(from != to);
            let window = Window { days, from, to };
            let held = (0..7)
                .flat_map(|day| (0..1440).map(move |minute| (day, minute)))
                .filter(|(day, minute)| window.holds(*day, *minute))
                .count();
            let long = usize::from(if from < to { to - from } else { 1440 - from + to });
            let times = days.iter().filter(|it| **it).count();
            prop_assert_eq!(held, long * times);
        }
    }
}
