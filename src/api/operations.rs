//! Changes of many jobs: looked at before, begun, followed, turned.

use super::ApiError;
use crate::model::{Operation, OperationPreview};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What would happen, with what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationDraft {
    /// What was asked, as it is confirmed.
    pub query: String,
    /// The same in words.
    pub words: String,
    /// The verb, for the button.
    pub verb: String,
    /// What would happen.
    pub preview: OperationPreview,
}

/// The newest operations, newest first, without the jobs that they name one by one.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "operations", input = GetUrl)]
pub async fn get_operations() -> Result<Vec<Operation>, ApiError> {
    use super::respond;
    let admin = respond::admin_for_page()?;
    let mut operations = respond::once("", async || {
        admin.operations().await.map_err(respond::failed)
    })
    .await?;
    for operation in &mut operations {
        // A page asks for this again and again.
        operation.plan.selection.entries = Vec::new();
    }
    Ok(operations)
}

/// One operation; nothing when there is no such one, or no more.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "operation", input = GetUrl)]
pub async fn get_operation(
    /// Its name.
    id: String,
) -> Result<Option<Operation>, ApiError> {
    use super::respond;
    use crate::admin::AdminError;
    let admin = respond::admin_for_page()?;
    respond::once(id.clone(), async || match admin.operation(&id).await {
        Ok(operation) => Ok(Some(operation)),
        Err(AdminError::NotFound(_)) => {
            respond::page_not_found();
            Ok(None)
        }
        Err(error) => Err(respond::failed(error)),
    })
    .await
}

/// What an operation would do. Changes nothing.
///
/// # Errors
/// [`ApiError::Invalid`]: what is wrong or missing; the store's.
#[server(prefix = "/api/ui", endpoint = "preview_operation", input = GetUrl)]
pub async fn preview_operation(
    /// The address's query.
    query: String,
) -> Result<OperationDraft, ApiError> {
    use super::{OperationForm, respond};
    let form = OperationForm::parse(&query);
    let request = form.to_request(None).map_err(respond::missing)?;
    let admin = respond::admin_for_page()?;
    let preview = respond::once(form.to_text(), async || {
        let preview = admin.preview_operation(&request, respond::PREVIEW_BUDGET);
        preview.await.map_err(respond::failed)
    })
    .await?;
    Ok(OperationDraft {
        query: form.to_text(),
        words: request.in_words(),
        verb: request.change.word().to_owned(),
        preview,
    })
}

/// Begins an operation as it was previewed; leads to its page.
///
/// # Errors
/// What is wrong with the request; the store's.
#[server(prefix = "/api/ui", endpoint = "start_operation")]
pub async fn start_operation(
    /// What was previewed.
    query: String,
    /// The bound of the preview, milliseconds: jobs that came later are not meant.
    before: i64,
) -> Result<String, ApiError> {
    use super::{OperationForm, respond};
    let form = OperationForm::parse(&query);
    let request = form
        .to_request(Some(crate::model::Timestamp(before)))
        .map_err(respond::invalid)?;
    let operation = respond::admin()?
        .start_operation(&request)
        .await
        .map_err(respond::failed)?;
    let done = format!("Begun: {}.", operation.words);
    respond::notice(&done);
    let export = form.export().map(|format| ("export", format));
    let query = super::query_string::write(export);
    leptos_axum::redirect(&format!("/operations/{}{query}", operation.id));
    Ok(done)
}

/// Pauses, resumes, stops or undoes an operation, or gives up what is kept of it; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one, [`ApiError::Refused`] when it stands otherwise; the store's.
#[server(prefix = "/api/ui", endpoint = "turn_operation")]
pub async fn turn_operation(
    /// Its name.
    id: String,
    /// `pause`, `resume`, `stop`, `undo` or `free`.
    verb: String,
    /// Why, for an undo.
    #[server(default)]
    reason: String,
) -> Result<String, ApiError> {
    use super::respond;
    let admin = respond::admin()?;
    let (turned, to) = match verb.as_str() {
        "pause" => (
            admin
                .pause_operation(&id)
                .await
                .map(|_| "Paused: it stands still until it is resumed.".to_owned()),
            id,
        ),
        "resume" => (
            admin
                .resume_operation(&id)
                .await
                .map(|_| "Resumed: it goes on where it stood.".to_owned()),
            id,
        ),
        "stop" => (
            admin
                .stop_operation(&id)
                .await
                .map(|_| "Stopped: what it has not come to stays as it is.".to_owned()),
            id,
        ),
        "undo" => {
            let reason = Some(reason.as_str()).filter(|reason| !reason.trim().is_empty());
            let undo = admin
                .undo_operation(&id, reason)
                .await
                .map_err(respond::failed)?;
            (Ok(format!("Operation {id} is being undone.")), undo.id)
        }
        "free" => (
            admin.free_operation(&id).await.map(|kept| {
                format!(
                    "Freed what was kept of {} jobs: operation {id} cannot be undone any more.",
                    kept.entries
                )
            }),
            id.clone(),
        ),
        other => {
            let other: String = other.chars().take(60).collect();
            return Err(respond::invalid(format!(
                "`{other}` cannot be done to an operation: use pause, resume, stop, undo or free."
            )));
        }
    };
    let done = turned.map_err(respond::failed)?;
    respond::notice(&done);
    leptos_axum::redirect(&format!("/operations/{to}"));
    Ok(done)
}
