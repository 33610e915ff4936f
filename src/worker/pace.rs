//! How many jobs may be fetched ahead of the slots that will run them.
//!
//! While jobs are short the round trip to the store costs more than they do, so the next ones are fetched before slots are free. That
//! holds jobs which another process could run, so it is bounded by time, not by number: what the slots will have begun after a few
//! milliseconds, as measured.

use std::time::Duration;
use tokio::time::Instant;

/// How much work may lie ahead.
const AHEAD: Duration = Duration::from_millis(3);
/// Most jobs ahead.
const MOST: usize = 450;
/// How long a job may lie ahead before it is given back, whatever was expected.
pub(super) const LONGEST: Duration = Duration::from_millis(25);
/// Weight of the newest measurement.
const NEWEST: f64 = 0.3;
/// Shortest time over which a rate is measured.
const WINDOW: Duration = Duration::from_millis(1);

/// What was measured of a capsule's jobs.
#[derive(Debug)]
pub(super) struct Pace {
    concurrency: usize,
    /// Seconds that a run takes.
    run: Option<f64>,
    /// Runs that ended, a second.
    rate: f64,
    since: Instant,
    ended: u64,
    /// Runs that have to end before anything is fetched ahead again.
    held_back: u64,
}

impl Pace {
    pub(super) fn new(concurrency: usize, now: Instant) -> Self {
        Self {
            concurrency,
            run: None,
            rate: 0.0,
            since: now,
            ended: 0,
            held_back: 0,
        }
    }

    /// So many runs have ended, which took so long all together.
    pub(super) fn note(&mut self, ended: u64, took: Duration, now: Instant) {
        if ended == 0 {
            return;
        }
        self.held_back = self.held_back.saturating_sub(ended);
        self.run = Some(smooth(self.run, took.as_secs_f64() / number(ended)));
        self.ended += ended;
        let window = now.saturating_duration_since(self.since);
        if window >= WINDOW {
            let rate = number(self.ended) / window.as_secs_f64();
            self.rate = smooth(Some(self.rate), rate);
            self.ended = 0;
            self.since = now;
        }
    }

    /// There was nothing to run: the time until now says nothing of the rate.
    pub(super) fn idle(&mut self, now: Instant) {
        self.since = now;
        self.ended = 0;
    }

    /// What was fetched ahead had to be given back: nothing is fetched ahead until as many runs as there are slots have ended.
    pub(super) fn hold_back(&mut self) {
        self.held_back = number_of(self.concurrency);
        self.rate = 0.0;
        self.run = Some(LONGEST.as_secs_f64());
    }

    /// Jobs that may lie ahead of the slots.
    pub(super) fn ahead(&self) -> usize {
        let Some(run) = self.run.filter(|_| self.held_back == 0) else {
            return 0;
        };
        let slots = number(number_of(self.concurrency)) * AHEAD.as_secs_f64() / run.max(1e-6);
        let rate = self.rate * AHEAD.as_secs_f64();
        whole(slots.min(rate)).min(MOST)
    }
}

fn smooth(before: Option<f64>, newest: f64) -> f64 {
    before.map_or(newest, |before| before + NEWEST * (newest - before))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts within a second or so; a rounded one makes no difference"
)]
fn number(count: u64) -> f64 {
    count as f64
}

fn number_of(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut at `MOST`, and never negative"
)]
fn whole(number: f64) -> usize {
    number as usize
}

#[cfg(test)]
mod tests {
    use super::{MOST, Pace};
    use std::time::Duration;
    use tokio::time::Instant;

    /// After a second of runs that take so long, ended at this rate.
    fn measured(concurrency: usize, run: Duration, per_millisecond: u64) -> Pace {
        let mut now = Instant::now();
        let mut pace = Pace::new(concurrency, now);
        for _ in 0..1_000 {
            now += Duration::from_millis(1);
            pace.note(
                per_millisecond,
                run * u32::try_from(per_millisecond).unwrap(),
                now,
            );
        }
        pace
    }

    #[test]
    fn nothing_is_fetched_ahead_before_anything_was_measured() {
        assert_eq!(Pace::new(10, Instant::now()).ahead(), 0);
    }

    #[test]
    fn short_jobs_are_fetched_ahead_by_a_few_milliseconds_of_work() {
        // 100 a millisecond: 300 in three of them.
        let ahead = measured(50, Duration::from_micros(5), 100).ahead();
        assert!((295..=300).contains(&ahead), "{ahead}");
        assert_eq!(measured(50, Duration::from_micros(1), 10_000).ahead(), MOST);
    }

    #[test]
    fn long_jobs_are_not_fetched_ahead() {
        assert_eq!(measured(10, Duration::from_secs(1), 1).ahead(), 0);
        // Ten slots of 30 ms each: one job in three milliseconds.
        assert!(measured(10, Duration::from_millis(30), 1).ahead() <= 1);
    }

    #[test]
    fn after_jobs_were_given_back_as_many_as_there_are_slots_have_to_end_first() {
        let mut pace = measured(50, Duration::from_micros(5), 100);
        pace.hold_back();
        let now = Instant::now() + Duration::from_secs(10);
        pace.note(49, Duration::from_micros(5), now);
        assert_eq!(pace.ahead(), 0);
    }
}
