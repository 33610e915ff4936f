//! Periodic jobs.

use super::{
    error::{Answer, ErrorBody},
    extract::Path,
};
use crate::admin::Admin;
use crate::model::{PeriodicInfo, PeriodicRun};
use crate::web::auth::Door;
use axum::{Json, http::StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A job that is enqueued by the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicBody {
    /// Name, unique in the store.
    name: String,
    /// Class of its jobs.
    class: String,
    /// Arguments of its jobs.
    #[schema(value_type = Option<Vec<serde_json::Value>>)]
    args: Option<Box<RawValue>>,
    /// Queue of its jobs.
    queue: String,
    /// How often its jobs are retried: true, false or a count.
    #[schema(value_type = Option<serde_json::Value>)]
    retry: Option<Box<RawValue>>,
    /// Tags of its jobs.
    tags: Vec<String>,
    /// Cron expression.
    cron: String,
    /// The same in English.
    in_words: String,
    /// IANA name of its time zone.
    timezone: String,
    /// What becomes of ticks that come while no process runs: `skip`, `once` or `all`.
    missed: String,
    /// Whether somebody has stopped it.
    paused: bool,
    /// Whether a running process has it in its configuration. Otherwise nobody enqueues it.
    configured: bool,
    /// Next tick; null when it is paused, not configured, or comes no more.
    #[schema(format = DateTime)]
    next_at: Option<String>,
    /// What it has enqueued last.
    last_run: Option<PeriodicRunBody>,
}

/// A job that a periodic job has enqueued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicRunBody {
    /// The tick; null when somebody wanted it at once.
    #[schema(format = DateTime)]
    tick: Option<String>,
    /// When it was enqueued.
    #[schema(format = DateTime)]
    enqueued_at: String,
    /// The job.
    jid: String,
    /// Who enqueued it: the identity of a process, or `run now`.
    by: String,
}

/// A periodic job with what it has enqueued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicDetailBody {
    #[serde(flatten)]
    job: PeriodicBody,
    /// The last 50 jobs, newest first.
    runs: Vec<PeriodicRunBody>,
}

/// A job that was enqueued at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicJidBody {
    /// The periodic job.
    name: String,
    /// The job.
    jid: String,
}

/// A periodic job after it was paused or resumed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicPausedBody {
    /// Name.
    name: String,
    /// Whether it is stopped.
    paused: bool,
}

/// A periodic job after it was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PeriodicDeletedBody {
    /// Name.
    name: String,
}

impl From<PeriodicRun> for PeriodicRunBody {
    fn from(run: PeriodicRun) -> Self {
        Self {
            tick: run.tick.map(|tick| tick.to_string()),
            enqueued_at: run.enqueued_at.to_string(),
            jid: run.jid,
            by: run.by,
        }
    }
}

impl From<PeriodicInfo> for PeriodicBody {
    fn from(job: PeriodicInfo) -> Self {
        Self {
            name: job.name,
            class: job.class,
            args: RawValue::from_string(job.args).ok(),
            queue: job.queue,
            retry: RawValue::from_string(job.retry).ok(),
            tags: job.tags,
            cron: job.cron,
            in_words: job.in_words,
            timezone: job.timezone,
            missed: job.missed,
            paused: job.paused,
            configured: job.held,
            next_at: job.next.map(|next| next.to_string()),
            last_run: job.last_run.map(PeriodicRunBody::from),
        }
    }
}

/// Every periodic job, by name.
#[utoipa::path(get, path = "/periodic", tag = "periodic", responses(
    (status = 200, body = Vec<PeriodicBody>),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn periodic(Door(admin): Door) -> Answer<Json<Vec<PeriodicBody>>> {
    let jobs = admin.periodic().await?;
    Ok(Json(jobs.into_iter().map(PeriodicBody::from).collect()))
}

/// A periodic job with what it has enqueued.
#[utoipa::path(get, path = "/periodic/{name}", tag = "periodic",
    params(("name" = String, Path, description = "The periodic job")),
    responses(
        (status = 200, body = PeriodicDetailBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn periodic_job(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<PeriodicDetailBody>> {
    let (job, runs) = admin.periodic_job(&name).await?;
    Ok(Json(PeriodicDetailBody {
        job: job.into(),
        runs: runs.into_iter().map(PeriodicRunBody::from).collect(),
    }))
}

/// Enqueue a job of a periodic job now, beside its ticks.
#[utoipa::path(post, path = "/periodic/{name}/run", tag = "periodic",
    params(("name" = String, Path, description = "The periodic job")),
    responses(
        (status = 201, body = PeriodicJidBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn run(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<(StatusCode, Json<PeriodicJidBody>)> {
    let jid = admin.run_periodic(&name).await?;
    Ok((StatusCode::CREATED, Json(PeriodicJidBody { name, jid })))
}

/// Stop a periodic job.
#[utoipa::path(post, path = "/periodic/{name}/pause", tag = "periodic",
    params(("name" = String, Path, description = "The periodic job")),
    responses(
        (status = 200, body = PeriodicPausedBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn pause(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<PeriodicPausedBody>> {
    set_paused(&admin, name, true).await
}

/// Let a periodic job go on. What came while it was stopped is not made up for.
#[utoipa::path(post, path = "/periodic/{name}/resume", tag = "periodic",
    params(("name" = String, Path, description = "The periodic job")),
    responses(
        (status = 200, body = PeriodicPausedBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn resume(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<PeriodicPausedBody>> {
    set_paused(&admin, name, false).await
}

async fn set_paused(admin: &Admin, name: String, paused: bool) -> Answer<Json<PeriodicPausedBody>> {
    admin.set_periodic_paused(&name, paused).await?;
    Ok(Json(PeriodicPausedBody { name, paused }))
}

/// Remove a periodic job that no running process has in its configuration, with its history. This cannot be undone.
#[utoipa::path(delete, path = "/periodic/{name}", tag = "periodic",
    params(("name" = String, Path, description = "The periodic job")),
    responses(
        (status = 200, body = PeriodicDeletedBody),
        (status = 409, description = "A running process has it in its configuration", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn delete(
    Door(admin): Door,
    Path(name): Path<String>,
) -> Answer<Json<PeriodicDeletedBody>> {
    admin.delete_periodic(&name).await?;
    Ok(Json(PeriodicDeletedBody { name }))
}
