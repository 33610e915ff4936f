//! Connections for reading: reads wait neither for each other nor for writes.

use super::{
    connection,
    failure::{self, PATIENCE},
    location::Location,
};
use crate::store::{StoreError, StoreResult, cost::Meter};
use rusqlite::Connection;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// Reads at a time.
const CONNECTIONS: usize = 4;

/// A few connections, opened when they are needed first.
#[derive(Debug)]
pub(super) struct Readers {
    location: Location,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    meter: Arc<Meter>,
}

impl Readers {
    pub(super) fn new(location: Location, meter: Arc<Meter>) -> Self {
        Self {
            location,
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
            idle: Arc::default(),
            meter,
        }
    }

    /// Runs `work` on one state of the file: what is written meanwhile is not seen.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        let unavailable = |reason: &str| StoreError::Unavailable {
            address: self.location.address.clone(),
            reason: reason.to_owned(),
        };
        let answer = async {
            let permit = Arc::clone(&self.permits)
                .acquire_owned()
                .await
                .map_err(|_| unavailable("it is being closed"))?;
            let location = self.location.clone();
            let idle = Arc::clone(&self.idle);
            let result = spawn_blocking(move || {
                // Held until the connection is back, also when nobody waits for the answer any more.
                let _permit = permit;
                let waiting = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let connection = match waiting {
                    Some(connection) => connection,
                    None => connection::open_reader(&location)?,
                };
                let value = {
                    let transaction = connection.unchecked_transaction()?;
                    work(&transaction)?
                };
                idle.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
                Ok(value)
            });
            match result.await {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(error)) => Err(failure::running(&self.location.address, &error)),
                Err(_) => Err(unavailable("reading it failed unexpectedly")),
            }
        };
        let asked = self.meter.ask(1);
        let answer = timeout(PATIENCE, answer)
            .await
            .unwrap_or_else(|_| Err(unavailable("the disk did not answer in time")));
        asked.answered(answer)
    }
}
