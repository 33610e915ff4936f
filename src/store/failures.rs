//! What people have said about failure groups, and when something was deployed.

use super::StoreResult;
use crate::model::{DeployMark, GroupDigest, KeptGroup};
use async_trait::async_trait;

/// Deploy marks that are kept: the newest.
pub const DEPLOYS_KEPT: usize = 100;

/// Failure groups that something is kept of; the numbers of a group are read from its entries, and kept by nobody.
#[async_trait]
pub trait FailureStore: Send + Sync {
    /// Every group of which something is kept, in no order.
    async fn kept_groups(&self) -> StoreResult<Vec<(GroupDigest, KeptGroup)>>;

    /// What is kept of one group; the default when nothing is.
    async fn kept_group(&self, digest: GroupDigest) -> StoreResult<KeptGroup>;

    /// Keeps this of a group, in place of what was kept of it; nothing when that says nothing ([`KeptGroup::is_empty`]).
    async fn keep_group(&self, digest: GroupDigest, kept: &KeptGroup) -> StoreResult<()>;

    /// Notes that something was deployed now, by the store's clock; [`DEPLOYS_KEPT`] marks are kept.
    async fn mark_deploy(&self, name: &str) -> StoreResult<DeployMark>;

    /// The deploy marks, newest first.
    async fn deploy_marks(&self) -> StoreResult<Vec<DeployMark>>;
}
