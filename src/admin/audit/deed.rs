//! A change on its way.

use super::Admin;
use crate::admin::{AdminError, AdminResult};
use crate::model::{AuditEvent, AuditOutcome};
use crate::store::StoreError;
use tokio::runtime::Handle;

/// A change on its way: what is known of it is put into `event`, and [`Deed::end`] says what came of it.
#[must_use = "a change that is not ended is told as one whose end nobody knows"]
pub(in crate::admin) struct Deed {
    admin: Admin,
    event: Option<Box<AuditEvent>>,
    once: Option<String>,
}

impl Deed {
    pub(super) fn new(admin: Admin, event: AuditEvent) -> Self {
        Self {
            admin,
            event: Some(Box::new(event)),
            once: None,
        }
    }

    /// Puts into the event what has become known.
    pub(in crate::admin) fn tell(&mut self, tell: impl FnOnce(&mut AuditEvent)) {
        if let Some(event) = self.event.as_deref_mut() {
            tell(event);
        }
    }

    /// When it is done it is told only if nobody else has told it under this name.
    pub(in crate::admin) fn only_once(&mut self, name: String) {
        self.once = Some(name);
    }

    /// Goes on if it may; otherwise this was its end.
    pub(in crate::admin) async fn allowed(self, may: AdminResult<()>) -> AdminResult<Self> {
        match may {
            Ok(()) => Ok(self),
            Err(error) => self.end(Err(error)).await,
        }
    }

    /// Nothing was done, and there is nothing to tell.
    pub(in crate::admin) fn forget(mut self) {
        self.event = None;
    }

    /// Tells what came of it. What was not acceptable has changed nothing, and is nobody's deed.
    pub(in crate::admin) async fn end<T>(mut self, result: AdminResult<T>) -> AdminResult<T> {
        let Some(mut event) = self.event.take() else {
            return result;
        };
        match &result {
            // Some know better: what came of it is no error, and not what was asked for.
            Ok(_) if event.outcome == AuditOutcome::Unknown => event.outcome = AuditOutcome::Done,
            Ok(_) => {}
            Err(error) if event.done > 0 || is_of_store(error) => {
                event.outcome = AuditOutcome::Failed;
                event.message = error.to_string();
                // Somebody else may still bring it to its end, and tell of that.
                self.once = None;
            }
            Err(AdminError::Beyond(why)) => {
                event.message.clone_from(why);
                self.admin.note_refusal(*event).await;
                return result;
            }
            Err(_) => return result,
        }
        self.admin.note(*event, self.once.take()).await;
        result
    }
}

/// Whether the store has failed, so that a part may be done.
fn is_of_store(error: &AdminError) -> bool {
    match error {
        AdminError::Store(error) => !matches!(error, StoreError::Invalid(_) | StoreError::Query(_)),
        AdminError::NotFound(_)
        | AdminError::Refused(_)
        | AdminError::Forbidden { .. }
        | AdminError::Beyond(_)
        | AdminError::Field { .. }
        | AdminError::Job { .. } => false,
    }
}

/// Nobody waits for its end any more.
impl Drop for Deed {
    fn drop(&mut self) {
        let Some(mut event) = self.event.take() else {
            return;
        };
        event.outcome = AuditOutcome::Unknown;
        let event = super::bounded(*event, &self.admin.options().redactor);
        super::log(&event);
        if Handle::try_current().is_ok() {
            drop(self.admin.writing(event, None));
        }
    }
}
