//! Holds.

use super::RedisStore;
use crate::{
    model::{Hold, Set, held_scores},
    store::{HoldStore, StoreResult},
};
use ::redis::{cmd, pipe};
use async_trait::async_trait;
use bytes::Bytes;

#[async_trait]
impl HoldStore for RedisStore {
    async fn holds(&self) -> StoreResult<Vec<Hold>> {
        let stored: Vec<(String, Bytes)> = self
            .admin
            .read(cmd("HGETALL").arg(self.keys.holds()))
            .await?;
        Ok(stored
            .iter()
            // What a newer version wrote in another form says nothing to this one.
            .filter_map(|(id, hold)| {
                let hold: Hold = serde_json::from_slice(hold).ok()?;
                (hold.id == *id).then_some(hold)
            })
            .collect())
    }

    async fn put_hold(&self, hold: &Hold) -> StoreResult<()> {
        // Plain values always have a JSON form.
        let text = serde_json::to_string(hold).unwrap_or_default();
        let mut change = cmd("HSET");
        change.arg(self.keys.holds()).arg(&hold.id).arg(text);
        self.admin.change(&change).await
    }

    async fn delete_hold(&self, id: &str) -> StoreResult<bool> {
        let mut change = cmd("HDEL");
        change.arg(self.keys.holds()).arg(id);
        let removed: u64 = self.admin.change(&change).await?;
        Ok(removed > 0)
    }

    async fn held(&self, holds: &[Hold]) -> StoreResult<Vec<u64>> {
        if holds.is_empty() {
            return Ok(Vec::new());
        }
        let retries = self.keys.set(Set::Retries);
        let mut counts = pipe();
        for hold in holds {
            let (first, last) = held_scores(hold.until);
            counts.cmd("ZCOUNT").arg(&retries).arg(first).arg(last);
        }
        self.admin.read(&counts).await
    }
}
