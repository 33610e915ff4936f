//! How long what an event says may be. Much of it comes from people, and from jobs.

use crate::job::cut;
use crate::model::{AuditEvent, Place};
use crate::redaction::Redactor;

/// Characters of a name.
const NAME: usize = 100;

/// Characters of a longer text.
const TEXT: usize = 500;

/// Characters of a place, a class, an object.
const OBJECT: usize = 200;

/// Characters of a job id.
const JID: usize = 64;

/// Job ids that are told.
pub(in crate::admin) const JIDS: usize = 20;

/// Places that are told.
const PLACES: usize = 20;

/// Puts into the event where jobs are or were, each place once and no more than are told.
pub(in crate::admin) fn tell_place(event: &mut AuditEvent, place: &Place) {
    if event.places.len() > PLACES {
        return;
    }
    let place = place.to_string();
    if !event.places.contains(&place) {
        event.places.push(place);
    }
}

/// The event with everything cut that is too long, and without what looks like a secret.
pub(super) fn bounded(mut event: AuditEvent, redactor: &Redactor) -> AuditEvent {
    let shorten = |text: &mut String, limit: usize| {
        *text = cut(text, limit);
    };
    shorten(&mut event.actor.name, NAME);
    if let Some(from) = &mut event.actor.from {
        shorten(from, NAME);
    }
    if event.places.len() > PLACES {
        event.places.truncate(PLACES);
        event.places.push("…".to_owned());
    }
    for place in &mut event.places {
        shorten(place, OBJECT);
    }
    event.jids.truncate(JIDS);
    for jid in &mut event.jids {
        shorten(jid, JID);
    }
    for object in [&mut event.class, &mut event.object] {
        shorten(object, OBJECT);
    }
    if let Some(operation) = &mut event.operation {
        shorten(operation, JID);
    }
    for text in [
        &mut event.filter,
        &mut event.details,
        &mut event.reason,
        &mut event.message,
    ] {
        // First, or a secret that was cut in two would not be known for one.
        *text = redactor.text(&cut(text, 4 * TEXT)).into_owned();
        shorten(text, TEXT);
    }
    event
}

#[cfg(test)]
mod tests {
    use super::bounded;
    use crate::model::{Actor, AuditAction, AuditEvent, Role};
    use crate::redaction::Redactor;

    #[test]
    fn however_long_what_is_said_an_event_is_short_and_says_that_it_was_cut() {
        let long = "\u{1f980}\0".repeat(100_000);
        let mut event = AuditEvent::new(
            Actor::user(&long, Role::Viewer).at(Some(long.clone())),
            AuditAction::Delete,
        );
        event.places = vec![long.clone(); 1_000];
        event.jids = vec![long.clone(); 1_000];
        event.class.clone_from(&long);
        event.filter.clone_from(&long);
        event.object.clone_from(&long);
        event.details.clone_from(&long);
        event.reason.clone_from(&long);
        event.message.clone_from(&long);
        event.operation = Some(long);
        let event = bounded(event, &Redactor::default());
        assert!(event.reason.ends_with('…'));
        assert_eq!(event.reason.chars().count(), 501);
        assert_eq!(event.jids.len(), 20);
        assert_eq!(event.places.last().map(String::as_str), Some("…"));
        let bytes = serde_json::to_string(&event).unwrap().len();
        assert!(bytes < 64 * 1024, "{bytes}");
    }

    #[test]
    fn secrets_in_a_search_are_not_kept() {
        let mut event = AuditEvent::new(Actor::command(), AuditAction::StartOperation);
        event.filter = "Delete dead jobs that the search `password: hunter2` finds".to_owned();
        let event = bounded(event, &Redactor::default());
        assert!(!event.filter.contains("hunter2"), "{}", event.filter);
    }
}
