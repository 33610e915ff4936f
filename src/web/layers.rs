//! What every request passes through, from the outside in.

use super::{AppState, headers, hosts, origin, rest};
use axum::{
    Router,
    extract::Request,
    http::{HeaderName, StatusCode},
    middleware,
    response::Response,
};
use std::{any::Any, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
    trace::{DefaultOnFailure, TraceLayer},
};

/// Longest time until an answer begins. Streams begin at once and then go on as long as they like.
const PATIENCE: Duration = Duration::from_secs(60);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the layers around every route added so far. The last one here is the first to see a request.
pub(super) fn around(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            PATIENCE,
        ))
        .layer(CatchPanicLayer::custom(after_panic))
        // Leaves streams, pictures and what is compressed already as they are.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(origin::guard))
        .layer(middleware::from_fn_with_state(
            state.hosts.clone(),
            hosts::guard,
        ))
        .layer(middleware::from_fn(headers::secure))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(span)
                .on_failure(DefaultOnFailure::new().level(tracing::Level::WARN)),
        )
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
}

/// The path without its query, which may hold what people searched for.
fn span(request: &Request) -> tracing::Span {
    tracing::info_span!(
        "request",
        http.method = %request.method(),
        http.path = request.uri().path(),
        request_id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()),
    )
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
