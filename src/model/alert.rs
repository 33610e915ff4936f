//! Alerts: what a rule has found wrong, who was told, and what people have said to it.

use super::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case", from = "String")]
pub enum AlertSeverity {
    /// Worth knowing.
    Info,
    /// Somebody should look at it today.
    #[default]
    Warning,
    /// Somebody has to look at it now.
    Critical,
}

/// What a rule watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertWatch {
    /// How long the job that is next to run in a queue has waited, seconds.
    Latency,
    /// Jobs in a queue.
    Depth,
    /// Runs that failed within a time.
    Failures,
    /// By how much the dead set has grown within a time.
    DeadGrowth,
    /// That no process fetches from a queue.
    NoProcess,
    /// That nothing was run within a time, although jobs wait.
    ThroughputZero,
    /// What a newer version watches.
    #[default]
    #[serde(other)]
    Unknown,
}

/// How an alert stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Its condition holds, but not for long enough yet.
    #[default]
    Pending,
    /// Its condition has held for long enough: receivers are told.
    Firing,
    /// It is over, and somebody is still to be told so.
    Resolved,
}

/// What a receiver is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertEvent {
    /// It has begun.
    #[default]
    Firing,
    /// It goes on.
    Reminder,
    /// It is over.
    Resolved,
    /// Nothing is wrong: whether the receiver can be reached is tried.
    Test,
}

/// Something that a receiver is still to be told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertNotice {
    /// Who.
    pub receiver: String,
    /// What.
    pub event: AlertEvent,
    /// When there came to be something to tell.
    pub created_at: Timestamp,
    /// Not before this time.
    pub due_at: Timestamp,
    /// Until when a process has it in hand; what it has not told by then another one tells.
    pub claimed_until: Option<Timestamp>,
    /// How often it has been tried in vain.
    pub attempts: u32,
    /// Why the last try was in vain.
    pub error: Option<String>,
}

/// That somebody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// Since when.
    pub at: Timestamp,
    /// What they say to it.
    pub reason: Option<String>,
}

/// That nobody is to be reminded for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Snooze {
    /// Who said so.
    pub by: String,
    /// Until when.
    pub until: Timestamp,
}

/// What a rule has found wrong with one thing, as it is kept in the store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alert {
    /// Its name: of the rule and what it is about, 16 hexadecimal digits.
    pub id: String,
    /// Counts the changes of it: a change is made to the version that it was made from, or not at all.
    pub version: u64,
    /// The rule.
    pub rule: String,
    /// What the rule watches.
    pub watch: AlertWatch,
    /// The queue that it is about; empty: the whole store.
    pub queue: String,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// The limit of the rule.
    pub above: f64,
    /// The time that the rule looks back, seconds; 0 where it does not.
    pub within_seconds: u64,
    /// The rule's time zone; empty: UTC.
    pub timezone: String,
    /// How it stands.
    pub state: AlertState,
    /// Since when its condition holds, by the store's clock.
    pub since: Timestamp,
    /// When some process saw last that the condition holds; it is noted now and then only.
    pub seen_at: Timestamp,
    /// What was measured then.
    pub value: f64,
    /// When it began to fire.
    pub fired_at: Option<Timestamp>,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// When there was something to tell last.
    pub notified_at: Option<Timestamp>,
    /// Who knows of it.
    pub acknowledged: Option<Acknowledgement>,
    /// For how long nobody is to be reminded.
    pub snoozed: Option<Snooze>,
    /// Receivers that have been told that it fires: they are told when it is over.
    pub told: Vec<String>,
    /// What is still to be told.
    pub notices: Vec<AlertNotice>,
}

/// An alert that is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertEpisode {
    /// The alert's name: the same rule and queue have the same again.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// What it watches.
    pub watch: AlertWatch,
    /// The queue that it was about; empty: the whole store.
    pub queue: String,
    /// How bad it was.
    pub severity: AlertSeverity,
    /// When it began to fire.
    pub fired_at: Timestamp,
    /// When it was over.
    pub resolved_at: Timestamp,
    /// Who had acknowledged it, and why.
    pub acknowledged: Option<Acknowledgement>,
    /// Whether it ended because no running Jobdeck has its rule any more, so that nobody knows whether it is over.
    pub is_forgotten: bool,
}

/// An alert that fires, as every page knows of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertSummary {
    /// Its name.
    pub id: String,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// What is wrong, in words.
    pub words: String,
    /// When it began to fire.
    pub fired_at: Timestamp,
    /// Whether somebody knows of it, or wants to hear nothing of it for a while.
    pub is_quiet: bool,
}

/// A rule with what it sees now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertRule {
    /// Its name.
    pub name: String,
    /// When it fires, in words.
    pub condition: String,
    /// What it watches.
    pub watch: AlertWatch,
    /// How bad it is when it fires.
    pub severity: AlertSeverity,
    /// Who is told.
    pub to: Vec<String>,
    /// When nobody is told, in words; empty: at no time.
    pub quiet: String,
    /// Queues that it watches now.
    pub queues: u64,
    /// The queue of these in which the value is highest; empty: the whole store.
    pub queue: String,
    /// The value now; nothing as long as it is not known.
    pub value: Option<f64>,
}

/// A receiver, and how it went with it in the process that answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertReceiver {
    /// Its name.
    pub name: String,
    /// `webhook`, `slack` or `email`.
    pub kind: String,
    /// Notices that have reached it.
    pub sent: u64,
    /// Tries that failed.
    pub failed: u64,
    /// Why the last try failed, if it did.
    pub error: Option<String>,
}

impl AlertSeverity {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// Its name in the configuration and in REST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

impl AlertWatch {
    /// All that this version knows.
    pub const ALL: [Self; 6] = [
        Self::Latency,
        Self::Depth,
        Self::Failures,
        Self::DeadGrowth,
        Self::NoProcess,
        Self::ThroughputZero,
    ];

    /// Its name in the configuration and in REST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Depth => "depth",
            Self::Failures => "failures",
            Self::DeadGrowth => "dead_growth",
            Self::NoProcess => "no_process",
            Self::ThroughputZero => "throughput_zero",
            Self::Unknown => "unknown",
        }
    }

    /// What is watched under this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether it is about one queue.
    #[must_use]
    pub fn is_of_queue(self) -> bool {
        matches!(self, Self::Latency | Self::Depth | Self::NoProcess)
    }

    /// Whether it has a limit to say.
    #[must_use]
    pub fn has_limit(self) -> bool {
        !matches!(self, Self::NoProcess | Self::ThroughputZero | Self::Unknown)
    }

    /// Whether it looks back over a time.
    #[must_use]
    pub fn has_span(self) -> bool {
        matches!(
            self,
            Self::Failures | Self::DeadGrowth | Self::ThroughputZero
        )
    }

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

impl AlertState {
    /// Its name in REST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

impl AlertEvent {
    /// Its name in what webhooks are sent.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Reminder => "reminder",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

/// What a newer version has written counts as usual.
impl From<String> for AlertSeverity {
    fn from(name: String) -> Self {
        Self::named(&name).unwrap_or_default()
    }
}

impl fmt::Display for AlertSeverity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
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

    /// Since when it stands as it does: fires, or is about to.
    #[must_use]
    pub fn stands_since(&self) -> Timestamp {
        match self.state {
            AlertState::Firing => self.fired_at.unwrap_or(self.since),
            AlertState::Pending | AlertState::Resolved => self.since,
        }
    }

    /// Whether nobody is to be told again: somebody knows, or wants to hear nothing for a while.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.acknowledged.is_some() || self.is_snoozed(now)
    }

    /// Whether somebody wants to hear nothing of it now.
    #[must_use]
    pub fn is_snoozed(&self, now: Timestamp) -> bool {
        self.snoozed.as_ref().is_some_and(|it| now < it.until)
    }

    /// What every page knows of it, while it fires.
    #[must_use]
    pub fn summary(&self, now: Timestamp) -> Option<AlertSummary> {
        (self.state == AlertState::Firing).then(|| AlertSummary {
            id: self.id.clone(),
            severity: self.severity,
            words: self.words(),
            fired_at: self.stands_since(),
            is_quiet: self.is_quiet(now),
        })
    }

    /// Nobody is to be told any more that it fires. Those who are being told at this moment count as told.
    pub fn hush(&mut self, now: Timestamp) {
        let calls = std::mem::take(&mut self.notices);
        for notice in calls {
            if notice.event == AlertEvent::Resolved {
                self.notices.push(notice);
            } else if notice.claimed_until.is_some_and(|until| now < until) {
                self.note_told(&notice.receiver);
            }
        }
    }

    /// This one knows that it fires.
    pub fn note_told(&mut self, receiver: &str) {
        if !self.told.iter().any(|told| told == receiver) {
            self.told.push(receiver.to_owned());
        }
    }

    /// What is left of it when it is over.
    #[must_use]
    pub fn episode(&self, resolved_at: Timestamp) -> Option<AlertEpisode> {
        let fired_at = self.fired_at?;
        Some(AlertEpisode {
            id: self.id.clone(),
            rule: self.rule.clone(),
            watch: self.watch,
            queue: self.queue.clone(),
            severity: self.severity,
            fired_at,
            resolved_at,
            acknowledged: self.acknowledged.clone(),
            is_forgotten: false,
        })
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
    use super::{Alert, AlertSeverity, AlertState, AlertWatch, Snooze, span_words};
    use crate::model::Timestamp;

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

    #[test]
    fn what_a_newer_version_has_written_can_be_read() {
        let text = r#"{"id":"a","watch":"moon","severity":"grave","state":"firing"}"#;
        let alert: Alert = serde_json::from_str(text).unwrap();
        assert_eq!(alert.watch, AlertWatch::Unknown);
        assert_eq!(alert.severity, AlertSeverity::Warning);
        assert_eq!(alert.state, AlertState::Firing);
    }

    #[test]
    fn a_snooze_ends_by_itself() {
        let alert = Alert {
            state: AlertState::Firing,
            snoozed: Some(Snooze {
                by: "ada".to_owned(),
                until: Timestamp(50),
            }),
            ..Alert::default()
        };
        let is_quiet = |now| alert.summary(Timestamp(now)).map(|it| it.is_quiet);
        assert_eq!(is_quiet(49), Some(true));
        assert_eq!(is_quiet(50), Some(false));
    }
}
