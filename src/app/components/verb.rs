//! How the pages name what can be done to jobs.

use crate::model::{Place, Set, Verb};

/// The word on a button.
#[must_use]
pub fn verb_label(verb: Verb) -> &'static str {
    match verb {
        Verb::Retry => "Retry",
        Verb::Enqueue => "Enqueue now",
        Verb::Reschedule => "Reschedule",
        Verb::Kill => "Kill",
        Verb::Delete => "Delete",
    }
}

/// What follows for a job of this place (or of any), or for many: no subject, so that it is right for both.
#[must_use]
pub fn verb_consequence(verb: Verb, place: Option<&Place>) -> &'static str {
    match (verb, place) {
        (Verb::Retry, _) => "Into the queue, now. That does not use up a retry.",
        (Verb::Enqueue, _) => "Into the queue, now.",
        (Verb::Kill, _) => "Into the dead set, to stay there until retried or deleted by somebody.",
        (Verb::Delete, _) => {
            "Removed, never to run. Undo brings it back for as long as the store keeps it (a day, unless set otherwise)."
        }
        (Verb::Reschedule, Some(Place::Set(Set::Dead))) => {
            "Back to the retry set, to run at that time."
        }
        (Verb::Reschedule, Some(Place::Queue(_))) => {
            "Out of the queue and into the scheduled set, to run at that time."
        }
        (Verb::Reschedule, Some(Place::Set(Set::Scheduled | Set::Retries)) | None) => {
            "To run at that time."
        }
    }
}

/// `Delete 12 jobs`, `Delete this job`.
#[must_use]
pub fn verb_with_count(verb: Verb, count: usize) -> String {
    let jobs = match count {
        1 => "this job".to_owned(),
        count => format!("{count} jobs"),
    };
    let verb = match verb {
        Verb::Enqueue => "Enqueue",
        other => verb_label(other),
    };
    format!("{verb} {jobs}")
}

#[cfg(test)]
mod tests {
    use super::{verb_consequence, verb_with_count};
    use crate::model::{Place, Set, Verb};

    #[test]
    fn the_button_repeats_the_verb_and_how_many() {
        assert_eq!(verb_with_count(Verb::Delete, 1), "Delete this job");
        assert_eq!(verb_with_count(Verb::Reschedule, 12), "Reschedule 12 jobs");
    }

    #[test]
    fn where_a_rescheduled_job_waits_depends_on_where_it_is() {
        assert!(
            verb_consequence(Verb::Reschedule, Some(&Place::Set(Set::Dead))).contains("retry set")
        );
        assert!(
            verb_consequence(Verb::Reschedule, Some(&Place::Queue("a".into())))
                .contains("scheduled set")
        );
    }
}
