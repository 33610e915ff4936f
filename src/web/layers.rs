//! What every request passes through, from the outside in.

use super::{
    AppState, auth, client_address, headers, hosts, origin, request_id, rest, traced, upload,
};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
};
use std::{any::Any, sync::Arc, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::{DefaultOnFailure, MakeSpan, TraceLayer},
};

/// Longest time until an answer begins. Streams begin at once and then go on as long as they like.
const PATIENCE: Duration = Duration::from_secs(60);

/// Puts the layers around every route added so far. The last one here is the first to see a request.
pub(super) fn around(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(middleware::from_fn_with_state(state.clone(), auth::guard))
        .layer(middleware::from_fn(limit_time))
        .layer(CatchPanicLayer::custom(after_panic))
        // Leaves streams, pictures and what is compressed already as they are.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(origin::guard))
        .layer(middleware::from_fn_with_state(
            state.hosts.clone(),
            hosts::guard,
        ))
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            client_address::find,
        ))
        .layer(middleware::from_fn(request_id::remember))
        .layer(middleware::from_fn(traced::trace))
        .layer(PropagateRequestIdLayer::new(request_id::HEADER))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(Span(state.own_path.clone().into()))
                .on_failure(DefaultOnFailure::new().level(tracing::Level::WARN)),
        )
        .layer(SetRequestIdLayer::new(request_id::HEADER, MakeRequestUuid))
        .layer(middleware::from_fn(request_id::only_sane))
}

/// Ends a request whose answer does not begin in time. The store answers or fails within seconds, so what is late is the request's own body.
async fn limit_time(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    // A file may be long, and is timed piece by piece.
    if upload::is_one(request.method(), &path) {
        return next.run(request).await;
    }
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => rest::refusal(
            &path,
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "The request was not complete within a minute: send it again.\n",
        ),
    }
}

/// The path without its query, which may hold what people searched for. Of the highest level, so that every line of the log has it, unless the
/// log's filter leaves out even the errors of this module.
/// Of several stores the path says which, where one is asked for at its own address.
#[derive(Clone)]
struct Span(Arc<str>);

impl MakeSpan<Body> for Span {
    fn make_span(&mut self, request: &Request) -> tracing::Span {
        tracing::error_span!(
            "request",
            http.method = %request.method(),
            http.path = format_args!("{}{}", self.0, request.uri().path()),
            request_id = request.headers().get(&request_id::HEADER).and_then(|id| id.to_str().ok()),
        )
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer wants"
)]
fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let reason = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(reason, "a request failed by a fault in Jobdeck");
    rest::internal_error()
}

#[cfg(test)]
mod tests {
    use super::limit_time;
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::{Request, StatusCode},
        middleware,
        routing::post,
    };
    use tower::ServiceExt;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_never_becomes_complete_is_told_so() {
        let router = Router::new()
            .route("/api/v1/jobs", post(|body: String| async { body }))
            .route("/page", post(|body: String| async { body }))
            .layer(middleware::from_fn(limit_time));
        for (path, text) in [
            ("/api/v1/jobs", r#"{"error":{"code":"timeout","#),
            ("/page", "The request was not complete"),
        ] {
            let stalled =
                Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>());
            let request = Request::post(path).body(stalled).expect("a request");
            let response = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
            let body = to_bytes(response.into_body(), 1000).await.expect("a body");
            assert!(String::from_utf8_lossy(&body).starts_with(text), "{body:?}");
        }
    }
}
