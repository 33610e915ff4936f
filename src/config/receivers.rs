//! `[receivers.NAME]`: who is told of alerts, and how.

use super::{
    ConfigError, Problem,
    alerts::check_name,
    named::{self, At, Named, key_of},
    quiet, secret_file,
    section::{Key, key},
};
use crate::alerts::{
    Channel, Email, EmailTls, Quiet, Receiver, ReceiverError, Slack, Webhook, check_address,
};
use lettre::message::Mailbox;
use std::{borrow::Cow, path::PathBuf};
use toml::{Spanned, de::DeValue};

/// The section that holds the receivers.
pub(super) const SECTION: &str = "receivers";

/// What a webhook can be told.
pub(super) const WEBHOOK_KEYS: &[Key] = &[
    key(
        "kind",
        "needed",
        "\"webhook\"",
        "`webhook`, `slack` or `email`",
    ),
    key(
        "url",
        "needed",
        "\"https://ops.example.com/jobdeck\"",
        "where the JSON is posted to (docs/ALERTS.md says what is in it)",
    )
    .secret(),
    key(
        "url_file",
        "none",
        "",
        "a file that holds the address, in place of `url`",
    ),
    key(
        "secret_file",
        "none",
        "\"/run/secrets/jobdeck-webhook\"",
        "a file that holds the secret with which it is signed, as for handlers (docs/HANDLERS.md)",
    ),
    key(
        "token_file",
        "none",
        "\"/run/secrets/jobdeck-token\"",
        "a file that holds a token: it is sent as `Authorization: Bearer …`",
    ),
    quiet::QUIET,
    quiet::TIMEZONE,
    quiet::CRITICAL,
];

/// What a channel of Slack can be told.
pub(super) const SLACK_KEYS: &[Key] = &[
    key("kind", "needed", "\"slack\"", "`webhook`, `slack` or `email`"),
    key(
        "url",
        "needed",
        "\"https://hooks.slack.com/services/T0/B0/X0\"",
        "the channel's incoming webhook; who knows it can write there, so it is better kept in a file",
    )
    .secret(),
    key("url_file", "none", "", "a file that holds the address, in place of `url`"),
    quiet::QUIET,
    quiet::TIMEZONE,
    quiet::CRITICAL,
];

/// What people who are written to can be told.
pub(super) const EMAIL_KEYS: &[Key] = &[
    key(
        "kind",
        "needed",
        "\"email\"",
        "`webhook`, `slack` or `email`",
    ),
    key("host", "needed", "\"smtp.example.com\"", "the mail server"),
    key(
        "port",
        "`587`; `465` with `tls`, `25` with `none`",
        "587",
        "its port",
    ),
    key(
        "tls",
        "`\"starttls\"`",
        "\"starttls\"",
        "`starttls`, `tls` (from the first byte on) or `none`",
    ),
    key("user", "none", "\"jobdeck\"", "who logs in there"),
    key(
        "password_file",
        "none",
        "\"/run/secrets/jobdeck-smtp\"",
        "a file that holds the password",
    ),
    key(
        "from",
        "needed",
        "\"Jobdeck <jobdeck@example.com>\"",
        "who writes",
    ),
    key("to", "needed", "[\"ops@example.com\"]", "who is written to"),
    quiet::QUIET,
    quiet::TIMEZONE,
    quiet::CRITICAL,
];

/// Somebody who is told of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverConfig {
    /// The name.
    pub name: String,
    /// Where it stands: `jobdeck.toml:12`.
    pub place: String,
    kind: Kind,
    quiet: Option<Quiet>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Webhook {
        url: Address,
        secret: Option<PathBuf>,
        token: Option<PathBuf>,
    },
    Slack {
        url: Address,
    },
    Email {
        host: String,
        port: u16,
        tls: EmailTls,
        login: Option<(String, PathBuf)>,
        from: Box<Mailbox>,
        to: Vec<Mailbox>,
    },
}

/// An address that may be secret.
#[derive(Clone, PartialEq, Eq)]
enum Address {
    Said(String),
    File(PathBuf),
}

/// Without the address.
impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said(_) => formatter.write_str("Said(…)"),
            Self::File(path) => write!(formatter, "File({})", path.display()),
        }
    }
}

impl ReceiverConfig {
    /// `webhook`, `slack` or `email`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Webhook { .. } => "webhook",
            Kind::Slack { .. } => "slack",
            Kind::Email { .. } => "email",
        }
    }

    /// The receiver, with the secrets that files hold. They are read only here: other commands need not be allowed to.
    ///
    /// # Errors
    /// When a file cannot be read or holds nothing of use, or this system has no authorities to trust.
    pub fn receiver(&self) -> Result<Receiver, ConfigError> {
        let channel = match &self.kind {
            Kind::Webhook { url, secret, token } => {
                let (key, url) = self.address(url)?;
                let mut webhook = self.made(key, Webhook::new(&url))?;
                if let Some(path) = secret {
                    let secret = self.secret("secret_file", path)?;
                    webhook = self.made("secret_file", webhook.secret(&secret))?;
                }
                if let Some(path) = token {
                    let token = self.secret("token_file", path)?;
                    webhook = self.made("token_file", webhook.token(&token))?;
                }
                Channel::Webhook(webhook)
            }
            Kind::Slack { url } => {
                let (key, url) = self.address(url)?;
                Channel::Slack(self.made(key, Slack::new(&url))?)
            }
            Kind::Email {
                host,
                port,
                tls,
                login,
                from,
                to,
            } => {
                let login = match login {
                    Some((user, path)) => Some((user.clone(), self.secret("password_file", path)?)),
                    None => None,
                };
                let from = Mailbox::clone(from);
                let email = Email::new(host, *port, *tls, login, from, to.clone());
                Channel::Email(Box::new(self.made("tls", email)?))
            }
        };
        Ok(Receiver {
            name: self.name.clone(),
            channel,
            quiet: self.quiet.clone(),
        })
    }

    /// An address, and the setting that it comes from.
    fn address(&self, url: &Address) -> Result<(&'static str, String), ConfigError> {
        match url {
            Address::Said(url) => Ok(("url", url.clone())),
            Address::File(path) => Ok(("url_file", self.secret("url_file", path)?)),
        }
    }

    fn secret(&self, key: &str, path: &std::path::Path) -> Result<String, ConfigError> {
        secret_file::read(path)
            .map_err(|reason| self.wrong(key, &format!("{}: {reason}", path.display())))
    }

    fn made<T>(&self, key: &str, made: Result<T, ReceiverError>) -> Result<T, ConfigError> {
        made.map_err(|error| self.wrong(key, &error.to_string()))
    }

    fn wrong(&self, key: &str, reason: &str) -> ConfigError {
        let key = key_of(SECTION, &self.name, key);
        ConfigError::one(&self.place, format!("`{key}`: {reason}"))
    }
}

/// Reads the section; adds what is wrong to `problems`.
pub(super) fn read(
    section: (&Spanned<Cow<'_, str>>, &Spanned<DeValue<'_>>),
    at: At<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<ReceiverConfig> {
    named::read(SECTION, "NAME", section, at, problems, receiver)
}

fn receiver(reader: &mut Named<'_>) -> Option<ReceiverConfig> {
    check_name(reader);
    let kinds = "`webhook`, `slack` or `email`";
    if !reader.has("kind") {
        reader.wrong(format!("it has no kind: set `kind` to {kinds}"));
        return None;
    }
    let known = ["webhook", "slack", "email"];
    let kind = reader.value("kind", kinds, |value| {
        let kind = value.as_str()?;
        known.iter().find(|it| **it == kind)
    })?;
    let kind = match *kind {
        "webhook" => {
            let others = [SLACK_KEYS, EMAIL_KEYS].concat();
            reader.check_keys_of("of another kind", WEBHOOK_KEYS, &others);
            webhook(reader)
        }
        "slack" => {
            let others = [WEBHOOK_KEYS, EMAIL_KEYS].concat();
            reader.check_keys_of("of another kind", SLACK_KEYS, &others);
            address(reader).map(|url| Kind::Slack { url })
        }
        _ => {
            let others = [WEBHOOK_KEYS, SLACK_KEYS].concat();
            reader.check_keys_of("of another kind", EMAIL_KEYS, &others);
            email(reader)
        }
    };
    let (quiet, _) = quiet::read(reader);
    Some(ReceiverConfig {
        name: reader.name.to_owned(),
        place: reader.place.clone(),
        kind: kind?,
        quiet,
    })
}

fn webhook(reader: &mut Named<'_>) -> Option<Kind> {
    let url = address(reader);
    let secret = file(reader, "secret_file");
    let token = file(reader, "token_file");
    Some(Kind::Webhook {
        url: url?,
        secret,
        token,
    })
}

/// `url`, or the file that holds it.
fn address(reader: &mut Named<'_>) -> Option<Address> {
    let what = "an address such as `\"https://ops.example.com/jobdeck\"`";
    match (reader.has("url"), reader.has("url_file")) {
        (true, true) => {
            reader.wrong_key("url_file", "`url` is set as well: remove one of them");
            None
        }
        (true, false) => reader.parsed("url", what, |url| {
            check_address(url).map(|()| Address::Said(url.to_owned()))
        }),
        (false, true) => file(reader, "url_file").map(Address::File),
        (false, false) => {
            reader.wrong(format!(
                "it has no address: set `url` to {what}, or `url_file` to a file that holds it"
            ));
            None
        }
    }
}

fn file(reader: &mut Named<'_>, key: &str) -> Option<PathBuf> {
    let path = reader.text(key)?;
    if path.is_empty() {
        reader.wrong_key(key, "it is empty: name a file");
        return None;
    }
    Some(path.into())
}

fn email(reader: &mut Named<'_>) -> Option<Kind> {
    for (key, example) in [
        ("host", "`host = \"smtp.example.com\"`"),
        ("from", "`from = \"jobdeck@example.com\"`"),
        ("to", "`to = [\"ops@example.com\"]`"),
    ] {
        if !reader.has(key) {
            reader.wrong(format!("`{key}` is missing: write {example}"));
        }
    }
    let host = reader.value("host", "the name of a mail server", |value| {
        let host = value.as_str()?;
        let is_plain = |letter: char| letter.is_alphanumeric() || "-.:".contains(letter);
        (!host.is_empty() && host.chars().all(is_plain)).then(|| host.to_owned())
    });
    let tls = reader.value("tls", "`starttls`, `tls` or `none`", |value| {
        EmailTls::named(value.as_str()?)
    });
    let tls = tls.unwrap_or_default();
    let port = reader.value("port", "a number from 1 to 65535", |value| {
        let port = u16::try_from(named::whole(value)?).ok()?;
        (port > 0).then_some(port)
    });
    let user = reader.text("user");
    let password = file(reader, "password_file");
    let login = match (user, password) {
        (Some(_), Some(_)) if tls == EmailTls::None => {
            reader.wrong_key(
                "tls",
                "the password would go over the network for all to read: write `starttls` or `tls`",
            );
            None
        }
        (Some(user), Some(password)) => Some((user, password)),
        (Some(_), None) => {
            reader.wrong_key("user", "it has no password: set `password_file`");
            None
        }
        (None, Some(_)) => {
            reader.wrong_key("password_file", "nobody has this password: set `user`");
            None
        }
        (None, None) => None,
    };
    let from = reader.parsed(
        "from",
        "an address such as `\"jobdeck@example.com\"`",
        mailbox,
    );
    let to = recipients(reader);
    Some(Kind::Email {
        host: host?,
        port: port.unwrap_or(tls.usual_port()),
        tls,
        login,
        from: Box::new(from?),
        to: to?,
    })
}

fn recipients(reader: &mut Named<'_>) -> Option<Vec<Mailbox>> {
    let what = "a list of addresses, such as `[\"ops@example.com\"]`";
    let texts = reader.value("to", what, named::texts)?;
    let mut mailboxes = Vec::new();
    for text in &texts {
        match mailbox(text) {
            Ok(mailbox) => mailboxes.push(mailbox),
            Err(reason) => reader.wrong_key("to", reason),
        }
    }
    if texts.is_empty() {
        reader.wrong_key("to", "it is empty: name at least one address");
    }
    Some(mailboxes).filter(|mailboxes| !mailboxes.is_empty())
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|error| {
        let text: String = text.chars().take(100).collect();
        format!("`{text}` is no address of e-mail ({error}): write `ops@example.com` or `Ops <ops@example.com>`")
    })
}
