//! The id of a request, by which its answer, its errors and its lines of the log are found together.
//!
//! Whoever asks may bring one (`X-Request-Id`), a proxy for example; else it is made here.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// The header that it stands in, of the request and of the answer.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from outside.
const LONGEST: usize = 128;

tokio::task_local! {
    static CURRENT: Option<String>;
}

/// Takes away what nobody would want in a log, so that an id is made in its place.
pub(super) async fn only_sane(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    let is_sane = {
        let mut ids = headers.get_all(&HEADER).iter();
        let first = ids.next();
        first.is_none_or(|id| sane(id) && ids.next().is_none())
    };
    if !is_sane {
        headers.remove(&HEADER);
    }
    next.run(request).await
}

/// Remembers the id while the request is worked on.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let id = request.headers().get(&HEADER);
    let id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
    CURRENT.scope(id, next.run(request)).await
}

/// The id of the request that is worked on here, if one is.
pub(super) fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok().flatten()
}

fn sane(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (1..=LONGEST).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::{HeaderValue, sane};

    #[test]
    fn an_id_is_short_and_plain() {
        for id in [
            "a",
            "0af7651916cd43dd8448eb211c80319c",
            "A-b_c.d:e/f+g=@",
            &"x".repeat(128),
        ] {
            assert!(sane(&HeaderValue::try_from(id).unwrap()), "{id}");
        }
        for id in [
            "",
            "a b",
            "a\tb",
            "\"a\"",
            "a,b",
            "<b>",
            "%0a",
            &"x".repeat(129),
        ] {
            assert!(!sane(&HeaderValue::try_from(id).unwrap()), "{id}");
        }
        assert!(!sane(&HeaderValue::from_bytes(b"\xe9").unwrap()));
    }
}
