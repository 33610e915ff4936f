//! The first jobs of a change, by name.

use super::bounds::JIDS;
use crate::job::Job;
use crate::model::AuditEvent;

/// The first jobs of a change, and the class of all, as long as it is one.
#[derive(Debug, Default)]
pub(in crate::admin) struct Named {
    jids: Vec<String>,
    class: Option<String>,
    is_mixed: bool,
}

impl Named {
    /// One more.
    pub(in crate::admin) fn note(&mut self, job: &Job) {
        if self.jids.len() < JIDS
            && let Some(jid) = job.jid()
        {
            self.jids.push(jid);
        }
        if self.is_mixed {
            return;
        }
        let class = job.shown_class();
        if self.class.as_ref().is_some_and(|known| *known != class) {
            self.is_mixed = true;
            self.class = None;
        } else {
            self.class = Some(class);
        }
    }

    /// Puts them into the event.
    pub(in crate::admin) fn tell(&self, event: &mut AuditEvent) {
        event.jids.clone_from(&self.jids);
        self.class
            .as_deref()
            .unwrap_or_default()
            .clone_into(&mut event.class);
    }
}
