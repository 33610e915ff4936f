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
    /// A verb's name, or a preset's.
    #[server(default)]
    verb: String,
    /// Addresses of the ticked entries.
    #[server(default)]
    entries: Vec<String>,
    /// Verb and entry of a row's own button.
    #[server(default)]
    only: String,
    /// New time, for rescheduling.
    #[server(default)]
    at: String,
    /// Minutes to spread the entries over, for rescheduling.
    #[server(default)]
    spread: String,
    /// Why, for the audit.
    #[server(default)]
    reason: String,
) -> Result<ActionReport, ApiError> {
    use super::{ActRequest, act_notice, respond};
    let admin = respond::admin()?
        .because(Some(&reason))
        .map_err(respond::failed)?;
    let now = respond::now(&admin).await?;
    let request =
        ActRequest::read(&verb, &entries, &only, &at, &spread, now).map_err(respond::invalid)?;
    let report = admin
        .act(request.action, &request.entries)
        .await
        .map_err(respond::failed)?;
    respond::notice(&act_notice(&report));
    Ok(report)
}
