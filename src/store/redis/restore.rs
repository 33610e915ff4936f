//! Putting entries back that are missing.

use super::{
    RedisStore,
    moves::{ADDED, Put},
    scripts,
};
use crate::store::{Destination, StoreResult};

impl RedisStore {
    pub(super) async fn restore_entries(
        &self,
        entries: &[Destination],
        only_asked: bool,
    ) -> StoreResult<Vec<bool>> {
        for entry in entries {
            entry.check()?;
        }
        let mut put = Vec::with_capacity(entries.len());
        for chunk in entries.chunks(ADDED) {
            self.restore_chunk(chunk, only_asked, &mut put).await?;
        }
        Ok(put)
    }

    async fn restore_chunk(
        &self,
        entries: &[Destination],
        only_asked: bool,
        put: &mut Vec<bool>,
    ) -> StoreResult<()> {
        let mut keys: Vec<(String, &str)> = Vec::new();
        let mut calls = Vec::with_capacity(entries.len());
        for entry in entries {
            let to = Put::new(self, entry);
            let Some(key) = &to.key else {
                continue;
            };
            let kind = if to.kind == "set" { "zset" } else { "list" };
            let known = keys.iter().position(|(known, _)| known == key);
            let number = known.unwrap_or_else(|| {
                keys.push((key.clone(), kind));
                keys.len() - 1
            });
            calls.push((number, to));
        }
        let mut call = scripts::RESTORE.key(self.keys.queues());
        for (key, _) in &keys {
            call.key(key);
        }
        call.arg(if only_asked { "1" } else { "" });
        for (_, kind) in &keys {
            call.arg(*kind);
        }
        for (number, to) in &calls {
            // Lua counts from 1, and the first key is that of the names.
            call.arg(number + 2)
                .arg(to.command())
                .arg(&to.detail)
                .arg(to.raw);
        }
        let answers: Vec<u8> = if calls.is_empty() {
            Vec::new()
        } else {
            self.admin.change(&call).await?
        };
        let mut answers = answers.into_iter();
        put.extend(
            entries
                .iter()
                .map(|entry| !matches!(entry, Destination::Nowhere) && answers.next() == Some(1)),
        );
        Ok(())
    }
}
