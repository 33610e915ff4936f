//! For probes: does the process live, do the stores answer.

use super::AppState;
use crate::model::{Limit, StoreState};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
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

/// Whether each store answers.
#[utoipa::path(get, path = "/readyz", tag = "health", servers((url = "/")), responses(
    (status = 200, body = Ready),
    (status = 503, description = "A store does not answer; this says why", body = Ready),
))]
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let frame = state.live.probe(&Limit::none()).await;
    let (name, reason, since) = match &frame.snapshot().state {
        StoreState::Connected => ("connected", None, None),
        StoreState::Starting => ("starting", None, None),
        StoreState::Lost { reason, since } => {
            ("lost", Some(reason.clone()), Some(since.to_string()))
        }
    };
    let is_ready = name == "connected";
    let address = if is_ready {
        state.admin.info().await.ok().map(|info| info.address)
    } else {
        None
    };
    let body = Json(Ready {
        stores: vec![StoreHealth {
            address,
            state: name,
            reason,
            since,
        }],
    });
    if is_ready {
        body.into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], body).into_response()
    }
}
