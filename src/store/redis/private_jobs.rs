//! Jobs in flight in another system: Sidekiq Pro's `super_fetch` keeps them in private lists of each process.

use super::{RedisStore, scripts};
use crate::{
    job::{self, Job},
    model::{RunningJob, Timestamp},
    store::{SLICE_BYTES, StoreError, StoreResult},
};
use bytes::Bytes;
use std::collections::HashSet;

/// What a private list is called: its name may stand among the queues, but it is none.
pub(super) const PRIVATE: &str = "sq|";

/// Most lists that are looked at: as many as processes times queues.
const MOST_LISTS: usize = 10_000;

/// Most jobs that are answered.
const MOST_JOBS: usize = 500;

/// A job that a process of another system has fetched and not let go, and that waits in a list of its own meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateJob {
    /// The process's identity.
    pub owner: String,
    /// The queue that it was fetched from.
    pub queue: String,
    /// The stored bytes.
    pub raw: Bytes,
    /// Whether the process has a heartbeat. The jobs of one that has none are put back by its own system, when one of its processes
    /// starts the next time.
    pub owner_lives: bool,
}

impl RedisStore {
    /// Some hundred jobs that processes of other systems have in flight, by process and queue, those first that were fetched first. None
    /// where the user may not read what names these processes.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn private_jobs(&self) -> StoreResult<Vec<PrivateJob>> {
        let mut call = scripts::PRIVATE_JOBS.key(self.keys.super_processes());
        call.key(self.keys.queues())
            .arg(self.keys.prefix())
            .arg(MOST_LISTS)
            .arg(MOST_JOBS)
            .arg(SLICE_BYTES);
        let rows: Vec<(Bytes, Bytes, u8, Bytes)> = match self.admin.read(&call).await {
            Ok(rows) => rows,
            Err(error @ StoreError::Unusable { .. }) => {
                tracing::debug!(%error, "what other systems have in flight cannot be read");
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let mut jobs: Vec<PrivateJob> = rows
            .into_iter()
            .map(|(owner, queue, lives, raw)| PrivateJob {
                owner: text(&owner),
                queue: text(&queue),
                raw,
                owner_lives: lives == 1,
            })
            .collect();
        // Stable: the order within a list is kept.
        jobs.sort_by(|one, other| (&one.owner, &one.queue).cmp(&(&other.owner, &other.queue)));
        Ok(jobs)
    }

    /// The same as running jobs, without those that `running` has already, from what their processes tell.
    pub(super) async fn private_rows(
        &self,
        running: &[RunningJob],
    ) -> StoreResult<Vec<RunningJob>> {
        let jobs = self.private_jobs().await?;
        let told: HashSet<(&str, &str)> = running.iter().map(name).collect();
        let rows = jobs.into_iter().zip(1_usize..).map(|(private, number)| {
            // A list has no threads; but two rows of a process must be told apart.
            let thread = format!("sq{number}");
            let payload = Job::new(private.raw);
            let (owner, queue) = (&private.owner, &private.queue);
            RunningJob {
                foreign: true,
                owner_gone: !private.owner_lives,
                ..job::running(owner, &thread, queue, &payload, Timestamp(0))
            }
        });
        Ok(rows.filter(|row| !told.contains(&name(row))).collect())
    }
}

/// Which job of which process it is: by its jid, or by its bytes if it has none.
fn name(run: &RunningJob) -> (&str, &str) {
    let job = if run.jid.is_empty() {
        &run.payload
    } else {
        &run.jid
    };
    (&run.process, job)
}
