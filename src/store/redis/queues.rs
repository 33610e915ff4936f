//! Queues as a whole.

use super::{RedisStore, failure::server_error, private_jobs::PRIVATE, scripts};
use crate::store::StoreResult;
use ::redis::{FromRedisValue, Pipeline, RedisResult, cmd};
use bytes::Bytes;

impl RedisStore {
    /// The names of all queues, sorted.
    pub(super) async fn queue_names(&self) -> StoreResult<Vec<String>> {
        let names: Vec<Bytes> = self
            .admin
            .read(cmd("SMEMBERS").arg(self.keys.queues()))
            .await?;
        Ok(shown_names(&names))
    }

    /// The answers to a pipeline of commands on single keys; the default for a key of another type, which somebody else has put there.
    pub(super) async fn lenient<T: FromRedisValue + Default>(
        &self,
        commands: &mut Pipeline,
    ) -> StoreResult<Vec<T>> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let replies: Vec<RedisResult<T>> = self.admin.read(commands.ignore_errors()).await?;
        replies
            .into_iter()
            .map(|reply| match reply {
                Ok(value) => Ok(value),
                Err(error) if server_error(&error).is_some_and(|(code, _)| code == "WRONGTYPE") => {
                    Ok(T::default())
                }
                Err(error) => Err(self.admin.failure(&error)),
            })
            .collect()
    }

    pub(super) async fn pause(&self, queue: &str, paused: bool) -> StoreResult<()> {
        let command = if paused { "SADD" } else { "SREM" };
        self.admin
            .change(cmd(command).arg(self.keys.paused()).arg(queue))
            .await
    }

    pub(super) async fn clear(&self, queue: &str) -> StoreResult<u64> {
        let mut call = scripts::CLEAR_QUEUE.key(self.keys.queue(queue));
        call.key(self.keys.queues()).arg(queue);
        self.admin.change(&call).await
    }
}

/// The names of queues as text, sorted, without other workers' private lists.
pub(super) fn shown_names(names: &[Bytes]) -> Vec<String> {
    let mut names: Vec<String> = names
        .iter()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .filter(|name| !name.is_empty() && !name.starts_with(PRIVATE))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
