//! Who did what.

use super::{
    error::{Answer, ErrorBody, Problem},
    export::attachment,
    extract::Query,
    query::{said, time},
};
use crate::admin::{AUDIT_PAGE_MOST, Admin, AuditRequest};
use crate::export::{Format, audit_row, begin_audit};
use crate::model::{AuditAction, AuditEntry, AuditFilter, AuditId, AuditPage};
use crate::web::auth::Door;
use axum::{
    Json,
    body::Body,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use std::io;
use utoipa::{IntoParams, ToSchema};

/// Which events, and how many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Part of who it was: a name, `token ci`, `command`, an address; in upper or lower case.
    who: Option<String>,
    /// What was done: `retry`, `pause_queue`, `log_in`, ….
    action: Option<String>,
    /// Where: `scheduled`, `retries`, `dead`, `queue:NAME`, or a queue's name.
    place: Option<String>,
    /// Part of anything else that it says: a job id, a class, a reason, an operation; in upper or lower case.
    text: Option<String>,
    /// Not before: RFC 3339, or seconds since 1970.
    from: Option<String>,
    /// Not after.
    to: Option<String>,
    /// Most events to return, 1 to 500; 50 unless said.
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    /// The page behind this place: `next` of another page.
    after: Option<String>,
    /// The page before this place: `previous` of another page.
    before: Option<String>,
}

/// Which events, and as what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditExportQuery {
    /// Part of who it was.
    who: Option<String>,
    /// What was done.
    action: Option<String>,
    /// Where.
    place: Option<String>,
    /// Part of anything else that it says.
    text: Option<String>,
    /// Not before: RFC 3339, or seconds since 1970.
    from: Option<String>,
    /// Not after.
    to: Option<String>,
    /// `ndjson` (unless said) or `csv`.
    format: Option<String>,
}

/// What was done, by whom, to what, why, and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditBody {
    /// Its place in the audit.
    id: String,
    /// When it was written down.
    #[schema(format = DateTime)]
    at: String,
    /// Who: `user ada`, `token ci`, `command ada`, `jobdeck` (its own work), `anyone` (no log-in), `nobody` (not let in).
    actor: String,
    /// The name alone, or the one that was typed.
    name: Option<String>,
    /// `viewer`, `operator` or `admin`.
    role: &'static str,
    /// The address that it came from.
    from: Option<String>,
    /// What was done: `retry`, `pause_queue`, `log_in`, ….
    action: &'static str,
    /// The same with its details, in words.
    words: String,
    /// Where the jobs are or were: `dead`, `queue:mail`.
    places: Vec<String>,
    /// The jobs' class, when it is one.
    class: Option<String>,
    /// Which jobs: a search, or the same in words.
    filter: Option<String>,
    /// Name of what was changed: a process, a periodic job, a group of failures, a hold, a deploy.
    object: Option<String>,
    /// What it was changed to, in words.
    details: Option<String>,
    /// How many jobs it was about.
    count: Option<u64>,
    /// Job ids of the first 20 of them.
    jids: Vec<String>,
    /// Why.
    reason: Option<String>,
    /// The operation that it is about, or by which it can be undone.
    operation: Option<String>,
    /// `done`, `refused` (nothing was changed), `failed` (a part may be done), or `unknown` (nobody waited for its end).
    outcome: &'static str,
    /// Jobs that were changed.
    done: u64,
    /// Jobs that were not there any more.
    gone: u64,
    /// Jobs that stayed as they were.
    refused: u64,
    /// Why it was refused, or failed.
    message: Option<String>,
    /// How often the same was refused once more within ten minutes.
    repeats: u64,
}

/// A page of the audit, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPageBody {
    /// The events.
    events: Vec<AuditBody>,
    /// For `after`: the page behind this one; null at the end.
    next: Option<String>,
    /// For `before`: the page in front of this one; null at the beginning.
    previous: Option<String>,
    /// Events looked at.
    scanned: u64,
    /// Whether it was looked for longer than a page may take: go on at `next`.
    partial: bool,
}

impl From<AuditEntry> for AuditBody {
    fn from(AuditEntry { id, event }: AuditEntry) -> Self {
        let said = |text: String| (!text.is_empty()).then_some(text);
        Self {
            id: id.to_string(),
            at: id.at().to_string(),
            words: event.in_words(),
            actor: event.actor.to_string(),
            name: said(event.actor.name),
            role: event.actor.role.name(),
            from: event.actor.from,
            action: event.action.name(),
            places: event.places,
            class: said(event.class),
            filter: said(event.filter),
            object: said(event.object),
            details: said(event.details),
            count: event.count,
            jids: event.jids,
            reason: said(event.reason),
            operation: event.operation,
            outcome: event.outcome.name(),
            done: event.done,
            gone: event.gone,
            refused: event.refused,
            message: said(event.message),
            repeats: event.repeats,
        }
    }
}

impl From<AuditPage> for AuditPageBody {
    fn from(page: AuditPage) -> Self {
        let place = |id: Option<AuditId>| id.map(|id| id.to_string());
        Self {
            events: page.entries.into_iter().map(AuditBody::from).collect(),
            next: place(page.next),
            previous: place(page.previous),
            scanned: page.scanned,
            partial: page.partial,
        }
    }
}

impl AuditQuery {
    fn request(self) -> Answer<AuditRequest> {
        let limit = match said(self.limit).as_deref().map(str::parse) {
            None => 0,
            Some(Ok(limit)) if (1..=AUDIT_PAGE_MOST).contains(&limit) => limit,
            Some(_) => {
                return Err(Problem::query(
                    "limit",
                    format!("`limit` must be a number from 1 to {AUDIT_PAGE_MOST}"),
                ));
            }
        };
        let (after, before) = (place("after", self.after)?, place("before", self.before)?);
        if after.is_some() && before.is_some() {
            return Err(Problem::query(
                "before",
                "`after` and `before` exclude each other",
            ));
        }
        Ok(AuditRequest {
            filter: filter(
                [self.who, self.action, self.place, self.text],
                self.from,
                self.to,
            )?,
            after,
            before,
            limit,
        })
    }
}

fn place(field: &'static str, text: Option<String>) -> Answer<Option<AuditId>> {
    said(text)
        .map(|text| {
            text.parse().map_err(|error: crate::model::AuditIdError| {
                Problem::query(field, error.to_string())
            })
        })
        .transpose()
}

fn filter(
    [who, action, place, text]: [Option<String>; 4],
    from: Option<String>,
    to: Option<String>,
) -> Answer<AuditFilter> {
    let action = said(action)
        .map(|name| {
            AuditAction::named(&name).ok_or_else(|| {
                let known = AuditAction::ALL.map(AuditAction::name).join("`, `");
                Problem::query("action", format!("`action` must be one of `{known}`"))
            })
        })
        .transpose()?;
    Ok(AuditFilter {
        who: who.unwrap_or_default(),
        action,
        place: place.unwrap_or_default(),
        text: text.unwrap_or_default(),
        from: time("from", from)?,
        to: time("to", to)?,
    })
}

/// Who did what, newest first. For the roles `operator` and `admin`.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditQuery), responses(
    (status = 200, body = AuditPageBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn audit(
    Door(admin): Door,
    Query(query): Query<AuditQuery>,
) -> Answer<Json<AuditPageBody>> {
    Ok(Json(admin.audit(&query.request()?).await?.into()))
}

/// Export who did what: everything that matches, newest first, sent while it is read. If something fails half-way, the connection breaks off.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(AuditExportQuery), responses(
    (status = 200, description = "The file", body = AuditBody, content_type = "application/x-ndjson"),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn export(
    Door(admin): Door,
    Query(query): Query<AuditExportQuery>,
) -> Answer<Response> {
    let format = match said(query.format) {
        None => Format::default(),
        Some(text) => text.parse().map_err(|error: crate::export::FormatError| {
            Problem::query("format", error.to_string())
        })?,
    };
    let filter = filter(
        [query.who, query.action, query.place, query.text],
        query.from,
        query.to,
    )?;
    // What is wrong is said before anything is sent.
    let first = admin.audit_part(&filter, None).await?;
    let now = admin.now().await?;
    let body = Body::from_stream(pieces(admin, filter, format, first));
    let response = ([(CONTENT_TYPE, format.content_type())], body).into_response();
    Ok(attachment(response, "audit", now, format))
}

/// Some events, and where the next ones begin.
type Part = (Vec<AuditEntry>, Option<AuditId>);

fn pieces(
    admin: Admin,
    filter: AuditFilter,
    format: Format,
    first: Part,
) -> impl Stream<Item = io::Result<Bytes>> {
    let mut head = Vec::new();
    if format == Format::Csv {
        begin_audit(&mut head);
    }
    let start = Some((head, first));
    futures::stream::unfold(start, move |state| {
        let (admin, filter) = (admin.clone(), filter.clone());
        async move {
            let (mut file, (entries, rest)) = state?;
            for entry in entries {
                write(&mut file, format, entry);
            }
            let Some(rest) = rest else {
                return Some((Ok(Bytes::from(file)), None));
            };
            match admin.audit_part(&filter, Some(rest)).await {
                Ok(part) => Some((Ok(Bytes::from(file)), Some((Vec::new(), part)))),
                Err(error) => {
                    tracing::warn!(%error, "an export of the audit broke off");
                    Some((Err(io::Error::other(error)), None))
                }
            }
        }
    })
    // An empty piece would be taken for the end.
    .filter(|piece| {
        let is_empty = matches!(piece, Ok(bytes) if bytes.is_empty());
        std::future::ready(!is_empty)
    })
    // What compresses an answer asks once more behind its end.
    .fuse()
    .boxed()
}

fn write(file: &mut Vec<u8>, format: Format, entry: AuditEntry) {
    match format {
        Format::Csv => audit_row(file, &entry),
        Format::Ndjson => {
            // Plain values always have a JSON form.
            let line = serde_json::to_vec(&AuditBody::from(entry)).unwrap_or_default();
            file.extend_from_slice(&line);
            file.push(b'\n');
        }
    }
}
