//! In which order queues are asked, and for how many jobs.

use crate::store::Share;
use rand::{Rng, RngExt};
use std::sync::Arc;

/// The queues of a capsule, put in order anew before each fetch.
#[derive(Clone, Debug)]
pub(super) struct QueueOrder {
    queues: Vec<(Arc<str>, u64)>,
    strict: bool,
}

impl QueueOrder {
    /// All weights 0: always in this order. Otherwise a queue comes first with probability weight / sum of the weights (a weight of 0
    /// then counts as 1), the rest likewise.
    pub(super) fn new(queues: &[(String, u64)]) -> Self {
        Self {
            queues: queues
                .iter()
                .map(|(name, weight)| (name.as_str().into(), *weight))
                .collect(),
            strict: queues.iter().all(|(_, weight)| *weight == 0),
        }
    }

    /// The queues' names.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.queues
            .iter()
            .map(|(name, _)| Arc::clone(name))
            .collect()
    }

    /// The order for one fetch of up to `limit` jobs, and each queue's share of them.
    ///
    /// Sidekiq repeats each name as often as its weight says, shuffles, and drops repeats, for one job at a time. Sorting by
    /// exponentially distributed keys of that rate gives the same distribution of orders (Efraimidis and Spirakis 2006) whatever the
    /// weights are. Shares are in proportion to the weights, with the first ones rounded up: of one job all is the first queue's.
    pub(super) fn next(&self, limit: usize, random: &mut impl Rng) -> Vec<Share> {
        let share = |queue: &Arc<str>, jobs| Share {
            queue: Arc::clone(queue),
            jobs,
        };
        if self.strict || self.queues.len() == 1 {
            return self
                .queues
                .iter()
                .map(|(name, _)| share(name, limit))
                .collect();
        }
        let mut keyed: Vec<(f64, &Arc<str>, u64)> = self
            .queues
            .iter()
            .map(|(name, weight)| {
                let weight = (*weight).max(1);
                // 1 − x: never the logarithm of 0.
                let uniform = 1.0 - random.random::<f64>();
                (-uniform.ln() / as_rate(weight), name, weight)
            })
            .collect();
        keyed.sort_by(|(left, ..), (right, ..)| left.total_cmp(right));
        let sum: u64 = keyed.iter().map(|(_, _, weight)| weight).sum();
        let limit = limit as u64;
        let mut left = limit;
        keyed
            .into_iter()
            .map(|(_, name, weight)| {
                let jobs = (limit * weight).div_ceil(sum.max(1)).min(left);
                left -= jobs;
                share(name, usize::try_from(jobs).unwrap_or(usize::MAX))
            })
            .collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "weights are small; a rounded large one makes no difference"
)]
fn as_rate(weight: u64) -> f64 {
    weight as f64
}

#[cfg(test)]
mod tests {
    use super::QueueOrder;
    use rand::{SeedableRng, rngs::StdRng};

    fn order(queues: &[(&str, u64)]) -> QueueOrder {
        let queues: Vec<_> = queues
            .iter()
            .map(|(name, weight)| ((*name).to_owned(), *weight))
            .collect();
        QueueOrder::new(&queues)
    }

    #[test]
    fn weights_of_zero_keep_the_order() {
        let order = order(&[("critical", 0), ("default", 0), ("low", 0)]);
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..20 {
            let shares = order.next(5, &mut random);
            let names: Vec<_> = shares.iter().map(|share| &*share.queue).collect();
            assert_eq!(names, ["critical", "default", "low"]);
            assert!(shares.iter().all(|share| share.jobs == 5));
        }
    }

    #[test]
    fn a_queue_is_first_as_often_as_its_weight_says_and_never_left_out() {
        let order = order(&[("critical", 6), ("default", 3), ("low", 1)]);
        let mut random = StdRng::seed_from_u64(1);
        let (mut critical, mut low) = (0, 0);
        for _ in 0..10_000 {
            let shares = order.next(1, &mut random);
            assert_eq!(shares.len(), 3);
            assert_eq!(
                shares.iter().map(|share| share.jobs).collect::<Vec<_>>(),
                [1, 0, 0]
            );
            critical += u32::from(&*shares[0].queue == "critical");
            low += u32::from(&*shares[0].queue == "low");
        }
        assert!((5_700..6_300).contains(&critical), "{critical}");
        assert!((850..1_150).contains(&low), "{low}");
    }

    #[test]
    fn many_jobs_at_once_are_shared_by_weight() {
        let order = order(&[("critical", 6), ("default", 3), ("low", 1)]);
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..100 {
            let shares = order.next(100, &mut random);
            for (name, jobs) in [("critical", 60), ("default", 30), ("low", 10)] {
                assert!(
                    shares
                        .iter()
                        .any(|share| &*share.queue == name && share.jobs == jobs)
                );
            }
            let shares = order.next(7, &mut random);
            assert_eq!(shares.iter().map(|share| share.jobs).sum::<usize>(), 7);
        }
    }
}
