//! What a code is exchanged for, and whether it can be trusted.

use super::{
    OidcError,
    claims::{Claims, find},
    error::bounded,
    pending::LogInOnItsWay,
    provider::{Known, Provider},
    requests::{NoAnswer, Requests},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderValue;
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthorizationCode, ClaimsVerificationError,
    Client, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims,
    IdTokenFields, IdTokenVerifier, Nonce, OAuth2TokenResponse, RequestTokenError,
    StandardErrorResponse, StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoClaims,
    UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{borrow::Cow, error::Error, sync::Arc};

/// How far the clocks of this machine and the provider may be apart.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// How an ID token may be signed: by a key that only the provider has.
const SIGNED: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a provider says beyond what every one does: groups, for example.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct OtherClaims(Claims);

impl AdditionalClaims for OtherClaims {}

pub(super) type IdToken = openidconnect::IdToken<
    OtherClaims,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// Jobdeck, as the provider knows it.
pub(super) type OidcClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider says of somebody.
pub(super) struct Told {
    pub(super) claims: Claims,
    pub(super) id_token: String,
}

/// Exchanges the code of a log-in for what the provider says of somebody.
pub(super) async fn exchange(
    provider: &Provider,
    code: String,
    log_in: LogInOnItsWay,
) -> Result<Told, OidcError> {
    let settings = &provider.settings;
    let known = provider.known().await?;
    let tokens = tokens(&known.client, &provider.requests, code, &log_in).await?;
    let id_token = tokens.id_token().ok_or_else(|| {
        untrusted("there is no ID token, as an OAuth server sends that knows no OpenID Connect")
    })?;
    let verified = match verified(&known.client, id_token, &tokens, &log_in.nonce) {
        // The provider may have other keys by now.
        Err(ClaimsVerificationError::SignatureVerification(_)) => {
            let known = Arc::clone(&provider.anew(&known).await?);
            self::verified(&known.client, id_token, &tokens, &log_in.nonce)
        }
        verified => verified,
    };
    let verified = verified.map_err(|error| untrusted(why(&error)))?;
    let mut claims = as_map(verified)?;
    // Some providers put into the token only what they must.
    if settings.needed().any(|name| find(&claims, name).is_none())
        && known.client.user_info_url().is_some()
    {
        let subject = verified.subject().clone();
        let access = tokens.access_token().clone();
        let more = user_info(&known, &provider.requests, access, subject).await?;
        let needed: Vec<&str> = settings.needed().collect();
        for (name, value) in more {
            // What is missing may be `null`, or a part of something that is there.
            let is_missing = claims.get(&name).is_none_or(Value::is_null)
                || needed.iter().any(|way| {
                    way.split('.').next() == Some(&*name) && find(&claims, way).is_none()
                });
            if is_missing {
                claims.insert(name, value);
            }
        }
    }
    Ok(Told {
        claims,
        id_token: id_token.to_string(),
    })
}

async fn tokens(
    client: &OidcClient,
    requests: &Requests,
    code: String,
    log_in: &LogInOnItsWay,
) -> Result<Tokens, OidcError> {
    let verifier = openidconnect::PkceCodeVerifier::new(log_in.verifier.secret().clone());
    let request = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|error| OidcError::Unavailable(error.to_string()))?
        .set_pkce_verifier(verifier)
        .set_redirect_uri(Cow::Borrowed(&log_in.callback));
    request.request_async(requests).await.map_err(not_exchanged)
}

fn not_exchanged(
    error: RequestTokenError<NoAnswer, StandardErrorResponse<CoreErrorResponseType>>,
) -> OidcError {
    match error {
        RequestTokenError::ServerResponse(response) => OidcError::denied(
            response.error().as_ref(),
            response.error_description().map(String::as_str),
        ),
        RequestTokenError::Request(error) => OidcError::Unavailable(error.to_string()),
        // What stands there may be secret.
        RequestTokenError::Parse(..) => untrusted("the answer with the tokens is not understood"),
        RequestTokenError::Other(reason) => untrusted(bounded(&reason)),
    }
}

/// What the ID token says, if it is one of this provider, for Jobdeck, for this log-in, and of now.
fn verified<'a>(
    client: &OidcClient,
    id_token: &'a IdToken,
    tokens: &Tokens,
    nonce: &Nonce,
) -> Result<&'a IdTokenClaims<OtherClaims, CoreGenderClaim>, ClaimsVerificationError> {
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNED)
        .set_time_fn(|| Utc::now() - SKEW)
        .set_issue_time_verifier_fn(is_issued);
    let claims = id_token.claims(&verifier, nonce)?;
    let party = claims.authorized_party();
    if party.is_some_and(|party| party != client.client_id()) {
        return Err(ClaimsVerificationError::InvalidAudience(
            "it was issued to another party (`azp`)".to_owned(),
        ));
    }
    belongs(tokens.access_token(), id_token, claims, &verifier)?;
    Ok(claims)
}

fn is_issued(at: DateTime<Utc>) -> Result<(), String> {
    let now = Utc::now();
    if at <= now + SKEW {
        return Ok(());
    }
    Err(format!("it is issued at {at}, and here it is {now}"))
}

/// Whether the access token is the one that came with this ID token, where that says it.
fn belongs(
    access: &AccessToken,
    id_token: &IdToken,
    claims: &IdTokenClaims<OtherClaims, CoreGenderClaim>,
    verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
) -> Result<(), ClaimsVerificationError> {
    let Some(expected) = claims.access_token_hash() else {
        return Ok(());
    };
    let unsigned = ClaimsVerificationError::SignatureVerification;
    let algorithm = id_token.signing_alg().map_err(unsigned)?;
    let key = id_token.signing_key(verifier).map_err(unsigned)?;
    match AccessTokenHash::from_token(access, algorithm, key) {
        Ok(hash) if hash == *expected => Ok(()),
        _ => Err(ClaimsVerificationError::Other(
            "the access token is another one's (`at_hash`)".to_owned(),
        )),
    }
}

/// What the provider says of the user when it is asked with the access token.
async fn user_info(
    known: &Known,
    requests: &Requests,
    access: AccessToken,
    subject: SubjectIdentifier,
) -> Result<Claims, OidcError> {
    // It goes into a header.
    if HeaderValue::from_str(access.secret()).is_err() {
        return Err(untrusted(
            "the access token has signs that no header can have",
        ));
    }
    let request = known
        .client
        .user_info(access, Some(subject))
        .map_err(|error| OidcError::Unavailable(error.to_string()))?;
    let told: UserInfoClaims<OtherClaims, CoreGenderClaim> =
        match request.request_async(requests).await {
            Ok(told) => told,
            // It need not say more: then that is all there is.
            Err(UserInfoError::Response(status, _, _)) => {
                tracing::warn!(%status, "OpenID Connect: the userinfo endpoint says no more");
                return Ok(Claims::new());
            }
            Err(UserInfoError::Request(error)) => {
                return Err(OidcError::Unavailable(error.to_string()));
            }
            Err(UserInfoError::ClaimsVerification(error)) => return Err(untrusted(why(&error))),
            Err(_) => {
                return Err(untrusted(
                    "the answer of its userinfo endpoint is not understood",
                ));
            }
        };
    as_map(&told)
}

fn as_map(claims: &impl Serialize) -> Result<Claims, OidcError> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => Ok(claims),
        _ => Err(untrusted("what it says of you is not understood")),
    }
}

fn untrusted(reason: impl Into<String>) -> OidcError {
    OidcError::Untrusted(reason.into())
}

/// Why an ID token is not accepted.
fn why(error: &ClaimsVerificationError) -> String {
    let of = |what: &str, details: &str| format!("{what}: {}", bounded(details));
    match error {
        ClaimsVerificationError::Expired(details) => of(
            "its time is wrong (look at the clocks of this machine and of the provider)",
            details,
        ),
        ClaimsVerificationError::InvalidAudience(details) => {
            of("it is not meant for Jobdeck", details)
        }
        ClaimsVerificationError::InvalidIssuer(details) => of("it is another provider's", details),
        ClaimsVerificationError::InvalidNonce(details) => of("it is of another log-in", details),
        ClaimsVerificationError::SignatureVerification(_) => {
            let details = error.source().map(ToString::to_string);
            of("its signature is wrong", &details.unwrap_or_default())
        }
        other => bounded(&other.to_string()),
    }
}
