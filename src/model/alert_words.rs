//! Alerts in words: the same on pages, in messages, in REST and at the command line.

use super::{Alert, AlertWatch};

impl AlertWatch {
    /// A value of what it watches, for people: `7 min`, `1200 jobs`.
    #[must_use]
    pub fn value_words(self, value: f64) -> String {
        match self {
            Self::Latency => span_words(value),
            Self::Depth => counted(value, "job", "jobs"),
            Self::Failures => counted(value, "failure", "failures"),
            Self::DeadGrowth => counted(value, "job more", "jobs more"),
            Self::NoProcess => counted(value, "process", "processes"),
            Self::ThroughputZero => counted(value, "job run", "jobs run"),
            Self::Unknown => format!("{value}"),
        }
    }

    /// When a rule is met, for people: `latency of queue mail above 5 min`.
    #[must_use]
    pub fn condition_words(self, queue: &str, above: f64, within_seconds: u64) -> String {
        let limit = self.value_words(above);
        let within = span_words(precise(within_seconds));
        match self {
            Self::Latency => format!("latency of queue {queue} above {limit}"),
            Self::Depth => format!("more than {limit} in queue {queue}"),
            Self::Failures => format!("more than {limit} within {within}"),
            Self::DeadGrowth => format!(
                "dead set grown by more than {} within {within}",
                counted(above, "job", "jobs")
            ),
            Self::NoProcess => format!("no process fetches from queue {queue}"),
            Self::ThroughputZero => format!("nothing run within {within}, although jobs wait"),
            Self::Unknown => "written by another version of Jobdeck".to_owned(),
        }
    }
}

impl Alert {
    /// What is wrong, in words: `latency of queue mail above 5 min: 7 min`.
    #[must_use]
    pub fn words(&self) -> String {
        let condition = self
            .watch
            .condition_words(&self.queue, self.above, self.within_seconds);
        if self.watch.has_limit() {
            format!("{condition}: {}", self.watch.value_words(self.value))
        } else {
            condition
        }
    }
}

/// The two largest units of a time: `45 s`, `7 min`, `1 h 30 min`, `2 d`.
fn span_words(seconds: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];
    let seconds = seconds.max(0.0).round();
    let Some(first) = UNITS.iter().position(|(unit, _)| seconds >= *unit) else {
        return "0 s".to_owned();
    };
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, name) in &UNITS[first..UNITS.len().min(first + 2)] {
        let count = (rest / unit).floor();
        rest -= count * unit;
        if count > 0.0 {
            parts.push(format!("{count} {name}"));
        }
    }
    parts.join(" ")
}

fn counted(value: f64, one: &str, many: &str) -> String {
    let value = value.round();
    let word = if (value - 1.0).abs() < 0.5 { one } else { many };
    format!("{value} {word}")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of a day at most: exact"
)]
fn precise(seconds: u64) -> f64 {
    seconds as f64
}

#[cfg(test)]
mod tests {
    use super::{Alert, AlertWatch, span_words};

    #[test]
    fn spans_are_told_in_two_units() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (45.2, "45 s"),
            (60.0, "1 min"),
            (61.0, "1 min 1 s"),
            (5_400.0, "1 h 30 min"),
            (86_400.0, "1 d"),
            (90_061.0, "1 d 1 h"),
            (f64::NAN, "0 s"),
        ] {
            assert_eq!(span_words(seconds), words);
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_words() {
        let alert = |watch, value| Alert {
            watch,
            queue: "mail".to_owned(),
            above: 300.0,
            within_seconds: 60,
            value,
            ..Alert::default()
        };
        for (watch, words) in [
            (
                AlertWatch::Latency,
                "latency of queue mail above 5 min: 7 min",
            ),
            (
                AlertWatch::Depth,
                "more than 300 jobs in queue mail: 420 jobs",
            ),
            (
                AlertWatch::Failures,
                "more than 300 failures within 1 min: 420 failures",
            ),
            (
                AlertWatch::DeadGrowth,
                "dead set grown by more than 300 jobs within 1 min: 420 jobs more",
            ),
            (AlertWatch::NoProcess, "no process fetches from queue mail"),
            (
                AlertWatch::ThroughputZero,
                "nothing run within 1 min, although jobs wait",
            ),
        ] {
            assert_eq!(alert(watch, 420.0).words(), words);
            assert_eq!(AlertWatch::named(watch.name()), Some(watch));
        }
    }
}
