//! What whoever asks is limited to: looked at here, for all that is read or changed through the door.
//!
//! A job is of the queue in which it stands, in a set of the one that it names ([`Job::is_within`]). What is beyond the limit is not told of:
//! lists and searches leave it out, a look-up finds nothing, and a queue that is named is refused.

use super::{Admin, AdminError, AdminResult};
use crate::job::Job;
use crate::model::{EntryId, Limit, Operation, Overview, Place, ProcessInfo, Right, RunningJob};
use crate::store::{Destination, StoredEntry, Target};
use bytes::Bytes;

impl Admin {
    /// The queues that whoever asks is limited to.
    #[must_use]
    pub fn limit(&self) -> &Limit {
        &self.actor.scope.queues
    }

    /// Why whoever asks has not this right.
    pub(super) fn lacking(&self, right: Right) -> AdminError {
        let role = self.actor.role;
        if role.may(right) {
            let words = right.words();
            self.beyond(&format!("whoever is limited may not {words}"))
        } else {
            AdminError::Forbidden { role, right }
        }
    }

    /// Refuses a queue that whoever asks is not limited to.
    pub(super) fn require_queue(&self, queue: &str) -> AdminResult<()> {
        if self.limit().includes(queue) {
            return Ok(());
        }
        Err(self.beyond(&format!("`{queue}` is none of them")))
    }

    /// Refuses a place that is such a queue. Sets are everybody's; of their jobs each has a queue.
    pub(super) fn require_place(&self, place: &Place) -> AdminResult<()> {
        place
            .queue_name()
            .map_or(Ok(()), |queue| self.require_queue(queue))
    }

    /// Refuses entries that stand in such a queue.
    pub(super) fn require_entries(&self, entries: &[EntryId]) -> AdminResult<()> {
        let mut places = entries.iter().map(|entry| &entry.place);
        places.try_for_each(|place| self.require_place(place))
    }

    /// It is beyond the limit.
    fn beyond(&self, what: &str) -> AdminError {
        AdminError::Beyond(format!(
            "you are limited to queues: {}; {what}",
            self.limit()
        ))
    }

    /// Whether an entry is within the limit.
    pub(super) fn is_within(&self, entry: &StoredEntry) -> bool {
        is_within(entry, self.limit())
    }

    /// Whether what runs is.
    pub(super) fn runs_within(&self, run: &RunningJob) -> bool {
        self.limit().includes(&run.queue)
    }

    /// Whether an operation is: whoever began it was limited to no other queues. What it tells, and what can be done to it, is about all of
    /// its jobs.
    pub(super) fn covers(&self, operation: &Operation) -> bool {
        self.limit().covers(&operation.plan.limit)
    }
}

/// Whether an entry is within a limit.
pub(super) fn is_within(entry: &StoredEntry, limit: &Limit) -> bool {
    // Most have none, and it costs to read a job.
    limit.is_none() || Job::new(entry.raw.clone()).is_within(&entry.id.place, limit)
}

/// Why a job may not go there, or become that, if it would be beyond the limit then: a change of what is within leads to nothing that is not.
pub(super) fn refuse_beyond(
    here: &Place,
    job: &Job,
    to: &Target,
    limit: &Limit,
) -> Result<(), String> {
    match to {
        Target::Away(to) => refuse_going(job, to, limit),
        Target::Here(raw) => refuse_becoming(job, here, raw, limit),
    }
}

/// The same for one that goes elsewhere.
pub(super) fn refuse_going(job: &Job, to: &Destination, limit: &Limit) -> Result<(), String> {
    match to {
        Destination::Nowhere => Ok(()),
        Destination::Set { set, raw, .. } => refuse_becoming(job, &Place::Set(*set), raw, limit),
        Destination::Queue { name, raw, .. } => {
            refuse_becoming(job, &Place::Queue(name.clone()), raw, limit)
        }
    }
}

fn refuse_becoming(job: &Job, place: &Place, raw: &Bytes, limit: &Limit) -> Result<(), String> {
    if limit.is_none() {
        return Ok(());
    }
    let new = Job::new(raw.clone());
    let named = new.queue();
    let is_same = named == job.queue();
    let is_named_within = named.as_deref().is_some_and(|name| limit.includes(name));
    if new.is_within(place, limit) && (is_same || is_named_within) {
        return Ok(());
    }
    let queue = named.or_else(|| place.queue_name().map(str::to_owned));
    let queue = queue.map_or_else(|| "no queue".to_owned(), |queue| format!("queue `{queue}`"));
    Err(format!(
        "it would be a job of {queue} then, which is beyond the limit ({limit})"
    ))
}

/// Refuses a job that is to be put there, and is not within the limit, or names a queue that is not.
pub(super) fn refuse_new(to: &Destination, limit: &Limit) -> Result<(), String> {
    if limit.is_none() {
        return Ok(());
    }
    let (place, raw) = match to {
        Destination::Nowhere => return Ok(()),
        Destination::Set { set, raw, .. } => (Place::Set(*set), raw),
        Destination::Queue { name, raw, .. } => (Place::Queue(name.clone()), raw),
    };
    let job = Job::new(raw.clone());
    let named = job.queue();
    if job.is_within(&place, limit) && named.as_deref().is_none_or(|name| limit.includes(name)) {
        return Ok(());
    }
    Err(format!(
        "its queue is beyond the limit ({limit}), or it names none"
    ))
}

/// The numbers without other queues. Totals of sets and of what was run stay: they are numbers of the whole store.
pub(crate) fn narrow_overview(overview: &mut Overview, limit: &Limit) {
    if limit.is_none() {
        return;
    }
    overview.queues.retain(|queue| limit.includes(&queue.name));
    overview.enqueued = overview.queues.iter().map(|queue| queue.size).sum();
}

/// The processes that fetch from queues within the limit, without the other ones.
pub(super) fn narrow_processes(processes: &mut Vec<ProcessInfo>, limit: &Limit) {
    if limit.is_none() {
        return;
    }
    for process in processes.iter_mut() {
        process.queues.retain(|(name, _)| limit.includes(name));
        for (_, _, queues) in &mut process.capsules {
            queues.retain(|name| limit.includes(name));
        }
        process.capsules.retain(|(_, _, queues)| !queues.is_empty());
    }
    processes.retain(|process| !process.queues.is_empty());
}
