//! The holds that are in force.

use crate::admin::holds_in_force;
use crate::model::{HoldStatus, Timestamp};
use crate::store::{SharedStore, StoreError, StoreResult};

/// The holds that are in force at `now`. Who may not read them sees none, and all else.
pub(super) async fn watched(store: &SharedStore, now: Timestamp) -> StoreResult<Vec<HoldStatus>> {
    match holds_in_force(store, now).await {
        Err(StoreError::Unusable { .. } | StoreError::Refused { .. }) => Ok(Vec::new()),
        holds => holds,
    }
}
