//! The page on which people say who they are, and what its form and the log-out do. Works without JavaScript, and loads none.

use super::{AppState, client_address::ClientAddress, headers, limits, renderers::on_one_thread};
use crate::api::{Theme, respond::cookie_in};
use crate::app::{LoginDocument, LoginTry};
use crate::auth::LogIn;
use crate::model::Actor;
use axum::{
    extract::{DefaultBodyLimit, Form, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
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

/// The cookie of a session. One with `__Host-` no other site of the same domain can set; it is for a whole server, and not for what is
/// below a base path, beside which others live.
pub(super) fn cookie_name(state: &AppState) -> &'static str {
    match (state.auth.secure_cookies(), state.base_path.is_empty()) {
        (true, true) => "__Host-jobdeck_session",
        (true, false) => "__Secure-jobdeck_session",
        (false, _) => "jobdeck_session",
    }
}

/// The page, which leads to `next` afterwards.
pub(super) fn address(next: &str) -> String {
    match local(next) {
        "/" => PATH.to_owned(),
        next => {
            let next =
                percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
            format!("{PATH}?next={next}")
        }
    }
}

/// An address of this server, or its first page: nobody is led elsewhere by a link to the log-in.
fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        // Browsers take a backslash for a slash, and leave out line ends and tabs.
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && next.len() <= LONGEST_NEXT;
    let path = next.split(['?', '#']).next().unwrap_or_default();
    if is_local && path != PATH && path != LOGOUT_PATH {
        next
    } else {
        "/"
    }
}

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
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

/// `GET /login?next=/path`.
async fn page(
    State(state): State<AppState>,
    Query(Next { next }): Query<Next>,
    request: Request,
) -> Response {
    let next = local(&next).to_owned();
    let cookie = cookie_in(request.headers(), cookie_name(&state));
    let is_in = cookie.is_some_and(|secret| state.auth.session(&secret).is_some());
    // Whom the proxy names need not say it again.
    let is_in = is_in || request.extensions().get::<Actor>().is_some();
    if is_in || state.auth.is_open() {
        return Redirect::to(&next).into_response();
    }
    let (parts, _) = request.into_parts();
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
    };
    match came {
        LogIn::Done { secret, actor } => {
            // The session that was there before is of no use any more.
            if let Some(old) = cookie_in(&request_headers, cookie_name(&state)) {
                state.auth.log_out(&old, false);
            }
            state.admin.note_log_in(actor.at(from)).await;
            let lifetime = state.auth.session_lifetime();
            let mut response = Redirect::to(&next).into_response();
            set_cookie(&state, &mut response, &secret, lifetime);
            response
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
            let why = "it has to wait: too many were wrong";
            state.admin.note_refused_log_in(&form.name, from, why).await;
            let seconds = limits::seconds(wait);
            let page = again(format!("Too many tries: wait {seconds} s, then try again."));
            wait_for(shown(&state, &request_headers, page).await, wait)
        }
        LogIn::Busy(wait) => {
            let why = "it was not looked at: too many others were";
            state.admin.note_refused_log_in(&form.name, from, why).await;
            let seconds = limits::seconds(wait);
            let page = again(format!(
                "Too many are logging in: wait {seconds} s, then try again."
            ));
            wait_for(shown(&state, &request_headers, page).await, wait)
        }
    }
}

/// The page again, with the time after which a try may be looked at.
fn wait_for(mut response: Response, wait: Duration) -> Response {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    limits::retry_after(&mut response, wait);
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
    if let Some(actor) = secret.and_then(|secret| state.auth.log_out(&secret, everywhere)) {
        let from = address.map(|address| address.ip.to_string());
        state.admin.note_log_out(actor.at(from), everywhere).await;
    }
    let mut response = Redirect::to(PATH).into_response();
    set_cookie(&state, &mut response, "", Duration::ZERO);
    response
}

fn set_cookie(state: &AppState, response: &mut Response, secret: &str, lifetime: Duration) {
    let secure = if state.auth.secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{}={secret}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        cookie_name(state),
        state.base_path.address("/"),
        lifetime.as_secs()
    );
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

async fn shown(state: &AppState, request_headers: &HeaderMap, page: LoginTry) -> Response {
    let theme = Theme::named(cookie_in(request_headers, crate::api::THEME_COOKIE).as_deref());
    let site = state.assets.site(state.base_path.as_str());
    let environment = state.environment.clone();
    let base = state.base_path.clone();
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
            "/login",
            "/login?next=/login",
            "/logout",
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
