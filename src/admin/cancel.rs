//! What runs tell of themselves, and asking them to end.

use super::{Admin, AdminError, AdminResult};
use crate::model::{AuditAction, CancelReport, JobReport, Right};
use crate::redaction::Redactor;
use crate::store::StoreError;

impl Admin {
    /// What the runs of a job have told, if they told anything lately.
    ///
    /// # Errors
    /// The store's.
    pub async fn report(&self, jid: &str) -> AdminResult<Option<JobReport>> {
        self.report_by(jid, &self.shown_redactor()).await
    }

    /// The same with all that is hidden otherwise, of a job that [`Admin::reveal`] has shown.
    ///
    /// # Errors
    /// The store's; [`AdminError::Forbidden`] without the right to it.
    pub async fn open_report(&self, jid: &str) -> AdminResult<Option<JobReport>> {
        self.require(Right::RevealSecrets)?;
        self.report_by(jid, &Redactor::none()).await
    }

    async fn report_by(&self, jid: &str, redactor: &Redactor) -> AdminResult<Option<JobReport>> {
        if jid.is_empty() || !self.tells_of(jid).await? {
            return Ok(None);
        }
        match self.store.report(jid).await {
            // A store that keeps only this secret still shows the job.
            Err(error @ StoreError::Unusable { .. }) => {
                tracing::debug!(%error, "what runs tell cannot be read");
                Ok(None)
            }
            report => Ok(report?.map(|mut report| {
                for line in &mut report.log {
                    redactor.hide(&mut line.text);
                }
                if let Some(progress) = &mut report.progress {
                    redactor.hide(&mut progress.message);
                }
                report
            })),
        }
    }

    /// Whether whoever asks may be told of what a job's runs say: who is limited only while it runs or stands somewhere, and nowhere beyond the
    /// limit, for the report itself names no queue.
    async fn tells_of(&self, jid: &str) -> AdminResult<bool> {
        if self.limit().is_none() {
            return Ok(true);
        }
        let mut runs = self.store.running().await?;
        runs.retain(|run| run.jid == jid);
        if !runs.is_empty() {
            return Ok(runs.iter().all(|run| self.runs_within(run)));
        }
        let found = self.store.find_jid(jid, self.options().jid_budget).await?;
        let entries = found.entries;
        Ok(!entries.is_empty() && entries.iter().all(|entry| self.is_within(entry)))
    }

    /// Asks that the run of a job end: its process learns it within seconds, tells its handler, and aborts it when that does not help. A
    /// job that ends with an error then, or is aborted, goes to the dead set.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when no process runs it, [`AdminError::Refused`] when the only one that does is gone; the store's.
    pub async fn cancel(&self, jid: &str) -> AdminResult<CancelReport> {
        let deed = self
            .begin_on(AuditAction::CancelJob, |event| {
                event.jids = vec![jid.to_owned()];
            })
            .await?;
        let report = self.request_cancel(jid).await;
        deed.end(report).await
    }

    async fn request_cancel(&self, jid: &str) -> AdminResult<CancelReport> {
        // Of jobs without a job id, none is meant.
        if jid.is_empty() {
            return Err(nobody_runs(jid));
        }
        let mut report = CancelReport {
            jid: jid.to_owned(),
            ..CancelReport::default()
        };
        let mut gone = None;
        let running = self.store.running().await?;
        let runs: Vec<_> = running.into_iter().filter(|run| run.jid == jid).collect();
        // The request names the job id only: whoever runs that obeys.
        if !runs.iter().all(|run| self.runs_within(run)) {
            return Err(nobody_runs(jid));
        }
        for run in runs {
            if run.owner_gone {
                gone = Some(run);
            } else if run.foreign {
                report.sidekiq_processes.push(run.process);
            } else {
                report.processes.push(run.process);
            }
        }
        if report.processes.is_empty() && report.sidekiq_processes.is_empty() {
            return Err(match gone {
                Some(run) => AdminError::Refused(format!(
                    "the process that ran job `{jid}`, {}, is gone: nobody is there to end it. It is put back to its queue {}, and can be \
                     cancelled or deleted then",
                    run.process,
                    run.rescuer()
                )),
                None => nobody_runs(jid),
            });
        }
        self.store
            .request_cancel(jid, !report.sidekiq_processes.is_empty())
            .await?;
        Ok(report)
    }
}

fn nobody_runs(jid: &str) -> AdminError {
    AdminError::NotFound(format!(
        "no process runs job `{jid}`, as of their last heartbeats"
    ))
}
