//! A job with its secrets, on the record.

use super::{AUDIT, Admin, AdminError, AdminResult};
use crate::job::cut;
use crate::model::{EntryId, JobDetail, Right};
use crate::redaction::Redactor;

/// Most characters of a reason.
const REASON_CHARACTERS: usize = 500;

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
        self.require(Right::RevealSecrets)?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(AdminError::Field {
                field: "reason",
                reason: "say why: the reason is kept with your name".to_owned(),
            });
        }
        let reason = cut(reason, REASON_CHARACTERS);
        let entry = hint.map(ToString::to_string).unwrap_or_default();
        tracing::info!(target: AUDIT, actor = self.who(), action = "reveal", jid, entry, reason);
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
