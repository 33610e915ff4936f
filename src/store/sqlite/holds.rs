//! Holds.

use super::{SqliteStore, places};
use crate::{
    model::{Hold, Place, Set, held_scores},
    store::{HoldStore, StoreResult},
};
use async_trait::async_trait;

#[async_trait]
impl HoldStore for SqliteStore {
    async fn holds(&self) -> StoreResult<Vec<Hold>> {
        self.readers
            .read(|connection| {
                connection
                    .prepare_cached("SELECT id, hold FROM holds")?
                    .query_map([], |row| {
                        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                    })?
                    // What a newer version wrote in another form says nothing to this one.
                    .filter_map(|row| {
                        row.map(|(id, hold)| {
                            let hold: Hold = serde_json::from_str(&hold).ok()?;
                            (hold.id == id).then_some(hold)
                        })
                        .transpose()
                    })
                    .collect()
            })
            .await
    }

    async fn put_hold(&self, hold: &Hold) -> StoreResult<()> {
        let id = hold.id.clone();
        // Plain values always have a JSON form.
        let text = serde_json::to_string(hold).unwrap_or_default();
        self.writer
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "INSERT INTO holds (id, hold) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET hold = excluded.hold",
                    )?
                    .execute((&id, &text))?;
                Ok(())
            })
            .await
    }

    async fn delete_hold(&self, id: &str) -> StoreResult<bool> {
        let id = id.to_owned();
        self.writer
            .write(move |connection| {
                let removed = connection
                    .prepare_cached("DELETE FROM holds WHERE id = ?1")?
                    .execute([&id])?;
                Ok(removed > 0)
            })
            .await
    }

    async fn held(&self, holds: &[Hold]) -> StoreResult<Vec<u64>> {
        let spans: Vec<(f64, f64)> = holds.iter().map(|hold| held_scores(hold.until)).collect();
        self.readers
            .read(move |connection| {
                let Some((retries, _)) = places::find(connection, &Place::Set(Set::Retries))?
                else {
                    return Ok(vec![0; spans.len()]);
                };
                let mut count = connection.prepare_cached(
                    "SELECT count(*) FROM entries INDEXED BY entries_by_position \
                     WHERE place = ?1 AND position BETWEEN ?2 AND ?3",
                )?;
                spans
                    .iter()
                    .map(|(first, last)| {
                        let held: i64 =
                            count.query_row((retries, first, last), |row| row.get(0))?;
                        Ok(u64::try_from(held).unwrap_or(0))
                    })
                    .collect()
            })
            .await
    }
}
