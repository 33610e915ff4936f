//! Refuses changes that another site's page asks for.
//!
//! A browser says where a request comes from, in `Sec-Fetch-Site` (on secure origins and loopback) or in `Origin`; a foreign page
//! can send a form here, but cannot forge these. A client that sends neither is no browser.

use axum::{
    extract::Request,
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{HOST, HeaderName, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request with an unsafe method pass only if it comes from this site's own pages or from no browser.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let method = request.method();
    let is_safe = matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    if is_safe || is_own(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    tracing::warn!(
        http.method = %method,
        http.path = request.uri().path(),
        origin = text(request.headers(), &ORIGIN),
        sec_fetch_site = text(request.headers(), &SEC_FETCH_SITE),
        "refused a change that another site's page asked for"
    );
    let reason = "Refused: this change was asked for by a page of another site.\n\
                  If a proxy stands in front of Jobdeck, let it pass the `Host` header on unchanged.\n";
    super::rest::refusal(
        request.uri().path(),
        StatusCode::FORBIDDEN,
        "cross_origin",
        reason,
    )
    .into_response()
}

fn is_own(headers: &HeaderMap, uri: &Uri) -> bool {
    match text(headers, &SEC_FETCH_SITE) {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => match text(headers, &ORIGIN) {
            None => !headers.contains_key(ORIGIN),
            Some(origin) => {
                let host = text(headers, &HOST)
                    .or(uri.authority().map(axum::http::uri::Authority::as_str));
                let origin_host = origin.split_once("://").map(|(_, host)| host);
                host.is_some() && origin_host == host
            }
        },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::is_own;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

    fn own(headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        is_own(&headers, &Uri::from_static("/api/ui/retry"))
    }

    #[test]
    fn what_the_browser_says_decides() {
        assert!(own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        // Another port or a sibling name is another site's page too.
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://a"),
            ("host", "a")
        ]));
    }

    #[test]
    fn without_it_the_origin_must_be_the_host() {
        assert!(own(&[("origin", "http://a:8080"), ("host", "a:8080")]));
        assert!(!own(&[("origin", "http://b:8080"), ("host", "a:8080")]));
        assert!(!own(&[("origin", "http://a:8081"), ("host", "a:8080")]));
        assert!(!own(&[("origin", "null"), ("host", "a:8080")]));
        assert!(!own(&[("origin", "http://a:8080")]));
    }

    #[test]
    fn a_client_that_says_nothing_is_no_browser() {
        assert!(own(&[("host", "a:8080")]));
    }
}
