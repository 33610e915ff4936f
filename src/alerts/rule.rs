//! What a rule says.

use super::Quiet;
use crate::job::hexadecimal;
use crate::model::{AlertRule, AlertSeverity, AlertWatch, Timestamp};
use crate::worker::pattern_fits;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Longest name of a queue that a rule can name.
const LONGEST_QUEUE: usize = 255;

/// A rule: what is watched, when that is an alert, and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it watches.
    pub watch: AlertWatch,
    /// The queues that it watches, where it is about queues.
    pub queues: QueuePattern,
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

/// Names of queues: stars in it stand for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePattern(String);

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

impl QueuePattern {
    /// The queues that a text names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty: name a queue, or write `*` for all".to_owned());
        }
        if text.len() > LONGEST_QUEUE {
            return Err(format!("it is longer than {LONGEST_QUEUE} bytes"));
        }
        if text != text.trim() {
            return Err("it begins or ends with a space: remove that".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of one queue.
    #[must_use]
    pub fn is_name(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether it means a queue.
    #[must_use]
    pub fn matches(&self, queue: &str) -> bool {
        pattern_fits(&self.0, queue)
    }
}

#[cfg(test)]
mod tests {
    use super::QueuePattern;

    #[test]
    fn stars_stand_for_any_text_and_nothing_else_is_special() {
        let matches =
            |pattern: &str, queue: &str| QueuePattern::new(pattern).unwrap().matches(queue);
        assert!(matches("mail", "mail"));
        assert!(!matches("mail", "mailer"));
        assert!(!matches("mail", "Mail"));
        assert!(matches("*", "any.thing\nodd"));
        assert!(matches("mail_*_slow", "mail_eu_slow"));
        assert!(!matches("mail.*", "mailbox"));
        assert!(matches("a+b(*", "a+b(c"));
    }

    #[test]
    fn what_names_no_queue_is_refused() {
        for text in ["", "  ", " mail", &"a".repeat(300)] {
            assert!(QueuePattern::new(text).is_err(), "{text:?}");
        }
    }
}
