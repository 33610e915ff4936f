//! Alerts: rules that watch what the sampler reads, and tell people when something is wrong.
//!
//! | file | owns |
//! | --- | --- |
//! | `rule`, `quiet` | what a rule says, and when nobody is told |
//! | `gauges` | what a rule sees |
//! | `course` | how an alert goes on: pure |
//! | `watcher` | carries that out in the store, and takes what is to be told in hand |
//! | `board` | what this process knows beside the store: present values, how receivers answer |
//! | `message`, `send` | what is told, and how: webhook, Slack, e-mail |
//!
//! Several Jobdecks on one store watch the same: a change of an alert is made to the version that it was made from, so one of them makes it. Who
//! has something to tell claims it for some seconds first; a claim that runs out is another's. So a notice reaches who it is for once, as a rule,
//! and once at least, whatever dies.

mod board;
mod course;
mod gauges;
mod message;
mod quiet;
mod rule;
mod send;
mod settle;
#[cfg(test)]
mod tests;
mod watcher;

use crate::model::StoreSign;

pub use quiet::{Quiet, Window, WindowError};
pub use rule::Rule;
pub use send::{Channel, Email, EmailTls, Receiver, ReceiverError, Slack, Webhook, check_address};
pub use watcher::{AlertOptions, Alerts};

/// What is watched, and who is told.
#[derive(Clone, Debug, Default)]
pub struct AlertSettings {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Who can be told.
    pub receivers: Vec<Receiver>,
    /// The address under which people reach the pages.
    pub public_url: Option<String>,
    /// A word that tells production from a test.
    pub environment: Option<String>,
    /// The store, if there are several.
    pub store: Option<StoreSign>,
}

impl AlertSettings {
    /// The rule of this name.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The receiver of this name.
    #[must_use]
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.name == name)
    }

    /// Tells a receiver that nothing is wrong, to see whether it can be reached.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn test(&self, receiver: &Receiver) -> Result<(), String> {
        let message = message::Message::test(crate::job::now(), self);
        receiver.send(&message).await
    }
}
