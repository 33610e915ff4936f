//! For probes: does the process live, do the stores answer.

use super::{AppState, state::ShownStore};
use crate::model::{Limit, StoreState};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use futures::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process lives.
#[derive(Serialize, ToSchema)]
pub(super) struct Alive {
    /// `ok`.
    status: &'static str,
}

/// Whether the stores answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Ready {
    /// Every store.
    stores: Vec<StoreHealth>,
}

/// Whether a store answers.
#[derive(Serialize, ToSchema)]
struct StoreHealth {
    /// Its name, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its address without secrets, while it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// `connected`, `starting` or `lost`.
    state: &'static str,
    /// Why it is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Since when it is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    since: Option<String>,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", servers((url = "/")), responses(
    (status = 200, body = Alive),
))]
pub(super) async fn alive() -> Response {
    Json(Alive { status: "ok" }).into_response()
}

/// Whether each store answers. A server of several is ready while one of them does: one broken store is no reason to take the others away. At
/// a store's own address (`/s/NAME/readyz`) it is about that one.
#[utoipa::path(get, path = "/readyz", tag = "health", servers((url = "/")), responses(
    (status = 200, body = Ready),
    (status = 503, description = "No store answers; this says why", body = Ready),
))]
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let stores = join_all(state.shown_stores().into_iter().map(health)).await;
    let is_ready = stores.iter().any(|(_, is_connected)| *is_connected);
    let stores = stores.into_iter().map(|(store, _)| store).collect();
    let body = Json(Ready { stores });
    if is_ready {
        body.into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], body).into_response()
    }
}

/// How a store is, and whether it answers.
async fn health(store: ShownStore) -> (StoreHealth, bool) {
    let frame = store.live.glance(&Limit::none()).await;
    let snapshot = frame.snapshot();
    let is_connected = snapshot.state == StoreState::Connected;
    let (reason, since) = match &snapshot.state {
        StoreState::Lost { reason, since } => (Some(reason.clone()), Some(since.to_string())),
        StoreState::Starting | StoreState::Connected => (None, None),
    };
    let info = snapshot.store.as_ref().filter(|_| is_connected);
    let health = StoreHealth {
        name: store.name,
        address: info.map(|info| info.address.clone()),
        state: snapshot.state.name(),
        reason,
        since,
    };
    (health, is_connected)
}
