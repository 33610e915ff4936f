//! The headers that keep a page to itself.

use super::state::reload_port;
use axum::{
    extract::Request,
    http::{
        HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};
use leptos::nonce::use_nonce;
use leptos_axum::ResponseOptions;

/// For every answer; `Referer` must be sent within the site, because plain forms find their way back by it.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];
/// For answers that are no pages.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Adds to every answer what it needs and does not say itself.
pub(super) async fn secure(request: Request, next: Next) -> Response {
    secured(next.run(request).await)
}

/// The answer, with what every one needs and this one does not say itself.
pub(super) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(NOTHING_RUNS);
    // Numbers are old in a second, and jobs may be secret; files that may be kept say so themselves.
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    response
}

/// Lets the page's own scripts (by this page's nonce), its wasm and its styles in, and nothing else. Without a nonce there is no page.
pub(super) fn allow_page(response: &ResponseOptions) {
    let Some(nonce) = use_nonce() else {
        return;
    };
    // While cargo-leptos watches the sources, pages listen to it.
    let reload = reload_port()
        .map(|port| format!(" ws://localhost:{port} ws://127.0.0.1:{port}"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
