//! Which jobs had not come yet when an operation was confirmed.

use crate::job::Job;
use crate::model::{Place, Set, Timestamp};

/// The times that say what has happened to a job last.
const EVENTS: [&str; 4] = ["retried_at", "failed_at", "enqueued_at", "created_at"];

/// Whether the job came where it is after `before`: it failed, was enqueued or was made later, or died later. A job that says none of
/// that was there.
///
/// The times are the processes' own, `before` is by the store's clock: as exact as the clocks of the deployment agree.
pub(super) fn is_later(place: &Place, position: f64, job: &Job, before: Timestamp) -> bool {
    let died = *place == Place::Set(Set::Dead) && Timestamp::from_seconds(position) > before;
    died || EVENTS
        .iter()
        .any(|event| job.time(event).is_some_and(|at| at > before))
}

#[cfg(test)]
mod tests {
    use super::is_later;
    use crate::job::Job;
    use crate::model::{Place, Set, Timestamp};

    const BEFORE: Timestamp = Timestamp(1_795_470_000_000);

    fn later(place: impl Into<Place>, position: f64, raw: &str) -> bool {
        is_later(&place.into(), position, &Job::new(raw.to_owned()), BEFORE)
    }

    #[test]
    fn what_has_failed_again_meanwhile_is_not_meant() {
        let old = r#"{"created_at":1795460000.5,"failed_at":1795460001.5}"#;
        let again =
            r#"{"created_at":1795460000.5,"failed_at":1795460001.5,"retried_at":1795470000.5}"#;
        assert!(!later(Set::Retries, 1_795_480_000.0, old));
        assert!(later(Set::Retries, 1_795_480_000.0, again));
    }

    #[test]
    fn who_died_later_is_not_meant_whatever_it_says() {
        assert!(!later(Set::Dead, 1_795_470_000.0, "rubbish"));
        assert!(later(Set::Dead, 1_795_470_000.5, "rubbish"));
    }

    #[test]
    fn milliseconds_are_read_too() {
        let queue = Place::Queue("a".to_owned());
        assert!(later(
            queue.clone(),
            5.0,
            r#"{"enqueued_at":1795470000001}"#
        ));
        assert!(!later(queue, 5.0, r#"{"enqueued_at":1795470000000}"#));
    }
}
