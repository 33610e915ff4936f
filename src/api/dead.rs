//! What the dead set is made of.

use super::ApiError;
use crate::model::DeadCauses;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// The causes from which most jobs are dead.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "dead_causes", input = GetUrl)]
pub async fn get_dead_causes() -> Result<DeadCauses, ApiError> {
    use super::respond;
    /// Causes that are shown.
    const SHOWN: usize = 4;
    let (admin, groups) = respond::groups_for_page()?;
    respond::once("", async || {
        Ok(groups.dead_causes(admin.limit(), SHOWN).await)
    })
    .await
}
