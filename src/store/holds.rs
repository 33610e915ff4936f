//! Holds: retries that are kept from being tried for a while.

use super::StoreResult;
use crate::model::Hold;
use async_trait::async_trait;

/// The holds of all who use this store. Where the held jobs wait is the retry set; here is only what is meant, and until when.
#[async_trait]
pub trait HoldStore: Send + Sync {
    /// Every hold, those that are over included until somebody removes them; in no order.
    async fn holds(&self) -> StoreResult<Vec<Hold>>;

    /// Keeps a hold, in place of the one with its id if there is one.
    async fn put_hold(&self, hold: &Hold) -> StoreResult<()>;

    /// Removes a hold; `false` when there was none with this id. The jobs stay where they wait.
    async fn delete_hold(&self, id: &str) -> StoreResult<bool>;

    /// How many retries wait for the end of each of these holds, in their order.
    async fn held(&self, holds: &[Hold]) -> StoreResult<Vec<u64>>;
}
