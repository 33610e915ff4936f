//! A job's times as a line of events.

use crate::app::components::{Time, UtcTime};
use crate::app::format;
use crate::app::live::use_live;
use crate::model::{JobLocation, Place, Set, Timestamp, Whereabouts};
use leptos::prelude::*;

/// Something that happened to a job, or will.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// What.
    label: &'static str,
    /// When.
    at: Timestamp,
    /// How its mark looks.
    class: &'static str,
    /// How long after the event before it.
    after: String,
}

/// What happened to a job and will, in order of time.
pub(super) fn events(location: &JobLocation) -> Vec<Event> {
    let entry = &location.entry;
    let (run_at, due) = match (&location.whereabouts, &entry.id.place) {
        (Whereabouts::Running(run), _) => (run.started_at(), None),
        (Whereabouts::Stored, Place::Set(set)) => (None, entry.at.map(|at| (set, at))),
        (Whereabouts::Stored, Place::Queue(_)) => (None, None),
    };
    let mut events: Vec<Event> = [
        ("Created", entry.created_at, ""),
        ("Enqueued", entry.enqueued_at, "state-enqueued"),
        (
            if entry.retried_at.is_some() {
                "Failed first"
            } else {
                "Failed"
            },
            entry.failed_at,
            "state-failed",
        ),
        ("Failed last", entry.retried_at, "state-failed"),
        ("Started", run_at, "state-running"),
        match due {
            Some((Set::Scheduled, at)) => ("To run", Some(at), "state-scheduled to-come"),
            Some((Set::Retries, at)) => ("Next try", Some(at), "state-retrying to-come"),
            Some((Set::Dead, at)) => ("Died", Some(at), "state-dead"),
            None => ("", None, ""),
        },
    ]
    .into_iter()
    .filter_map(|(label, at, class)| {
        at.map(|at| Event {
            label,
            at,
            class,
            after: String::new(),
        })
    })
    .collect();
    events.sort_by_key(|event| event.at);
    for index in 1..events.len() {
        let seconds = events[index].at.seconds() - events[index - 1].at.seconds();
        events[index].after = format!("+{}", format::duration(seconds));
    }
    events
}

/// The events, one below the other.
///
/// How long ago each was stands there only in the browser: before that the absolute times beside it say everything.
pub(super) fn timeline(events: Vec<Event>) -> AnyView {
    let hydrated = use_live().is_hydrated();
    let rows = events
        .into_iter()
        .map(|event| {
            view! {
                <li class=event.class>
                    <span class="event-label">{event.label}</span>
                    <span class="event-ago" hidden=move || !hydrated.get()><Time at=event.at/></span>
                    <span class="event-at"><UtcTime at=Signal::stored(event.at)/></span>
                    <span class="event-after">{event.after}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{rows}</ol> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::events;
    use crate::app::pages::job::sample::{failed, stored};
    use crate::model::{Set, Timestamp};

    #[test]
    fn times_are_told_in_their_order_with_what_lies_between() {
        let mut location = failed(stored(Set::Dead.into()));
        location.entry.at = Some(Timestamp(100_000));
        let told: Vec<_> = events(&location)
            .into_iter()
            .map(|event| (event.label, event.after.replace('\u{a0}', " ")))
            .collect();
        let expected = [
            ("Created", ""),
            ("Failed first", "+4 s"),
            ("Enqueued", "+6 s"),
            ("Failed last", "+1 s"),
            ("Died", "+1 m 28 s"),
        ];
        assert_eq!(
            told,
            expected.map(|(label, after)| (label, after.to_owned()))
        );
    }

    #[test]
    fn a_job_without_times_has_none() {
        let location = stored(crate::model::Place::Queue("a".to_owned()));
        assert!(events(&location).is_empty());
    }
}
