//! Opens a store by its address.

use super::{SharedStore, StoreError, StoreResult};
use std::sync::Arc;

/// How to use a store, beside its address.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// Redis: put before every key, with a colon between (for reading deployments with an old key namespace).
    pub key_prefix: Option<String>,
}

/// Opens the store that `url` names: `redis://`, `rediss://`, `redis+unix://`, `redis-sentinel://` or `sqlite:PATH`.
///
/// A Redis that is not reachable now is no error: it is connected to when it is there. An SQLite file is opened (and made) at once.
///
/// # Errors
/// [`StoreError::Address`] when the address is not understood, [`StoreError::Unusable`] when the SQLite file cannot be used.
pub async fn connect(url: &str, options: &StoreOptions) -> StoreResult<SharedStore> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("redis" | "rediss" | "redis+unix" | "unix" | "redis-sentinel" | "rediss-sentinel") => {
            Ok(Arc::new(super::redis::RedisStore::connect(url, options).await?))
        }
        Some("sqlite") => Ok(Arc::new(super::sqlite::SqliteStore::open(url.trim_start_matches("sqlite:")).await?)),
        _ => Err(StoreError::Address {
            address: url.split('@').next_back().unwrap_or_default().to_owned(),
            reason: "it must begin with `redis://`, `rediss://`, `redis+unix://`, `redis-sentinel://` or `sqlite:`".to_owned(),
        }),
    }
}
