//! What every server function needs on the server: its services, the right status for an error, and a word for the next page.

use super::{ApiError, FoundOnce};
use crate::admin::{Admin, AdminError};
use crate::groups::Groups;
use crate::live::Live;
use crate::model::{Actor, BasePath, GroupDigest, GroupDigestError, Timestamp};
use crate::store::StoreError;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::time::Duration;

const NOTICE_COOKIE: &str = "jobdeck_notice";
/// How long a page may count what would be changed.
pub const PREVIEW_BUDGET: Duration = Duration::from_millis(1_500);
/// How long a script waits before it follows a search.
const FOLLOWS_AFTER: Duration = Duration::from_millis(60);
/// Longest text that is told on the next page: a cookie holds 4 KB.
const LONGEST_NOTICE_CHARS: usize = 300;

/// The door to the store of this request.
///
/// # Errors
/// [`ApiError::Unavailable`] outside a request of the server.
pub fn admin() -> Result<Admin, ApiError> {
    use_context::<Admin>().ok_or_else(no_store)
}

/// On whose behalf this request is made.
#[must_use]
pub fn actor() -> Option<Actor> {
    use_context::<Admin>().map(|admin| admin.actor().clone())
}

/// The door, for what a page shows beside the live numbers: a page is not kept waiting by a store that is known to be lost, but says
/// at once why. A script that asks always gets the store's own answer.
///
/// # Errors
/// [`ApiError::Unavailable`] for a page whose store is lost; as [`admin`].
pub fn admin_for_page() -> Result<Admin, ApiError> {
    if let Some(reason) = use_context::<Live>()
        .filter(|_| is_page())
        .and_then(|live| live.loss())
    {
        return Err(fail(
            StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Unavailable(reason),
        ));
    }
    admin()
}

/// The sampler of the store of this request.
///
/// # Errors
/// [`ApiError::Unavailable`] outside a request of the server.
pub fn live() -> Result<Live, ApiError> {
    use_context::<Live>().ok_or_else(no_store)
}

/// What is read for the page that is being made, once however often its parts are made; `asked` is what was asked for.
///
/// # Errors
/// That of `find`.
pub async fn once<T, F>(asked: impl Into<String>, find: impl FnOnce() -> F) -> Result<T, ApiError>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, ApiError>>,
{
    match use_context::<FoundOnce>() {
        Some(found) => found.get_or_find(asked.into(), find).await,
        None => find().await,
    }
}

/// The door and the index of failure groups, for what a page shows: as [`admin_for_page`].
///
/// # Errors
/// As [`admin_for_page`].
pub fn groups_for_page() -> Result<(Admin, Groups), ApiError> {
    let admin = admin_for_page()?;
    let groups = use_context::<Groups>().ok_or_else(no_store)?;
    Ok((admin, groups))
}

/// What is known of the store of this request without asking it: the door, the index of failure groups, and the sampler.
///
/// # Errors
/// [`ApiError::Unavailable`] outside a request of the server.
pub fn known() -> Result<(Admin, Groups, Live), ApiError> {
    let groups = use_context::<Groups>().ok_or_else(no_store)?;
    Ok((admin()?, groups, live()?))
}

/// How long a search is waited for: a page may be all that is seen of it, a script follows it from what comes at once.
#[must_use]
pub fn search_budget(admin: &Admin) -> Duration {
    if is_page() {
        admin.search_budget()
    } else {
        FOLLOWS_AFTER
    }
}

/// The store's clock.
///
/// # Errors
/// The store's.
pub async fn now(admin: &Admin) -> Result<Timestamp, ApiError> {
    admin.now().await.map_err(failed)
}

/// A failure group's address.
///
/// # Errors
/// [`ApiError::NotFound`] when it is none.
pub fn group(digest: &str) -> Result<GroupDigest, ApiError> {
    digest
        .parse()
        .map_err(|error: GroupDigestError| not_found(error.to_string()))
}

fn no_store() -> ApiError {
    fail(
        StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Unavailable("this server has no store".to_owned()),
    )
}

/// The error for the browser, with the response's status set to match it.
#[must_use]
pub fn failed(error: AdminError) -> ApiError {
    let text = error.to_string();
    match error {
        AdminError::Store(StoreError::Unavailable { .. } | StoreError::Unusable { .. }) => {
            fail(StatusCode::SERVICE_UNAVAILABLE, ApiError::Unavailable(text))
        }
        AdminError::Store(StoreError::Refused { .. }) => {
            fail(StatusCode::INSUFFICIENT_STORAGE, ApiError::Refused(text))
        }
        AdminError::Store(StoreError::Query(error)) => {
            fail(StatusCode::UNPROCESSABLE_ENTITY, ApiError::Query(error))
        }
        AdminError::Store(_) => invalid(text),
        AdminError::NotFound(text) => fail(StatusCode::NOT_FOUND, ApiError::NotFound(text)),
        AdminError::Forbidden { .. } | AdminError::Beyond(_) => {
            fail(StatusCode::FORBIDDEN, ApiError::Forbidden(text))
        }
        AdminError::Refused(text) => fail(StatusCode::CONFLICT, ApiError::Refused(text)),
        AdminError::Field { .. } | AdminError::Job { .. } => invalid(text),
    }
}

/// The request is wrong: which field, and what to write instead.
#[must_use]
pub fn invalid(text: impl Into<String>) -> ApiError {
    fail(
        StatusCode::UNPROCESSABLE_ENTITY,
        ApiError::Invalid(text.into()),
    )
}

/// Something is still to be said. A page that asks for it is no failure: its status stays.
#[must_use]
pub fn missing(text: String) -> ApiError {
    if is_page() {
        ApiError::Invalid(text)
    } else {
        invalid(text)
    }
}

/// The store did not go on answering; why.
#[must_use]
pub fn unavailable(reason: String) -> ApiError {
    fail(
        StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Unavailable(reason),
    )
}

/// What was named does not exist (any more).
#[must_use]
pub fn not_found(text: impl Into<String>) -> ApiError {
    fail(StatusCode::NOT_FOUND, ApiError::NotFound(text.into()))
}

/// Sets the response's status, unless the answer is a redirect back to a page: a browser follows that only with its own status.
fn fail(status: StatusCode, error: ApiError) -> ApiError {
    if !is_form_post() {
        set_status(status);
    }
    error
}

/// Sets the status of the page or answer that is being made.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
    }
}

/// Gives the page that is being made the status 404. An answer to a script keeps its own.
pub fn page_not_found() {
    if is_page() {
        set_status(StatusCode::NOT_FOUND);
    }
}

/// Whether a page is being made, not an answer to a script.
#[must_use]
pub fn is_page() -> bool {
    use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/api/"))
}

/// Something was done: the numbers are read again, and `text` is told on the page that a plain form post leads to. A post by script
/// shows the answer itself.
pub fn notice(text: &str) {
    if let Some(live) = use_context::<Live>() {
        live.outdate();
    }
    if !is_form_post() {
        return;
    }
    let text: String = text.chars().take(LONGEST_NOTICE_CHARS).collect();
    set_cookie(NOTICE_COOKIE, &URL_SAFE_NO_PAD.encode(text), 60);
}

/// The word left by [`notice`], once.
#[must_use]
pub fn take_notice() -> Option<String> {
    let encoded = cookie(NOTICE_COOKIE)?;
    set_cookie(NOTICE_COOKIE, "", 0);
    let text = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    String::from_utf8(text).ok()
}

/// Whether the requested page tells a word left by [`notice`].
#[must_use]
pub fn has_notice() -> bool {
    cookie(NOTICE_COOKIE).is_some_and(|notice| !notice.is_empty())
}

/// A cookie of the request.
#[must_use]
pub fn cookie(name: &str) -> Option<String> {
    cookie_in(&use_context::<Parts>()?.headers, name)
}

/// A cookie of these headers.
#[must_use]
pub fn cookie_in(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Sets a cookie for all that is below the base path; `value` must already be safe in a header.
pub fn set_cookie(name: &str, value: &str, max_age_seconds: u32) {
    let base = use_context::<BasePath>().unwrap_or_default();
    set_cookie_below(&base, name, value, max_age_seconds);
}

/// The same for all that is below another path.
pub fn set_cookie_below(base: &BasePath, name: &str, value: &str, max_age_seconds: u32) {
    let path = base.address("/");
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={max_age_seconds}; SameSite=Lax; HttpOnly");
    if let (Some(response), Ok(cookie)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::try_from(cookie),
    ) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// Whether a browser posted a plain form: it wants a page back, not data.
fn is_form_post() -> bool {
    use_context::<Parts>()
        .is_some_and(|parts| parts.method == Method::POST && wants_page(&parts.headers))
}

/// Whether whoever asks is a browser that shows a page to somebody.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; theme=dark"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=x=y"));
        assert_eq!(cookie_in(&headers, "theme").as_deref(), Some("dark"));
        assert_eq!(cookie_in(&headers, "b").as_deref(), Some("x=y"));
        assert_eq!(cookie_in(&headers, "heme"), None);
    }
}
