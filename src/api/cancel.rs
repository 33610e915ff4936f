//! What runs tell of themselves, and asking them to end.

use super::ApiError;
use super::query_string::{encode, parse, write};
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

/// Asks that the run of a job end; answers in words what was done. Leads back to the running jobs, or to the job's page.
///
/// # Errors
/// [`ApiError::NotFound`] when no process runs it, [`ApiError::Refused`] when the one that ran it is gone; the store's.
#[server(prefix = "/api/ui", endpoint = "jobs/cancel")]
pub async fn cancel_job(
    /// Job id.
    jid: String,
    /// Where to go then: `/running` with its filter, or else the job's page.
    #[server(default)]
    back: String,
) -> Result<String, ApiError> {
    use super::respond;
    let report = respond::admin()?
        .cancel(&jid)
        .await
        .map_err(respond::failed)?;
    let done = report.in_words();
    respond::notice(&done);
    leptos_axum::redirect(&way_back(&back, &jid));
    Ok(done)
}

/// Where to go after a request: made anew, so that nobody is sent anywhere else.
#[must_use]
pub fn way_back(back: &str, jid: &str) -> String {
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    if path != "/running" {
        return format!("/jobs/{}", encode(jid));
    }
    let filter = parse(query);
    let filter = filter
        .iter()
        .filter(|(name, _)| ["class", "queue", "process"].contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str()));
    format!("/running{}", write(filter))
}

#[cfg(test)]
mod tests {
    use super::way_back;

    #[test]
    fn the_way_back_leads_nowhere_else() {
        assert_eq!(way_back("/running", "a"), "/running");
        assert_eq!(
            way_back("/running?process=a%3A1&confirm=cancel&jid=x", "x"),
            "/running?process=a:1"
        );
        for back in [
            "",
            "/jobs/other",
            "https://evil.example/",
            "//evil",
            "/running/../x",
        ] {
            assert_eq!(way_back(back, "a/b"), "/jobs/a%2Fb", "{back}");
        }
    }
}
