//! Refuses changes that another site's page asks for.
//!
//! A browser says where a request comes from, in `Sec-Fetch-Site` (on secure origins and loopback) or in `Origin`; a foreign page
//! can send a form here, but cannot forge these. A client that sends neither is no browser.

use super::client_address::BySecureWay;
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
    let way = request.extensions().get::<BySecureWay>().copied();
    if is_safe || is_own(request.headers(), request.uri(), way) {
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

/// Where it is known how the request came, its page must have come the same way: what comes without TLS anybody on the way can write.
fn is_own(headers: &HeaderMap, uri: &Uri, way: Option<BySecureWay>) -> bool {
    match text(headers, &SEC_FETCH_SITE) {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => match text(headers, &ORIGIN) {
            None => !headers.contains_key(ORIGIN),
            Some(origin) => {
                let host = host(headers, uri);
                let Some((scheme, origin_host)) = origin.split_once("://") else {
                    return false;
                };
                let is_same_way =
                    way.is_none_or(|BySecureWay(is_secure)| (scheme == "https") == is_secure);
                is_same_way && host == Some(origin_host)
            }
        },
    }
}

/// The name under which this server was asked.
pub(super) fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    text(headers, &HOST).or(uri.authority().map(axum::http::uri::Authority::as_str))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::{BySecureWay, is_own};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

    fn own(headers: &[(&'static str, &'static str)]) -> bool {
        own_by(None, headers)
    }

    fn own_by(way: Option<BySecureWay>, headers: &[(&'static str, &'static str)]) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        is_own(&headers, &Uri::from_static("/api/ui/retry"), way)
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
    fn what_came_without_tls_asks_for_nothing_over_tls() {
        let from = |way, origin| own_by(way, &[("origin", origin), ("host", "a")]);
        let (secure, plain) = (Some(BySecureWay(true)), Some(BySecureWay(false)));
        assert!(from(secure, "https://a") && !from(secure, "http://a"));
        assert!(from(plain, "http://a") && !from(plain, "https://a"));
        // Behind a proxy that does not say it, it is not known.
        assert!(from(None, "https://a") && from(None, "http://a"));
    }

    #[test]
    fn a_client_that_says_nothing_is_no_browser() {
        assert!(own(&[("host", "a:8080")]));
    }
}
