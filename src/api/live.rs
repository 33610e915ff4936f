//! The first numbers of a page, and what the store is.

use super::ApiError;
use crate::model::{Snapshot, StoreInfo};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The state of the store in numbers, no older than a second; when the store is lost, the last known ones with the reason.
///
/// # Errors
/// [`ApiError::Unavailable`] when this server has no store.
#[server(prefix = "/api/ui", endpoint = "snapshot", input = GetUrl)]
pub async fn get_snapshot() -> Result<Snapshot, ApiError> {
    Ok(super::respond::live()?.snapshot().await)
}

/// What the store is.
///
/// # Errors
/// [`ApiError::Unavailable`] when the store does not answer.
#[server(prefix = "/api/ui", endpoint = "store_info", input = GetUrl)]
pub async fn get_store_info() -> Result<StoreInfo, ApiError> {
    use super::respond;
    respond::admin()?.info().await.map_err(respond::failed)
}
