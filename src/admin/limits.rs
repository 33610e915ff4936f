//! What whoever asks is limited to: looked at here, for all that is read or changed through the door.
//!
//! A job is of the queue in which it stands, in a set of the one that it names ([`Job::is_within`]). What is beyond the limit is not told of:
//! lists and searches leave it out, a look-up finds nothing, and a queue that is named is refused.

use super::{Admin, AdminError, AdminResult};
use crate::job::Job;
use crate::model::{
    Cursor, EntryId, Limit, Operation, Overview, Place, ProcessInfo, Right, RunningJob,
};
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

    /// A cursor for who is limited: a list is read on behind entries that are another's, and nothing of those may be in it, or be asked by it.
    pub(super) fn blind(&self, cursor: Cursor) -> Cursor {
        if self.limit().is_none() {
            cursor
        } else {
            self.store.blind(cursor)
        }
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
    refuse_retrying(Some(job), &new, limit)?;
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

/// Refuses a job that would be tried again in another queue; one that `old` would be tried in already may stay.
pub(super) fn refuse_retrying(old: Option<&Job>, new: &Job, limit: &Limit) -> Result<(), String> {
    const FIELD: &str = "retry_queue";
    let Some(value) = new.field(FIELD).filter(|_| !limit.is_none()) else {
        return Ok(());
    };
    let is_as_before = old.is_some_and(|old| old.field(FIELD) == Some(value));
    let is_within = match new.string(FIELD) {
        Some(queue) => queue.is_empty() || limit.includes(&queue),
        None => value == "null",
    };
    if is_as_before || is_within {
        return Ok(());
    }
    Err(format!(
        "it would be tried again in another queue (`{FIELD}` is {value}), which is beyond the limit ({limit})"
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
    refuse_retrying(None, &job, limit)?;
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

#[cfg(test)]
mod tests {
    use super::{refuse_new, refuse_retrying};
    use crate::job::Job;
    use crate::model::{Limit, NamePattern, Set};
    use crate::store::Destination;

    fn mail() -> Limit {
        Limit::to([NamePattern::new("mail*").unwrap()])
    }

    fn retried_in(value: &str) -> Job {
        Job::new(format!(
            r#"{{"class":"A","jid":"1","queue":"mail","retry_queue":{value}}}"#
        ))
    }

    #[test]
    fn nothing_is_to_be_tried_again_beyond_the_limit() {
        for (value, is_refused) in [
            (r#""mail_slow""#, false),
            (r#""""#, false),
            ("null", false),
            (r#""photos""#, true),
            (r#""mail","retry_queue":"photos""#, true),
            (r#""ph\u006ftos""#, true),
            ("1", true),
        ] {
            let job = retried_in(value);
            let refused = refuse_retrying(None, &job, &mail());
            assert_eq!(refused.is_err(), is_refused, "{value}: {refused:?}");
            assert!(refuse_retrying(None, &job, &Limit::none()).is_ok());
            // What it was in before, it may stay in.
            assert!(refuse_retrying(Some(&job), &job, &mail()).is_ok());
            let to = Destination::Set {
                set: Set::Retries,
                score: 1.0,
                raw: job.raw().clone(),
            };
            assert_eq!(refuse_new(&to, &mail()).is_err(), is_refused, "{value}");
        }
    }
}
