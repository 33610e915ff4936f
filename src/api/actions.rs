//! Changing jobs: one form for every verb.

use super::ApiError;
use crate::model::ActionReport;
use leptos::prelude::*;

/// Does something to entries: what a list's or a job's form posts (see [`super::ActRequest::read`]). A plain form post is sent back
/// to its page with the result in the address.
///
/// # Errors
/// What in the form is wrong; the store's trouble.
#[server(prefix = "/api/ui", endpoint = "jobs/act")]
pub async fn act(
    #[server(default)] verb: String,
    #[server(default)] entries: Vec<String>,
    #[server(default)] only: String,
    #[server(default)] at: String,
    #[server(default)] spread: String,
) -> Result<ActionReport, ApiError> {
    use super::{ActNotice, ActRequest, server, way_back};
    let admin = server::admin()?;
    let now = admin
        .store()
        .now()
        .await
        .map_err(|error| server::respond(error.into()))?;
    let request = ActRequest::read(&verb, &entries, &only, &at, &spread, now)
        .map_err(server::invalid)?;
    let report = admin
        .act(request.action, &request.entries)
        .await
        .map_err(server::respond)?;
    if let Some(referer) = server::form_referer() {
        leptos_axum::redirect(&way_back(&referer, &ActNotice::of(&report)));
    }
    Ok(report)
}
