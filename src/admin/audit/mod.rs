//! Who did what: every change goes through here, so that none is forgotten, and whoever may not make it is told so.
//!
//! A change is a [`Deed`]: it begins with the question whether the role may do it, and ends with what came of it. Then a line is written to the
//! log, and an event to the store. What is dropped half-way, because nobody waits for it any more, is told as that.
//!
//! | file | owns |
//! | --- | --- |
//! | `deed` | a change on its way |
//! | `bounds`, `named` | how long what an event says may be; which jobs it names |
//! | `repeats` | refusals that come again and again, told as one |
//! | `page` | reading: pages, and everything |

mod bounds;
mod deed;
mod named;
mod page;
mod repeats;

pub use page::{AUDIT_PAGE, AUDIT_PAGE_MOST, AuditRequest};

pub(in crate::admin) use bounds::{JIDS, tell_place};
pub(in crate::admin) use deed::Deed;
pub(in crate::admin) use named::Named;

use super::{Admin, AdminResult};
use crate::model::{Actor, AuditAction, AuditEvent, AuditOutcome};
use crate::store::{AuditBounds, SharedStore};
use bounds::bounded;
use repeats::{Repeats, Told};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::task::JoinHandle;

/// Log target of every change.
const AUDIT: &str = "jobdeck::audit";

/// What all doors to a store share about the audit.
#[derive(Debug, Default)]
pub(super) struct Audit {
    repeats: Repeats,
    /// Events that could not be written to the store.
    lost: AtomicU64,
}

impl Admin {
    /// Begins a change: the question whether it may be made. A refusal is written down, too.
    pub(super) async fn begin(&self, action: AuditAction) -> AdminResult<Deed> {
        self.begin_on(action, |_| {}).await
    }

    /// The same for something with a name, which `about` puts into the event.
    pub(super) async fn begin_on(
        &self,
        action: AuditAction,
        about: impl FnOnce(&mut AuditEvent),
    ) -> AdminResult<Deed> {
        let mut event = AuditEvent::new(Actor::clone(&self.actor), action);
        event.reason = self.reason.as_deref().unwrap_or_default().to_owned();
        about(&mut event);
        let lacks = action.right().filter(|right| !self.actor.may(*right));
        let Some(right) = lacks else {
            return Ok(Deed::new(self.clone(), event));
        };
        let error = self.lacking(right);
        event.message = error.to_string();
        self.note_refusal(event).await;
        Err(error)
    }

    /// Takes down that somebody has logged in.
    pub async fn note_log_in(&self, actor: Actor) {
        let event = AuditEvent::done(actor, AuditAction::LogIn);
        self.note(event, None).await;
    }

    /// Takes down that somebody has logged out.
    pub async fn note_log_out(&self, actor: Actor, everywhere: bool) {
        let mut event = AuditEvent::done(actor, AuditAction::LogOut);
        if everywhere {
            event.details = "everywhere".to_owned();
        }
        self.note(event, None).await;
    }

    /// Takes down that a log-in was refused, and why. `name` is what was typed.
    pub async fn note_refused_log_in(&self, name: &str, from: Option<String>, why: &str) {
        let actor = Actor {
            name: name.to_owned(),
            ..Actor::nobody().at(from)
        };
        let mut event = AuditEvent::new(actor, AuditAction::LogIn);
        why.clone_into(&mut event.message);
        self.note_refusal(event).await;
    }

    /// Events that could not be written to the store since the program began. Each stands in the log as an error.
    #[must_use]
    pub fn lost_audit_events(&self) -> u64 {
        self.audit.lost.load(Ordering::Relaxed)
    }

    /// Something was refused. The log has each; the store has the first, and how often it came again within some minutes.
    async fn note_refusal(&self, mut event: AuditEvent) {
        event.outcome = AuditOutcome::Refused;
        let event = bounded(event, &self.options().redactor);
        log(&event);
        match self.audit.repeats.told(&event) {
            Told::Before => {}
            Told::First(key) => {
                repeats::tell_later(self, key, event.clone());
                self.written(event, None).await;
            }
        }
    }

    /// Writes to the log and to the store what has come of something; with `once` only if that was not told under this name before.
    pub(super) async fn note(&self, event: AuditEvent, once: Option<String>) {
        let event = bounded(event, &self.options().redactor);
        if once.is_none() {
            log(&event);
            self.written(event, None).await;
        } else if self.written(event.clone(), once).await {
            log(&event);
        }
    }

    /// Waits until it is written, and says whether it was not there before. Whoever stops waiting does not stop the writing.
    async fn written(&self, event: AuditEvent, once: Option<String>) -> bool {
        // It ends with the store's patience at the latest; a panic in it has been told.
        self.writing(event, once).await.unwrap_or(true)
    }

    fn writing(&self, event: AuditEvent, once: Option<String>) -> JoinHandle<bool> {
        let (store, audit) = (SharedStore::clone(&self.store), Arc::clone(&self.audit));
        let bounds = self.audit_bounds();
        tokio::spawn(async move { write(&store, &audit, &event, once.as_deref(), bounds).await })
    }

    fn audit_bounds(&self) -> AuditBounds {
        AuditBounds {
            kept: self.options().audit_kept,
            ..AuditBounds::default()
        }
    }
}

/// Writes an event to the store, and says whether it was not there before. What it tells was done already: that it cannot be told there is no
/// reason to say that it was not done.
async fn write(
    store: &SharedStore,
    audit: &Audit,
    event: &AuditEvent,
    once: Option<&str>,
    bounds: AuditBounds,
) -> bool {
    match store.write_audit(event, once, bounds).await {
        Ok(place) => place.is_some(),
        Err(error) => {
            audit.lost.fetch_add(1, Ordering::Relaxed);
            let event = serde_json::to_string(event).unwrap_or_default();
            tracing::error!(target: AUDIT, %error, event, "an event of the audit could not be written to the store: it stands here only");
            true
        }
    }
}

/// The line of an event.
fn log(event: &AuditEvent) {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let number = |number: u64| (number > 0).then_some(number);
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: AUDIT,
                actor = event.actor.to_string(),
                role = event.actor.role.name(),
                from = event.actor.from,
                action = event.action.name(),
                places = text(&event.places.join(",")),
                class = text(&event.class),
                filter = text(&event.filter),
                object = text(&event.object),
                details = text(&event.details),
                count = event.count,
                jids = text(&event.jids.join(",")),
                reason = text(&event.reason),
                operation = event.operation,
                outcome = event.outcome.name(),
                done = number(event.done),
                gone = number(event.gone),
                refused = number(event.refused),
                why = text(&event.message),
                "{}", event.in_words()
            )
        };
    }
    match event.outcome {
        AuditOutcome::Done => line!(info),
        AuditOutcome::Refused | AuditOutcome::Failed | AuditOutcome::Unknown => line!(warn),
    }
}
