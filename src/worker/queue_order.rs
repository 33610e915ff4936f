//! In which order queues are asked.

use rand::{Rng, RngExt};

/// The queues of a worker, put in order anew before each fetch.
#[derive(Clone, Debug)]
pub(super) struct QueueOrder {
    queues: Vec<(String, u64)>,
    strict: bool,
}

impl QueueOrder {
    /// All weights 0: always in this order. Otherwise a queue comes first with probability weight / sum of the weights (a weight of 0
    /// then counts as 1), the rest likewise.
    pub(super) fn new(queues: &[(String, u64)]) -> Self {
        Self {
            queues: queues.to_vec(),
            strict: queues.iter().all(|(_, weight)| *weight == 0),
        }
    }

    /// The order for one fetch.
    ///
    /// Sidekiq repeats each name as often as its weight says, shuffles, and drops repeats. Sorting by exponentially distributed keys of
    /// that rate gives the same distribution (Efraimidis and Spirakis 2006) whatever the weights are.
    pub(super) fn next(&self, random: &mut impl Rng) -> Vec<String> {
        if self.strict {
            return self.queues.iter().map(|(name, _)| name.clone()).collect();
        }
        let mut keyed: Vec<(f64, &String)> = self
            .queues
            .iter()
            .map(|(name, weight)| {
                // 1 − x: never the logarithm of 0.
                let uniform = 1.0 - random.random::<f64>();
                (-uniform.ln() / as_rate(*weight), name)
            })
            .collect();
        keyed.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        keyed.into_iter().map(|(_, name)| name.clone()).collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "weights are small; a rounded large one makes no difference"
)]
fn as_rate(weight: u64) -> f64 {
    weight.max(1) as f64
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
            assert_eq!(order.next(&mut random), ["critical", "default", "low"]);
        }
    }

    #[test]
    fn a_queue_is_first_as_often_as_its_weight_says_and_never_left_out() {
        let order = order(&[("critical", 6), ("default", 3), ("low", 1)]);
        let mut random = StdRng::seed_from_u64(1);
        let (mut critical, mut low) = (0, 0);
        for _ in 0..10_000 {
            let names = order.next(&mut random);
            assert_eq!(names.len(), 3);
            critical += u32::from(names[0] == "critical");
            low += u32::from(names[0] == "low");
        }
        assert!((5_700..6_300).contains(&critical), "{critical}");
        assert!((850..1_150).contains(&low), "{low}");
    }
}
