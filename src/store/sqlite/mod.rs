//! The embedded store: one SQLite file, with a write-ahead log.
//!
//! One thread writes ([`writer`]), a few connections read ([`readers`]): a read never waits for a write. Several processes may
//! use the same file on one machine. A change is answered after it is in the file and, unless the address says
//! `?synchronous=normal`, on the disk.
//!
//! Order: in a set by score, then by insertion; in a queue by whole-numbered positions of which no two are the same. Sizes are
//! kept beside the names ([`places`]), so no page counts entries.

mod admin;
mod alerts;
mod audit;
mod change;
mod clock;
mod connection;
mod entries;
mod failure;
mod failures;
mod file;
mod holds;
mod location;
mod log;
mod metrics;
mod operation_step;
mod operations;
mod overview;
mod periodic;
mod places;
mod processes;
mod progress;
mod queues;
mod readers;
mod reports;
mod restore;
mod schema;
mod slices;
#[cfg(test)]
mod tests;
mod totals;
mod worker;
mod writer;

use super::{StoreError, StoreResult, cost::Meter};
use location::Location;
use readers::Readers;
use std::{sync::Arc, thread::JoinHandle};
use tokio::{sync::Notify, task::spawn_blocking};
use writer::Writer;

/// The embedded store: one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    address: String,
    readers: Readers,
    writer: Writer,
    meter: Arc<Meter>,
    /// Told when jobs may have become ready in a queue.
    ready: Notify,
    /// Last, so that it is waited for when the last change has been handed in.
    _thread: WriterThread,
}

impl SqliteStore {
    /// Opens the file, and makes it if it is not there. `path` is what stands behind `sqlite:`, optionally with two slashes in
    /// front and `?synchronous=full` (default: a loss of power loses nothing) or `?synchronous=normal` (it may lose the last
    /// changes; the end of a process never does) behind.
    ///
    /// # Errors
    /// [`StoreError::Address`] when it names no file, [`StoreError::Unusable`] when the file cannot be used: then it is left as it is.
    pub async fn open(path: &str) -> StoreResult<Self> {
        let location = Location::parse(path)?;
        spawn_blocking(move || Self::open_blocking(location))
            .await
            .map_err(|error| StoreError::Unavailable {
                address: format!("sqlite:{path}"),
                reason: format!("opening it failed unexpectedly: {error}"),
            })?
    }

    fn open_blocking(location: Location) -> StoreResult<Self> {
        let connection = connection::open_writer(&location)?;
        let meter = Arc::new(Meter::default());
        let (writer, thread) = Writer::start(connection, &location.address, Arc::clone(&meter))
            .map_err(|error| StoreError::Unavailable {
                address: location.address.clone(),
                reason: format!("its thread cannot be started: {error}"),
            })?;
        Ok(Self {
            address: location.address.clone(),
            readers: Readers::new(location, Arc::clone(&meter)),
            writer,
            meter,
            ready: Notify::new(),
            _thread: WriterThread(Some(thread)),
        })
    }
}

/// Waits for the writing thread, so that the log is folded into the file before the program ends.
#[derive(Debug)]
struct WriterThread(Option<JoinHandle<()>>);

impl Drop for WriterThread {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}
