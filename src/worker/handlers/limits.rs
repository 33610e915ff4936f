//! How many jobs of a handler run at a time, and within a time.

use super::HandlerError;
use std::{fmt, str::FromStr, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until},
};

/// What may begin at once after a pause: as many jobs as the rate allows within this time, one at least.
const BURST: Duration = Duration::from_secs(1);

/// How many jobs may begin within a time: `100/s`, `20/min`, `1000/10s`. They are spread evenly; after a pause as many may begin at once
/// as the rate allows within a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    jobs: u32,
    per: Duration,
}

impl Rate {
    /// So many jobs within this time.
    ///
    /// # Errors
    /// When one of them is 0.
    pub fn new(jobs: u32, per: Duration) -> Result<Self, HandlerError> {
        if jobs == 0 || per.is_zero() {
            return Err(HandlerError::new(
                "a rate of nothing lets no job run: write it as `100/s` or `20/min`",
            ));
        }
        Ok(Self { jobs, per })
    }

    /// The time from one job to the next.
    fn interval(self) -> Duration {
        self.per / self.jobs
    }

    /// How far ahead of the even spread a job may begin.
    fn slack(self) -> Duration {
        BURST.saturating_sub(self.interval())
    }
}

impl FromStr for Rate {
    type Err = HandlerError;

    fn from_str(text: &str) -> Result<Self, HandlerError> {
        let wrong = || {
            HandlerError::new(format!(
                "`{text}` is no rate: write it as `100/s`, `20/min` or `1000/10s`"
            ))
        };
        let (jobs, per) = text.split_once('/').ok_or_else(wrong)?;
        let jobs = jobs.trim().parse().map_err(|_| wrong())?;
        let per = per.trim();
        let one = if per.starts_with(|character: char| character.is_ascii_digit()) {
            ""
        } else {
            "1"
        };
        let per = humantime::parse_duration(&format!("{one}{per}")).map_err(|_| wrong())?;
        Self::new(jobs, per)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = humantime::format_duration(self.per).to_string();
        let per = per
            .strip_prefix('1')
            .filter(|unit| unit.starts_with(char::is_alphabetic))
            .unwrap_or(&per);
        write!(formatter, "{}/{per}", self.jobs)
    }
}

/// A handler's limits, as they stand while it runs. They count within this process.
#[derive(Debug, Default)]
pub(super) struct Limits {
    slots: Option<Arc<Semaphore>>,
    pace: Option<Pace>,
}

#[derive(Debug)]
struct Pace {
    rate: Rate,
    /// When the next job begins, if they are spread evenly. Held while one waits: the others wait behind it, in their order.
    next: Mutex<Instant>,
}

impl Limits {
    pub(super) fn new(concurrency: Option<usize>, rate: Option<Rate>) -> Self {
        Self {
            slots: concurrency
                .map(|jobs| Arc::new(Semaphore::new(jobs.clamp(1, Semaphore::MAX_PERMITS)))),
            pace: rate.map(|rate| Pace {
                rate,
                next: Mutex::new(Instant::now()),
            }),
        }
    }

    /// Waits until one more job may begin. What is answered is held while it runs.
    pub(super) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        // The place first: a job that waits for one uses up none of the rate.
        let slot = match &self.slots {
            // It is never closed.
            Some(slots) => Arc::clone(slots).acquire_owned().await.ok(),
            None => None,
        };
        if let Some(Pace { rate, next }) = &self.pace {
            let mut next = next.lock().await;
            if let Some(begin) = next.checked_sub(rate.slack()) {
                sleep_until(begin).await;
            }
            *next = (*next).max(Instant::now()) + rate.interval();
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Rate};
    use futures::FutureExt;
    use std::time::Duration;
    use tokio::time::Instant;

    fn rate(text: &str) -> Rate {
        text.parse().expect("a rate")
    }

    #[test]
    fn rates_are_written_as_people_write_them() {
        for (text, jobs, seconds) in [
            ("100/s", 100, 1),
            ("20/min", 20, 60),
            ("20 / m", 20, 60),
            ("1000/10s", 1000, 10),
            ("3/h", 3, 3600),
            ("5/day", 5, 86_400),
        ] {
            let expected = Rate::new(jobs, Duration::from_secs(seconds)).expect("a rate");
            assert_eq!(rate(text), expected, "{text}");
            assert_eq!(rate(&expected.to_string()), expected);
        }
        for wrong in [
            "",
            "100",
            "/s",
            "x/s",
            "0/s",
            "-1/s",
            "1/fortnight",
            "1/0s",
            "1.5/s",
        ] {
            let error = wrong.parse::<Rate>().expect_err(wrong).to_string();
            assert!(error.contains("100/s"), "{error}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_begin_evenly_spread_and_a_second_s_worth_at_once() {
        let limits = Limits::new(None, Some(rate("10/s")));
        let start = Instant::now();
        for _ in 0..30 {
            limits.enter().await;
        }
        // Ten at once, twenty more at 10 a second; a timer is a millisecond late.
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(2_000), "{took:?}");
        assert!(took <= Duration::from_millis(2_100), "{took:?}");

        let limits = Limits::new(None, Some(rate("20/min")));
        limits.enter().await;
        assert!(
            limits.enter().now_or_never().is_none(),
            "the next after 3 s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_takes_nothing_with_it() {
        let limits = Limits::new(Some(1), Some(rate("1/s")));
        let first = limits.enter().await;
        assert!(limits.enter().now_or_never().is_none());
        drop(first);
        for _ in 0..3 {
            assert!(limits.enter().now_or_never().is_none());
        }
        let start = Instant::now();
        limits.enter().await;
        assert!(start.elapsed() <= Duration::from_millis(1_010));
    }
}
