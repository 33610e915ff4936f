//! What the provider says of itself: its addresses and keys. It is asked when somebody logs in, and again when that is old.

use super::{OidcError, OidcSettings, error::bounded, requests::Requests, token::OidcClient};
use openidconnect::{
    AuthType, ClientId, ClientSecret, DiscoveryError, EndSessionUrl, IssuerUrl,
    ProviderMetadataWithLogout, core::CoreClientAuthMethod,
};
use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// After so long it is asked again.
const FRESH: Duration = Duration::from_secs(3_600);
/// So long what it has said goes on to be good while it does not answer.
const USABLE: Duration = Duration::from_secs(86_400);
/// After it has not answered it is left alone for so long.
const PAUSE: Duration = Duration::from_secs(2);

/// The provider.
pub(super) struct Provider {
    pub(super) settings: OidcSettings,
    pub(super) requests: Requests,
    known: RwLock<Option<Arc<Known>>>,
    /// When it has not answered, and why; held while it is asked, so that one asks for all.
    failed: Mutex<Option<(Instant, OidcError)>>,
}

/// What it has said.
pub(super) struct Known {
    pub(super) client: OidcClient,
    /// Where people can log out.
    pub(super) end_session: Option<EndSessionUrl>,
    pub(super) keys: usize,
    since: Instant,
}

impl Known {
    fn is_younger_than(&self, age: Duration) -> bool {
        self.since.elapsed() < age
    }
}

impl Provider {
    pub(super) fn new(settings: OidcSettings) -> Result<Self, OidcError> {
        Ok(Self {
            requests: Requests::new(&settings)?,
            settings,
            known: RwLock::default(),
            failed: Mutex::default(),
        })
    }

    /// What it has said so far.
    pub(super) fn known_before(&self) -> Option<Arc<Known>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }

    /// What it says: asked for if that is not known, or old.
    pub(super) async fn known(&self) -> Result<Arc<Known>, OidcError> {
        if let Some(known) = self.fresh() {
            return Ok(known);
        }
        let mut failed = self.failed.lock().await;
        if let Some(known) = self.fresh() {
            return Ok(known);
        }
        let old = self
            .known_before()
            .filter(|known| known.is_younger_than(USABLE));
        if let Some((when, error)) = &*failed
            && when.elapsed() < PAUSE
        {
            return old.ok_or_else(|| error.clone());
        }
        match self.ask().await {
            Ok(known) => {
                *failed = None;
                Ok(known)
            }
            Err(error) => {
                // Without anything to go on with, whoever asked tells it.
                if old.is_some() {
                    tracing::warn!(
                        issuer = self.settings.issuer,
                        reason = error.for_the_log(),
                        "OpenID Connect: the provider is not asked anew; what it has said goes on to be good"
                    );
                }
                *failed = Some((Instant::now(), error.clone()));
                old.ok_or(error)
            }
        }
    }

    /// What it says now, where what it said before was of no use: it may have other keys.
    pub(super) async fn anew(&self, before: &Arc<Known>) -> Result<Arc<Known>, OidcError> {
        let mut failed = self.failed.lock().await;
        if let Some(known) = self
            .known_before()
            .filter(|known| !Arc::ptr_eq(known, before))
        {
            return Ok(known);
        }
        let known = self.ask().await?;
        *failed = None;
        Ok(known)
    }

    fn fresh(&self) -> Option<Arc<Known>> {
        self.known_before()
            .filter(|known| known.is_younger_than(FRESH))
    }

    async fn ask(&self) -> Result<Arc<Known>, OidcError> {
        let unusable = |reason: String| OidcError::Unavailable(reason);
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| unusable(format!("`auth.oidc.issuer` is no address: {error}")))?;
        let asked = ProviderMetadataWithLogout::discover_async(issuer, &self.requests);
        let metadata = asked.await.map_err(|error| unusable(told(error)))?;
        if metadata.token_endpoint().is_none() {
            return Err(unusable(
                "it names no `token_endpoint`, so no code can be exchanged there".to_owned(),
            ));
        }
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_some_and(|methods| methods.contains(&method));
        // Unless said, it is the first one.
        let by_body = takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let end_session = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()
            .filter(|address| matches!(address.url().scheme(), "https" | "http"));
        let keys = metadata.jwks().keys().len();
        let client = OidcClient::from_provider_metadata(
            metadata,
            ClientId::new(self.settings.client_id.clone()),
            self.settings.client_secret.clone().map(ClientSecret::new),
        );
        let known = Arc::new(Known {
            client: client.set_auth_type(if by_body {
                AuthType::RequestBody
            } else {
                AuthType::BasicAuth
            }),
            end_session,
            keys,
            since: Instant::now(),
        });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }
}

/// Why there is no discovery. What was sent is not repeated, beyond a few words.
fn told<E: std::error::Error>(error: DiscoveryError<E>) -> String {
    match error {
        DiscoveryError::Request(error) => error.to_string(),
        DiscoveryError::Parse(error) => format!(
            "`/.well-known/openid-configuration` or the keys that it names are not understood at `{}`: {}",
            error.path(),
            bounded(&error.inner().to_string())
        ),
        DiscoveryError::Validation(reason) => format!(
            "it calls itself otherwise than `auth.oidc.issuer` does: {}",
            bounded(&reason)
        ),
        DiscoveryError::Response(_, _, reason) => bounded(&reason),
        DiscoveryError::UrlParse(error) => format!("`auth.oidc.issuer` is no address: {error}"),
        other => bounded(&other.to_string()),
    }
}

/// Without the secret.
impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Provider")
            .field("issuer", &self.settings.issuer)
            .finish_non_exhaustive()
    }
}
