//! By e-mail.

use super::{PATIENCE, ReceiverError};
use crate::alerts::message::Message;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use std::{error::Error, fmt};

/// How the connection to a mail server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmailTls {
    /// It begins in the open and becomes TLS before anything is said; usually port 587.
    #[default]
    StartTls,
    /// It is TLS from the beginning; usually port 465.
    Tls,
    /// Not at all; usually port 25 of this machine.
    None,
}

/// People who are written to.
#[derive(Clone)]
pub struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
    /// The mail server.
    host: String,
}

impl EmailTls {
    /// The port that is usual.
    #[must_use]
    pub fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

impl Email {
    /// Mail from one to others, by this server; with a user and a password if it wants that.
    ///
    /// # Errors
    /// When no TLS can be had on this system.
    pub fn new(
        host: &str,
        port: u16,
        tls: EmailTls,
        login: Option<(String, String)>,
        from: Mailbox,
        to: Vec<Mailbox>,
    ) -> Result<Self, ReceiverError> {
        let parameters = || {
            TlsParameters::new_rustls(host.to_owned())
                .map_err(|error| ReceiverError(format!("no TLS: {error}")))
        };
        let tls = match tls {
            EmailTls::StartTls => Tls::Required(parameters()?),
            EmailTls::Tls => Tls::Wrapper(parameters()?),
            EmailTls::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = login {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: transport.build(),
            from,
            to,
            host: host.to_owned(),
        })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), String> {
        let mut mail = Mail::builder()
            .from(self.from.clone())
            .subject(message.title())
            // The same mail when it is sent once more: programs for mail show it once.
            .message_id(Some(format!("<{}@jobdeck>", message.delivery)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        let mail = mail
            .body(message.text())
            .map_err(|error| format!("the mail cannot be written: {error}"))?;
        let sent = Box::pin(self.transport.send(mail)).await;
        sent.map(drop)
            .map_err(|error| format!("{}: {}", self.host, chain(&error)))
    }
}

/// An error with its causes.
fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some tell their cause themselves.
        if texts.iter().all(|known| !known.contains(&text)) {
            texts.push(text);
        }
        cause = error.source();
    }
    texts.join(": ")
}

/// Without the password.
impl fmt::Debug for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Email")
            .field("host", &self.host)
            .field("from", &self.from)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}
