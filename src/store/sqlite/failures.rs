//! What people have said about failure groups, and when something was deployed.

use super::{SqliteStore, clock};
use crate::{
    model::{DeployMark, GroupDigest, KeptGroup, Timestamp},
    store::{DEPLOYS_KEPT, FailureStore, StoreResult},
};
use async_trait::async_trait;
use rusqlite::OptionalExtension;

#[async_trait]
impl FailureStore for SqliteStore {
    async fn kept_groups(&self) -> StoreResult<Vec<(GroupDigest, KeptGroup)>> {
        self.readers
            .read(|connection| {
                connection
                    .prepare_cached("SELECT digest, kept FROM failure_groups")?
                    .query_map([], |row| {
                        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                    })?
                    .filter_map(|row| {
                        row.map(|(digest, kept)| Some((digest.parse().ok()?, read(&kept))))
                            .transpose()
                    })
                    .collect()
            })
            .await
    }

    async fn kept_group(&self, digest: GroupDigest) -> StoreResult<KeptGroup> {
        self.readers
            .read(move |connection| {
                connection
                    .prepare_cached("SELECT kept FROM failure_groups WHERE digest = ?1")?
                    .query_row([digest.to_string()], |row| row.get::<_, String>(0))
                    .optional()
                    .map(|kept| kept.map(|kept| read(&kept)).unwrap_or_default())
            })
            .await
    }

    async fn keep_group(&self, digest: GroupDigest, kept: &KeptGroup) -> StoreResult<()> {
        let kept = kept.clone();
        self.writer
            .write(move |connection| {
                if kept.is_empty() {
                    connection
                        .prepare_cached("DELETE FROM failure_groups WHERE digest = ?1")?
                        .execute([digest.to_string()])?;
                } else {
                    connection
                        .prepare_cached(
                            "INSERT INTO failure_groups (digest, kept) VALUES (?1, ?2) \
                             ON CONFLICT (digest) DO UPDATE SET kept = excluded.kept",
                        )?
                        .execute((digest.to_string(), write(&kept)))?;
                }
                Ok(())
            })
            .await
    }

    async fn mark_deploy(&self, name: &str) -> StoreResult<DeployMark> {
        let name = name.to_owned();
        self.writer
            .write(move |connection| {
                let mark = DeployMark {
                    at: clock::now(),
                    name: name.clone(),
                };
                connection
                    .prepare_cached("INSERT INTO deploys (at, name) VALUES (?1, ?2)")?
                    .execute((mark.at.0, &mark.name))?;
                connection
                    .prepare_cached(
                        "DELETE FROM deploys WHERE id <= (SELECT id FROM deploys ORDER BY id DESC LIMIT 1 OFFSET ?1)",
                    )?
                    .execute([i64::try_from(DEPLOYS_KEPT).unwrap_or(i64::MAX)])?;
                Ok(mark)
            })
            .await
    }

    async fn deploy_marks(&self) -> StoreResult<Vec<DeployMark>> {
        self.readers
            .read(|connection| {
                connection
                    .prepare_cached("SELECT at, name FROM deploys ORDER BY id DESC")?
                    .query_map([], |row| {
                        Ok(DeployMark {
                            at: Timestamp(row.get(0)?),
                            name: row.get(1)?,
                        })
                    })?
                    .collect()
            })
            .await
    }
}

/// What a newer version wrote in another form says nothing to this one.
fn read(kept: &str) -> KeptGroup {
    serde_json::from_str(kept).unwrap_or_default()
}

fn write(kept: &KeptGroup) -> String {
    // Plain values always have a JSON form.
    serde_json::to_string(kept).unwrap_or_default()
}
