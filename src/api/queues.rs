//! What an operator may do to a queue.

use super::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A queue that was cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCleared {
    /// Its name.
    pub queue: String,
    /// How many jobs it had.
    pub deleted: u64,
}

impl std::fmt::Display for QueueCleared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let jobs = if self.deleted == 1 { "job" } else { "jobs" };
        let Self { queue, deleted } = self;
        write!(
            formatter,
            "Cleared queue {queue}: deleted {deleted} {jobs}."
        )
    }
}

/// Pauses a queue or lets it go on; answers in words what was done.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "set_queue_paused")]
pub async fn set_queue_paused(
    /// Queue name.
    queue: String,
    /// Whether it is paused from now on.
    paused: bool,
) -> Result<String, ApiError> {
    use super::respond;
    respond::admin()?
        .set_paused(&queue, paused)
        .await
        .map_err(respond::failed)?;
    let done = if paused {
        format!("Paused queue {queue}: workers that honour it leave it alone.")
    } else {
        format!("Resumed queue {queue}.")
    };
    respond::notice(&done);
    Ok(done)
}

/// Removes a queue with all its jobs. Leads back to the list of queues.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "clear_queue")]
pub async fn clear_queue(
    /// Queue name.
    queue: String,
) -> Result<QueueCleared, ApiError> {
    use super::respond;
    let deleted = respond::admin()?
        .clear_queue(&queue)
        .await
        .map_err(respond::failed)?;
    let cleared = QueueCleared { queue, deleted };
    respond::notice(&cleared.to_string());
    leptos_axum::redirect("/queues");
    Ok(cleared)
}
