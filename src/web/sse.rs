//! Live streams: Server-Sent Events.

use super::{AppState, auth::Door};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header::CACHE_CONTROL},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt};
use std::{convert::Infallible, time::Duration};
use tokio_util::sync::CancellationToken;

/// Browsers come back this long after a stream broke.
const RETRY: Duration = Duration::from_secs(1);

/// `GET /live`, for pages: event `snapshot` with a [`crate::model::Snapshot`], the latest at once, then each new one.
pub(super) async fn pages(Door(admin): Door, State(state): State<AppState>) -> Response {
    let events = state.live.stream(admin.limit()).map(|frame| {
        Event::default()
            .event("snapshot")
            .retry(RETRY)
            .data(frame.json())
    });
    answer(events, state.shutdown)
}

/// A stream of events that ends when the server stops, with a comment every 15 s so that no proxy takes it for dead.
pub(super) fn answer(
    events: impl Stream<Item = Event> + Send + 'static,
    shutdown: CancellationToken,
) -> Response {
    let events = events
        .map(Ok::<_, Infallible>)
        .take_until(shutdown.cancelled_owned());
    (
        [
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // For nginx, which otherwise holds events back.
            (
                HeaderName::from_static("x-accel-buffering"),
                HeaderValue::from_static("no"),
            ),
        ],
        Sse::new(events).keep_alive(KeepAlive::default()),
    )
        .into_response()
}
