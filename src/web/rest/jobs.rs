//! One job, and new jobs.

use super::{
    JobBody,
    error::{Answer, ErrorBody, Problem},
    extract::{self, JsonBytes, Path, json_problem},
    request::MomentBody,
};
use crate::admin::{AdminError, AdminResult};
use crate::job::NewJob;
use crate::model::{JobDetail, JobReport};
use crate::web::auth::Door;
use axum::{Json, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

/// Every place where a job is now: its whole payload and its decoded error trace.
#[utoipa::path(get, path = "/jobs/{jid}", tag = "jobs",
    params(("jid" = String, Path, description = "The job id")),
    responses(
        (status = 200, body = JobBody),
        (status = 404, description = "It is nowhere: done, deleted, or never there", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn job(Door(admin): Door, Path(jid): Path<String>) -> Answer<Json<JobBody>> {
    let detail = admin.job(&jid, None).await?;
    found(&jid, detail, admin.report(&jid)).await
}

/// What was found of a job, with what its runs have told; or why there is nothing.
async fn found(
    jid: &str,
    detail: JobDetail,
    report: impl Future<Output = AdminResult<Option<JobReport>>>,
) -> Answer<Json<JobBody>> {
    if !detail.locations.is_empty() {
        let report = report.await?;
        return Ok(Json(JobBody::new(detail, report)));
    }
    Err(Problem::not_found(if detail.scanned < detail.total {
        format!(
            "job `{jid}` is not among the {} of {} entries that could be looked through in time",
            detail.scanned, detail.total
        )
    } else {
        format!(
            "job `{jid}` is in no queue and no set, and no process runs it: it is done, was deleted, or never was"
        )
    }))
}

/// Why a job is to be shown with its secrets.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RevealBody {
    /// The reason; it is kept with the name of whoever asks.
    #[serde(default)]
    reason: String,
}

/// The same with all that is hidden otherwise. It takes the role `admin` and a reason, and is written down.
#[utoipa::path(post, path = "/jobs/{jid}/reveal", tag = "jobs", request_body = RevealBody,
    params(("jid" = String, Path, description = "The job id")),
    responses(
        (status = 200, body = JobBody),
        (status = 404, description = "It is nowhere: done, deleted, or never there", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn reveal(
    Door(admin): Door,
    Path(jid): Path<String>,
    extract::Json(body): extract::Json<RevealBody>,
) -> Answer<Json<JobBody>> {
    let detail = admin.reveal(&jid, None, &body.reason).await?;
    found(&jid, detail, admin.open_report(&jid)).await
}

/// A job to add, as Sidekiq's client takes it. Further fields (`tags`, `backtrace`, …) are kept as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "read for the document only; a body is taken as it is written"
)]
pub(super) struct NewJobBody {
    /// The class to run.
    class: String,
    /// Its arguments.
    args: Vec<Value>,
    /// The queue; `default` unless said.
    queue: Option<String>,
    /// The job id; a new one unless said.
    jid: Option<String>,
    /// When to enqueue it; now unless said.
    at: Option<MomentBody>,
    /// How often it is tried again; 25 times unless said.
    retry: Option<RetryBody>,
    /// Labels.
    tags: Option<Vec<String>>,
}

/// How often a job is tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read for the document only")]
pub(super) enum RetryBody {
    /// `true`: 25 times. `false`: never, and it does not go to the dead set.
    Whether(bool),
    /// So many times.
    Times(u32),
}

/// One job or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "read for the document only")]
pub(super) enum NewJobsBody {
    /// One.
    One(NewJobBody),
    /// Several: all are added, or none.
    Several(Vec<NewJobBody>),
}

/// The ids of added jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddedBody {
    /// Job ids, in the order given.
    jids: Vec<String>,
}

/// Add a job, or several at once.
#[utoipa::path(post, path = "/jobs", tag = "jobs", request_body = NewJobsBody, responses(
    (status = 201, body = AddedBody),
    (status = 422, description = "A job is not acceptable; none was added", body = ErrorBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn enqueue(
    Door(admin): Door,
    JsonBytes(body): JsonBytes,
) -> Answer<(StatusCode, Json<AddedBody>)> {
    // The text of each job is kept: its numbers are the writer's.
    let body: &RawValue = serde_json::from_slice(&body).map_err(|error| json_problem(&error))?;
    let texts: Vec<&RawValue> = if body.get().starts_with('[') {
        serde_json::from_str(body.get()).map_err(|error| json_problem(&error))?
    } else {
        vec![body]
    };
    let jobs = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            NewJob::from_json(text.get()).map_err(|error| AdminError::Job { index, error })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let jids = admin.enqueue(&jobs).await?;
    Ok((StatusCode::CREATED, Json(AddedBody { jids })))
}
