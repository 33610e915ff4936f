//! Periodic jobs, and what an operator may do to them.

use super::ApiError;
use crate::model::{PeriodicInfo, PeriodicRun};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the page of periodic jobs shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodicView {
    /// Every periodic job, by name.
    pub jobs: Vec<PeriodicInfo>,
    /// The name of the one whose history was read: the one that is looked at, if there is such a one.
    pub looked_at: Option<String>,
    /// What that one has enqueued, newest first.
    pub runs: Vec<PeriodicRun>,
}

impl PeriodicView {
    /// What a periodic job has enqueued; nothing when that was not read.
    #[must_use]
    pub fn runs_of(&self, name: &str) -> Option<&[PeriodicRun]> {
        (self.looked_at.as_deref() == Some(name)).then_some(&self.runs)
    }
}

/// Every periodic job, and the history of the one that is looked at.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "periodic", input = GetUrl)]
pub async fn get_periodic(
    /// The name of the one that is looked at.
    looked_at: Option<String>,
) -> Result<PeriodicView, ApiError> {
    use super::respond;
    let admin = respond::admin_for_page()?;
    respond::once(looked_at.clone().unwrap_or_default(), async || {
        let jobs = admin.periodic().await.map_err(respond::failed)?;
        let looked_at = looked_at.filter(|name| jobs.iter().any(|job| job.name == *name));
        let runs = match &looked_at {
            Some(name) => admin.periodic_runs(name).await.map_err(respond::failed)?,
            None => Vec::new(),
        };
        Ok(PeriodicView {
            jobs,
            looked_at,
            runs,
        })
    })
    .await
}

/// Enqueues a job of a periodic job now; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one; the store's.
#[server(prefix = "/api/ui", endpoint = "run_periodic")]
pub async fn run_periodic(
    /// Its name.
    name: String,
) -> Result<String, ApiError> {
    use super::respond;
    let jid = respond::admin()?
        .run_periodic(&name)
        .await
        .map_err(respond::failed)?;
    let done = format!("Enqueued a job of {name} now: {jid}.");
    respond::notice(&done);
    Ok(done)
}

/// Stops a periodic job or lets it go on; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one; the store's.
#[server(prefix = "/api/ui", endpoint = "set_periodic_paused")]
pub async fn set_periodic_paused(
    /// Its name.
    name: String,
    /// Whether it is stopped from now on.
    paused: bool,
) -> Result<String, ApiError> {
    use super::respond;
    respond::admin()?
        .set_periodic_paused(&name, paused)
        .await
        .map_err(respond::failed)?;
    let done = if paused {
        format!("Paused {name}: it enqueues nothing until it is resumed.")
    } else {
        format!("Resumed {name}; what came meanwhile is not made up for.")
    };
    respond::notice(&done);
    Ok(done)
}

/// Removes a periodic job that no running process has; answers in words what was done. Leads back to the list.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one, [`ApiError::Refused`] when a running process has it; the store's.
#[server(prefix = "/api/ui", endpoint = "delete_periodic")]
pub async fn delete_periodic(
    /// Its name.
    name: String,
) -> Result<String, ApiError> {
    use super::respond;
    respond::admin()?
        .delete_periodic(&name)
        .await
        .map_err(respond::failed)?;
    let done = format!("Deleted {name} with its history.");
    respond::notice(&done);
    leptos_axum::redirect("/periodic");
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::PeriodicView;
    use crate::model::PeriodicRun;

    #[test]
    fn a_history_is_of_the_one_that_it_was_read_for() {
        let run = PeriodicRun {
            jid: "1".to_owned(),
            ..PeriodicRun::default()
        };
        let view = PeriodicView {
            looked_at: Some("digest".to_owned()),
            runs: vec![run.clone()],
            ..PeriodicView::default()
        };
        assert_eq!(view.runs_of("digest"), Some([run].as_slice()));
        assert_eq!(view.runs_of("sweep"), None);
        assert_eq!(PeriodicView::default().runs_of("digest"), None);
    }
}
