//! The way in by a provider: who comes back from there gets a session, as with a password.

use super::{
    Auth, BUSY, OidcAnswer, OidcError,
    oidc::OidcUser,
    users::{LetIn, Proof},
};
use crate::model::Actor;
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

/// What came of somebody's coming back from the provider.
#[derive(Debug, PartialEq, Eq)]
pub enum ProviderLogIn {
    /// Done.
    Done {
        /// The session's secret, for the cookie.
        secret: String,
        /// Who it is.
        actor: Actor,
        /// The page that was asked for.
        next: String,
    },
    /// Not let in: why.
    Refused(OidcError),
    /// Not looked at, because too many were wrong: so long to wait.
    Later(Duration),
    /// Not looked at, because too many others are: so long to wait.
    Busy(Duration),
}

impl Auth {
    /// Looks at what a browser has brought from the provider, unless too much was wrong just before. `browser` is what it was given when the
    /// log-in began.
    pub async fn log_in_by_provider(
        &self,
        answer: OidcAnswer,
        browser: Option<&str>,
        address: Option<IpAddr>,
    ) -> ProviderLogIn {
        let Some(oidc) = self.oidc() else {
            return ProviderLogIn::Refused(OidcError::UnknownLogIn);
        };
        if let Some(wait) = self.throttle.wait_at(address, Instant::now()) {
            return ProviderLogIn::Later(wait);
        }
        match Box::pin(oidc.end(answer, browser)).await {
            Ok(OidcUser {
                actor,
                id_token,
                next,
            }) => {
                let let_in = LetIn {
                    actor: actor.clone(),
                    proof: Proof::Provider(id_token),
                };
                match self.sessions.begin(let_in, Instant::now()) {
                    Some(secret) => ProviderLogIn::Done {
                        secret,
                        actor,
                        next,
                    },
                    None => ProviderLogIn::Busy(BUSY),
                }
            }
            Err(OidcError::Busy) => ProviderLogIn::Busy(BUSY),
            Err(error) => {
                if error.is_suspicious() {
                    self.throttle.wrong_at(address, Instant::now());
                }
                ProviderLogIn::Refused(error)
            }
        }
    }

    /// Where the user of this session can log out at the provider, too; nothing when they did not log in there, or it has no such place.
    #[must_use]
    pub fn log_out_address(&self, secret: &str) -> Option<String> {
        let id_token = self.sessions.id_token(secret)?;
        self.oidc()?.log_out_address(id_token.as_deref())
    }
}
