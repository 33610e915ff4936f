//! `[store]`: where the jobs are.

use crate::store::StoreOptions;
use serde::Deserialize;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Where the jobs are: `[store]`.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Address (`store.url`, `JOBDECK_STORE`, else `REDIS_URL`, `--store`): `sqlite:PATH`, `redis://`, `rediss://`, `redis+unix://` or
    /// `redis-sentinel://`, with user and password if need be. Default: `sqlite:jobdeck.db`.
    pub url: String,
    /// A file that holds the address, in place of `url`, to keep a password out of flags and environment (`store.url_file`, `JOBDECK_STORE_FILE`).
    pub url_file: Option<PathBuf>,
    /// Redis: the old key namespace, which stands before every key with a colon (`store.key_prefix`, `JOBDECK_KEY_PREFIX`, `--key-prefix`). Default: none.
    pub key_prefix: Option<String>,
    /// How the times of jobs are written (`store.time_unit`, `JOBDECK_TIME_UNIT`): `seconds` (Sidekiq 6 and 7; every version reads them right),
    /// `milliseconds` (Sidekiq 8) or `auto`: milliseconds when every process that is alive is a Sidekiq 8 or newer. Default: `auto`.
    pub time_unit: TimeUnitChoice,
}

/// How the times of jobs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnitChoice {
    /// As the processes that are alive do it.
    #[default]
    Auto,
    /// Seconds with a fraction.
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
}

impl StoreConfig {
    /// The options beside the address.
    #[must_use]
    pub fn options(&self) -> StoreOptions {
        StoreOptions {
            key_prefix: self.key_prefix.clone(),
        }
    }

    /// The address without its user and password, for people to read.
    #[must_use]
    pub fn shown_url(&self) -> String {
        without_secrets(&self.url)
    }

    /// The file of an embedded store.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.url.strip_prefix("sqlite:").map(Path::new)
    }

    /// Whether the jobs are in a file of this program, so that nobody else takes care of them.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.file().is_some()
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: "sqlite:jobdeck.db".to_owned(),
            url_file: None,
            key_prefix: None,
            time_unit: TimeUnitChoice::Auto,
        }
    }
}

/// Without the address's password.
impl fmt::Debug for StoreConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoreConfig")
            .field("url", &self.shown_url())
            .field("url_file", &self.url_file)
            .field("key_prefix", &self.key_prefix)
            .field("time_unit", &self.time_unit)
            .finish()
    }
}

/// An address of a store without what stands before its `@`.
pub(super) fn without_secrets(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => url.to_owned(),
    }
}
