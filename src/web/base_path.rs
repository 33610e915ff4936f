//! The paths before all others: the base path, and those of several stores. What is below one is served as if it stood at the root: here, and
//! nowhere else on the server, it is taken off what is asked for, and put before where an answer leads.
//!
//! Proxies pass it on as it is: what one has taken off already is not guessed.

use super::headers;
use crate::model::BasePath;
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header::LOCATION, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use std::{convert::Infallible, sync::Arc};
use tower::ServiceExt;

/// Puts each router below its base path. Where one base path is below another, it stands before that one.
pub(super) fn below(served: Vec<(BasePath, Router)>) -> Router {
    if let [(base, router)] = served.as_slice()
        && base.is_empty()
    {
        return router.clone();
    }
    let served: Arc<[(BasePath, Router)]> = served.into();
    let serve = move |request: Request| {
        let served = Arc::clone(&served);
        async move { serve(&served, request).await }
    };
    Router::new().fallback(serve)
}

async fn serve(served: &[(BasePath, Router)], mut request: Request) -> Response {
    // What probes ask for is that of the last one, below which the others are.
    let is_probe = BasePath::AT_THE_ROOT.contains(&request.uri().path());
    let found = if is_probe {
        let last = served.last();
        last.map(|(base, router)| (base, router, request.uri().clone()))
    } else {
        served
            .iter()
            .find_map(|(base, router)| Some((base, router, inside(base, request.uri())?)))
    };
    let Some((base, router, uri)) = found else {
        let last = served.last().map(|(base, _)| base.clone());
        return outside(&last.unwrap_or_default());
    };
    *request.uri_mut() = uri;
    let answer: Result<Response, Infallible> = router.clone().oneshot(request).await;
    let mut response = answer.unwrap_or_else(|never| match never {});
    lead_below(base, &mut response);
    response
}

/// The address without the base path; nothing for one that does not have it.
fn inside(base: &BasePath, uri: &Uri) -> Option<Uri> {
    let path = base.behind(uri.path())?;
    let path_and_query = match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.ok()?);
    Uri::from_parts(parts).ok()
}

fn outside(base: &BasePath) -> Response {
    let hint = format!("There is nothing at this address: Jobdeck is at {base} on this server.\n");
    headers::secured((StatusCode::NOT_FOUND, hint).into_response())
}

/// A whole address stays as it is: a browser has said where it came from.
fn lead_below(base: &BasePath, response: &mut Response) {
    let headers = response.headers_mut();
    let below = headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .filter(|location| location.starts_with('/') && !location.starts_with("//"))
        .and_then(|location| HeaderValue::try_from(base.address(location)).ok());
    if let Some(below) = below {
        headers.insert(LOCATION, below);
    }
}

#[cfg(test)]
mod tests {
    use super::{below, inside};
    use crate::model::BasePath;
    use axum::{
        Router,
        body::Body,
        http::{Request, StatusCode, Uri, header::LOCATION},
        response::Redirect,
        routing::get,
    };
    use tower::ServiceExt;

    fn base() -> BasePath {
        "/tools/jobs".parse().unwrap()
    }

    #[test]
    fn what_is_asked_for_keeps_all_but_the_base_path() {
        let inside = |uri: &'static str| inside(&base(), &Uri::from_static(uri));
        for (asked, served) in [
            ("/tools/jobs", Some("/")),
            ("/tools/jobs?a=b", Some("/?a=b")),
            (
                "/tools/jobs/queues/a%2Fb%25?x=%3F",
                Some("/queues/a%2Fb%25?x=%3F"),
            ),
            (
                "http://a.example/tools/jobs/dead",
                Some("http://a.example/dead"),
            ),
            ("/tools/jobsdead", None),
            ("/tools", None),
            ("/dead", None),
            ("/tools/../tools/jobs", None),
        ] {
            let found = inside(asked).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), served, "{asked}");
        }
    }

    #[tokio::test]
    async fn answers_lead_below_it() {
        let to = |target: &'static str| get(move || async move { Redirect::to(target) });
        let router = Router::new()
            .route("/here", to("/holds?a=/b"))
            .route("/whole", to("https://a.example/tools/jobs/dead"))
            .route("/other", to("//a.example/dead"))
            .route("/healthz", get(|| async { "well" }));
        let router = below(vec![(base(), router)]);
        for (path, location) in [
            ("/tools/jobs/here", "/tools/jobs/holds?a=/b"),
            ("/tools/jobs/whole", "https://a.example/tools/jobs/dead"),
            ("/tools/jobs/other", "//a.example/dead"),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.headers()[LOCATION], location, "{path}");
        }
        for (path, status) in [
            ("/here", StatusCode::NOT_FOUND),
            ("/healthz", StatusCode::OK),
            ("/tools/jobs/healthz", StatusCode::OK),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
        }
    }
}
