//! Alerts.

use super::{RedisStore, scripts};
use crate::{
    model::{Alert, AlertEpisode},
    store::{ALERT_EPISODES, AlertStore, StoreResult},
};
use ::redis::cmd;
use async_trait::async_trait;
use bytes::Bytes;

#[async_trait]
impl AlertStore for RedisStore {
    async fn alerts(&self) -> StoreResult<Vec<Alert>> {
        let stored: Vec<(String, Bytes)> = self
            .admin
            .read(cmd("HGETALL").arg(self.keys.alerts()))
            .await?;
        Ok(stored
            .iter()
            .filter_map(|(id, text)| read(id, text))
            .collect())
    }

    async fn change_alert(
        &self,
        id: &str,
        version: u64,
        alert: Option<&Alert>,
        episode: Option<&AlertEpisode>,
    ) -> StoreResult<bool> {
        // Plain values always have a JSON form.
        let text = alert.map(|alert| {
            let json = serde_json::to_string(alert).unwrap_or_default();
            format!("{}:{json}", alert.version)
        });
        let over = episode.map(|episode| serde_json::to_string(episode).unwrap_or_default());
        let mut script = scripts::ALERT_CHANGE.prepare_invoke();
        script
            .key(self.keys.alerts())
            .key(self.keys.alert_episodes())
            .arg(id)
            .arg(version)
            .arg(text.unwrap_or_default())
            .arg(over.unwrap_or_default())
            .arg(ALERT_EPISODES);
        let changed: u64 = self.admin.change(&script).await?;
        Ok(changed > 0)
    }

    async fn alert_episodes(&self) -> StoreResult<Vec<AlertEpisode>> {
        let mut command = cmd("LRANGE");
        command
            .arg(self.keys.alert_episodes())
            .arg(0)
            .arg(ALERT_EPISODES - 1);
        let stored: Vec<Bytes> = self.admin.read(&command).await?;
        Ok(stored
            .iter()
            .filter_map(|text| serde_json::from_slice(text).ok())
            .collect())
    }
}

/// What stands behind the version. What a newer version wrote in another form says nothing to this one.
fn read(id: &str, text: &[u8]) -> Option<Alert> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let alert: Alert = serde_json::from_slice(text.get(colon + 1..)?).ok()?;
    (alert.id == id).then_some(alert)
}
