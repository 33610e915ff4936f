//! Worker processes and what they run.

use super::{
    ProcessBody, RunningBody,
    error::{Answer, ErrorBody},
    extract::Path,
};
use crate::admin::Admin;
use crate::model::Signal;
use crate::web::auth::Door;
use axum::{Json, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A signal that was left for a process.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignalledBody {
    /// The process.
    identity: String,
    /// What it was told.
    signal: &'static str,
}

/// Every process with a heartbeat.
#[utoipa::path(get, path = "/processes", tag = "processes", responses(
    (status = 200, body = Vec<ProcessBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn processes(Door(admin): Door) -> Answer<Json<Vec<ProcessBody>>> {
    let processes = admin.processes().await?;
    Ok(Json(processes.into_iter().map(ProcessBody::from).collect()))
}

/// What the processes run, as of their last heartbeat, longest first.
#[utoipa::path(get, path = "/running", tag = "processes", responses(
    (status = 200, body = Vec<RunningBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn running(Door(admin): Door) -> Answer<Json<Vec<RunningBody>>> {
    let running = admin.running().await?;
    Ok(Json(running.into_iter().map(RunningBody::from).collect()))
}

/// Tell a process to fetch no more. This cannot be undone.
#[utoipa::path(post, path = "/processes/{identity}/quiet", tag = "processes",
    params(("identity" = String, Path, description = "`HOSTNAME:PID:NONCE`")),
    responses(
        (status = 202, description = "It takes the signal at its next heartbeat", body = SignalledBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn quiet(
    Door(admin): Door,
    Path(identity): Path<String>,
) -> Answer<(StatusCode, Json<SignalledBody>)> {
    signal(&admin, identity, Signal::Quiet).await
}

/// Tell a process to write what its threads do to its log.
#[utoipa::path(post, path = "/processes/{identity}/dump", tag = "processes",
    params(("identity" = String, Path, description = "`HOSTNAME:PID:NONCE`")),
    responses(
        (status = 202, description = "It takes the signal at its next heartbeat", body = SignalledBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn dump(
    Door(admin): Door,
    Path(identity): Path<String>,
) -> Answer<(StatusCode, Json<SignalledBody>)> {
    signal(&admin, identity, Signal::Dump).await
}

/// Tell a process to finish or hand back what it runs, and end.
#[utoipa::path(post, path = "/processes/{identity}/stop", tag = "processes",
    params(("identity" = String, Path, description = "`HOSTNAME:PID:NONCE`")),
    responses(
        (status = 202, description = "It takes the signal at its next heartbeat", body = SignalledBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn stop(
    Door(admin): Door,
    Path(identity): Path<String>,
) -> Answer<(StatusCode, Json<SignalledBody>)> {
    signal(&admin, identity, Signal::Stop).await
}

async fn signal(
    admin: &Admin,
    identity: String,
    signal: Signal,
) -> Answer<(StatusCode, Json<SignalledBody>)> {
    admin.signal(&identity, signal).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(SignalledBody {
            identity,
            signal: signal.word(),
        }),
    ))
}
