//! A file of jobs, put back.

use super::{
    error::{Answer, ErrorBody, Problem},
    extract::Query,
    query::said,
};
use crate::admin::ImportRequest;
use crate::export::Format;
use crate::model::{ImportProblem, ImportReport, PlaceError};
use crate::web::auth::Door;
use crate::web::upload::{Upload, forward};
use axum::{
    Json,
    body::Body,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How it is imported.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportQuery {
    /// Where all jobs go: `scheduled`, `retries`, `dead` or `queue:NAME`. Unless said, each goes where it was.
    to: Option<String>,
    /// `true`: nothing is changed, and only answered what would come of it.
    #[param(value_type = Option<bool>)]
    dry_run: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportBody {
    /// Whether nothing was changed.
    dry_run: bool,
    /// Jobs that were put where they belong.
    imported: u64,
    /// Jobs that were in their set already; they stay as they are.
    already_there: u64,
    /// Lines that cannot be imported.
    broken: u64,
    /// The first 100 lines that were not imported.
    problems: Vec<ImportProblemBody>,
    /// Whether the file's last line says that it is whole; null where the format has no such line.
    complete: Option<bool>,
    /// Why it ended before the end of the file, if it did; `line` is the last one that is dealt with.
    stopped: Option<String>,
    /// The last line.
    line: u64,
    /// The last of the lines behind `line` of which nobody knows whether they were imported, because the store failed while it put them; null
    /// where there are none.
    unknown_until: Option<u64>,
}

/// A line that was not imported.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportProblemBody {
    /// The line, from 1.
    line: u64,
    /// Why.
    reason: String,
}

impl From<ImportReport> for ImportBody {
    fn from(report: ImportReport) -> Self {
        let problem = |ImportProblem { line, reason }| ImportProblemBody { line, reason };
        Self {
            dry_run: report.only_checked,
            imported: report.imported,
            already_there: report.there,
            broken: report.broken,
            problems: report.problems.into_iter().map(problem).collect(),
            complete: report.is_whole,
            stopped: report.stopped,
            line: report.line,
            unknown_until: report.unknown_until,
        }
    }
}

/// Import jobs: a file as `/export` writes it, of any size.
///
/// Each job goes where it was, with its exact bytes. Broken lines, and jobs that are in their set already, are told by number; the rest is kept.
/// A queue may have the same job twice: importing its file twice enqueues its jobs twice.
#[utoipa::path(post, path = "/import", tag = "jobs",
    params(ImportQuery),
    request_body(content = String, content_type = "application/x-ndjson", description = "The file: `application/x-ndjson` or `text/csv`"),
    responses(
        (status = 200, description = "The file is read to its end", body = ImportBody),
        (status = 415, description = "It does not say what it is", body = ErrorBody),
        (status = 422, description = "It could not be read to its end, or the store failed: what is before that is imported", body = ImportBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn import(
    Door(admin): Door,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Body,
) -> Answer<(StatusCode, Json<ImportBody>)> {
    let format = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(Format::of_content_type)
        .ok_or_else(|| {
            Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unknown_format",
                "say what the file is with the header `Content-Type: application/x-ndjson` or `Content-Type: text/csv`",
            )
        })?;
    let to = said(query.to)
        .map(|to| {
            to.parse()
                .map_err(|error: PlaceError| Problem::query("to", error.to_string()))
        })
        .transpose()?;
    let only_check = match said(query.dry_run).as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Problem::query(
                "dry_run",
                "`dry_run` must be `true` or `false`",
            ));
        }
    };
    let request = ImportRequest {
        to,
        only_check,
        format: Some(format),
    };
    let (pieces, upload) = Upload::new();
    let (report, ()) = futures::join!(
        admin.import(&request, upload, |_| {}),
        forward(body.into_data_stream(), pieces),
    );
    let report = report?;
    let status = if report.stopped.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, Json(report.into())))
}
