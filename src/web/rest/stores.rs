//! All stores side by side.

use crate::{
    model::{StoreGlance, StoreSign, StoreState},
    web::{AppState, auth::Door},
};
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// All stores of a server that has several.
#[derive(Serialize, ToSchema)]
pub(super) struct StoresBody {
    /// Each of them, the first one first; none where there is one store without a name.
    stores: Vec<StoreBody>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
struct StoreBody {
    /// Its name.
    name: String,
    /// What it is called on pages.
    label: String,
    /// The environment that it belongs to.
    environment: Option<String>,
    /// The path before all of its own: `/s/emails/api/v1/overview`.
    path: String,
    /// `connected`, `starting` or `lost`.
    state: &'static str,
    /// Why it is lost.
    reason: Option<String>,
    /// Its address without secrets, once it has said what it is.
    address: Option<String>,
    /// Its numbers, the last known ones while it is lost; nothing before any was read.
    numbers: Option<NumbersBody>,
}

/// The numbers of a store.
#[derive(Serialize, ToSchema)]
struct NumbersBody {
    /// When they were read, by the store's clock.
    #[schema(format = DateTime)]
    sampled_at: String,
    enqueued: u64,
    running: u64,
    scheduled: u64,
    retrying: u64,
    dead: u64,
    processed: u64,
    failed: u64,
    processes: u64,
    /// Longest wait of a job that is next to run in its queue.
    latency_seconds: f64,
    paused_queues: u64,
    /// Alerts that fire, and to which nobody has said anything.
    alerts: u64,
}

/// All stores of this server that you may come to, with their numbers, no older than a second.
#[utoipa::path(get, path = "/stores", tag = "live", responses(
    (status = 200, body = StoresBody),
))]
pub(super) async fn stores(State(state): State<AppState>, Door(door): Door) -> Json<StoresBody> {
    let actor = door.actor();
    let stores = state.side_by_side;
    let may_enter = |sign: &StoreSign| actor.may_enter(&sign.name);
    let glances = stores.glances(&state.base_path, door.limit(), may_enter);
    Json(StoresBody {
        stores: glances.await.into_iter().map(StoreBody::from).collect(),
    })
}

impl From<StoreGlance> for StoreBody {
    fn from(glance: StoreGlance) -> Self {
        let state = glance.state.name();
        let reason = match glance.state {
            StoreState::Lost { reason, .. } => Some(reason),
            StoreState::Starting | StoreState::Connected => None,
        };
        Self {
            name: glance.sign.name,
            label: glance.sign.label,
            environment: glance.sign.environment,
            path: glance.address,
            state,
            reason,
            address: glance.info.map(|info| info.address),
            numbers: glance.numbers.map(|numbers| NumbersBody {
                sampled_at: numbers.sampled_at.to_string(),
                enqueued: numbers.enqueued,
                running: numbers.running,
                scheduled: numbers.scheduled,
                retrying: numbers.retrying,
                dead: numbers.dead,
                processed: numbers.processed,
                failed: numbers.failed,
                processes: numbers.processes,
                latency_seconds: numbers.latency_seconds,
                paused_queues: numbers.paused_queues,
                alerts: numbers.alerts,
            }),
        }
    }
}
