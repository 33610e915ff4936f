//! All stores of a server side by side.

use super::ApiError;
use crate::model::{StoreGlance, StoreSign};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// A store of several, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreLink {
    /// How it is told from the others.
    pub sign: StoreSign,
    /// Where its pages are, with all that stands before.
    pub address: String,
    /// Whether it is the one whose page this is.
    pub is_here: bool,
}

/// What there is to see of every store that whoever asks may see.
///
/// # Errors
/// None of its own: a store that does not answer says so in its place.
#[server(prefix = "/api/ui", endpoint = "stores", input = GetUrl)]
pub async fn get_stores() -> Result<Vec<StoreGlance>, ApiError> {
    use super::{StoresHere, respond};
    respond::once("stores", || async {
        let here = StoresHere::of_request();
        let admin = respond::admin()?;
        let glances = here
            .all
            .glances(&here.base, admin.limit(), StoresHere::shows);
        Ok(glances.await)
    })
    .await
}
