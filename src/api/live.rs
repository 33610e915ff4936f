//! The first numbers of a page.

use super::ApiError;
use crate::model::Snapshot;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The state of the store in numbers, no older than a second; when the store is lost, the last known ones with the reason.
///
/// # Errors
/// [`ApiError::Unavailable`] when this server has no store.
#[server(prefix = "/api/ui", endpoint = "snapshot", input = GetUrl)]
pub async fn get_snapshot() -> Result<Snapshot, ApiError> {
    use super::respond;
    let admin = respond::admin()?;
    Ok(respond::live()?.snapshot(admin.limit()).await)
}
