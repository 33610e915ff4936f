//! A job with its secrets, on the record.

use super::{Admin, AdminError, AdminResult};
use crate::model::{AuditAction, EntryId, JobDetail};
use crate::redaction::Redactor;

impl Admin {
    /// Every place where a job is now, with all that is hidden otherwise: by its job id, with the entry as a hint where to look first; or, with an
    /// empty job id, by the entry alone. Who asked, and why, is written down before anything is told.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`] without the right to it, [`AdminError::Field`] without a reason; the store's.
    pub async fn reveal(
        &self,
        jid: &str,
        hint: Option<&EntryId>,
        reason: &str,
    ) -> AdminResult<JobDetail> {
        let deed = self
            .begin_on(AuditAction::RevealJob, |event| {
                event.jids = vec![jid.to_owned()];
                event.places = hint.iter().map(|id| id.place.to_string()).collect();
                event.object = hint.map(ToString::to_string).unwrap_or_default();
                reason.trim().clone_into(&mut event.reason);
            })
            .await?;
        let found = if reason.trim().is_empty() {
            Err(AdminError::Field {
                field: "reason",
                reason: "say why: the reason is put on record with your name".to_owned(),
            })
        } else {
            self.find_open(jid, hint).await
        };
        // It is told when it is written down.
        deed.end(found).await
    }

    async fn find_open(&self, jid: &str, hint: Option<&EntryId>) -> AdminResult<JobDetail> {
        let open = Redactor::none();
        let detail = match (jid, hint) {
            ("", Some(id)) => self.find_entry(id, &open).await?.unwrap_or_default(),
            (jid, hint) => self.find_job(jid, hint, &open).await?,
        };
        Ok(JobDetail {
            revealed: true,
            ..detail
        })
    }
}
