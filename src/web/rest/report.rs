//! What runs tell of themselves, and asking them to end.

use super::{
    error::{Answer, ErrorBody},
    extract::Path,
};
use crate::model::{CancelReport, JobReport, Progress};
use crate::web::auth::Door;
use axum::{Json, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// What the runs of a job have told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportBody {
    /// How far the last run that told it is, or came.
    pub(super) progress: Option<ProgressBody>,
    /// The last lines of the log, oldest first, of all runs.
    pub(super) log: Vec<LogLineBody>,
    /// When a run told something last.
    #[schema(format = DateTime)]
    pub(super) updated_at: Option<String>,
    /// When somebody asked last that a run end.
    #[schema(format = DateTime)]
    pub(super) cancel_requested_at: Option<String>,
}

/// How far a run is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgressBody {
    /// Done, 0 to 100.
    pub(super) percent: f64,
    /// What is being done.
    pub(super) message: String,
    /// When it was told.
    #[schema(format = DateTime)]
    pub(super) at: String,
}

/// One line of a log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogLineBody {
    /// When it was told.
    #[schema(format = DateTime)]
    pub(super) at: String,
    /// The line.
    pub(super) text: String,
}

impl From<Progress> for ProgressBody {
    fn from(progress: Progress) -> Self {
        Self {
            percent: progress.percent,
            message: progress.message,
            at: progress.at.to_string(),
        }
    }
}

impl From<JobReport> for ReportBody {
    fn from(report: JobReport) -> Self {
        Self {
            progress: report.progress.map(ProgressBody::from),
            log: report
                .log
                .into_iter()
                .map(|line| LogLineBody {
                    at: line.at.to_string(),
                    text: line.text,
                })
                .collect(),
            updated_at: report.updated_at.map(|at| at.to_string()),
            cancel_requested_at: report.cancel_requested_at.map(|at| at.to_string()),
        }
    }
}

/// Whom the request that a job's run end was left for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CancelBody {
    /// The job id.
    pub(super) jid: String,
    /// Jobdeck's processes that run it: they obey within seconds.
    pub(super) processes: Vec<String>,
    /// Processes of Sidekiq that run it: an iterable job obeys when it saves its state, any other does not.
    pub(super) sidekiq_processes: Vec<String>,
}

impl From<CancelReport> for CancelBody {
    fn from(report: CancelReport) -> Self {
        Self {
            jid: report.jid,
            processes: report.processes,
            sidekiq_processes: report.sidekiq_processes,
        }
    }
}

/// Ask a running job to end. Its handler is told within seconds; one that does not end by itself is aborted after a grace time. It goes to
/// the dead set then, unless it ended well.
#[utoipa::path(post, path = "/jobs/{jid}/cancel", tag = "jobs",
    params(("jid" = String, Path, description = "The job id")),
    responses(
        (status = 202, description = "Its process learns it within seconds", body = CancelBody),
        (status = 404, description = "No process runs it", body = ErrorBody),
        (status = 409, description = "The process that ran it is gone", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn cancel(
    Door(admin): Door,
    Path(jid): Path<String>,
) -> Answer<(StatusCode, Json<CancelBody>)> {
    let report = admin.cancel(&jid).await?;
    Ok((StatusCode::ACCEPTED, Json(report.into())))
}
