//! What runs tell of themselves, and asking them to end.

use super::query_string::{encode, parse, write};
use super::{ApiError, RunningFilter};
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
    let admin = respond::admin_for_page()?;
    respond::once(jid.clone(), async || {
        admin.report(&jid).await.map_err(respond::failed)
    })
    .await
}

/// Asks that the run of a job end; answers in words what was done. Leads back to the running jobs, or to the job's page.
///
/// # Errors
/// [`ApiError::NotFound`] when no process runs it, [`ApiError::Refused`] when the one that ran it is gone; the store's.
#[server(prefix = "/api/ui", endpoint = "jobs/cancel")]
pub async fn cancel_job(
    /// Job id.
    jid: String,
    /// Where to go then: `/running` with its filter, or else the job's page with the place that is shown.
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
    if path == "/running" {
        return RunningFilter::read(query).path();
    }
    let job = format!("/jobs/{}", encode(jid));
    if path != job {
        return job;
    }
    // Which of its places is shown.
    let pairs = parse(query);
    let pick = pairs.iter().rfind(|(name, _)| name == "pick");
    job + &write(pick.map(|(name, value)| (name.as_str(), value.as_str())))
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
        assert_eq!(
            way_back("/jobs/a%2Fb?pick=queue%3Ax~0~d&confirm=cancel&jid=a", "a/b"),
            "/jobs/a%2Fb?pick=queue:x~0~d"
        );
        for back in [
            "",
            "/jobs/other?pick=x",
            "//evil?pick=x",
            "/jobs/other",
            "https://evil.example/",
            "//evil",
            "/running/../x",
        ] {
            assert_eq!(way_back(back, "a/b"), "/jobs/a%2Fb", "{back}");
        }
    }
}
