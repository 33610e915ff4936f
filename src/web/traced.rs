//! The span of a request, for a collector of traces. It is made only where one is named in the settings.

use crate::trace;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use opentelemetry::trace::Status;
use opentelemetry_http::HeaderExtractor;
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Puts a span around the request: a part of the trace of whoever asks, if they say so (`traceparent`).
///
/// Names and attributes are those of OpenTelemetry's conventions for HTTP servers. Neither what was searched for nor who asks is in it.
pub(super) async fn trace(request: Request, next: Next) -> Response {
    let span = tracing::debug_span!(
        target: trace::TARGET,
        "request",
        otel.name = tracing::field::Empty,
        otel.kind = "server",
    );
    if span.is_disabled() {
        return next.run(request).await;
    }
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(|path| path.as_str().to_owned());
    match &route {
        Some(route) => span.record("otel.name", format!("{method} {route}")),
        None => span.record("otel.name", &method),
    };
    // A span that nobody exports has no parent either.
    let _ = span.set_parent(trace::origin(&HeaderExtractor(request.headers())));
    span.set_attribute("http.request.method", method);
    span.set_attribute("url.path", request.uri().path().to_owned());
    if let Some(route) = route {
        span.set_attribute("http.route", route);
    }
    let response = next.run(request).instrument(span.clone()).await;
    span.set_attribute(
        "http.response.status_code",
        i64::from(response.status().as_u16()),
    );
    if response.status().is_server_error() {
        span.set_status(Status::error(""));
    }
    response
}
