//! Holds: looked at before, begun, released.

use super::ApiError;
use crate::model::{OperationPreview, Timestamp};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// Which retries would be held, with what was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldDraft {
    /// What was asked, as it is confirmed.
    pub query: String,
    /// Until when.
    pub until: Timestamp,
    /// Which retries would wait.
    pub preview: OperationPreview,
}

/// Which retries a hold would move now. Changes nothing.
///
/// # Errors
/// [`ApiError::Invalid`]: what is wrong or missing; the store's.
#[server(prefix = "/api/ui", endpoint = "preview_hold", input = GetUrl)]
pub async fn preview_hold(
    /// The address's query.
    query: String,
) -> Result<HoldDraft, ApiError> {
    use super::{HoldForm, respond};
    let form = HoldForm::parse(&query);
    let admin = respond::admin_for_page()?;
    respond::once(form.to_text(), async || {
        let request = form
            .to_request(respond::now(&admin).await?)
            .map_err(respond::missing)?;
        let preview = admin
            .preview_hold(&request, respond::PREVIEW_BUDGET)
            .await
            .map_err(respond::failed)?;
        Ok(HoldDraft {
            query: form.to_text(),
            until: request.until,
            preview,
        })
    })
    .await
}

/// Begins a hold as it was previewed; leads to the list of holds.
///
/// # Errors
/// What is wrong with the request; the store's.
#[server(prefix = "/api/ui", endpoint = "start_hold")]
pub async fn start_hold(
    /// What was previewed.
    query: String,
) -> Result<String, ApiError> {
    use super::{HoldForm, respond};
    let admin = respond::admin()?;
    let request = HoldForm::parse(&query)
        .to_request(respond::now(&admin).await?)
        .map_err(respond::invalid)?;
    let (status, _) = admin.start_hold(&request).await.map_err(respond::failed)?;
    let done = format!(
        "Retries {} are held until {}.",
        status.hold.in_words(),
        status.hold.until
    );
    respond::notice(&done);
    leptos_axum::redirect("/holds");
    Ok(done)
}

/// Ends a hold and lets what it holds be tried; leads to the operation that does so.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one, or it is over; the store's.
#[server(prefix = "/api/ui", endpoint = "release_hold")]
pub async fn release_hold(
    /// Its name.
    id: String,
    /// Over how many minutes the jobs are spread; 0: all at once.
    #[server(default)]
    spread: u32,
) -> Result<String, ApiError> {
    use super::respond;
    use crate::admin::Release;
    let release = Release {
        rate: None,
        spread_seconds: spread.saturating_mul(60),
    };
    let operation = respond::admin()?
        .release_hold(&id, release)
        .await
        .map_err(respond::failed)?;
    let done = "Released: the hold is over, and what it held is tried again.".to_owned();
    respond::notice(&done);
    leptos_axum::redirect(&format!("/operations/{}", operation.id));
    Ok(done)
}
