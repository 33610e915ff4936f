//! For probes: does the process live, do the stores answer.

use super::AppState;
use crate::model::StoreState;
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;

#[derive(Serialize)]
struct Ready {
    stores: Vec<StoreHealth>,
}

#[derive(Serialize)]
struct StoreHealth {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

/// `GET /healthz`: the process lives.
pub(super) async fn alive() -> Response {
    Json(serde_json::json!({ "status": "ok" })).into_response()
}

/// `GET /readyz`: whether each store answers; 503 when one does not.
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let frame = state.live.frame().await;
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
