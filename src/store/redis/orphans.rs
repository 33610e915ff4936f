//! Jobs in progress of processes that are gone.

use super::{RedisStore, moves::Put, scripts, turns::decode};
use crate::{
    job::{Job, digest},
    store::{FetchedJob, Orphan, Rescue, StoreError, StoreResult},
};
use ::redis::{cmd, pipe};
use bytes::Bytes;
use std::{sync::atomic::Ordering, time::Duration};

/// Orphans of one call, and bytes of them.
const MOST: (usize, usize) = (100, 4 << 20);
/// How long a rescue is remembered, seconds: 72 hours.
const REMEMBERED: i64 = 72 * 3_600;
/// Most rescues of a job that are remembered.
const MOST_RESCUES: usize = 20;

impl RedisStore {
    pub(super) async fn find_orphans(
        &self,
        identity: &str,
        grace: Duration,
    ) -> StoreResult<Vec<Orphan>> {
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        let mut call = scripts::ORPHANS.key(self.keys.progress_processes());
        call.key(self.keys.missing_processes())
            .arg(self.keys.prefix())
            .arg(MOST.0)
            .arg(identity)
            .arg(grace_ms)
            .arg(MOST.1)
            .arg(self.first_orphan());
        let rows: Vec<(String, String, Bytes)> = self.worker.change(&call).await?;
        let mut orphans: Vec<Orphan> = rows
            .into_iter()
            .filter_map(|(owner, lease, value)| {
                let Some((queue, raw)) = decode(&value) else {
                    tracing::error!(
                        owner,
                        lease,
                        "a job in progress is not readable and stays where it is"
                    );
                    return None;
                };
                let queue = queue.into();
                let job = FetchedJob { queue, raw, lease };
                let rescues = 0;
                Some(Orphan {
                    owner,
                    job,
                    rescues,
                })
            })
            .collect();
        if orphans.is_empty() {
            return Ok(orphans);
        }
        let mut calls = pipe();
        calls.add_command(cmd("TIME"));
        for orphan in &orphans {
            calls
                .cmd("LRANGE")
                .arg(self.key_of_rescues(orphan))
                .arg(0)
                .arg(-1);
        }
        let (now, times) = self.read_rescues(&calls).await?;
        for (orphan, times) in orphans.iter_mut().zip(times) {
            let recent = times.iter().filter(|time| **time > now - REMEMBERED);
            orphan.rescues = u32::try_from(recent.count()).unwrap_or(u32::MAX);
        }
        Ok(orphans)
    }

    /// Where to begin. With the latest, so that they come back in order; anywhere when some were refused: those must not stand in the
    /// way of the others for ever.
    fn first_orphan(&self) -> u32 {
        if self.refuses_rescues.load(Ordering::Relaxed) {
            rand::random()
        } else {
            0
        }
    }

    async fn read_rescues(&self, calls: &::redis::Pipeline) -> StoreResult<(i64, Vec<Vec<i64>>)> {
        let mut answers: Vec<Vec<i64>> = self.worker.read(calls).await?;
        let now = answers.first().and_then(|time| time.first()).copied();
        answers.drain(..answers.len().min(1));
        Ok((now.unwrap_or_default(), answers))
    }

    /// By its jid; an entry without one is known by its bytes.
    fn key_of_rescues(&self, orphan: &Orphan) -> String {
        let jid = Job::new(orphan.job.raw.clone()).jid();
        let name = jid.filter(|jid| !jid.is_empty() && jid.len() <= 200);
        self.keys
            .rescues(&name.unwrap_or_else(|| digest(&orphan.job.raw)))
    }

    pub(super) async fn rescue_orphans(&self, rescues: &[Rescue]) -> StoreResult<u64> {
        let mut rescued = 0;
        let mut refuses = false;
        for Rescue { orphan, to } in rescues {
            to.check()?;
            let put = Put::new(self, to);
            let Some(destination) = put.key else {
                return Err(StoreError::Invalid(
                    "an orphan goes to a queue or a set, not nowhere".to_owned(),
                ));
            };
            let mut call = scripts::RESCUE.key(self.keys.progress(&orphan.owner));
            call.key(self.keys.process(&orphan.owner))
                .key(self.keys.missing_processes())
                .key(destination)
                .key(self.keys.queues())
                .key(self.key_of_rescues(orphan))
                .arg(&orphan.owner)
                .arg(&orphan.job.lease)
                .arg(put.kind)
                .arg(put.detail)
                .arg(put.raw)
                .arg(REMEMBERED)
                .arg(MOST_RESCUES);
            match self.worker.change::<u64>(&call).await {
                Ok(count) => rescued += count,
                // About this job and its keys, not about the server: the others go on.
                Err(error @ StoreError::Unusable { .. }) => {
                    refuses = true;
                    tracing::warn!(
                        %error,
                        owner = orphan.owner,
                        queue = &*orphan.job.queue,
                        "a job of a process that is gone cannot be put back; it stays where it is and is tried again"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        self.refuses_rescues.store(refuses, Ordering::Relaxed);
        Ok(rescued)
    }
}
