//! Which ticks of a periodic job are enqueued now.

use super::{Missed, Schedule};
use crate::model::Timestamp;
use std::collections::VecDeque;

/// A tick that is older than this, milliseconds, was missed: the processes were restarted meanwhile at most, or there was none.
const ON_TIME_MS: i64 = 60_000;
/// Most missed ticks that are made up for, and how old they may be, milliseconds.
const MOST: usize = 1_000;
const OLDEST_MS: i64 = 86_400_000;
/// The first span that is searched for the latest ticks, milliseconds, and how much longer each further one is.
const SPAN_MS: i64 = 60_000;
const SPAN_GROWTH: i64 = 8;

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The ticks to enqueue, oldest first; none when all were missed and are skipped.
    pub ticks: Vec<Timestamp>,
    /// The newest tick that is due: what was due until then is done with.
    pub until: Timestamp,
}

/// What is due now, when everything until `last` is done with; nothing when no tick came since.
///
/// Ticks of the last minute are always enqueued, each. Older ones were missed: `skip` leaves them out, `once` enqueues the newest unless
/// one of the last minute makes up for it, `all` enqueues the newest thousand of the last day, or the newest when all are older.
#[must_use]
pub fn due(schedule: &Schedule, missed: Missed, last: Timestamp, now: Timestamp) -> Option<Due> {
    let newest = latest(schedule, last, now, 1).pop()?;
    let since = |age_ms: i64| last.max(now.plus_milliseconds(-age_ms));
    let mut ticks = match missed {
        Missed::All => latest(schedule, since(OLDEST_MS), now, MOST),
        Missed::Skip | Missed::Once => latest(schedule, since(ON_TIME_MS), now, MOST),
    };
    if ticks.is_empty() && missed != Missed::Skip {
        ticks.push(newest);
    }
    Some(Due {
        ticks,
        until: newest,
    })
}

/// The latest ticks after `after` and until `until`, at most so many, oldest first.
///
/// Looks back step by step: after a long time without any process it is not gone through from its beginning.
fn latest(schedule: &Schedule, after: Timestamp, until: Timestamp, most: usize) -> Vec<Timestamp> {
    let mut span = SPAN_MS;
    loop {
        let start = after.max(until.plus_milliseconds(-span));
        let mut ticks = VecDeque::new();
        let mut at = start;
        while let Some(next) = schedule.next_after(at).filter(|next| *next <= until) {
            if ticks.len() == most {
                ticks.pop_front();
            }
            ticks.push_back(next);
            at = next;
        }
        if ticks.len() == most || start == after {
            return ticks.into();
        }
        span = span.saturating_mul(SPAN_GROWTH);
    }
}

#[cfg(test)]
mod tests {
    use super::{Due, due, latest};
    use crate::model::Timestamp;
    use crate::periodic::{Missed, Schedule};
    use proptest::prelude::*;

    /// A whole hour.
    const HOUR: Timestamp = Timestamp(1_795_467_600_000);
    const MINUTE_MS: i64 = 60_000;

    fn hourly() -> Schedule {
        Schedule::new("0 * * * *", "UTC").expect("a schedule")
    }

    fn hours_before(hours: i64) -> Timestamp {
        HOUR.plus_milliseconds(-60 * MINUTE_MS * hours)
    }

    #[test]
    fn nothing_is_due_before_the_next_tick() {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            assert_eq!(
                due(
                    &hourly(),
                    missed,
                    HOUR,
                    HOUR.plus_milliseconds(60 * MINUTE_MS - 1)
                ),
                None
            );
            // Neither when the store's clock was set back.
            assert_eq!(due(&hourly(), missed, HOUR, hours_before(5)), None);
        }
    }

    #[test]
    fn a_tick_is_due_at_its_time_whatever_the_policy() {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            for late_ms in [0, 59_999] {
                let now = HOUR.plus_milliseconds(late_ms);
                let expected = Due {
                    ticks: vec![HOUR],
                    until: HOUR,
                };
                assert_eq!(due(&hourly(), missed, hours_before(1), now), Some(expected));
            }
        }
    }

    #[test]
    fn missed_ticks_are_skipped_or_run_once_or_all() {
        let now = HOUR.plus_milliseconds(30 * MINUTE_MS);
        let ticks = |missed| {
            let due = due(&hourly(), missed, hours_before(3), now).expect("ticks are due");
            assert_eq!(due.until, HOUR);
            due.ticks
        };
        assert_eq!(ticks(Missed::Skip), []);
        assert_eq!(ticks(Missed::Once), [HOUR]);
        assert_eq!(ticks(Missed::All), [hours_before(2), hours_before(1), HOUR]);
    }

    #[test]
    fn a_tick_that_is_due_makes_up_for_missed_ones() {
        let ticks = |missed| {
            due(&hourly(), missed, hours_before(3), HOUR)
                .expect("ticks are due")
                .ticks
        };
        assert_eq!(ticks(Missed::Skip), [HOUR]);
        assert_eq!(ticks(Missed::Once), [HOUR]);
        assert_eq!(ticks(Missed::All).len(), 3);
    }

    #[test]
    fn every_tick_of_a_short_delay_is_enqueued() {
        let schedule = Schedule::new("* * * * * *", "UTC").expect("a schedule");
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            let due =
                due(&schedule, missed, HOUR, HOUR.plus_milliseconds(5_500)).expect("ticks are due");
            assert_eq!(due.ticks.len(), 5);
        }
    }

    #[test]
    fn what_is_made_up_for_is_bounded() {
        let month = hours_before(24 * 30);
        let due_of = |cron: &str| {
            let schedule = Schedule::new(cron, "UTC").expect(cron);
            due(
                &schedule,
                Missed::All,
                month,
                HOUR.plus_milliseconds(90_000),
            )
            .expect("ticks are due")
        };
        let every_second = due_of("* * * * * *");
        assert_eq!(every_second.ticks.len(), 1_000);
        assert_eq!(every_second.ticks.last(), Some(&every_second.until));
        assert_eq!(every_second.until, HOUR.plus_milliseconds(90_000));
        assert_eq!(due_of("0 * * * *").ticks.len(), 24);
        // The last one at least, however old.
        assert_eq!(due_of("0 0 1 11 *").ticks.len(), 1);
    }

    proptest! {
        #[test]
        fn the_latest_ticks_are_those_that_one_finds_going_forward(
            cron in prop::sample::select(&["* * * * *", "*/7 * * * *", "0 3 * * *", "*/20 0 3 * * *"][..]),
            start in 1_700_000_000_000_i64..1_900_000_000_000,
            length in 0_i64..400_000_000,
            most in 1_usize..50,
        ) {
            let schedule = Schedule::new(cron, "Europe/Berlin").expect(cron);
            let (start, until) = (Timestamp(start), Timestamp(start + length));
            let mut all = Vec::new();
            let mut at = start;
            while let Some(next) = schedule.next_after(at).filter(|next| *next <= until) {
                all.push(next);
                at = next;
            }
            let expected = &all[all.len().saturating_sub(most)..];
            prop_assert_eq!(latest(&schedule, start, until, most), expected);
        }

        #[test]
        fn what_is_due_is_newer_than_what_is_done_and_not_in_the_future(
            missed in prop::sample::select(&[Missed::Skip, Missed::Once, Missed::All][..]),
            last in 1_700_000_000_000_i64..1_900_000_000_000,
            length in 0_i64..10_000_000_000,
        ) {
            let now = Timestamp(last + length);
            if let Some(due) = due(&hourly(), missed, Timestamp(last), now) {
                prop_assert!(due.ticks.is_sorted());
                prop_assert!(due.until > Timestamp(last) && due.until <= now);
                prop_assert!(due.ticks.iter().all(|tick| *tick > Timestamp(last) && *tick <= due.until));
                prop_assert!(hourly().next_after(due.until).is_some_and(|next| next > now));
            }
        }
    }
}
