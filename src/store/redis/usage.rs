//! What a server uses, for benchmarks.

use super::RedisStore;
use crate::store::StoreOptions;
use ::redis::cmd;

/// Processor seconds that the Redis server at this address has used since its start; nothing when there is none, or when it does not
/// tell.
pub async fn redis_cpu_seconds(url: &str) -> Option<f64> {
    let store = RedisStore::connect(url, &StoreOptions::default())
        .await
        .ok()?;
    let info: String = store.admin.read(cmd("INFO").arg("cpu")).await.ok()?;
    let value = |name: &str| -> Option<f64> {
        info.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?
            .trim()
            .parse()
            .ok()
    };
    Some(value("used_cpu_user")? + value("used_cpu_sys")?)
}
