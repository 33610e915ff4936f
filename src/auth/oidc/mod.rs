//! Users who log in at an OpenID Connect provider: authorisation code with PKCE.
//!
//! A log-in goes there and back: [`Oidc::begin`] says where to send the browser, [`Oidc::end`] takes what it comes back with.
//!
//! | file | owns |
//! | --- | --- |
//! | `settings` | what is said of the provider in the configuration |
//! | `pending` | log-ins on their way |
//! | `provider` | what the provider says of itself: addresses and keys, asked for now and then |
//! | `requests` | questions to the provider |
//! | `token` | what a code is exchanged for, and whether it can be trusted |
//! | `claims` | who somebody is and what they may do, by what the provider says |
//! | `error` | why somebody is not let in |

mod claims;
mod error;
mod pending;
mod provider;
mod requests;
mod settings;
mod token;

pub use error::OidcError;
pub use settings::{CALLBACK as OIDC_CALLBACK, OidcSettings, check_issuer, check_redirect};

use super::secret::{digest, new_secret};
use crate::model::Actor;
use openidconnect::{
    CsrfToken, LogoutRequest, Nonce, PkceCodeChallenge, RedirectUrl, Scope,
    core::CoreAuthenticationFlow,
};
use pending::{LogInOnItsWay, Pending};
use provider::Provider;
use serde::Deserialize;
use std::{
    borrow::Cow,
    fmt,
    net::IpAddr,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, time::timeout};

/// Codes that are exchanged at the same time.
const AT_ONCE: usize = 8;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest ID token that is kept for the log-out: it goes into an address.
const LONGEST_HINT: usize = 4_096;
/// How long a browser has time to come back.
pub const OIDC_LIFETIME: Duration = pending::LIFETIME;

/// Users who log in at a provider.
#[derive(Debug)]
pub struct Oidc {
    provider: Provider,
    pending: Pending,
    turns: Semaphore,
}

/// A log-in that has begun.
#[derive(Debug, PartialEq, Eq)]
pub struct OidcBegun {
    /// Where the browser has to go.
    pub address: String,
    /// What it has to bring back as a cookie.
    pub browser: String,
}

/// What a browser comes back with from the provider: the query of the address.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OidcAnswer {
    /// Which log-in it is.
    pub state: String,
    /// What can be exchanged for tokens, if it went well.
    pub code: Option<String>,
    /// What went wrong, in a word, otherwise.
    pub error: Option<String>,
    /// The same in more words.
    pub error_description: Option<String>,
    /// Which provider says so, if it says that (RFC 9207).
    pub iss: Option<String>,
}

/// Without the code, and without the words of others.
impl fmt::Debug for OidcAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OidcAnswer")
            .field("has_code", &self.code.is_some())
            .field("is_error", &self.error.is_some())
            .finish_non_exhaustive()
    }
}

/// Somebody whom the provider names and who may come in.
#[derive(PartialEq, Eq)]
pub(super) struct OidcUser {
    pub(super) actor: Actor,
    /// The ID token, to log out there.
    pub(super) id_token: Option<String>,
    /// The page that was asked for.
    pub(super) next: String,
}

/// What is known of the provider, for people who set it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcFound {
    /// Where people log in.
    pub authorization: String,
    /// How many keys it has.
    pub keys: usize,
    /// Whether it can be told to log somebody out.
    pub logs_out: bool,
}

impl Oidc {
    /// Log-in at this provider. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When this system trusts no authority, so that no provider can be asked.
    pub fn new(settings: OidcSettings) -> Result<Self, OidcError> {
        Ok(Self {
            provider: Provider::new(settings)?,
            pending: Pending::default(),
            turns: Semaphore::new(AT_ONCE),
        })
    }

    /// What the button on the log-in page says.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.provider.settings.label
    }

    /// Asks the provider what it says of itself.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn look(&self) -> Result<OidcFound, OidcError> {
        let known = self.provider.known().await?;
        Ok(OidcFound {
            authorization: known.client.auth_uri().to_string(),
            keys: known.keys,
            logs_out: known.end_session.is_some(),
        })
    }

    /// Begins a log-in that leads to `next`. `callback` is the address at which Jobdeck is told of its end, unless the settings say another;
    /// `browser` is what this browser has been given by an earlier one.
    ///
    /// # Errors
    /// When the provider cannot be asked where to.
    pub async fn begin(
        &self,
        callback: &str,
        next: &str,
        browser: Option<String>,
        network: Option<IpAddr>,
    ) -> Result<OidcBegun, OidcError> {
        let callback = self
            .provider
            .settings
            .redirect_url
            .as_deref()
            .unwrap_or(callback);
        let callback = RedirectUrl::new(callback.to_owned()).map_err(|_| OidcError::NoAddress)?;
        let known = self.provider.known().await?;
        let now = Instant::now();
        // Several tabs may be at it: all have the same cookie.
        let browser = match browser.filter(|browser| self.pending.knows(browser, now)) {
            Some(browser) => browser,
            None => new_secret().map_err(|_| OidcError::NoRandomNumbers)?,
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = known
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_redirect_uri(Cow::Borrowed(&callback))
            .set_pkce_challenge(challenge)
            .add_scopes(self.scopes());
        let (address, state, nonce) = request.url();
        let log_in = LogInOnItsWay {
            nonce,
            verifier,
            callback,
            next: next.to_owned(),
            browser: digest(&browser),
            network,
            begun: now,
        };
        self.pending.add(state.secret(), log_in, now);
        Ok(OidcBegun {
            address: address.into(),
            browser,
        })
    }

    /// `openid` comes by itself.
    fn scopes(&self) -> impl Iterator<Item = Scope> {
        let asked = self.provider.settings.scopes.iter();
        asked
            .filter(|scope| *scope != "openid")
            .cloned()
            .map(Scope::new)
    }

    /// Ends a log-in: looks at what the browser has brought, and asks the provider who that is. What was once brought is good for nothing any more.
    pub(super) async fn end(
        &self,
        answer: OidcAnswer,
        browser: Option<&str>,
    ) -> Result<OidcUser, OidcError> {
        let taken = browser
            .and_then(|browser| self.pending.take(&answer.state, browser, Instant::now()))
            .ok_or(OidcError::UnknownLogIn)?;
        if let Some(other) = answer
            .iss
            .filter(|iss| *iss != self.provider.settings.issuer)
        {
            return Err(OidcError::Untrusted(format!(
                "the answer is one of another provider (`{}`)",
                error::bounded(&other)
            )));
        }
        if let Some(code) = answer.error {
            return Err(OidcError::denied(
                &code,
                answer.error_description.as_deref(),
            ));
        }
        let code = answer
            .code
            .ok_or_else(|| OidcError::Untrusted("the answer has no code".to_owned()))?;
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| OidcError::Busy)?;
        let next = taken.next.clone();
        let told = token::exchange(&self.provider, code, taken).await?;
        let name = claims::name(&told.claims, &self.provider.settings.user_claim)?;
        let groups = claims::groups(&told.claims, &self.provider.settings.groups_claim);
        let groups = groups.iter().map(String::as_str);
        let Some((role, scope)) = self.provider.settings.groups.of(groups) else {
            return Err(OidcError::WithoutRole(name));
        };
        Ok(OidcUser {
            actor: Actor::oidc(name, role).within(scope),
            id_token: Some(told.id_token).filter(|token| token.len() <= LONGEST_HINT),
            next,
        })
    }

    /// Where somebody can log out at the provider, too, if it has such a place, as far as that is known.
    #[must_use]
    pub fn log_out_address(&self, id_token: Option<&str>) -> Option<String> {
        let known = self.provider.known_before()?;
        let request = LogoutRequest::from(known.end_session.clone()?)
            .set_client_id(known.client.client_id().clone());
        let request = match id_token.and_then(|token| token.parse::<token::IdToken>().ok()) {
            Some(token) => request.set_id_token_hint(&token),
            None => request,
        };
        Some(request.http_get_url().into())
    }
}
