//! Opens a store by its address.

use super::{SharedStore, StoreError, StoreResult};
use std::sync::Arc;

/// How to use a store, beside its address.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// Redis: put before every key, with a colon between (for reading deployments with an old key namespace).
    pub key_prefix: Option<String>,
}

/// Opens the store that `url` names: `redis://`, `rediss://`, `redis+unix://`, `redis-sentinel://`, `rediss-sentinel://` or `sqlite:PATH`.
///
/// A Redis that is not reachable now is no error: it is connected to when it is there. An SQLite file is opened (and made) at once.
///
/// # Errors
/// [`StoreError::Address`] when the address is not understood, [`StoreError::Unusable`] when the SQLite file cannot be used.
pub async fn connect(url: &str, options: &StoreOptions) -> StoreResult<SharedStore> {
    let url = url.trim();
    match url.split_once(':') {
        Some((
            "redis" | "rediss" | "redis+unix" | "unix" | "valkey" | "valkeys" | "valkey+unix"
            | "redis-sentinel" | "rediss-sentinel",
            _,
        )) => Ok(Arc::new(
            super::redis::RedisStore::connect(url, options).await?,
        )),
        Some(("sqlite", path)) => Ok(Arc::new(super::sqlite::SqliteStore::open(path).await?)),
        _ => Err(StoreError::Address {
            address: super::redis::shown_unparsed(url),
            reason:
                "it must begin with `redis://`, `rediss://`, `redis+unix://`, `redis-sentinel://` or `sqlite:`"
                    .to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{StoreOptions, connect};

    #[tokio::test]
    async fn unknown_addresses_say_what_to_write_and_hold_no_password() {
        for url in ["postgres://user:secret@host/db", "secret", "", "/a/path"] {
            let error = connect(url, &StoreOptions::default()).await.unwrap_err();
            let text = error.to_string();
            assert!(text.contains("`sqlite:`"), "{text}");
            assert!(url == "secret" || !text.contains("secret"), "{text}");
        }
    }
}
