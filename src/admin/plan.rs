//! What a verb means for an entry: where it goes, and as which bytes.
//!
//! As Sidekiq's API does it, but for three things: what could not be run is refused before it is taken out (Sidekiq takes it out, fails,
//! and it is lost); only the fields that change are written, the rest keeps its bytes; the dead set is not trimmed, since the limits are
//! the deployment's and not ours.

use super::limits::refuse_going;
use crate::job::{Job, TimeUnit, write_time};
use crate::model::{Action, Limit, Place, Set, Timestamp, Verb};
use crate::store::{Destination, QueueEnd, StoredEntry};
use rand::RngExt;

/// The queue of a job that names none, as in Sidekiq's client.
const DEFAULT_QUEUE: &str = "default";

/// Says for each entry what an action does to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planner {
    /// What is done.
    pub(super) action: Action,
    /// The store's clock.
    pub(super) now: Timestamp,
    /// How the processes write times; if nobody knows, a job's new time is written as its others are.
    pub(super) fleet_unit: Option<TimeUnit>,
}

impl Planner {
    /// Where the entry goes, or why it stays: no job goes beyond the limit.
    pub(super) fn plan(&self, entry: &StoredEntry, limit: &Limit) -> Result<Destination, String> {
        self.plan_within(entry, &Job::new(entry.raw.clone()), limit)
    }

    /// As `plan`, of an entry that has been read already.
    pub(super) fn plan_within(
        &self,
        entry: &StoredEntry,
        job: &Job,
        limit: &Limit,
    ) -> Result<Destination, String> {
        let to = self.plan_read(entry, job)?;
        refuse_going(job, &to, limit)?;
        Ok(to)
    }

    /// The same wherever that is, for who looks at the limit itself.
    pub(super) fn plan_read(&self, entry: &StoredEntry, job: &Job) -> Result<Destination, String> {
        let place = &entry.id.place;
        let possible = Verb::for_place(place);
        if !possible.contains(&self.action.verb()) {
            let possible: Vec<&str> = possible.iter().map(|verb| verb.name()).collect();
            return Err(format!(
                "`{}` means nothing for an entry of `{place}`; possible there: {}",
                self.action.verb().name(),
                possible.join(", ")
            ));
        }
        match self.action {
            Action::Delete => Ok(Destination::Nowhere),
            Action::Kill => Ok(unchanged(entry, Set::Dead, self.now)),
            Action::Reschedule { at, spread_seconds } => {
                if !(Timestamp(0)..Timestamp::YEAR_10000).contains(&at) {
                    return Err(
                        "the time to reschedule it for must be in the years 1970 to 9999"
                            .to_owned(),
                    );
                }
                let set = match place {
                    Place::Set(Set::Retries | Set::Dead) => Set::Retries,
                    Place::Set(Set::Scheduled) | Place::Queue(_) => Set::Scheduled,
                };
                Ok(unchanged(entry, set, spread(at, spread_seconds)))
            }
            Action::Retry | Action::Enqueue => self.enqueue(job),
        }
    }

    /// To its queue, behind all others.
    fn enqueue(&self, job: &Job) -> Result<Destination, String> {
        let name = runnable_in(job)?;
        let unit = self.fleet_unit.unwrap_or_else(|| own_unit(job));
        let enqueued_at = write_time(self.now, unit);
        let mut changes = vec![("enqueued_at", enqueued_at.as_str())];
        // A retry by hand does not use up a retry: the worker will add the one that is taken off.
        let count = match self.action {
            Action::Retry => job.integer("retry_count"),
            _ => None,
        }
        .map(|count| count.saturating_sub(1).to_string());
        if let Some(count) = &count {
            changes.push(("retry_count", count));
        }
        let job = job.edited(&changes).map_err(|error| error.to_string())?;
        Ok(Destination::Queue {
            name,
            raw: job.raw().clone(),
            end: QueueEnd::Last,
        })
    }
}

/// Into a set with the bytes as they are.
fn unchanged(entry: &StoredEntry, set: Set, at: Timestamp) -> Destination {
    Destination::Set {
        set,
        score: at.seconds(),
        raw: entry.raw.clone(),
    }
}

/// A random time from `at` on.
fn spread(at: Timestamp, seconds: u32) -> Timestamp {
    at.plus_milliseconds(rand::rng().random_range(0..=i64::from(seconds) * 1000))
}

/// The queue of a job that a worker can run, or why it is none: what Sidekiq's client checks before it enqueues.
fn runnable_in(job: &Job) -> Result<String, String> {
    if let Some(reason) = job.malformed() {
        return Err(format!("the entry is no job: {reason}"));
    }
    if job.class().is_none_or(|class| class.trim().is_empty()) {
        return Err("it names no class (`class`), so no worker can run it".to_owned());
    }
    if !job.field("args").is_some_and(|args| args.starts_with('[')) {
        return Err("its arguments (`args`) are no array, so no worker can run it".to_owned());
    }
    match job.field("queue") {
        None => Ok(DEFAULT_QUEUE.to_owned()),
        Some(written) => job
            .queue()
            .ok_or_else(|| format!("its queue (`queue`) is no name: {written}")),
    }
}

/// The unit in which the job's other times are written.
fn own_unit(job: &Job) -> TimeUnit {
    ["enqueued_at", "created_at"]
        .iter()
        .find_map(|field| job.field(field).and_then(TimeUnit::of))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Planner;
    use crate::job::TimeUnit;
    use crate::model::{Action, Cursor, EntryId, Limit, Place, Set, Timestamp};
    use crate::store::{Destination, QueueEnd, StoredEntry};
    use bytes::Bytes;

    const NOW: Timestamp = Timestamp(1_795_470_000_500);

    fn plan(action: Action, place: impl Into<Place>, raw: &str) -> Result<Destination, String> {
        plan_for(None, action, place, raw)
    }

    fn plan_for(
        fleet_unit: Option<TimeUnit>,
        action: Action,
        place: impl Into<Place>,
        raw: &str,
    ) -> Result<Destination, String> {
        let entry = StoredEntry {
            id: EntryId {
                place: place.into(),
                position: 1.0,
                digest: "0".repeat(40),
            },
            raw: Bytes::copy_from_slice(raw.as_bytes()),
            cursor: Cursor(String::new()),
        };
        let planner = Planner {
            action,
            now: NOW,
            fleet_unit,
        };
        planner.plan(&entry, &Limit::none())
    }

    fn into_queue(name: &str, raw: &str) -> Result<Destination, String> {
        Ok(Destination::Queue {
            name: name.to_owned(),
            raw: Bytes::copy_from_slice(raw.as_bytes()),
            end: QueueEnd::Last,
        })
    }

    #[test]
    fn a_retry_goes_to_its_queue_and_uses_up_no_retry() {
        let raw = r#"{"class":"A","args":[ ],"queue":"low","retry_count":2,"n":1.0,"enqueued_at":1795470698.5}"#;
        let retried = r#"{"class":"A","args":[ ],"queue":"low","retry_count":1,"n":1.0,"enqueued_at":1795470000.5}"#;
        for set in [Set::Dead, Set::Retries] {
            assert_eq!(plan(Action::Retry, set, raw), into_queue("low", retried));
        }
        let raw = r#"{"class":"A","args":[],"retry_count":0}"#;
        let retried = r#"{"class":"A","args":[],"retry_count":-1,"enqueued_at":1795470000.5}"#;
        assert_eq!(
            plan(Action::Retry, Set::Dead, raw),
            into_queue("default", retried)
        );
    }

    #[test]
    fn enqueueing_leaves_the_count_of_retries_alone() {
        let raw = r#"{"class":"A","args":[],"queue":"low","retry_count":2}"#;
        let enqueued =
            r#"{"class":"A","args":[],"queue":"low","retry_count":2,"enqueued_at":1795470000.5}"#;
        assert_eq!(
            plan(Action::Enqueue, Set::Scheduled, raw),
            into_queue("low", enqueued)
        );
    }

    #[test]
    fn times_are_written_as_the_fleet_reads_them_else_as_the_job_has_them() {
        let job = |time: &str| {
            format!(
                r#"{{"class":"A","args":[],"queue":"low","created_at":5.5,"enqueued_at":{time}}}"#
            )
        };
        let (seconds, milliseconds) = ("1795470000.5", "1795470000500");
        for (fleet, stored, written) in [
            (None, "1795470698.5", seconds),
            (None, "1795470698500", milliseconds),
            (None, "1795470698", seconds),
            (None, "null", seconds),
            (Some(TimeUnit::Seconds), "1795470698500", seconds),
            (Some(TimeUnit::Milliseconds), "1795470698.5", milliseconds),
        ] {
            assert_eq!(
                plan_for(fleet, Action::Retry, Set::Retries, &job(stored)),
                into_queue("low", &job(written)),
                "{fleet:?} {stored}"
            );
        }
    }

    #[test]
    fn what_no_worker_could_run_stays_where_it_is_but_can_be_killed() {
        for (raw, part) in [
            ("rubbish", "no job"),
            ("[]", "no job"),
            ("{}", "`class`"),
            (r#"{"class":5,"args":[]}"#, "`class`"),
            (r#"{"class":" ","args":[]}"#, "`class`"),
            (r#"{"class":"A"}"#, "`args`"),
            (r#"{"class":"A","args":null}"#, "`args`"),
            (r#"{"class":"A","args":[],"queue":5}"#, "`queue`"),
            (r#"{"class":"A","args":[],"queue":""}"#, "`queue`"),
        ] {
            let refused = plan(Action::Retry, Set::Retries, raw).unwrap_err();
            assert!(refused.contains(part), "{raw}: {refused}");
            assert_eq!(
                plan(Action::Kill, Set::Retries, raw),
                Ok(Destination::Set {
                    set: Set::Dead,
                    score: NOW.seconds(),
                    raw: Bytes::copy_from_slice(raw.as_bytes())
                })
            );
        }
    }

    #[test]
    fn a_verb_that_means_nothing_there_is_refused_and_says_what_is_possible() {
        let refused = plan(Action::Kill, Set::Dead, "{}").unwrap_err();
        assert!(
            refused.contains("`kill`") && refused.contains("retry, reschedule, delete"),
            "{refused}"
        );
        assert!(plan(Action::Retry, Place::Queue("a".to_owned()), "{}").is_err());
        assert!(plan(Action::Retry, Set::Scheduled, "{}").is_err());
        assert!(plan(Action::Enqueue, Set::Retries, "{}").is_err());
    }

    #[test]
    fn a_spread_stays_within_its_bounds() {
        for _ in 0..1000 {
            let action = Action::Reschedule {
                at: NOW,
                spread_seconds: 60,
            };
            let Ok(Destination::Set { set, score, .. }) = plan(action, Set::Dead, "x") else {
                panic!("into a set")
            };
            assert_eq!(set, Set::Retries);
            assert!((NOW.seconds()..=NOW.seconds() + 60.0).contains(&score));
        }
    }

    #[test]
    fn a_time_beyond_all_calendars_is_refused() {
        for at in [Timestamp(-1), Timestamp::YEAR_10000, Timestamp(i64::MAX)] {
            let action = Action::Reschedule {
                at,
                spread_seconds: 0,
            };
            let refused = plan(action, Set::Scheduled, "x").unwrap_err();
            assert!(refused.contains("9999"), "{refused}");
        }
    }
}
