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
    /// The queue that it is about, to tell who may see it; nobody is told.
    #[serde(skip)]
    pub queue: String,
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
            queue: self.queue.clone(),
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

#[cfg(test)]
mod tests {
    use super::{Alert, AlertSeverity, AlertState, AlertWatch, Snooze};
    use crate::model::Timestamp;

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
