//! What the runs of a class took: numbers that every store keeps alike.

/// Buckets of a histogram.
pub const METRICS_BUCKETS: usize = 26;

/// Above the runs of each bucket but the last, which has no end: milliseconds. Sidekiq's.
pub const METRICS_BOUNDS_MS: [u64; METRICS_BUCKETS - 1] = [
    20, 30, 45, 65, 100, 150, 225, 335, 500, 750, 1_100, 1_700, 2_500, 3_800, 5_750, 8_500, 13_000,
    20_000, 30_000, 45_000, 65_000, 100_000, 150_000, 225_000, 335_000,
];

/// How the keys of metrics are called, where that differs between the versions that write and read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricsForm {
    /// As in Sidekiq 7: minutes only.
    Seven,
    /// As in Sidekiq 8: minutes, and ten minutes for longer.
    #[default]
    Eight,
}

/// What the runs of one class took, since they were told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassMetrics {
    /// The class; of a wrapped job the wrapped one.
    pub class: String,
    /// Runs.
    pub processed: u64,
    /// Runs that failed.
    pub failed: u64,
    /// What the successful ones took together, each in whole milliseconds.
    pub milliseconds: u64,
    /// Successful ones by what they took: each counts in the first bucket whose bound ([`METRICS_BOUNDS_MS`]) is above that.
    pub histogram: [u64; METRICS_BUCKETS],
}

impl ClassMetrics {
    /// No runs yet.
    #[must_use]
    pub fn new(class: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            processed: 0,
            failed: 0,
            milliseconds: 0,
            histogram: [0; METRICS_BUCKETS],
        }
    }

    /// Counts a run that took so many milliseconds and succeeded.
    pub fn succeeded(&mut self, milliseconds: u64) {
        self.processed += 1;
        self.milliseconds = self.milliseconds.saturating_add(milliseconds);
        let bucket = METRICS_BOUNDS_MS.partition_point(|bound| *bound <= milliseconds);
        self.histogram[bucket] += 1;
    }

    /// Counts a run that failed; what it took does not count.
    pub fn failed(&mut self) {
        self.processed += 1;
        self.failed += 1;
    }

    /// Adds those of the same class.
    pub fn add(&mut self, other: &Self) {
        self.processed += other.processed;
        self.failed += other.failed;
        self.milliseconds = self.milliseconds.saturating_add(other.milliseconds);
        for (own, others) in self.histogram.iter_mut().zip(other.histogram) {
            *own += others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ClassMetrics;

    #[test]
    fn a_run_counts_in_the_first_bucket_that_it_is_below() {
        let mut metrics = ClassMetrics::new("A");
        for milliseconds in [0, 19, 20, 29, 30, 334_999, 335_000, 10_000_000] {
            metrics.succeeded(milliseconds);
        }
        metrics.failed();
        let used: Vec<(usize, u64)> = metrics
            .histogram
            .into_iter()
            .enumerate()
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(used, [(0, 2), (1, 2), (2, 1), (24, 1), (25, 2)]);
        assert_eq!((metrics.processed, metrics.failed), (9, 1));
        assert_eq!(metrics.milliseconds, 10_670_097);
    }

    #[test]
    fn those_of_a_class_add_up() {
        let (mut one, mut other) = (ClassMetrics::new("A"), ClassMetrics::new("A"));
        one.succeeded(10);
        other.succeeded(25);
        other.failed();
        one.add(&other);
        assert_eq!((one.processed, one.failed, one.milliseconds), (3, 1, 35));
        assert_eq!(one.histogram[..3], [1, 1, 0]);
    }
}
