//! Refusals that come again and again: whoever guesses passwords, or has a script without the right role, cannot fill the audit.

use super::{Audit, write};
use crate::admin::Admin;
use crate::model::{AuditAction, AuditEvent, Via};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// For how long the same is told as one.
pub(super) const SPAN: Duration = Duration::from_secs(600);

/// Different refusals within that time that are told apart. All others are one: two events each, and the audit holds a month of them.
const APART: usize = 10;

/// What is the same: who, from where, what. Nothing: all that is told apart from nothing else any more.
type Key = Option<(Via, String, Option<String>, AuditAction)>;

/// What was refused within the last minutes, and how often after the first time.
#[derive(Debug, Default)]
pub(super) struct Repeats(Mutex<HashMap<Key, u64>>);

/// Whether something is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is the first of its kind: to be told now.
    First(Key),
    /// It was counted.
    Before,
}

impl Repeats {
    /// Counts a refusal.
    pub(super) fn told(&self, event: &AuditEvent) -> Told {
        let actor = &event.actor;
        let key = Some((
            actor.via,
            actor.name.clone(),
            actor.from.clone(),
            event.action,
        ));
        let mut counts = self.lock();
        let key = if counts.len() < APART || counts.contains_key(&key) {
            key
        } else {
            None
        };
        match counts.get_mut(&key) {
            Some(count) => {
                *count += 1;
                Told::Before
            }
            None => {
                counts.insert(key.clone(), 0);
                Told::First(key)
            }
        }
    }

    /// The time of one is over: how often it came again.
    fn end(&self, key: &Key) -> u64 {
        self.lock().remove(key).unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the time is over, tells how often it came again, if it did.
pub(super) fn tell_later(admin: &Admin, key: Key, mut event: AuditEvent) {
    // The store is not kept open for this.
    let store = Arc::downgrade(&admin.store);
    let audit: Arc<Audit> = Arc::clone(&admin.audit);
    let bounds = admin.audit_bounds();
    tokio::spawn(async move {
        tokio::time::sleep(SPAN).await;
        let times = audit.repeats.end(&key);
        let Some(store) = store.upgrade().filter(|_| times > 0) else {
            return;
        };
        if key.is_none() {
            // They were many different ones.
            event.actor.name = "…".to_owned();
            event.actor.from = None;
        }
        // Of these, none is told on its own.
        event.repeats = times - 1;
        write(&store, &audit, &event, None, bounds).await;
    });
}

#[cfg(test)]
mod tests {
    use super::{APART, Repeats, Told};
    use crate::model::{Actor, AuditAction, AuditEvent, Role};

    fn event(name: &str, action: AuditAction) -> AuditEvent {
        AuditEvent::new(Actor::user(name, Role::Viewer), action)
    }

    #[test]
    fn the_same_is_told_once_until_its_time_is_over() {
        let repeats = Repeats::default();
        let one = event("ada", AuditAction::PauseQueue);
        let Told::First(key) = repeats.told(&one) else {
            panic!("the first is told");
        };
        assert_eq!(repeats.told(&one), Told::Before);
        assert_eq!(repeats.told(&one), Told::Before);
        let other = event("ada", AuditAction::ClearQueue);
        assert!(matches!(repeats.told(&other), Told::First(_)));
        assert_eq!(repeats.end(&key), 2);
        assert!(matches!(repeats.told(&one), Told::First(_)));
    }

    #[test]
    fn a_flood_of_names_is_told_as_one() {
        let repeats = Repeats::default();
        let told = (0..10_000)
            .filter(|number| {
                let event = event(&number.to_string(), AuditAction::LogIn);
                matches!(repeats.told(&event), Told::First(_))
            })
            .count();
        assert_eq!(told, APART + 1);
        assert_eq!(repeats.end(&None), 10_000 - APART as u64 - 1);
    }
}
