//! What runs tell of themselves, and asking them to end.

use super::ApiError;
use crate::model::JobReport;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What the runs of a job have told, if they told anything lately.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "jobs/report", input = GetUrl)]
pub async fn get_job_report(
    /// Job id; may be empty.
    #[server(default)]
    jid: String,
) -> Result<Option<JobReport>, ApiError> {
    use super::respond;
    respond::admin_for_page()?
        .report(&jid)
        .await
        .map_err(respond::failed)
}

/// Asks that the run of a job end; answers in words what was done. Leads to the job's page, or to the running jobs.
///
/// # Errors
/// [`ApiError::NotFound`] when no process runs it, [`ApiError::Refused`] when the one that ran it is gone; the store's.
#[server(prefix = "/api/ui", endpoint = "jobs/cancel")]
pub async fn cancel_job(
    /// Job id.
    jid: String,
    /// Where to go then: `running`, or else the job's page.
    #[server(default)]
    back: String,
) -> Result<String, ApiError> {
    use super::{query_string, respond};
    let report = respond::admin()?
        .cancel(&jid)
        .await
        .map_err(respond::failed)?;
    let done = report.in_words();
    respond::notice(&done);
    leptos_axum::redirect(&if back == "running" {
        "/running".to_owned()
    } else {
        format!("/jobs/{}", query_string::encode(&jid))
    });
    Ok(done)
}
