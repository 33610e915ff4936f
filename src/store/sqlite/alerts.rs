//! Alerts.

use super::SqliteStore;
use crate::{
    model::{Alert, AlertEpisode},
    store::{ALERT_EPISODES, AlertStore, StoreResult},
};
use async_trait::async_trait;
use rusqlite::OptionalExtension;

#[async_trait]
impl AlertStore for SqliteStore {
    async fn alerts(&self) -> StoreResult<Vec<Alert>> {
        let texts: Vec<(String, String)> = self
            .readers
            .read(|connection| {
                connection
                    .prepare_cached("SELECT id, alert FROM alerts")?
                    .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .await?;
        // What a newer version wrote in another form says nothing to this one.
        Ok(texts
            .iter()
            .filter_map(|(id, text)| {
                let alert: Alert = serde_json::from_str(text).ok()?;
                (alert.id == *id).then_some(alert)
            })
            .collect())
    }

    async fn change_alert(
        &self,
        id: &str,
        version: u64,
        alert: Option<&Alert>,
        episode: Option<&AlertEpisode>,
    ) -> StoreResult<bool> {
        let id = id.to_owned();
        let before = whole(version);
        // Plain values always have a JSON form.
        let new = alert.map(|alert| {
            let text = serde_json::to_string(alert).unwrap_or_default();
            (whole(alert.version), text)
        });
        let over = episode.map(|episode| serde_json::to_string(episode).unwrap_or_default());
        self.writer
            .write(move |connection| {
                let stored: Option<i64> = connection
                    .prepare_cached("SELECT version FROM alerts WHERE id = ?1")?
                    .query_row([&id], |row| row.get(0))
                    .optional()?;
                if stored.unwrap_or(0) != before {
                    return Ok(false);
                }
                match &new {
                    Some((version, text)) => connection
                        .prepare_cached(
                            "INSERT INTO alerts (id, version, alert) VALUES (?1, ?2, ?3) \
                             ON CONFLICT (id) DO UPDATE SET version = excluded.version, alert = excluded.alert",
                        )?
                        .execute((&id, version, text))?,
                    None => connection
                        .prepare_cached("DELETE FROM alerts WHERE id = ?1")?
                        .execute([&id])?,
                };
                if let Some(over) = &over {
                    connection
                        .prepare_cached("INSERT INTO alert_episodes (episode) VALUES (?1)")?
                        .execute([over])?;
                    let newest = connection.last_insert_rowid();
                    connection
                        .prepare_cached("DELETE FROM alert_episodes WHERE number <= ?1")?
                        .execute([newest.saturating_sub(KEPT)])?;
                }
                Ok(true)
            })
            .await
    }

    async fn alert_episodes(&self) -> StoreResult<Vec<AlertEpisode>> {
        let texts: Vec<String> = self
            .readers
            .read(|connection| {
                connection
                    .prepare_cached(
                        "SELECT episode FROM alert_episodes ORDER BY number DESC LIMIT ?1",
                    )?
                    .query_map([KEPT], |row| row.get(0))?
                    .collect()
            })
            .await?;
        Ok(texts
            .iter()
            .filter_map(|text| serde_json::from_str(text).ok())
            .collect())
    }
}

/// As SQLite counts.
#[expect(clippy::cast_possible_wrap, reason = "a few hundred")]
const KEPT: i64 = ALERT_EPISODES as i64;

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
