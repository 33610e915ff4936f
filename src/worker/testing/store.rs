//! A store for one test.

use crate::{
    client::Client,
    store::{SharedStore, StoreError, StoreOptions, StoreResult, connect},
};
use std::fmt;
use tempfile::TempDir;

/// A store of a test's own, empty at first: an SQLite file in a new folder of the system's for temporary files, removed with this value.
pub struct TestStore {
    store: SharedStore,
    client: Client,
    /// Removed when dropped.
    _folder: TempDir,
}

impl TestStore {
    /// A new one.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when there can be no such file.
    pub async fn new() -> StoreResult<Self> {
        let folder = tempfile::Builder::new()
            .prefix("jobdeck-test-")
            .tempdir()
            .map_err(|error| StoreError::Unusable {
                address: "a store for tests".to_owned(),
                reason: format!("there can be no folder for it: {error}"),
            })?;
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        let store = connect(&url, &StoreOptions::default()).await?;
        Ok(Self {
            client: Client::new(store.clone()),
            store,
            _folder: folder,
        })
    }

    /// The store, as [`crate::Worker::builder`] takes it.
    #[must_use]
    pub fn shared(&self) -> SharedStore {
        self.store.clone()
    }

    /// A client that enqueues jobs in it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl fmt::Debug for TestStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TestStore")
    }
}
