//! What people have said about failure groups, and when something was deployed.

use super::RedisStore;
use crate::{
    model::{DeployMark, GroupDigest, KeptGroup},
    store::{AdminStore, DEPLOYS_KEPT, FailureStore, StoreResult},
};
use ::redis::{cmd, pipe};
use async_trait::async_trait;
use bytes::Bytes;

#[async_trait]
impl FailureStore for RedisStore {
    async fn kept_groups(&self) -> StoreResult<Vec<(GroupDigest, KeptGroup)>> {
        let stored: Vec<(String, Bytes)> = self
            .admin
            .read(cmd("HGETALL").arg(self.keys.failure_groups()))
            .await?;
        Ok(stored
            .iter()
            .filter_map(|(digest, kept)| Some((digest.parse().ok()?, read(kept))))
            .collect())
    }

    async fn kept_group(&self, digest: GroupDigest) -> StoreResult<KeptGroup> {
        let stored: Option<Bytes> = self
            .admin
            .read(
                cmd("HGET")
                    .arg(self.keys.failure_groups())
                    .arg(digest.to_string()),
            )
            .await?;
        Ok(stored.map(|kept| read(&kept)).unwrap_or_default())
    }

    async fn keep_group(&self, digest: GroupDigest, kept: &KeptGroup) -> StoreResult<()> {
        let key = self.keys.failure_groups();
        let digest = digest.to_string();
        let mut change = cmd("HSET");
        if kept.is_empty() {
            change = cmd("HDEL");
            change.arg(key).arg(digest);
        } else {
            change.arg(key).arg(digest).arg(write(kept));
        }
        self.admin.change(&change).await
    }

    async fn mark_deploy(&self, name: &str) -> StoreResult<DeployMark> {
        let mark = DeployMark {
            at: self.now().await?,
            name: name.to_owned(),
        };
        let key = self.keys.deploys();
        let mut change = pipe();
        change
            .atomic()
            .cmd("LPUSH")
            .arg(&key)
            .arg(format!("{} {}", mark.at.0, mark.name))
            .ignore()
            .cmd("LTRIM")
            .arg(&key)
            .arg(0)
            .arg(DEPLOYS_KEPT - 1)
            .ignore();
        let () = self.admin.change(&change).await?;
        Ok(mark)
    }

    async fn deploy_marks(&self) -> StoreResult<Vec<DeployMark>> {
        let lines: Vec<Bytes> = self
            .admin
            .read(
                cmd("LRANGE")
                    .arg(self.keys.deploys())
                    .arg(0)
                    .arg(DEPLOYS_KEPT - 1),
            )
            .await?;
        Ok(lines.iter().filter_map(|line| mark(line)).collect())
    }
}

/// What a newer version wrote in another form says nothing to this one.
fn read(kept: &[u8]) -> KeptGroup {
    serde_json::from_slice(kept).unwrap_or_default()
}

fn write(kept: &KeptGroup) -> String {
    // Plain values always have a JSON form.
    serde_json::to_string(kept).unwrap_or_default()
}

/// `MILLISECONDS NAME`.
fn mark(line: &[u8]) -> Option<DeployMark> {
    let text = String::from_utf8_lossy(line);
    let (at, name) = text.split_once(' ')?;
    Some(DeployMark {
        at: crate::model::Timestamp(at.parse().ok()?),
        name: name.to_owned(),
    })
}
