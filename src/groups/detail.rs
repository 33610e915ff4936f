//! One group, with what a bounded number of its entries have in common.

use super::{
    distribution::{Arguments, Values},
    list::shown,
    view::{Both, View},
};
use crate::failures::Signer;
use crate::job::Job;
use crate::model::{
    DeployMark, EntryId, GroupDetail, GroupDigest, GroupSample, IndexState, JobEntry, KeptGroup,
    Limit, Order, Place, Set, TraceLine, Whereabouts,
};
use crate::redaction::Redactor;
use crate::shown;
use crate::store::{SharedStore, Slice, Start, StoreResult};
use std::time::{Duration, Instant};

/// Entries of the group that are looked at.
const SAMPLE: u64 = 200;

/// Entries of each set, of this group and others, that are read for that.
const READ: usize = 5_000;

/// How long each set is read for that.
const BUDGET: Duration = Duration::from_millis(250);

/// Entries that are shown.
const SHOWN: usize = 10;

/// All of one group.
pub(super) fn detail(
    view: &View,
    (digest, both): (GroupDigest, Option<&Both>),
    kept: KeptGroup,
    sample: GroupSample,
    (index, deploy): (IndexState, Option<&DeployMark>),
) -> GroupDetail {
    let now = view.now();
    GroupDetail {
        digest,
        group: both.map(|both| shown(both, &kept, deploy, now)),
        kept,
        entries: view.entries,
        index,
        deploy: deploy.cloned(),
        sample,
        now,
    }
}

/// What a bounded number of a group's entries have in common.
pub(super) async fn sample(
    store: &SharedStore,
    redactor: &Redactor,
    limit: &Limit,
    (digest, both): (GroupDigest, &Both),
) -> StoreResult<GroupSample> {
    let mut sampler = Sampler::new(digest, redactor.clone(), limit.clone());
    for (set, count) in [(Set::Dead, both.dead), (Set::Retries, both.retries)] {
        if count > 0 {
            sampler.read(store, set, &both.group.sample).await?;
        }
    }
    Ok(sampler.sample())
}

/// Takes entries of one group out of what is read.
struct Sampler {
    digest: GroupDigest,
    redactor: Redactor,
    /// Whose entries only are taken: some may have come since the index was made.
    limit: Limit,
    signer: Signer,
    looked_at: u64,
    entries: Vec<JobEntry>,
    trace: Vec<TraceLine>,
    arguments: Arguments,
    attempts: Values,
    hosts: Values,
}

impl Sampler {
    fn new(digest: GroupDigest, redactor: Redactor, limit: Limit) -> Self {
        Self {
            digest,
            redactor,
            limit,
            signer: Signer::default(),
            looked_at: 0,
            entries: Vec::new(),
            trace: Vec::new(),
            arguments: Arguments::default(),
            attempts: Values::default(),
            hosts: Values::default(),
        }
    }

    /// Reads a set from where the group failed last, if that is in it, or from its newest entry.
    async fn read(&mut self, store: &SharedStore, set: Set, sample: &EntryId) -> StoreResult<()> {
        let place = Place::Set(set);
        let mut start = if sample.place == place {
            Start::Score(sample.position)
        } else {
            Start::Edge
        };
        let started = Instant::now();
        let before = self.looked_at;
        let mut read = 0;
        loop {
            let slice = store.slice(&place, &start, Order::Descending, 500).await?;
            read += slice.entries.len();
            let Some(last) = slice.entries.last() else {
                return Ok(());
            };
            start = Start::After(last.cursor.clone());
            let more = slice.more;
            self.take(slice);
            // Half of the sample for each set, so that the second one has its part.
            let is_full = self.looked_at - before >= SAMPLE / 2;
            if !more || is_full || read >= READ || started.elapsed() >= BUDGET {
                return Ok(());
            }
        }
    }

    fn take(&mut self, slice: Slice) {
        for stored in slice.entries {
            let job = Job::new(stored.raw);
            if self.signer.digest(&job, |_| {}) != Some(self.digest)
                || !job.is_within(&stored.id.place, &self.limit)
            {
                continue;
            }
            self.looked_at += 1;
            let open = self.redactor.job(&job).map(Job::new);
            self.arguments.add(open.as_ref().unwrap_or(&job));
            let attempts = job
                .integer("retry_count")
                .map_or(1, |count| count.saturating_add(1));
            self.attempts.add(attempts.to_string());
            // Sidekiq stores none; other writers and middleware do, under these names.
            let host = ["hostname", "host"]
                .iter()
                .find_map(|name| job.string(name));
            if let Some(host) = host {
                self.hosts.add(host);
            }
            if self.trace.is_empty() && job.field("error_backtrace").is_some() {
                let page =
                    shown::location(Whereabouts::Stored, stored.id.clone(), &job, &self.redactor);
                self.trace = page.trace;
            }
            if self.entries.len() < 4 * SHOWN {
                let entry = shown::entry(stored.id, &job, false, &self.redactor);
                self.entries.push(entry);
            }
        }
    }

    fn sample(mut self) -> GroupSample {
        let failed_at = |entry: &JobEntry| entry.retried_at.max(entry.failed_at).or(entry.at);
        self.entries
            .sort_by_key(|entry| std::cmp::Reverse(failed_at(entry)));
        self.entries.truncate(SHOWN);
        GroupSample {
            entries: self.entries,
            trace: self.trace,
            looked_at: self.looked_at,
            arguments: self.arguments.distributions(),
            attempts: self.attempts.distribution("attempts"),
            hosts: self.hosts.distribution("hosts"),
        }
    }
}
