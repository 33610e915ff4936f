//! How many entries a step takes, and how long to wait behind it.

use super::mark::amount;
use crate::store::STEP_ENTRIES;
use std::time::{Duration, Instant};

/// Entries of the first step.
const FIRST: usize = 50;

/// A step that takes less is made larger.
const QUICK: Duration = Duration::from_micros(1_500);

/// A step that takes longer is made smaller: the store would keep others waiting.
const SLOW: Duration = Duration::from_millis(3);

/// Longest pause behind a step when the store is slow.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Sizes steps by how long the last ones took, and keeps to a rate if one was asked for.
#[derive(Debug)]
pub(super) struct Throttle {
    size: usize,
    /// Jobs a second, and since when how many were done.
    rate: Option<u32>,
    since: Instant,
    done: u64,
}

impl Throttle {
    pub(super) fn new(rate: Option<u32>) -> Self {
        Self {
            size: FIRST,
            rate,
            since: Instant::now(),
            done: 0,
        }
    }

    /// Entries of the next step.
    pub(super) fn size(&self) -> usize {
        match self.rate {
            // Ten steps a second at least, so that a low rate is even.
            Some(rate) => usize::try_from(rate / 10)
                .unwrap_or(usize::MAX)
                .clamp(1, self.size),
            None => self.size,
        }
    }

    /// Learns from a step with so many entries; how long to wait before the next one.
    pub(super) fn made(&mut self, entries: usize, took: Duration) -> Duration {
        let mut pause = Duration::ZERO;
        if took > SLOW {
            self.size = (self.size * 3 / 4).max(1);
            // As long as the step took beyond what it should: others get the store meanwhile.
            pause = (took - SLOW).min(LONGEST_PAUSE);
        } else if took < QUICK && entries >= self.size {
            self.size = (self.size + 25).min(STEP_ENTRIES);
        }
        self.done += u64::try_from(entries).unwrap_or(0);
        let Some(rate) = self.rate else {
            return pause;
        };
        let due = Duration::from_secs_f64(amount(self.done) / f64::from(rate.max(1)));
        let elapsed = self.since.elapsed();
        if elapsed > due + Duration::from_secs(1) {
            // What was missed is not made up for by a burst.
            self.since = Instant::now();
            self.done = 0;
        }
        pause.max(due.saturating_sub(elapsed))
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST, STEP_ENTRIES, Throttle};
    use std::time::Duration;

    #[test]
    fn steps_grow_while_the_store_is_quick_and_shrink_when_it_is_slow() {
        let mut throttle = Throttle::new(None);
        assert_eq!(throttle.size(), FIRST);
        for _ in 0..20 {
            let pause = throttle.made(throttle.size(), Duration::from_micros(500));
            assert_eq!(pause, Duration::ZERO);
        }
        assert_eq!(throttle.size(), STEP_ENTRIES);
        let pause = throttle.made(STEP_ENTRIES, Duration::from_millis(20));
        assert_eq!(pause, Duration::from_millis(17));
        assert!(throttle.size() < STEP_ENTRIES);
        for _ in 0..50 {
            throttle.made(1, Duration::from_secs(10));
        }
        assert_eq!(throttle.size(), 1);
    }

    #[test]
    fn a_rate_makes_it_wait() {
        let mut throttle = Throttle::new(Some(100));
        assert_eq!(throttle.size(), 10);
        let pause = throttle.made(10, Duration::ZERO);
        assert!(pause > Duration::from_millis(50) && pause <= Duration::from_millis(100));
    }
}
