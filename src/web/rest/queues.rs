//! Queues.

use super::{
    QueueBody,
    error::{Answer, ErrorBody},
    extract::Path,
};
use crate::admin::Admin;
use crate::web::auth::Door;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// A queue after it was paused or resumed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PausedBody {
    /// Name.
    name: String,
    /// Whether workers leave it alone.
    paused: bool,
}

/// A queue after it was cleared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClearedBody {
    /// Name.
    name: String,
    /// Jobs that were in it.
    deleted: u64,
}

/// Every queue, by name.
#[utoipa::path(get, path = "/queues", tag = "queues", responses(
    (status = 200, body = Vec<QueueBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn queues(Door(admin): Door) -> Answer<Json<Vec<QueueBody>>> {
    let overview = admin.overview().await?;
    Ok(Json(
        overview.queues.into_iter().map(QueueBody::from).collect(),
    ))
}

/// Stop the fetching from a queue. The queue need not exist.
#[utoipa::path(post, path = "/queues/{name}/pause", tag = "queues",
    params(("name" = String, Path, description = "The queue")),
    responses(
        (status = 200, body = PausedBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn pause(Door(admin): Door, Path(name): Path<String>) -> Answer<Json<PausedBody>> {
    set_paused(&admin, name, true).await
}

/// Let the fetching from a queue go on.
#[utoipa::path(post, path = "/queues/{name}/resume", tag = "queues",
    params(("name" = String, Path, description = "The queue")),
    responses(
        (status = 200, body = PausedBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn resume(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<PausedBody>> {
    set_paused(&admin, name, false).await
}

async fn set_paused(admin: &Admin, name: String, paused: bool) -> Answer<Json<PausedBody>> {
    admin.set_paused(&name, paused).await?;
    Ok(Json(PausedBody { name, paused }))
}

/// Remove a queue with all its jobs, in one step. This cannot be undone; an operation that deletes the queue's jobs can.
#[utoipa::path(delete, path = "/queues/{name}", tag = "queues",
    params(("name" = String, Path, description = "The queue")),
    responses(
        (status = 200, body = ClearedBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn clear(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<ClearedBody>> {
    let deleted = admin.clear_queue(&name).await?;
    Ok(Json(ClearedBody { name, deleted }))
}
