//! Jobs in progress of processes that have no heartbeat any more: nobody runs them, and nobody has put them back yet.

use super::{RedisStore, scripts, turns::decode};
use crate::{
    job::{self, Job},
    model::{RunningJob, Timestamp},
    store::{SHOWN_ORPHANS, SLICE_BYTES, StoreError, StoreResult},
};
use bytes::Bytes;

impl RedisStore {
    /// Some of them, a few hundred at most, by process and in the order of their fetch.
    pub(super) async fn owner_gone(&self) -> StoreResult<Vec<RunningJob>> {
        let mut call = scripts::OWNER_GONE.key(self.keys.progress_processes());
        call.arg(self.keys.prefix())
            .arg(SHOWN_ORPHANS)
            .arg(SLICE_BYTES);
        let rows: Vec<(Bytes, Bytes, Bytes)> = match self.admin.read(&call).await {
            Ok(rows) => rows,
            // A user who may not look into Jobdeck's own keys still sees what runs.
            Err(error @ StoreError::Unusable { .. }) => {
                tracing::debug!(%error, "jobs of processes that are gone cannot be shown");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(rows
            .iter()
            .map(|(identity, lease, value)| orphan(identity, lease, value))
            .collect())
    }
}

fn orphan(identity: &[u8], lease: &[u8], value: &Bytes) -> RunningJob {
    let (queue, raw) = decode(value).unwrap_or_default();
    RunningJob {
        owner_gone: true,
        ..job::running(
            &String::from_utf8_lossy(identity),
            &String::from_utf8_lossy(lease),
            &queue,
            &Job::new(raw),
            Timestamp(0),
        )
    }
}
