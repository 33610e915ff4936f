//! The form on a job's page that asks for all that is hidden of it: the answer is the same page with everything. Works without JavaScript.

use super::{AppState, auth::Door, pages};
use crate::api::{Revealed, query_string};
use crate::model::EntryId;
use axum::{
    extract::{DefaultBodyLimit, Form, Path, State},
    http::request::Parts,
    response::Response,
    routing::{MethodRouter, post},
};
use serde::Deserialize;

/// Largest form.
const FORM_BYTES: usize = 16 * 1024;

/// The forms of pages of jobs with a job id, and without one.
pub(super) fn routes() -> MethodRouter<AppState> {
    post(reveal).layer(DefaultBodyLimit::max(FORM_BYTES))
}

#[derive(Deserialize)]
struct RevealForm {
    #[serde(default)]
    reason: String,
}

/// `POST /jobs/{jid}?entry=…` and `POST /jobs?entry=…`.
async fn reveal(
    State(state): State<AppState>,
    Door(admin): Door,
    jid: Option<Path<String>>,
    parts: Parts,
    Form(RevealForm { reason }): Form<RevealForm>,
) -> Response {
    let jid = jid.map(|Path(jid)| jid).unwrap_or_default();
    let entry: Option<EntryId> = query_string::parse(parts.uri.query().unwrap_or_default())
        .into_iter()
        .find(|(name, _)| name == "entry")
        .and_then(|(_, entry)| entry.parse().ok());
    let revealed = Revealed(admin.reveal(&jid, entry.as_ref(), &reason).await);
    pages::page_with(state, parts, revealed).await
}
