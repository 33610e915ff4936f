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
    /// What the one that is looked at has enqueued, newest first.
    pub runs: Vec<PeriodicRun>,
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
    let jobs = admin.periodic().await.map_err(respond::failed)?;
    let runs = match looked_at {
        Some(name) if jobs.iter().any(|job| job.name == name) => {
            admin.periodic_runs(&name).await.map_err(respond::failed)?
        }
        _ => Vec::new(),
    };
    Ok(PeriodicView { jobs, runs })
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
