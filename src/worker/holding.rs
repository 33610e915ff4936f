//! Which due retries a hold keeps from being tried.

use super::runtime::Runtime;
use crate::{
    holds::Holder,
    model::Timestamp,
    store::{StoreError, StoreResult},
};

/// Reads the holds of a store.
#[derive(Debug, Default)]
pub(super) struct Holding {
    /// Whether it was told that they may not be read.
    is_told: bool,
}

impl Holding {
    /// The holds that are in force at `now`.
    pub(super) async fn read(&mut self, runtime: &Runtime, now: Timestamp) -> StoreResult<Holder> {
        match runtime.store.holds().await {
            Ok(holds) => Ok(Holder::new(holds, now)),
            // Who may not read them works as without.
            Err(error @ (StoreError::Refused { .. } | StoreError::Unusable { .. })) => {
                if !self.is_told {
                    self.is_told = true;
                    tracing::warn!(%error, "holds cannot be read: retries that somebody holds are tried here");
                }
                Ok(Holder::default())
            }
            Err(error) => Err(error),
        }
    }
}
