//! The form that uploads a file of jobs: the answer is its page again, with what came of it. Works without JavaScript.

use super::{
    AppState,
    auth::Door,
    pages,
    upload::{Late, Upload, forward, in_time},
};
use crate::admin::{AdminError, ImportRequest};
use crate::api::ImportOutcome;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use multer::{Field, Multipart};
use std::fmt::Display;

/// Longest text of a field that is no file.
const FIELD_BYTES: u64 = 1_000;

/// Imports the file of the form, and answers with the page that says what came of it.
pub(super) async fn upload(
    State(state): State<AppState>,
    door: Door,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let boundary = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| multer::parse_boundary(kind).ok());
    let outcome = match boundary {
        Some(boundary) => import(&door, body, &boundary).await,
        None => Err("This is no form with a file: choose a file below.".to_owned()),
    };
    let (status, outcome) = match outcome {
        Ok(outcome) => (StatusCode::OK, outcome),
        Err(problem) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ImportOutcome {
                problem: Some(problem),
                ..ImportOutcome::default()
            },
        ),
    };
    state.live.outdate();
    let mut response = pages::page_with(state, parts, outcome).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

async fn import(door: &Door, body: Body, boundary: &str) -> Result<ImportOutcome, String> {
    let constraints = multer::Constraints::new().size_limit(
        multer::SizeLimit::new()
            .for_field("to", FIELD_BYTES)
            .for_field("queue", FIELD_BYTES)
            .for_field("only_check", FIELD_BYTES),
    );
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let (request, field) = read(&mut form).await?;
    file(door, field, &request).await
}

/// Reads the form as far as its file.
async fn read<'form>(form: &mut Multipart<'form>) -> Result<(ImportRequest, Field<'form>), String> {
    let (mut to, mut queue, mut only_check) = (String::new(), String::new(), false);
    while let Some(field) = in_form(form.next_field()).await? {
        match field.name() {
            Some("to") => to = in_form(field.text()).await?,
            Some("queue") => queue = in_form(field.text()).await?,
            Some("only_check") => only_check = true,
            Some("file") => {
                let request = ImportRequest {
                    to: place(&to, queue.trim())?,
                    only_check,
                    format: None,
                };
                return Ok((request, field));
            }
            _ => {}
        }
    }
    Err("Choose a file to import.".to_owned())
}

/// A part of the form that comes whole and in time.
async fn in_form<T>(part: impl Future<Output = multer::Result<T>>) -> Result<T, String> {
    let broken =
        |error: &dyn Display| format!("The form did not come whole: {error}. Send it again.");
    in_time(part)
        .await
        .map_err(|late: Late| broken(&late))?
        .map_err(|error| broken(&error))
}

/// Where all jobs go, if not where they were.
fn place(to: &str, queue: &str) -> Result<Option<crate::model::Place>, String> {
    match to {
        "" => Ok(None),
        "queue" if queue.is_empty() => Err("Name the queue into which the jobs go.".to_owned()),
        "queue" => Ok(Some(crate::model::Place::Queue(queue.to_owned()))),
        set => set
            .parse()
            .map(Some)
            .map_err(|error: crate::model::PlaceError| error.to_string()),
    }
}

async fn file(
    Door(admin): &Door,
    field: Field<'_>,
    request: &ImportRequest,
) -> Result<ImportOutcome, String> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err("Choose a file to import.".to_owned());
    }
    let (pieces, upload) = Upload::new();
    let (report, ()) = futures::join!(
        admin.import(request, upload, |_| {}),
        forward(field, pieces),
    );
    Ok(ImportOutcome {
        file: name.chars().take(200).collect(),
        report: Some(report.map_err(|error: AdminError| error.to_string())?),
        problem: None,
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use bytes::Bytes;
    use futures::{StreamExt as _, stream};
    use multer::Multipart;
    use std::{convert::Infallible, time::Duration};

    #[tokio::test(start_paused = true)]
    async fn a_form_that_stands_still_is_not_waited_for() {
        for begun in [
            "--X",
            "--X\r\ncontent-disposition: form-data; name=\"to\"\r\n\r\nde",
        ] {
            let body = stream::iter([Ok::<_, Infallible>(Bytes::from_static(begun.as_bytes()))])
                .chain(stream::pending());
            let mut form = Multipart::new(body, "X");
            let read = tokio::time::timeout(Duration::from_secs(600), read(&mut form)).await;
            let problem = read.expect("an end").expect_err("no form");
            assert!(problem.contains("nothing came for a minute"), "{problem}");
        }
    }
}
