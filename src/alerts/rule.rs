//! What a rule says.

use super::Quiet;
use crate::job::hexadecimal;
use crate::model::{AlertRule, AlertSeverity, AlertWatch, NamePattern, Timestamp};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// A rule: what is watched, when that is an alert, and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it watches.
    pub watch: AlertWatch,
    /// The queues that it watches, where it is about queues.
    pub queues: NamePattern,
    /// Above this value it is an alert.
    pub above: f64,
    /// How far it looks back, where it does.
    pub within: Duration,
    /// For how long the condition must hold.
    pub held_for: Duration,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// After which time whoever was told is told again, as long as nobody says that they know.
    pub repeat: Option<Duration>,
    /// Names of those who are told.
    pub to: Vec<String>,
    /// When nobody is told.
    pub quiet: Option<Quiet>,
    /// The zone in which its people live.
    pub zone: Tz,
}

impl Rule {
    /// When it fires for a queue, in words.
    #[must_use]
    pub fn condition_words(&self, queue: &str) -> String {
        self.watch
            .condition_words(queue, self.above, self.within.as_secs())
    }

    /// The name of its alert for a queue; the empty one for the whole store.
    #[must_use]
    pub fn alert_id(&self, queue: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(self.name.as_bytes());
        digest.update([0]);
        digest.update(queue.as_bytes());
        hexadecimal(&digest.finalize()[..8])
    }

    /// Whether it is quiet now for what is so bad.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        let quiet = self.quiet.as_ref();
        quiet.is_some_and(|quiet| quiet.is_now(self.severity, now))
    }

    /// For people, without what it sees.
    #[must_use]
    pub fn described(&self) -> AlertRule {
        let condition = self.condition_words(self.queues.text());
        let held_for = match self.held_for.as_secs() {
            0 => String::new(),
            seconds => {
                let held_for = humantime::format_duration(Duration::from_secs(seconds));
                format!(", for {held_for}")
            }
        };
        AlertRule {
            name: self.name.clone(),
            condition: format!("{condition}{held_for}"),
            watch: self.watch,
            severity: self.severity,
            to: self.to.clone(),
            quiet: self
                .quiet
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            ..AlertRule::default()
        }
    }
}
