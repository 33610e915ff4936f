//! What rules see: from the numbers that the sampler reads anyway.

use super::Rule;
use crate::model::{AlertWatch, Overview, ProcessInfo, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// Most queues that one rule watches; those behind them by name are left.
pub(super) const MOST_QUEUES: usize = 100;

/// Samples of the counters over the longest time that a rule looks back.
const SAMPLES: u32 = 720;

/// The counters of the store over each time that some rule looks back. Each has its own, so that a long one does not make a short one coarse.
#[derive(Debug, Default)]
pub(super) struct Gauges {
    courses: BTreeMap<Duration, VecDeque<Sample>>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Timestamp,
    processed: u64,
    failed: u64,
    dead: u64,
}

/// What a rule sees of one queue, or of the whole store.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// The queue; empty: the whole store.
    pub(super) queue: String,
    /// The value; nothing when it is not known.
    pub(super) value: Option<f64>,
    /// Whether that is an alert; nothing when it cannot be told yet.
    pub(super) is_wrong: Option<bool>,
}

impl Gauges {
    /// From now on it is known what was for so long each. What is known already of longer times is where others begin.
    pub(super) fn keep(&mut self, times: impl IntoIterator<Item = Duration>) {
        let times: BTreeSet<Duration> = times.into_iter().collect();
        if times.iter().eq(self.courses.keys()) {
            return;
        }
        let mut courses = BTreeMap::new();
        for kept in times {
            let known = self.courses.range(kept..).next();
            let samples = known.map(|(_, samples)| samples.clone());
            courses.insert(kept, samples.unwrap_or_default());
        }
        self.courses = courses;
    }

    /// Takes down what was read.
    pub(super) fn observe(&mut self, overview: &Overview) {
        let sample = Sample {
            at: overview.sampled_at,
            processed: overview.processed,
            failed: overview.failed,
            dead: overview.dead,
        };
        for (kept, samples) in &mut self.courses {
            observe(samples, sample, *kept);
        }
    }

    /// What a rule sees. Queues that have an alert are among it, whether they are there any more or not; `processes` is needed by some rules
    /// only.
    pub(super) fn read(
        &self,
        rule: &Rule,
        overview: &Overview,
        processes: Option<&[ProcessInfo]>,
        alerted: &[&str],
    ) -> Vec<Reading> {
        if rule.watch.is_of_queue() {
            return queues_of(rule, overview, alerted)
                .into_iter()
                .map(|queue| of_queue(rule, overview, processes, queue))
                .collect();
        }
        let (value, is_wrong) = match rule.watch {
            AlertWatch::Failures => self.failed(rule, overview),
            AlertWatch::DeadGrowth => self.grown(rule, overview),
            AlertWatch::ThroughputZero => self.stood_still(rule, overview),
            AlertWatch::Latency
            | AlertWatch::Depth
            | AlertWatch::NoProcess
            | AlertWatch::Unknown => (None, None),
        };
        vec![Reading {
            queue: String::new(),
            value,
            is_wrong,
        }]
    }

    /// How many failed within the rule's time.
    fn failed(&self, rule: &Rule, overview: &Overview) -> (Option<f64>, Option<bool>) {
        let (samples, is_whole) = self.within(rule, overview.sampled_at);
        let Some(first) = samples.first() else {
            return (None, None);
        };
        let value = number(overview.failed.saturating_sub(first.failed));
        (Some(value), verdict(value > rule.above, is_whole))
    }

    /// By how much the dead set has grown since it was smallest within the rule's time: who clears it meanwhile hides nothing.
    fn grown(&self, rule: &Rule, overview: &Overview) -> (Option<f64>, Option<bool>) {
        let (samples, is_whole) = self.within(rule, overview.sampled_at);
        let Some(least) = samples.iter().map(|sample| sample.dead).min() else {
            return (None, None);
        };
        let value = number(overview.dead.saturating_sub(least));
        (Some(value), verdict(value > rule.above, is_whole))
    }

    /// How many were run within the rule's time; an alert when that is none, although a job has waited all the time.
    fn stood_still(&self, rule: &Rule, overview: &Overview) -> (Option<f64>, Option<bool>) {
        let (samples, is_whole) = self.within(rule, overview.sampled_at);
        let Some(first) = samples.first() else {
            return (None, None);
        };
        let run = overview.processed.saturating_sub(first.processed);
        let within = rule.within.as_secs_f64();
        let waits = overview
            .queues
            .iter()
            .any(|queue| !queue.paused && queue.latency_seconds >= within);
        let is_wrong = match (run, waits) {
            (0, true) => is_whole.then_some(true),
            _ => Some(false),
        };
        (Some(number(run)), is_wrong)
    }

    /// The samples within the rule's time, and whether they reach back to its beginning.
    fn within(&self, rule: &Rule, now: Timestamp) -> (Vec<&Sample>, bool) {
        let span = rule.within.as_millis();
        let Some(samples) = self.courses.get(&rule.within) else {
            return (Vec::new(), false);
        };
        let older = samples
            .iter()
            .rposition(|sample| milliseconds(now, sample.at) >= span);
        let within = samples.iter().skip(older.unwrap_or(0)).collect();
        (within, older.is_some())
    }
}

/// Takes down a sample among those of a time.
fn observe(samples: &mut VecDeque<Sample>, sample: Sample, kept: Duration) {
    if let Some(last) = samples.back() {
        let is_reset = sample.processed < last.processed || sample.failed < last.failed;
        if is_reset || sample.at < last.at {
            // Counters were set to zero, or it is another store by now.
            samples.clear();
        } else if milliseconds(sample.at, last.at) < kept.as_millis() / u128::from(SAMPLES) {
            return;
        }
    }
    samples.push_back(sample);
    // One that is older than the time stays: the time begins between it and the next.
    while samples
        .get(1)
        .is_some_and(|second| milliseconds(sample.at, second.at) >= kept.as_millis())
    {
        samples.pop_front();
    }
}

/// What is wrong already is so whatever was before; what is not may be, as long as only a part of the time is known.
fn verdict(is_wrong: bool, is_whole: bool) -> Option<bool> {
    (is_wrong || is_whole).then_some(is_wrong)
}

/// The queues that a rule watches.
fn queues_of<'a>(rule: &'a Rule, overview: &'a Overview, alerted: &[&'a str]) -> Vec<&'a str> {
    let known = overview.queues.iter().map(|queue| queue.name.as_str());
    let mut queues: Vec<&str> = known.filter(|name| rule.queues.matches(name)).collect();
    queues.sort_unstable();
    queues.truncate(MOST_QUEUES);
    // One that is named is watched whether it is there or not: a queue comes to be with its first job.
    if rule.queues.is_name() {
        queues.push(rule.queues.text());
    }
    // A queue that the rule no longer means is nobody's by now.
    let is_own = |name: &&&str| rule.queues.matches(name);
    queues.extend(alerted.iter().filter(is_own));
    queues.sort_unstable();
    queues.dedup();
    queues
}

fn of_queue(
    rule: &Rule,
    overview: &Overview,
    processes: Option<&[ProcessInfo]>,
    name: &str,
) -> Reading {
    let queue = overview.queues.iter().find(|queue| queue.name == name);
    let (value, is_wrong) = match rule.watch {
        AlertWatch::Latency => {
            let value = queue.map_or(0.0, |queue| queue.latency_seconds);
            (Some(value), Some(value > rule.above))
        }
        AlertWatch::Depth => {
            let value = queue.map_or(0.0, |queue| number(queue.size));
            (Some(value), Some(value > rule.above))
        }
        _ => {
            let fetching = processes.map(|processes| {
                let fetch = processes.iter().filter(|process| {
                    let mut queues = process.queues.iter();
                    !process.quiet && !process.stopping && queues.any(|(queue, _)| queue == name)
                });
                fetch.count() as u64
            });
            // Where stars stand, a queue that is gone needs nobody any more.
            let is_needed = queue.is_some() || rule.queues.is_name();
            (
                fetching.map(number),
                fetching.map(|fetching| fetching == 0 && is_needed),
            )
        }
    };
    Reading {
        queue: name.to_owned(),
        value,
        is_wrong,
    }
}

/// From one time to a later one.
fn milliseconds(later: Timestamp, earlier: Timestamp) -> u128 {
    u128::try_from(later.0.saturating_sub(earlier.0)).unwrap_or(0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a limit is never so near to so many"
)]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{Gauges, Reading};
    use crate::alerts::tests::rule;
    use crate::model::{AlertWatch, Overview, ProcessInfo, QueueSummary, Timestamp};
    use std::time::Duration;

    fn overview(seconds: i64) -> Overview {
        Overview {
            sampled_at: Timestamp(1_795_470_000_000 + seconds * 1_000),
            ..Overview::default()
        }
    }

    fn queue(name: &str, size: u64, latency_seconds: f64) -> QueueSummary {
        QueueSummary {
            name: name.to_owned(),
            size,
            latency_seconds,
            paused: false,
        }
    }

    fn seen(readings: &[Reading]) -> Vec<(&str, Option<f64>, Option<bool>)> {
        let readings = readings.iter();
        readings
            .map(|it| (it.queue.as_str(), it.value, it.is_wrong))
            .collect()
    }

    #[test]
    fn a_rule_of_queues_sees_each_that_it_names_and_those_that_have_an_alert() {
        let gauges = Gauges::default();
        let mut now = overview(0);
        now.queues = vec![
            queue("mail_b", 3, 301.0),
            queue("mail_a", 9, 300.0),
            queue("other", 0, 0.0),
        ];
        let latency = rule(AlertWatch::Latency, "mail_*", 300.0);
        assert_eq!(
            seen(&gauges.read(&latency, &now, None, &["mail_gone"])),
            [
                ("mail_a", Some(300.0), Some(false)),
                ("mail_b", Some(301.0), Some(true)),
                ("mail_gone", Some(0.0), Some(false)),
            ]
        );
        let depth = rule(AlertWatch::Depth, "absent", 5.0);
        assert_eq!(
            seen(&gauges.read(&depth, &now, None, &["mail_a"])),
            [("absent", Some(0.0), Some(false))],
            "a queue that the rule does not mean any more is not its own"
        );
    }

    #[test]
    fn a_process_that_fetches_no_more_listens_no_more() {
        let gauges = Gauges::default();
        let mut now = overview(0);
        now.queues = vec![queue("mail", 0, 0.0)];
        let watched = rule(AlertWatch::NoProcess, "mail", 0.0);
        let mut process = ProcessInfo {
            queues: vec![("mail".to_owned(), 1)],
            ..ProcessInfo::default()
        };
        let see = |processes: Option<&[ProcessInfo]>| {
            gauges.read(&watched, &now, processes, &[])[0].is_wrong
        };
        assert_eq!(see(None), None);
        assert_eq!(see(Some(&[])), Some(true));
        assert_eq!(see(Some(std::slice::from_ref(&process))), Some(false));
        process.quiet = true;
        assert_eq!(see(Some(&[process])), Some(true));
        // A queue that is gone needs nobody, unless it is named.
        let stars = rule(AlertWatch::NoProcess, "m*", 0.0);
        let gone = gauges.read(&stars, &overview(1), Some(&[]), &["mail"]);
        assert_eq!(gone[0].is_wrong, Some(false));
    }

    #[test]
    fn failures_are_counted_over_the_time_and_before_it_is_known_only_too_many_count() {
        let mut gauges = Gauges::default();
        gauges.keep([Duration::from_secs(60)]);
        let watched = rule(AlertWatch::Failures, "", 10.0);
        let mut see = |seconds, failed| {
            let mut now = overview(seconds);
            now.failed = failed;
            gauges.observe(&now);
            let reading = gauges.read(&watched, &now, None, &[]).remove(0);
            (reading.value, reading.is_wrong)
        };
        assert_eq!(see(0, 100), (Some(0.0), None));
        assert_eq!(see(30, 105), (Some(5.0), None));
        assert_eq!(see(40, 111), (Some(11.0), Some(true)));
        assert_eq!(see(61, 112), (Some(12.0), Some(true)));
        assert_eq!(see(101, 112), (Some(1.0), Some(false)));
        // Somebody has set the counters to zero.
        assert_eq!(see(110, 2), (Some(0.0), None));
    }

    #[test]
    fn a_long_time_of_one_rule_does_not_make_a_short_one_coarse() {
        let mut gauges = Gauges::default();
        gauges.keep([Duration::from_secs(60), Duration::from_secs(24 * 60 * 60)]);
        let watched = rule(AlertWatch::Failures, "", 10.0);
        let mut last = None;
        for second in 0..600 {
            let mut now = overview(second);
            now.failed = u64::try_from(second).unwrap();
            gauges.observe(&now);
            last = gauges.read(&watched, &now, None, &[]).remove(0).value;
        }
        assert_eq!(last, Some(60.0));
        // A rule that comes later begins with what is known of a longer time.
        gauges.keep([Duration::from_secs(60), Duration::from_secs(30)]);
        let mut short = watched.clone();
        short.within = Duration::from_secs(30);
        let mut now = overview(600);
        now.failed = 600;
        gauges.observe(&now);
        assert_eq!(gauges.read(&short, &now, None, &[])[0].value, Some(30.0));
    }

    #[test]
    fn who_clears_the_dead_set_does_not_hide_that_it_grows() {
        let mut gauges = Gauges::default();
        gauges.keep([Duration::from_secs(60)]);
        let watched = rule(AlertWatch::DeadGrowth, "", 3.0);
        let mut see = |seconds, dead| {
            let mut now = overview(seconds);
            now.dead = dead;
            gauges.observe(&now);
            gauges.read(&watched, &now, None, &[]).remove(0).value
        };
        assert_eq!(see(0, 50), Some(0.0));
        assert_eq!(see(10, 0), Some(0.0));
        assert_eq!(see(20, 5), Some(5.0));
    }

    #[test]
    fn nothing_was_run_only_if_something_waited_all_the_time() {
        let mut gauges = Gauges::default();
        gauges.keep([Duration::from_secs(60)]);
        let watched = rule(AlertWatch::ThroughputZero, "", 0.0);
        let mut see = |seconds, processed, latency| {
            let mut now = overview(seconds);
            now.processed = processed;
            now.queues = vec![queue("a", 1, latency)];
            gauges.observe(&now);
            gauges.read(&watched, &now, None, &[]).remove(0).is_wrong
        };
        assert_eq!(see(0, 7, 500.0), None);
        assert_eq!(see(60, 7, 560.0), Some(true));
        assert_eq!(see(61, 7, 5.0), Some(false));
        assert_eq!(see(62, 8, 600.0), Some(false));
    }
}
