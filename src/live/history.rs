//! The last minutes, point by point: what the charts show.

use crate::model::{HistoryPoint, Overview, QueueTrend, Snapshot, Timestamp};
use std::collections::{BTreeMap, VecDeque};

const STEP_MILLISECONDS: i64 = Snapshot::STEP_SECONDS as i64 * 1000;

/// The last [`Snapshot::POINTS`] points, each at a whole multiple of [`Snapshot::STEP_SECONDS`].
///
/// A rate is the difference of two counters over the time between their readings; it is missing while the store is lost, over the
/// interval in which it came back, and over one in which a counter went down (somebody reset the statistics). While the store is lost
/// nothing is known, and nothing is noted but that time went on.
#[derive(Debug, Default)]
pub(super) struct History {
    points: VecDeque<HistoryPoint>,
    sizes: BTreeMap<String, VecDeque<Option<u64>>>,
    /// The reading that the next rates are counted from.
    base: Option<Base>,
}

#[derive(Clone, Copy, Debug)]
struct Base {
    at: Timestamp,
    processed: u64,
    failed: u64,
}

impl Base {
    fn of(overview: &Overview) -> Self {
        Self {
            at: overview.sampled_at,
            processed: overview.processed,
            failed: overview.failed,
        }
    }
}

impl History {
    /// Takes a reading; makes a point if a step has ended since the last one.
    pub(super) fn record(&mut self, overview: &Overview) {
        let Some(steps) = self.steps_until(overview.sampled_at) else {
            self.base.get_or_insert(Base::of(overview));
            return;
        };
        let base = self.base.replace(Base::of(overview));
        let (processed_per_second, failed_per_second) =
            base.map_or((None, None), |base| rates(base, overview));
        let point = HistoryPoint {
            at: Timestamp::default(),
            processed_per_second,
            failed_per_second,
            enqueued: Some(overview.enqueued),
            latency_seconds: Some(highest_latency(overview)),
        };
        self.push(overview.sampled_at, steps, point);
        self.sizes
            .retain(|name, _| overview.queues.iter().any(|queue| queue.name == *name));
        for queue in &overview.queues {
            let sizes = self.sizes.entry(queue.name.clone()).or_default();
            let missed = if sizes.is_empty() { 1 } else { steps };
            repeat(sizes, Some(queue.size), missed);
        }
    }

    /// Notes that the store did not answer at `now`.
    pub(super) fn record_loss(&mut self, now: Timestamp) {
        self.base = None;
        let Some(steps) = self.steps_until(now) else {
            return;
        };
        if self.points.is_empty() {
            return;
        }
        self.push(now, steps, HistoryPoint::default());
        for sizes in self.sizes.values_mut() {
            repeat(sizes, None, steps);
        }
    }

    /// The points, oldest first.
    pub(super) fn points(&self) -> Vec<HistoryPoint> {
        self.points.iter().copied().collect()
    }

    /// The sizes of every queue, by name.
    pub(super) fn trends(&self) -> Vec<QueueTrend> {
        self.sizes
            .iter()
            .map(|(name, sizes)| QueueTrend {
                name: name.clone(),
                sizes: sizes.iter().copied().collect(),
            })
            .collect()
    }

    /// How many steps have ended between the last point and `now`; nothing when none has.
    fn steps_until(&mut self, now: Timestamp) -> Option<usize> {
        let Some(last) = self.points.back() else {
            return Some(1);
        };
        match step_of(now) - step_of(last.at) {
            0 => None,
            steps if steps < 0 => {
                // The clock went back: what was drawn lies in the future now.
                *self = Self::default();
                Some(1)
            }
            steps => Some(usize::try_from(steps).unwrap_or(usize::MAX)),
        }
    }

    /// Adds `steps` points that end at the step of `now`; they differ in their time only.
    fn push(&mut self, now: Timestamp, steps: usize, point: HistoryPoint) {
        let steps = steps.min(Snapshot::POINTS);
        let newest = step_of(now) * STEP_MILLISECONDS;
        for back in (0..steps).rev() {
            let back = i64::try_from(back).unwrap_or(i64::MAX);
            self.points.push_back(HistoryPoint {
                at: Timestamp(newest - back * STEP_MILLISECONDS),
                ..point
            });
        }
        while self.points.len() > Snapshot::POINTS {
            self.points.pop_front();
        }
    }
}

fn step_of(time: Timestamp) -> i64 {
    time.0.div_euclid(STEP_MILLISECONDS)
}

fn repeat(sizes: &mut VecDeque<Option<u64>>, size: Option<u64>, steps: usize) {
    sizes.extend(std::iter::repeat_n(size, steps.min(Snapshot::POINTS)));
    while sizes.len() > Snapshot::POINTS {
        sizes.pop_front();
    }
}

fn highest_latency(overview: &Overview) -> f64 {
    overview
        .queues
        .iter()
        .map(|queue| queue.latency_seconds)
        .fold(0.0, f64::max)
}

/// Executions and failures a second between two readings.
fn rates(base: Base, now: &Overview) -> (Option<f64>, Option<f64>) {
    let seconds = now.sampled_at.seconds() - base.at.seconds();
    // Two readings that stand close together say little: one job in 10 ms is no hundred a second.
    if seconds < 0.5 {
        return (None, None);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate is read by people, to three digits"
    )]
    let rate = |before: u64, after: u64| Some(after.checked_sub(before)? as f64 / seconds);
    (
        rate(base.processed, now.processed),
        rate(base.failed, now.failed),
    )
}

#[cfg(test)]
mod tests {
    use super::History;
    use crate::model::{Overview, QueueSummary, Snapshot, Timestamp};

    fn overview(seconds: f64, processed: u64, failed: u64) -> Overview {
        Overview {
            processed,
            failed,
            enqueued: processed,
            sampled_at: Timestamp::from_seconds(seconds),
            ..Overview::default()
        }
    }

    fn with_queue(seconds: f64, name: &str, size: u64) -> Overview {
        Overview {
            queues: vec![QueueSummary {
                name: name.to_owned(),
                size,
                ..QueueSummary::default()
            }],
            ..overview(seconds, 0, 0)
        }
    }

    #[test]
    fn points_stand_at_whole_steps_and_rates_are_over_the_time_that_passed() {
        let mut history = History::default();
        history.record(&overview(1002.0, 100, 10));
        history.record(&overview(1004.0, 150, 10));
        history.record(&overview(1006.0, 200, 12));
        let points = history.points();
        let times: Vec<i64> = points.iter().map(|point| point.at.0).collect();
        assert_eq!(times, [1_000_000, 1_005_000]);
        assert_eq!(points[0].processed_per_second, None);
        assert_eq!(points[1].processed_per_second, Some(25.0));
        assert_eq!(points[1].failed_per_second, Some(0.5));
        assert_eq!(points[1].enqueued, Some(200));
    }

    #[test]
    fn a_reset_counter_gives_no_rate_instead_of_a_negative_one() {
        let mut history = History::default();
        history.record(&overview(1000.0, 100, 10));
        history.record(&overview(1005.0, 0, 10));
        history.record(&overview(1010.0, 50, 15));
        let points = history.points();
        assert_eq!(points[1].processed_per_second, None);
        assert_eq!(points[1].failed_per_second, Some(0.0));
        assert_eq!(points[2].processed_per_second, Some(10.0));
    }

    #[test]
    fn a_loss_is_a_gap_in_all_values_and_not_a_peak_after_it() {
        let mut history = History::default();
        history.record(&overview(1000.0, 100, 0));
        history.record(&overview(1005.0, 105, 0));
        history.record_loss(Timestamp::from_seconds(1006.0));
        history.record_loss(Timestamp::from_seconds(1010.0));
        history.record(&overview(1012.0, 900, 0));
        history.record(&overview(1015.0, 903, 0));
        let rates: Vec<Option<f64>> = history
            .points()
            .iter()
            .map(|point| point.processed_per_second)
            .collect();
        assert_eq!(rates, [None, Some(1.0), None, Some(1.0)]);
        let known: Vec<_> = history
            .points()
            .iter()
            .map(|point| (point.enqueued, point.latency_seconds))
            .collect();
        let expected = [Some(100), Some(105), None, Some(903)];
        assert_eq!(
            known,
            expected.map(|enqueued| (enqueued, enqueued.map(|_| 0.0)))
        );
    }

    #[test]
    fn a_loss_is_a_gap_in_the_trend_of_a_queue() {
        let mut history = History::default();
        history.record(&with_queue(1000.0, "a", 4));
        history.record_loss(Timestamp::from_seconds(1011.0));
        history.record(&with_queue(1015.0, "a", 6));
        assert_eq!(
            history.trends()[0].sizes,
            [Some(4), None, None, Some(6)],
            "two steps passed while nothing was known"
        );
    }

    #[test]
    fn steps_that_nobody_read_are_filled_with_the_average() {
        let mut history = History::default();
        history.record(&overview(1000.0, 0, 0));
        history.record(&overview(1015.0, 30, 0));
        let points = history.points();
        assert_eq!(points.len(), 4);
        assert!(
            points[1..]
                .iter()
                .all(|point| point.processed_per_second == Some(2.0))
        );
    }

    #[test]
    fn no_more_than_ten_minutes_are_kept_whatever_happens() {
        let mut history = History::default();
        for step in 0..300 {
            history.record(&with_queue(f64::from(step) * 5.0, "a", 1));
        }
        history.record(&with_queue(9_000_000.0, "a", 1));
        assert_eq!(history.points().len(), Snapshot::POINTS);
        assert_eq!(history.trends()[0].sizes.len(), Snapshot::POINTS);
        history.record(&with_queue(10.0, "a", 1));
        assert_eq!(history.points().len(), 1, "the clock went back");
    }

    #[test]
    fn trends_end_at_the_newest_point_and_go_with_their_queue() {
        let mut history = History::default();
        history.record(&with_queue(1000.0, "a", 1));
        let mut both = with_queue(1005.0, "a", 2);
        both.queues.extend(with_queue(0.0, "b", 7).queues);
        history.record(&both);
        let trends = history.trends();
        assert_eq!(
            (trends[0].name.as_str(), &trends[0].sizes[..]),
            ("a", &[Some(1), Some(2)][..])
        );
        assert_eq!(
            (trends[1].name.as_str(), &trends[1].sizes[..]),
            ("b", &[Some(7)][..])
        );
        history.record(&with_queue(1010.0, "b", 8));
        let trends = history.trends();
        assert_eq!(trends.len(), 1);
        assert_eq!(trends[0].sizes, [Some(7), Some(8)]);
    }
}
