//! The numbers as they change.

use super::{OverviewBody, error::ErrorBody};
use crate::{
    model::StoreState,
    web::{AppState, auth::Door, sse},
};
use axum::{
    extract::State,
    response::{Response, sse::Event},
};
use futures::StreamExt;
use serde_json::json;

/// The numbers as they change: event `overview` about once a second, or `lost` with the reason while the store does not answer.
#[utoipa::path(get, path = "/live", tag = "live", responses(
    (status = 200, description = "Server-Sent Events; the data of an `overview` event is this", body = OverviewBody, content_type = "text/event-stream"),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn live(Door(admin): Door, State(state): State<AppState>) -> Response {
    let events = state.live.stream(admin.limit()).map(|frame| {
        let snapshot = frame.snapshot();
        let (name, data) = match &snapshot.state {
            StoreState::Lost { reason, since } => (
                "lost",
                json!({ "reason": reason, "since": since.to_string() }).to_string(),
            ),
            StoreState::Starting | StoreState::Connected => {
                let body = OverviewBody::from(snapshot.overview.clone());
                ("overview", serde_json::to_string(&body).unwrap_or_default())
            }
        };
        Event::default().event(name).data(data)
    });
    sse::answer(events, state.shutdown)
}
