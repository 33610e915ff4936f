//! Log-in at an OpenID Connect provider: the way there, and the way back. Both are plain addresses, and need no script.

use super::{AppState, client_address::BySecureWay, client_address::ClientAddress, login, origin};
use crate::api::respond::cookie_in;
use crate::app::LoginTry;
use crate::auth::{OIDC_CALLBACK, OIDC_LIFETIME, OidcAnswer, OidcBegun, OidcError, ProviderLogIn};
use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, Uri, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};

/// The way there.
pub(super) const PATH: &str = "/login/oidc";
/// The way back.
pub(super) const CALLBACK_PATH: &str = OIDC_CALLBACK;

/// The way there.
pub(super) fn routes() -> MethodRouter<AppState> {
    get(there)
}

/// The way back.
pub(super) fn callback_routes() -> MethodRouter<AppState> {
    get(back)
}

/// What tells the browser that began a log-in from others.
fn cookie_name(state: &AppState) -> &'static str {
    login::by_prefix(
        state,
        [
            "__Host-jobdeck_oidc",
            "__Secure-jobdeck_oidc",
            "jobdeck_oidc",
        ],
    )
}

/// `GET /login/oidc?next=/path`.
async fn there(
    State(state): State<AppState>,
    Query(next): Query<login::Next>,
    request: Request,
) -> Response {
    if is_embedded(request.headers()) {
        return embedded();
    }
    let next = next.local().to_owned();
    let (parts, _) = request.into_parts();
    if login::is_in(&state, &parts) {
        return Redirect::to(&next).into_response();
    }
    let Some(oidc) = state.auth.oidc() else {
        return Redirect::to(&login::address(&next)).into_response();
    };
    let network = ClientAddress::of(&parts.extensions).and_then(ClientAddress::network);
    let browser = cookie_in(&parts.headers, cookie_name(&state));
    let begun = match callback(&state, &parts) {
        // The way back is the same for all stores, and leads on to the page of this one.
        Some(callback) => {
            let next = format!("{}{next}", state.own_path);
            Box::pin(oidc.begin(&callback, &next, browser, network)).await
        }
        None => Err(OidcError::NoAddress),
    };
    match begun {
        Ok(OidcBegun { address, browser }) => {
            let mut response = Redirect::to(&address).into_response();
            let name = cookie_name(&state);
            login::set_cookie(&state, &mut response, name, &browser, OIDC_LIFETIME);
            response
        }
        Err(error) => {
            // Nobody has tried to come in yet: that is nothing for the audit.
            if state.no_log_in.is_time() {
                tracing::warn!(
                    reason = error.for_the_log(),
                    "OpenID Connect: no log-in can begin"
                );
            }
            refused(&state, &parts.headers, &next, &error).await
        }
    }
}

/// Whether a browser asks for something else than a page of its own: for a picture of another site, say, which would use up the tries of
/// whoever looks at that.
fn is_embedded(headers: &HeaderMap) -> bool {
    let what = headers.get("sec-fetch-dest");
    what.is_some_and(|what| what != "document")
}

fn embedded() -> Response {
    let hint = "People log in here, in a page of its own.\n";
    (StatusCode::BAD_REQUEST, hint).into_response()
}

/// The address at which this request could be made again for the way back.
fn callback(state: &AppState, parts: &Parts) -> Option<String> {
    let way = parts.extensions.get::<BySecureWay>();
    let is_secure = state.auth.secure_cookies() || way.is_some_and(|BySecureWay(is)| *is);
    let scheme = if is_secure { "https" } else { "http" };
    let host = origin::host(&parts.headers, &parts.uri)?;
    let address = Uri::builder()
        .scheme(scheme)
        .authority(host)
        .path_and_query(state.base_path.address(CALLBACK_PATH))
        .build();
    Some(address.ok()?.to_string())
}

/// `GET /login/oidc/callback?state=…&code=…`.
async fn back(
    State(state): State<AppState>,
    Query(answer): Query<OidcAnswer>,
    request: Request,
) -> Response {
    if is_embedded(request.headers()) {
        return embedded();
    }
    let (parts, _) = request.into_parts();
    if state.auth.oidc().is_none() {
        return Redirect::to(login::PATH).into_response();
    }
    let address = ClientAddress::of(&parts.extensions);
    let network = address.and_then(ClientAddress::network);
    let from = address.map(|address| address.ip.to_string());
    let browser = cookie_in(&parts.headers, cookie_name(&state));
    let came = state
        .auth
        .log_in_by_provider(answer, browser.as_deref(), network);
    match Box::pin(came).await {
        ProviderLogIn::Done {
            secret,
            actor,
            next,
        } => login::begin_session(&state, &parts.headers, actor.at(from), &secret, &next).await,
        ProviderLogIn::Refused(error) => {
            let name = match &error {
                OidcError::WithoutRole(name) => name.as_str(),
                _ => "",
            };
            let why = error.for_the_log();
            state.admin.note_refused_log_in(name, from, &why).await;
            refused(&state, &parts.headers, "/", &error).await
        }
        ProviderLogIn::Later(wait) => {
            let page = again("/", login::too_many_tries(wait));
            let why = login::TOO_MANY_WRONG;
            login::put_off(&state, &parts.headers, from, why, page, wait).await
        }
        ProviderLogIn::Busy(wait) => {
            let page = again("/", OidcError::Busy.to_string());
            let why = OidcError::Busy.for_the_log();
            login::put_off(&state, &parts.headers, from, &why, page, wait).await
        }
    }
}

/// The log-in page that says why somebody is not let in.
async fn refused(state: &AppState, headers: &HeaderMap, next: &str, error: &OidcError) -> Response {
    let page = again(next, error.to_string());
    let mut response = login::shown(state, headers, page).await;
    *response.status_mut() = match error {
        OidcError::UnknownLogIn | OidcError::NoAddress => StatusCode::BAD_REQUEST,
        OidcError::Denied { .. }
        | OidcError::Untrusted(_)
        | OidcError::WithoutName(_)
        | OidcError::WithoutRole(_) => StatusCode::FORBIDDEN,
        OidcError::Unavailable(_) | OidcError::Busy | OidcError::NoRandomNumbers => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    response
}

fn again(next: &str, problem: String) -> LoginTry {
    LoginTry {
        next: next.to_owned(),
        problem: Some(problem),
        ..LoginTry::default()
    }
}
