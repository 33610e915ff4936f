//! What an operator may do to a queue.

use super::ApiError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A queue that is cleared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCleared {
    /// Its name.
    pub queue: String,
    /// How many jobs it had, if it was removed at once; nothing when an operation deletes them.
    pub deleted: Option<u64>,
}

impl std::fmt::Display for QueueCleared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { queue, deleted } = self;
        match deleted {
            None => write!(
                formatter,
                "Clearing queue {queue}: what waits in it now is deleted, and can be put back."
            ),
            Some(1) => write!(formatter, "Removed queue {queue} with 1 job."),
            Some(jobs) => write!(formatter, "Removed queue {queue} with {jobs} jobs."),
        }
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

/// Deletes all jobs of a queue by an operation, and leads to that; or removes the queue with all its jobs at once and for good, and leads
/// back to the list of queues.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "clear_queue")]
pub async fn clear_queue(
    /// Queue name.
    queue: String,
    /// Whether at once, without a way back.
    #[server(default)]
    for_good: bool,
) -> Result<QueueCleared, ApiError> {
    use super::respond;
    use crate::model::{Action, Change, OperationRequest, Place, Selection};
    let admin = respond::admin()?;
    let (deleted, to) = if for_good {
        let deleted = admin.clear_queue(&queue).await.map_err(respond::failed)?;
        (Some(deleted), "/queues".to_owned())
    } else {
        let request = OperationRequest {
            change: Change::Act(Action::Delete),
            selection: Selection {
                places: vec![Place::Queue(queue.clone())],
                ..Selection::default()
            },
            before: None,
            rate: None,
            canary: None,
            reason: None,
        };
        let operation = admin.start_operation(&request).await;
        let id = operation.map_err(respond::failed)?.id;
        (None, format!("/operations/{id}"))
    };
    let cleared = QueueCleared { queue, deleted };
    respond::notice(&cleared.to_string());
    leptos_axum::redirect(&to);
    Ok(cleared)
}
