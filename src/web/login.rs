//! The page on which people say who they are, and what its form and the log-out do. Works without JavaScript, and loads none.

use super::{
    AppState, client_address::ClientAddress, headers, limits, oidc, renderers::on_one_thread,
};
use crate::api::{Theme, respond::cookie_in};
use crate::app::{LoginDocument, LoginProvider, LoginTry};
use crate::auth::LogIn;
use crate::model::Actor;
use axum::{
    extract::{DefaultBodyLimit, Form, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use leptos::prelude::{IntoAny, provide_context, use_context, view};
use leptos_axum::{ResponseOptions, render_app_async_with_context};
use serde::Deserialize;
use std::time::Duration;

/// The page.
pub(super) const PATH: &str = "/login";
/// Where the form goes that logs out.
pub(super) const LOGOUT_PATH: &str = "/logout";
/// Largest form.
const FORM_BYTES: usize = 16 * 1024;
/// Longest address to go back to.
const LONGEST_NEXT: usize = 2_000;

/// The page and its form.
pub(super) fn routes() -> MethodRouter<AppState> {
    get(page)
        .post(log_in)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
}

/// The form that logs out.
pub(super) fn logout_routes() -> MethodRouter<AppState> {
    post(log_out).layer(DefaultBodyLimit::max(FORM_BYTES))
}

/// The cookie of a session.
pub(super) fn cookie_name(state: &AppState) -> &'static str {
    by_prefix(
        state,
        [
            "__Host-jobdeck_session",
            "__Secure-jobdeck_session",
            "jobdeck_session",
        ],
    )
}

/// Of the names of a cookie the one with what browsers can hold it to. One with `__Host-` no other site of the same domain can set; it is for
/// a whole server, and not for what is below a base path, beside which others live.
pub(super) fn by_prefix(
    state: &AppState,
    [of_host, secure, plain]: [&'static str; 3],
) -> &'static str {
    match (state.auth.secure_cookies(), state.base_path.is_empty()) {
        (true, true) => of_host,
        (true, false) => secure,
        (false, _) => plain,
    }
}

/// The page, which leads to `next` afterwards.
pub(super) fn address(next: &str) -> String {
    leading_to(PATH, next)
}

/// An address with the page that it leads to in the end.
fn leading_to(path: &str, next: &str) -> String {
    match local(next) {
        "/" => path.to_owned(),
        next => {
            let next =
                percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
            format!("{path}?next={next}")
        }
    }
}

/// An address of this server, or its first page: nobody is led elsewhere by a link to the log-in.
fn local(next: &str) -> &str {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        // Browsers take a backslash for a slash, and leave out line ends and tabs.
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && next.len() <= LONGEST_NEXT
        && !goes_up(path);
    let is_way = [PATH, LOGOUT_PATH, oidc::PATH, oidc::CALLBACK_PATH].contains(&path);
    if is_local && !is_way { next } else { "/" }
}

/// Whether a browser would leave what is below the base path, for another application of the same server.
fn goes_up(path: &str) -> bool {
    path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment == "." || segment == ".."
    })
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// The page to go to, which is one of this server.
    pub(super) fn local(&self) -> &str {
        local(&self.next)
    }
}

#[derive(Deserialize)]
pub(super) struct LogInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct LogOutForm {
    #[serde(default)]
    everywhere: String,
}

/// Whether whoever asks need not say any more who they are.
pub(super) fn is_in(state: &AppState, parts: &Parts) -> bool {
    let cookie = cookie_in(&parts.headers, cookie_name(state));
    let has_session = cookie.is_some_and(|secret| state.auth.session(&secret).is_some());
    // Whom the proxy names need not say it again.
    has_session || parts.extensions.get::<Actor>().is_some() || state.auth.is_open()
}

/// `GET /login?next=/path`.
async fn page(
    State(state): State<AppState>,
    Query(next): Query<Next>,
    request: Request,
) -> Response {
    let next = next.local().to_owned();
    let (parts, _) = request.into_parts();
    if is_in(&state, &parts) {
        return Redirect::to(&next).into_response();
    }
    shown(
        &state,
        &parts.headers,
        LoginTry {
            next,
            ..LoginTry::default()
        },
    )
    .await
}

/// `POST /login`.
async fn log_in(
    State(state): State<AppState>,
    request_headers: HeaderMap,
    address: Option<axum::Extension<ClientAddress>>,
    Form(form): Form<LogInForm>,
) -> Response {
    let next = local(&form.next).to_owned();
    if state.auth.is_open() {
        return Redirect::to(&next).into_response();
    }
    let network = address.as_ref().and_then(|address| address.network());
    let came = state.auth.log_in(&form.name, &form.password, network).await;
    let from = address.map(|address| address.ip.to_string());
    let again = |problem: String| LoginTry {
        next: next.clone(),
        name: form.name.clone(),
        problem: Some(problem),
        ..LoginTry::default()
    };
    match came {
        LogIn::Done { secret, actor } => {
            begin_session(&state, &request_headers, actor.at(from), &secret, &next).await
        }
        LogIn::Refused => {
            let why = "the name and the password do not go together";
            state.admin.note_refused_log_in(&form.name, from, why).await;
            let page = again("This name and password do not go together.".to_owned());
            let mut response = shown(&state, &request_headers, page).await;
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
        LogIn::Later(wait) => {
            let page = again(too_many_tries(wait));
            put_off(&state, &request_headers, from, TOO_MANY_WRONG, page, wait).await
        }
        LogIn::Busy(wait) => {
            let seconds = limits::seconds(wait);
            let page = again(format!(
                "Too many are logging in: wait {seconds} s, then try again."
            ));
            let why = "it was not looked at: too many others were";
            put_off(&state, &request_headers, from, why, page, wait).await
        }
    }
}

/// Why somebody has to wait, for the audit.
pub(super) const TOO_MANY_WRONG: &str = "it has to wait: too many were wrong";

/// The same for who has to.
pub(super) fn too_many_tries(wait: Duration) -> String {
    let seconds = limits::seconds(wait);
    format!("Too many tries: wait {seconds} s, then try again.")
}

/// The page for somebody who was not looked at, and an event of that; `why` is for the audit.
pub(super) async fn put_off(
    state: &AppState,
    headers: &HeaderMap,
    from: Option<String>,
    why: &str,
    page: LoginTry,
    wait: Duration,
) -> Response {
    state.admin.note_refused_log_in(&page.name, from, why).await;
    let mut response = shown(state, headers, page).await;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    limits::retry_after(&mut response, wait);
    response
}

/// Gives somebody who was let in their session, and leads them to the page that they have asked for.
pub(super) async fn begin_session(
    state: &AppState,
    request_headers: &HeaderMap,
    actor: Actor,
    secret: &str,
    next: &str,
) -> Response {
    // The session that was there before is of no use any more.
    if let Some(old) = cookie_in(request_headers, cookie_name(state)) {
        state.auth.log_out(&old, false);
    }
    state.admin.note_log_in(actor).await;
    let mut response = Redirect::to(local(next)).into_response();
    let lifetime = state.auth.session_lifetime();
    set_cookie(state, &mut response, cookie_name(state), secret, lifetime);
    response
}

/// `POST /logout`, with `everywhere` for all of the user's sessions.
async fn log_out(
    State(state): State<AppState>,
    headers: HeaderMap,
    address: Option<axum::Extension<ClientAddress>>,
    Form(form): Form<LogOutForm>,
) -> Response {
    let everywhere = !form.everywhere.is_empty();
    let secret = cookie_in(&headers, cookie_name(&state));
    let elsewhere = secret
        .as_deref()
        .and_then(|secret| state.auth.log_out_address(secret));
    if let Some(actor) = secret.and_then(|secret| state.auth.log_out(&secret, everywhere)) {
        let from = address.map(|address| address.ip.to_string());
        state.admin.note_log_out(actor.at(from), everywhere).await;
    }
    // Who logged in at the provider is still logged in there, and would come back without being asked. A form may not lead to another site
    // (the policy of pages says so), but a link may.
    let mut response = match elsewhere {
        Some(address) => {
            let page = LoginTry {
                left: Some(address),
                ..LoginTry::default()
            };
            shown(&state, &headers, page).await
        }
        None => Redirect::to(PATH).into_response(),
    };
    set_cookie(
        &state,
        &mut response,
        cookie_name(&state),
        "",
        Duration::ZERO,
    );
    response
}

/// Gives a cookie that no script can read, and that comes with what the user opens, but with nothing that another site sends.
pub(super) fn set_cookie(
    state: &AppState,
    response: &mut Response,
    name: &str,
    secret: &str,
    lifetime: Duration,
) {
    let secure = if state.auth.secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{name}={secret}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        state.base_path.address("/"),
        lifetime.as_secs()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The page.
pub(super) async fn shown(
    state: &AppState,
    request_headers: &HeaderMap,
    mut page: LoginTry,
) -> Response {
    page.provider = state.auth.oidc().map(|oidc| LoginProvider {
        label: oidc.label().to_owned(),
        address: leading_to(oidc::PATH, &page.next),
    });
    page.has_form = state.auth.has_users() || page.provider.is_none();
    let theme = Theme::named(cookie_in(request_headers, crate::api::THEME_COOKIE).as_deref());
    let site = state.assets.site(state.base_path.as_str());
    let environment = state.environment.clone();
    let base = state.full_path();
    let context = move || {
        provide_context(base.clone());
        if let Some(response) = use_context::<ResponseOptions>() {
            headers::allow_page(&response);
        }
    };
    let document = move || {
        let (site, page, environment) = (site.clone(), page.clone(), environment.clone());
        view! { <LoginDocument site theme environment page/> }.into_any()
    };
    let render = render_app_async_with_context(context, document);
    let mut request = Request::new(axum::body::Body::empty());
    *request.uri_mut() = axum::http::Uri::from_static(PATH);
    on_one_thread(async move { render(request).await }).await
}

#[cfg(test)]
mod tests {
    use super::{address, local};

    #[test]
    fn the_way_back_is_on_this_server_only() {
        for path in [
            "/",
            "/queues",
            "/search?q=class%3AA&after=1",
            "/jobs/a#trace",
            "/jobs/...?to=/../b",
        ] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "queues",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: a=b",
            "https://evil.example",
            "javascript:alert(1)",
            "/ü",
            "/../other",
            "/dead/%2e%2E/%2e./other",
            "/./dead",
            "/login",
            "/login?next=/login",
            "/logout",
            "/login/oidc",
            "/login/oidc/callback?state=a",
            &format!("/{}", "a".repeat(3_000)),
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn the_way_back_is_one_value_of_the_address() {
        assert_eq!(address("/"), "/login");
        assert_eq!(address("//evil.example"), "/login");
        assert_eq!(
            address("/search?q=a&after=b"),
            "/login?next=%2Fsearch%3Fq%3Da%26after%3Db"
        );
    }
}
