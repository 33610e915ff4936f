//! Who asks: the guard in front of everything but what anybody may see, and the log-in.
//!
//! What whoever asks may change, `admin` looks at: the guard only leaves the [`Actor`] with the request.

use super::{
    AppState, client_address::ClientAddress, limits::Asker, login, oidc, rest, store_guard,
};
use crate::admin::Admin;
use crate::api::{
    ApiError,
    respond::{cookie_in, wants_page},
};
use crate::auth::{ProxyUser, Session};
use crate::model::Actor;
use axum::{
    Json,
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{
        Extensions, HeaderMap, HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use futures::StreamExt;
use std::{convert::Infallible, net::SocketAddr};

/// What anybody may see, beside the pages' files and the log-in. It costs next to nothing, and is answered however often it is asked for.
const PUBLIC: [&str; 2] = ["/healthz", "/readyz"];

/// The door for the one who asks.
pub(super) struct Door(pub(super) Admin);

impl Door {
    /// Without a word of the guard it is nobody's, and nothing can be changed through it.
    pub(super) fn of(state: &AppState, extensions: &Extensions) -> Self {
        let actor = extensions.get::<Actor>().cloned();
        Self(state.admin.acting_as(actor.unwrap_or_else(Actor::nobody)))
    }
}

impl FromRequestParts<AppState> for Door {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(state, &parts.extensions))
    }
}

/// What the guard has found out.
enum Found {
    /// Whoever it is may see this.
    Public,
    /// It has a name, or need not have one.
    Known(Actor),
    /// It is logged in.
    In(Session),
    /// It has no business here.
    Refused(Response),
}

/// Finds out who asks, lets nobody else in, and nobody too often.
pub(super) async fn guard(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let is_public = PUBLIC.contains(&path.as_str()) || state.assets.serves(&path);
    let found = find(&state, &request, is_public);
    let actor = match &found {
        Found::Known(actor) => Some(actor),
        Found::In(session) => Some(&session.actor),
        Found::Public | Found::Refused(_) => None,
    };
    let mut barred = None;
    if let Some(actor) = actor {
        let actor = actor.clone().at(address(request.extensions()));
        barred = store_guard::barred(&state, &actor, &request).filter(|_| !is_public);
        request.extensions_mut().insert(actor);
    }
    let asker = Asker::of(request.extensions());
    if !is_public && let Err(too_many) = state.limiter.request(&path, asker.as_ref()) {
        return *too_many;
    }
    if let Some(barred) = barred {
        return barred;
    }
    match found {
        Found::Refused(response) => response,
        Found::Public => next.run(request).await,
        Found::Known(_) => {
            let response = next.run(request).await;
            state.limiter.stream(&path, asker, response)
        }
        Found::In(session) => {
            let response = ending_with(session, next.run(request).await);
            state.limiter.stream(&path, asker, response)
        }
    }
}

/// Who asks.
fn find(state: &AppState, request: &Request, is_public: bool) -> Found {
    if state.auth.is_open() {
        return Found::Known(Actor::anyone());
    }
    let path = request.uri().path();
    if is_public {
        return Found::Public;
    }
    let token = bearer(request.headers()).filter(|_| is_for_programs(path));
    // A proxy that asks for passwords itself may send them along: that is no token.
    if token.is_none_or(str::is_empty) {
        match proxied(state, request) {
            ProxyUser::Known(actor) => return Found::Known(actor),
            ProxyUser::Nobody => {}
            ProxyUser::WithoutRole(name) => {
                if state.unclear.is_time() {
                    tracing::warn!(target: LOG, user = name, "whom the proxy names has no role here");
                }
                return Found::Refused(rest::refusal(
                    path,
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    &format!("You are known as `{name}`, but have no role in Jobdeck.\n"),
                ));
            }
            ProxyUser::Unclear(reason) => {
                if state.unclear.is_time() {
                    tracing::warn!(target: LOG, reason, "it is not clear whom the proxy names: refused");
                }
                return Found::Refused(rest::refusal(
                    path,
                    StatusCode::BAD_REQUEST,
                    "proxy_header",
                    &format!("It is not clear who you are: {reason}.\n"),
                ));
            }
        }
    }
    if [login::PATH, oidc::PATH, oidc::CALLBACK_PATH].contains(&path) {
        return Found::Public;
    }
    if let Some(token) = token {
        return match state.auth.token(token) {
            Some(actor) => Found::Known(actor),
            None => Found::Refused(unauthorized("This token is not known, or no longer good.")),
        };
    }
    let cookie = cookie_in(request.headers(), login::cookie_name(state));
    match cookie.and_then(|secret| state.auth.session(&secret)) {
        Some(session) => Found::In(session),
        None if state.auth.proxy().is_some() && !state.auth.has_log_in() => {
            Found::Refused(rest::refusal(
                path,
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "The proxy in front of Jobdeck has not said who you are: log in there.\n",
            ))
        }
        None => Found::Refused(turned_away(request)),
    }
}

/// Whom the proxy names. What others write into its headers is not looked at.
fn proxied(state: &AppState, request: &Request) -> ProxyUser {
    let Some(users) = state.auth.proxy() else {
        return ProxyUser::Nobody;
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip());
    if peer.is_some_and(|peer| state.proxies.includes(peer)) {
        return users.read(request.headers());
    }
    if users.is_said(request.headers()) && state.forged.is_time() {
        tracing::warn!(
            target: LOG,
            ?peer,
            header = %users.header,
            "this header came from an address that is not in `auth.proxy_addresses`, and is not looked at"
        );
    }
    ProxyUser::Nobody
}

/// Log target of log-ins, the same as that of changes.
const LOG: &str = "jobdeck::audit";

/// Where a request comes from, for the audit.
pub(super) fn address(extensions: &Extensions) -> Option<String> {
    let ClientAddress { ip, .. } = extensions.get()?;
    Some(ip.to_string())
}

/// Whether tokens are good for this address.
fn is_for_programs(path: &str) -> bool {
    path == "/api/v1" || path.starts_with("/api/v1/") || path == "/metrics"
}

/// The token of `Authorization: Bearer TOKEN`; empty when the header is of another kind, so that it is refused rather than passed over.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let said = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let token = said
        .split_once(' ')
        .and_then(|(kind, token)| kind.eq_ignore_ascii_case("bearer").then_some(token.trim()));
    Some(token.unwrap_or_default())
}

/// A stream goes on only as long as the session: whoever comes back is asked again.
fn ending_with(session: Session, response: Response) -> Response {
    let is_stream = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if !is_stream {
        return response;
    }
    let over = async move {
        tokio::select! {
            () = session.ended.cancelled() => {}
            () = tokio::time::sleep(session.rest) => {}
        }
    };
    let (parts, body) = response.into_parts();
    let body = body.into_data_stream().take_until(Box::pin(over));
    Response::from_parts(parts, Body::from_stream(body))
}

/// Programs are told that they have to say who they are; people are led to where they can.
fn turned_away(request: &Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    if is_for_programs(path) {
        return unauthorized(
            "Say who you are: with a token in the header `Authorization: Bearer TOKEN`.",
        );
    }
    let is_form = *method == Method::POST && wants_page(request.headers());
    if path.starts_with("/api/ui/") && !is_form {
        let error =
            ApiError::Unauthorized("You are not logged in any more: reload the page.".to_owned());
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    if path == "/live" || path.starts_with("/live/") {
        return (StatusCode::UNAUTHORIZED, "Log in first.\n").into_response();
    }
    let asked = request
        .uri()
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    if matches!(*method, Method::GET | Method::HEAD) {
        Redirect::to(&login::address(asked)).into_response()
    } else {
        Redirect::to(login::PATH).into_response()
    }
}

fn unauthorized(message: &str) -> Response {
    let mut response = rest::refusal("/api/v1", StatusCode::UNAUTHORIZED, "unauthorized", message);
    response
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

#[cfg(test)]
mod tests {
    use super::{bearer, is_for_programs};
    use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    #[test]
    fn a_token_stands_behind_the_word_bearer() {
        let token = |text| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_static(text));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(token("bearer  abc ").as_deref(), Some("abc"));
        for other in ["Basic abc", "abc", "", "Bearer"] {
            assert_eq!(token(other).as_deref(), Some(""), "{other}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn only_what_programs_ask_for_takes_tokens() {
        for path in ["/api/v1", "/api/v1/jobs", "/metrics"] {
            assert!(is_for_programs(path), "{path}");
        }
        for path in ["/api/v11", "/api/ui/act", "/", "/metrics/"] {
            assert!(!is_for_programs(path), "{path}");
        }
    }
}
