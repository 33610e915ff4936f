//! Jobs as a file.

use super::{
    error::{Answer, ErrorBody, Problem},
    extract::Path,
    query::{said, time},
};
use crate::admin::{Admin, ExportForm, ExportParts, ExportRequest};
use crate::api::query_string;
use crate::export::Format;
use crate::model::{JobFilter, Place, Timestamp};
use crate::web::auth::Door;
use axum::{
    body::Body,
    extract::RawQuery,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use std::{fmt, io};
use utoipa::IntoParams;

/// Which jobs, and as what.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// Where the jobs are: `scheduled`, `retries`, `dead` or `queue:NAME`; may be repeated. Everywhere unless said.
    #[param(value_type = Vec<String>)]
    from: Vec<Place>,
    /// A search in words: `class:PublishPhoto error:Timeout`.
    filter: Option<String>,
    /// Class as shown, whole.
    class: Option<String>,
    /// Queue, whole.
    queue: Option<String>,
    /// Error class, whole, or part of the error message, in upper or lower case.
    error: Option<String>,
    /// Part of the entry's text, in upper or lower case.
    text: Option<String>,
    /// One of the tags, whole.
    tag: Option<String>,
    /// Due, died or enqueued not before: RFC 3339, or seconds since 1970.
    since: Option<String>,
    /// Not after.
    until: Option<String>,
    /// `ndjson` (unless said) or `csv`.
    format: Option<String>,
}

/// As what.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is for the document")]
pub(super) struct FormatQuery {
    /// `ndjson` (unless said) or `csv`.
    format: Option<String>,
}

impl ExportQuery {
    /// Reads an address's query. A name that may be repeated is none for the usual reader.
    fn read(query: &str) -> Answer<Self> {
        let mut read = Self::default();
        for (name, value) in query_string::parse(query) {
            let value = said(Some(value));
            match name.as_str() {
                "from" => {
                    let Some(value) = value else { continue };
                    let place = value.parse().map_err(|error: crate::model::PlaceError| {
                        Problem::query("from", error.to_string())
                    })?;
                    if !read.from.contains(&place) {
                        read.from.push(place);
                    }
                }
                "filter" => read.filter = value,
                "class" => read.class = value,
                "queue" => read.queue = value,
                "error" => read.error = value,
                "text" => read.text = value,
                "tag" => read.tag = value,
                "since" => read.since = value,
                "until" => read.until = value,
                "format" => read.format = value,
                other => {
                    let other: String = other.chars().take(60).collect();
                    return Err(Problem::query(
                        other.clone(),
                        format!(
                            "there is no parameter `{other}`; see those of `/export` in openapi.json"
                        ),
                    ));
                }
            }
        }
        Ok(read)
    }

    fn request(self, admin: &Admin) -> Answer<ExportRequest> {
        Ok(ExportRequest {
            places: self.from,
            filter: JobFilter {
                class: self.class,
                queue: self.queue,
                error: self.error,
                text: self.text,
                tag: self.tag,
                from: time("since", self.since)?,
                to: time("until", self.until)?,
                query: self.filter,
            },
            form: form(admin, self.format.as_deref())?,
        })
    }
}

/// Export jobs: everything that matches, as a file that can be imported again.
///
/// It is sent while it is written. NDJSON ends with a line that says `"complete": true`; if something fails half-way, the connection breaks off.
/// Jobs with secrets lose them, and are marked `"redacted": true`, unless the settings say otherwise.
#[utoipa::path(get, path = "/export", tag = "jobs",
    params(ExportQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/x-ndjson"),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn export(Door(admin): Door, RawQuery(query): RawQuery) -> Answer<Response> {
    let query = ExportQuery::read(query.as_deref().unwrap_or_default())?;
    let request = query.request(&admin)?;
    let of = match request.places.as_slice() {
        [Place::Set(set)] => set.name(),
        [Place::Queue(_)] => "queue",
        _ => "jobs",
    };
    let now = admin.now().await?;
    let format = request.form.format;
    let parts = admin.export(request).await?;
    Ok(file(parts, format, &format_args!("{of}-{}", moment(now))))
}

/// A time as a file's name can hold it, which has no colons.
fn moment(now: Timestamp) -> String {
    now.to_string()
        .chars()
        .take(19)
        .filter(|character| !matches!(character, ':' | '-'))
        .collect()
}

/// An answer as a file with the time in its name.
pub(super) fn attachment(response: Response, of: &str, now: Timestamp, format: Format) -> Response {
    named(response, &format_args!("{of}-{}", moment(now)), format)
}

/// Export what an operation has changed: each job where it was and as it was. As long as the operation can be undone.
#[utoipa::path(get, path = "/operations/{id}/export", tag = "operations",
    params(("id" = String, Path, description = "The operation"), FormatQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/x-ndjson"),
        (status = 409, description = "It is not over, or nothing is kept of it", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn operation(
    Door(admin): Door,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer<Response> {
    let mut format = None;
    for (name, value) in query_string::parse(query.as_deref().unwrap_or_default()) {
        if name != "format" {
            return Err(Problem::query(
                "format",
                "the only parameter here is `format`",
            ));
        }
        format = said(Some(value));
    }
    let form = form(&admin, format.as_deref())?;
    let parts = admin.export_operation(&id, form).await?;
    // It is there, so its name is one that Jobdeck has made: letters and digits.
    Ok(file(parts, form.format, &format_args!("operation-{id}")))
}

fn form(admin: &Admin, format: Option<&str>) -> Answer<ExportForm> {
    let format = match format {
        None => Format::default(),
        Some(text) => text.parse().map_err(|error: crate::export::FormatError| {
            Problem::query("format", error.to_string())
        })?,
    };
    Ok(ExportForm {
        format,
        redact: admin.redacts_exports(),
    })
}

/// The answer.
fn file(parts: ExportParts, format: Format, name: &dyn fmt::Display) -> Response {
    let headers = [(CONTENT_TYPE, format.content_type())];
    let response = (headers, Body::from_stream(pieces(parts))).into_response();
    named(response, name, format)
}

fn named(mut response: Response, name: &dyn fmt::Display, format: Format) -> Response {
    let disposition = format!("attachment; filename=\"jobdeck-{name}.{format}\"");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        response
            .headers_mut()
            .insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

/// The answer's body. A piece that fails breaks it off, which every client notices; so does an end without the piece that says that the file is
/// whole: whoever writes it has died.
fn pieces(parts: ExportParts) -> impl Stream<Item = io::Result<Bytes>> {
    futures::stream::unfold(Some(parts), async |parts| {
        let mut parts = parts?;
        loop {
            let error = match parts.recv().await {
                Some(Ok(part)) if part.bytes.is_empty() => {
                    if part.progress.complete {
                        return None;
                    }
                    continue;
                }
                Some(Ok(part)) => {
                    let rest = (!part.progress.complete).then_some(parts);
                    return Some((Ok(part.bytes), rest));
                }
                Some(Err(error)) => io::Error::other(error),
                None => io::Error::other("whoever writes the file has died"),
            };
            tracing::warn!(%error, "an export broke off");
            return Some((Err(error), None));
        }
    })
    // What compresses an answer asks once more behind its end.
    .fuse()
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use crate::admin::{AdminError, AdminResult, ExportPart, ExportProgress};
    use bytes::Bytes;
    use futures::StreamExt as _;

    fn part(bytes: &'static [u8], complete: bool) -> AdminResult<ExportPart> {
        Ok(ExportPart {
            bytes: Bytes::from_static(bytes),
            progress: ExportProgress {
                complete,
                ..ExportProgress::default()
            },
        })
    }

    /// The bytes of an answer that is written so, and whether it is whole.
    async fn answered(parts: Vec<AdminResult<ExportPart>>) -> (Vec<u8>, bool) {
        let (sender, receiver) = tokio::sync::mpsc::channel(10);
        for part in parts {
            sender.send(part).await.unwrap();
        }
        drop(sender);
        let (mut file, mut is_whole) = (Vec::new(), true);
        let mut pieces = std::pin::pin!(pieces(receiver));
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(bytes) => {
                    assert!(!bytes.is_empty());
                    file.extend_from_slice(&bytes);
                }
                Err(_) => is_whole = false,
            }
        }
        assert!(pieces.next().await.is_none());
        (file, is_whole)
    }

    #[tokio::test]
    async fn an_answer_ends_well_only_with_a_whole_file() {
        let failed = || Err(AdminError::Refused("it was freed".to_owned()));
        for (parts, is_whole) in [
            (
                vec![part(b"a", false), part(b"", false), part(b"b", true)],
                true,
            ),
            (vec![part(b"ab", false), part(b"", true)], true),
            (vec![part(b"ab", false)], false),
            (vec![part(b"ab", false), failed()], false),
        ] {
            assert_eq!(answered(parts).await, (b"ab".to_vec(), is_whole));
        }
        assert_eq!(answered(Vec::new()).await, (Vec::new(), false));
    }
}
