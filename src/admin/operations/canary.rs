//! What became of the few that were tried first.

use super::drive::Drive;
use crate::admin::limits::is_within;
use crate::job::Job;
use crate::model::{Canary, Set};
use crate::store::{SharedStore, StoreResult};
use std::{collections::HashSet, time::Duration};

/// How long one job is looked for.
const BUDGET: Duration = Duration::from_secs(2);

/// Job ids that a message names at most.
const NAMED: usize = 10;

/// Whether the operation goes on.
pub(super) enum Verdict {
    GoOn,
    /// Why not, and which of them have failed again.
    Stop(String),
}

impl Drive<'_> {
    /// A job that is nowhere any more has succeeded; one that is in the retry or dead set has failed again; one that still waits or runs has
    /// not succeeded yet.
    pub(super) async fn verdict(&self, canary: Canary) -> StoreResult<Verdict> {
        let store = self.admin.store();
        let mut running = running(store).await?;
        let mut found = Vec::new();
        for jid in &self.mark.tried {
            found.push((jid, store.find_jid(jid, BUDGET).await?));
        }
        // One that waited at first may have begun before its queue was looked at.
        running.extend(self::running(store).await?);
        let (mut failed, mut unfinished) = (Vec::new(), 0);
        for (jid, found) in found {
            let again = found
                .entries
                .iter()
                // Another's job of the same id is not told of.
                .filter(|entry| is_within(entry, &self.plan.limit))
                .find(|entry| matches!(entry.id.place.set(), Some(Set::Retries | Set::Dead)));
            if let Some(entry) = again {
                let job = Job::new(entry.raw.clone());
                failed.push((jid.as_str(), job.string("error_class").unwrap_or_default()));
            } else if !found.entries.is_empty()
                || running.contains(jid)
                || found.scanned < found.total
            {
                unfinished += 1;
            }
        }
        let tried = self.mark.tried.len();
        let succeeded = tried - failed.len() - unfinished;
        let needed = usize::try_from(canary.percent).unwrap_or(100);
        if succeeded * 100 >= needed * tried {
            return Ok(Verdict::GoOn);
        }
        Ok(Verdict::Stop(message(
            succeeded, tried, canary, &failed, unfinished,
        )))
    }
}

/// Ids of the jobs that run.
async fn running(store: &SharedStore) -> StoreResult<HashSet<String>> {
    let running = store.running().await?;
    Ok(running.into_iter().map(|job| job.jid).collect())
}

fn message(
    succeeded: usize,
    tried: usize,
    canary: Canary,
    failed: &[(&str, String)],
    unfinished: usize,
) -> String {
    let mut message = format!(
        "stopped: of the first {tried} jobs {succeeded} have succeeded within {} s, {} % were wanted",
        canary.wait_seconds, canary.percent
    );
    if unfinished > 0 {
        message.push_str(&format!("; {unfinished} have not ended yet"));
    }
    if !failed.is_empty() {
        message.push_str("; failed again: ");
        let named: Vec<String> = failed
            .iter()
            .take(NAMED)
            .map(|(jid, error)| format!("{jid} ({error})"))
            .collect();
        message.push_str(&named.join(", "));
        if failed.len() > NAMED {
            message.push_str(&format!(" and {} more", failed.len() - NAMED));
        }
    }
    message
}
