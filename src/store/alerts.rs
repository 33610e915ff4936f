//! Alerts: what rules have found wrong, shared by all who watch one store.

use super::StoreResult;
use crate::model::{Alert, AlertEpisode};
use async_trait::async_trait;

/// How many alerts that are over are kept.
pub const ALERT_EPISODES: usize = 200;

/// The alerts of all who use this store. Who tells whom is decided by [`AlertStore::change_alert`]: of several that want the same, one can.
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// Every alert that is not over, or of whose end somebody is still to be told; in no order.
    async fn alerts(&self) -> StoreResult<Vec<Alert>>;

    /// Puts `alert` in the place of the one with this id that has this version (0: there is none), or removes that one; with it, in the same
    /// step, keeps one that is over. `false`, and nothing is changed, when it has another version by now.
    async fn change_alert(
        &self,
        id: &str,
        version: u64,
        alert: Option<&Alert>,
        episode: Option<&AlertEpisode>,
    ) -> StoreResult<bool>;

    /// The alerts that were over last, the newest first; [`ALERT_EPISODES`] at most.
    async fn alert_episodes(&self) -> StoreResult<Vec<AlertEpisode>>;
}
