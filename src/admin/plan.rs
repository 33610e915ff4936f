//! What a verb means for an entry: where it goes, and as which bytes.

use crate::job::{Job, TimeUnit, write_time};
use crate::model::{Action, Place, Set, Timestamp, Verb};
use crate::store::{Destination, QueueEnd, StoredEntry};
use rand::RngExt;

/// Where `action` puts an entry, or why it cannot be done.
pub(super) fn plan(
    action: Action,
    entry: &StoredEntry,
    now: Timestamp,
) -> Result<Destination, String> {
    let place = &entry.id.place;
    if !Verb::for_place(place).contains(&action.verb()) {
        return Err(format!(
            "`{}` means nothing for an entry of {place}",
            action.verb().name()
        ));
    }
    let unchanged = |set, at: Timestamp| Destination::Set {
        set,
        score: at.seconds(),
        raw: entry.raw.clone(),
    };
    match action {
        Action::Delete => Ok(Destination::Nowhere),
        Action::Kill => Ok(unchanged(Set::Dead, now)),
        Action::Reschedule { at, spread_seconds } => {
            let spread = rand::rng().random_range(0..=i64::from(spread_seconds) * 1000);
            let set = match place {
                Place::Set(Set::Retries | Set::Dead) => Set::Retries,
                Place::Set(Set::Scheduled) | Place::Queue(_) => Set::Scheduled,
            };
            Ok(unchanged(set, at.plus_milliseconds(spread)))
        }
        Action::Retry | Action::Enqueue => enqueue(action, &Job::new(entry.raw.clone()), now),
    }
}

fn enqueue(action: Action, job: &Job, now: Timestamp) -> Result<Destination, String> {
    if let Some(reason) = job.malformed() {
        return Err(format!("the entry is no job: {reason}"));
    }
    let name = job.queue().ok_or("the entry names no queue")?;
    // In the unit in which the job's other times are written.
    let unit = ["enqueued_at", "created_at"]
        .iter()
        .find_map(|field| job.field(field).and_then(TimeUnit::of))
        .unwrap_or_default();
    let enqueued_at = write_time(now, unit);
    let mut changes = vec![("enqueued_at", enqueued_at.as_str())];
    // A retry by hand does not use up a retry.
    let count = job
        .integer("retry_count")
        .map(|count| count.saturating_sub(1).to_string());
    if action == Action::Retry
        && let Some(count) = &count
    {
        changes.push(("retry_count", count));
    }
    let job = job.edited(&changes).map_err(|error| error.to_string())?;
    Ok(Destination::Queue {
        name,
        raw: job.raw().clone(),
        end: QueueEnd::Last,
    })
}

#[cfg(test)]
mod tests {
    use super::plan;
    use crate::model::{Action, Cursor, EntryId, Place, Set, Timestamp};
    use crate::store::{Destination, QueueEnd, StoredEntry};
    use bytes::Bytes;

    fn entry(place: Place, raw: &'static str) -> StoredEntry {
        StoredEntry {
            id: EntryId {
                place,
                position: 1.0,
                digest: "0".repeat(40),
            },
            raw: Bytes::from_static(raw.as_bytes()),
            cursor: Cursor(String::new()),
        }
    }

    const NOW: Timestamp = Timestamp(1_795_470_000_500);

    #[test]
    fn a_retry_goes_to_its_queue_and_uses_up_no_retry() {
        let raw = r#"{"queue":"low","retry_count":2,"n":1.0,"enqueued_at":1795470698.5}"#;
        let planned = plan(Action::Retry, &entry(Set::Dead.into(), raw), NOW);
        let expected = r#"{"queue":"low","retry_count":1,"n":1.0,"enqueued_at":1795470000.5}"#;
        assert_eq!(
            planned,
            Ok(Destination::Queue {
                name: "low".to_owned(),
                raw: Bytes::from_static(expected.as_bytes()),
                end: QueueEnd::Last
            })
        );
    }

    #[test]
    fn what_is_no_job_can_be_killed_but_not_retried() {
        let broken = entry(Set::Retries.into(), "rubbish");
        assert!(plan(Action::Retry, &broken, NOW).is_err());
        assert!(matches!(
            plan(Action::Kill, &broken, NOW),
            Ok(Destination::Set { set: Set::Dead, raw, .. }) if raw == "rubbish"
        ));
    }

    #[test]
    fn a_verb_that_means_nothing_there_is_refused() {
        assert!(plan(Action::Kill, &entry(Set::Dead.into(), "{}"), NOW).is_err());
        assert!(
            plan(
                Action::Retry,
                &entry(Place::Queue("a".to_owned()), "{}"),
                NOW
            )
            .is_err()
        );
    }
}
