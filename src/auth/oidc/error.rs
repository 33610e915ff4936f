//! Why somebody is not let in.

use crate::job::cut;

/// Longest text of others that is repeated, characters.
const LONGEST: usize = 200;

/// Why somebody who came by the provider is not let in. It is worded for them; nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not as one does. Why is for the log.
    #[error(
        "The log-in provider cannot be asked now. Try again in a moment; the log of Jobdeck says why."
    )]
    Unavailable(String),
    /// Nothing is known of this log-in, in this browser.
    #[error(
        "This log-in was begun in another browser, is done already, or took longer than ten minutes. Begin again."
    )]
    UnknownLogIn,
    /// The provider has said no.
    #[error("The log-in provider has said no ({code}). {}", advice(code))]
    Denied {
        /// What it says, in a word.
        code: String,
        /// The same in more words, for the log.
        details: String,
    },
    /// What the provider has sent is not what it must be.
    #[error("What the log-in provider has sent cannot be trusted: {0}.")]
    Untrusted(String),
    /// The provider does not say who somebody is.
    #[error(
        "The log-in provider does not say who you are: {0}. Whoever runs Jobdeck can choose another `auth.oidc.user_claim`, or ask for more `auth.oidc.scopes`."
    )]
    WithoutName(String),
    /// Somebody of this name has no role.
    #[error(
        "You are known as `{0}`, but none of your groups has a role in Jobdeck. Ask whoever runs it."
    )]
    WithoutRole(String),
    /// Too many log in at the same time.
    #[error("Too many are logging in: wait a moment, then try again.")]
    Busy,
    /// It is not known how the provider could send anybody back.
    #[error(
        "It is not known under which address Jobdeck is reached. Whoever runs it can set `auth.oidc.redirect_url`."
    )]
    NoAddress,
    /// The system has none.
    #[error("The system has no random numbers: nobody can log in.")]
    NoRandomNumbers,
}

impl OidcError {
    /// The provider has said no. Its words come by the address of a page, so anybody may have written them.
    pub(super) fn denied(code: &str, details: Option<&str>) -> Self {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        let code = if !code.is_empty() && code.len() <= 60 && code.chars().all(is_plain) {
            code.to_owned()
        } else {
            "no known reason".to_owned()
        };
        Self::Denied {
            code,
            details: details.map(bounded).unwrap_or_default(),
        }
    }

    /// What the log and the audit are told.
    #[must_use]
    pub fn for_the_log(&self) -> String {
        match self {
            Self::Unavailable(reason) => format!("the provider cannot be asked: {reason}"),
            Self::UnknownLogIn => {
                "the log-in was begun in another browser, is done already, or took too long"
                    .to_owned()
            }
            Self::Denied { code, details } if details.is_empty() => {
                format!("the provider has said no: {code}")
            }
            Self::Denied { code, details } => {
                format!("the provider has said no: {code}: {details}")
            }
            Self::Untrusted(reason) => {
                format!("what the provider has sent cannot be trusted: {reason}")
            }
            Self::WithoutName(reason) => format!("the provider does not say who it is: {reason}"),
            Self::WithoutRole(_) => "none of its groups has a role".to_owned(),
            Self::Busy => "it was not looked at: too many others were".to_owned(),
            Self::NoAddress => {
                "no address of Jobdeck is known: set `auth.oidc.redirect_url`".to_owned()
            }
            Self::NoRandomNumbers => "the system has no random numbers".to_owned(),
        }
    }

    /// Whether it may be somebody who tries what comes through, rather than a server that has trouble.
    pub(in crate::auth) fn is_suspicious(&self) -> bool {
        match self {
            Self::UnknownLogIn
            | Self::Denied { .. }
            | Self::Untrusted(_)
            | Self::WithoutName(_)
            | Self::WithoutRole(_) => true,
            Self::Unavailable(_) | Self::Busy | Self::NoAddress | Self::NoRandomNumbers => false,
        }
    }
}

/// What can be done about it.
fn advice(code: &str) -> &'static str {
    match code {
        "access_denied" => "Ask whoever runs it for access.",
        "invalid_client" | "unauthorized_client" => {
            "It does not know Jobdeck, or another secret of it: whoever runs Jobdeck has to look at `auth.oidc.client_id` and \
             `auth.oidc.client_secret`."
        }
        "invalid_scope" => "Whoever runs Jobdeck has to look at `auth.oidc.scopes`.",
        "invalid_grant" => "The log-in was done already, or took too long: begin again.",
        _ => "Try again; the log of Jobdeck says more.",
    }
}

/// A text of others: one short line.
pub(super) fn bounded(text: &str) -> String {
    cut(&text.replace(char::is_control, " "), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{OidcError, bounded};

    #[test]
    fn what_anybody_may_have_written_into_the_address_is_not_shown() {
        let told = OidcError::denied("access_denied", Some("call 555\nnow")).to_string();
        assert!(
            told.contains("(access_denied)") && !told.contains("555"),
            "{told}"
        );
        let told = OidcError::denied("<b>call 555</b>", None).to_string();
        assert!(
            told.contains("no known reason") && !told.contains("555"),
            "{told}"
        );
        let log = OidcError::denied("access_denied", Some("call 555\nnow")).for_the_log();
        assert!(log.ends_with("access_denied: call 555 now"), "{log}");
        assert_eq!(bounded(&"ä".repeat(300)).chars().count(), 201);
    }
}
