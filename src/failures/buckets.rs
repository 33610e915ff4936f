//! Failures over time.

use crate::model::{Timestamp, Trends};

const MINUTE: i64 = 60_000;

/// Counts of the last `N` steps of `STEP` milliseconds, whole steps of the calendar.
#[derive(Clone, Debug)]
struct Ring<const N: usize, const STEP: i64> {
    /// The newest step that was counted in, since the epoch.
    newest: i64,
    counts: [u32; N],
}

impl<const N: usize, const STEP: i64> Default for Ring<N, STEP> {
    fn default() -> Self {
        Self {
            newest: i64::MIN,
            counts: [0; N],
        }
    }
}

impl<const N: usize, const STEP: i64> Ring<N, STEP> {
    fn place(step: i64) -> usize {
        usize::try_from(step.rem_euclid(i64::try_from(N).unwrap_or(1))).unwrap_or(0)
    }

    /// Whether a step still has its place, when `newest` is the newest.
    fn holds(newest: i64, step: i64) -> bool {
        step <= newest && newest.saturating_sub(step) < i64::try_from(N).unwrap_or(1)
    }

    fn add(&mut self, at: Timestamp, count: u32) {
        let step = at.0.div_euclid(STEP);
        if step > self.newest {
            // Places that change their step begin at nothing.
            if self.newest == i64::MIN || !Self::holds(step, self.newest) {
                self.counts = [0; N];
            } else {
                for between in self.newest + 1..=step {
                    self.counts[Self::place(between)] = 0;
                }
            }
            self.newest = step;
        }
        if Self::holds(self.newest, step) {
            let place = &mut self.counts[Self::place(step)];
            *place = place.saturating_add(count);
        }
    }

    fn add_all(&mut self, other: &Self) {
        for (step, count) in other.steps() {
            self.add(Timestamp(step.saturating_mul(STEP)), count);
        }
    }

    /// The steps that have a place, oldest first, and their counts.
    fn steps(&self) -> impl Iterator<Item = (i64, u32)> + '_ {
        let is_empty = self.newest == i64::MIN;
        (0..N).rev().filter(move |_| !is_empty).map(|back| {
            let step = self
                .newest
                .saturating_sub(i64::try_from(back).unwrap_or(i64::MAX));
            (step, self.counts[Self::place(step)])
        })
    }

    /// The counts of the last steps until `now`, oldest first.
    fn until(&self, now: Timestamp) -> Vec<u64> {
        let newest = now.0.div_euclid(STEP);
        (0..N)
            .rev()
            .map(|back| {
                let step = newest.saturating_sub(i64::try_from(back).unwrap_or(i64::MAX));
                if Self::holds(self.newest, step) {
                    u64::from(self.counts[Self::place(step)])
                } else {
                    0
                }
            })
            .collect()
    }
}

/// Failures over the last hour, day and week.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    hour: Ring<12, { 5 * MINUTE }>,
    day: Ring<24, { 60 * MINUTE }>,
    week: Ring<28, { 360 * MINUTE }>,
}

impl Buckets {
    /// Counts a failure; one of the future (clocks differ) counts as of now.
    pub(super) fn add(&mut self, at: Timestamp, now: Timestamp) {
        let at = at.min(now);
        self.hour.add(at, 1);
        self.day.add(at, 1);
        self.week.add(at, 1);
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        self.hour.add_all(&other.hour);
        self.day.add_all(&other.day);
        self.week.add_all(&other.week);
    }

    pub(super) fn until(&self, now: Timestamp) -> Trends {
        Trends {
            hour: self.hour.until(now),
            day: self.day.until(now),
            week: self.week.until(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, MINUTE};
    use crate::model::Timestamp;
    use proptest::prelude::*;

    /// The same, slowly.
    fn counted<const N: usize>(times: &[i64], step: i64, now: i64) -> Vec<u64> {
        let newest = now.div_euclid(step);
        (0..i64::try_from(N).unwrap())
            .rev()
            .map(|back| {
                times
                    .iter()
                    .filter(|at| at.div_euclid(step) == newest - back)
                    .count() as u64
            })
            .collect()
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_times(
            times in prop::collection::vec(0i64..8 * 1440 * MINUTE, 0..60), split in 0usize..60, late in 0i64..3000 * MINUTE,
        ) {
            let newest = times.iter().copied().max().unwrap_or(0);
            let now = newest + late;
            let (mut one, mut other) = (Buckets::default(), Buckets::default());
            for (at, time) in times.iter().enumerate() {
                let buckets = if at < split { &mut one } else { &mut other };
                buckets.add(Timestamp(*time), Timestamp(newest));
            }
            one.add_all(&other);
            let trends = one.until(Timestamp(now));
            prop_assert_eq!(trends.hour, counted::<12>(&times, 5 * MINUTE, now));
            prop_assert_eq!(trends.day, counted::<24>(&times, 60 * MINUTE, now));
            prop_assert_eq!(trends.week, counted::<28>(&times, 360 * MINUTE, now));
        }

        #[test]
        fn any_time_is_taken(times in prop::collection::vec(any::<i64>(), 0..9), now: i64) {
            let mut buckets = Buckets::default();
            for time in times {
                buckets.add(Timestamp(time), Timestamp(now));
            }
            let mut sum = Buckets::default();
            sum.add_all(&buckets);
            let _ = sum.until(Timestamp(now));
        }
    }
}
