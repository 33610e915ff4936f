//! Who is told, and how.

mod email;
mod post;
mod slack;
mod webhook;

use super::{Quiet, message::Message};
use crate::model::{AlertSeverity, Timestamp};
use std::time::Duration;

pub use email::{Email, EmailTls};
pub use post::check_address;
pub use slack::Slack;
pub use webhook::Webhook;

/// How long a receiver may take, from connecting to its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why somebody cannot be told at all: the settings are wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReceiverError(pub(crate) String);

/// Somebody who is told.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// The name.
    pub name: String,
    /// How.
    pub channel: Channel,
    /// When not.
    pub quiet: Option<Quiet>,
}

/// A way to tell.
#[derive(Clone, Debug)]
pub enum Channel {
    /// By POST, as JSON.
    Webhook(Webhook),
    /// As a message in a channel of Slack, or of what takes the same.
    Slack(Slack),
    /// By e-mail.
    Email(Box<Email>),
}

impl Channel {
    /// What it is called in the settings.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Slack(_) => "slack",
            Self::Email(_) => "email",
        }
    }
}

impl Receiver {
    /// Whether it is told nothing of this severity now.
    pub(super) fn is_quiet(&self, severity: AlertSeverity, now: Timestamp) -> bool {
        let quiet = self.quiet.as_ref();
        quiet.is_some_and(|quiet| quiet.is_now(severity, now))
    }

    /// Tells it.
    ///
    /// # Errors
    /// Why it could not be told, without secrets.
    pub(super) async fn send(&self, message: &Message) -> Result<(), String> {
        let sent = async {
            match &self.channel {
                Channel::Webhook(webhook) => webhook.send(message).await,
                Channel::Slack(slack) => slack.send(message).await,
                Channel::Email(email) => email.send(message).await,
            }
        };
        match tokio::time::timeout(PATIENCE, Box::pin(sent)).await {
            Ok(sent) => sent,
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }
}
