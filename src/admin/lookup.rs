//! Single jobs: by id, wherever they are, and by address.

use super::{Admin, AdminResult};
use crate::job::Job;
use crate::model::{EntryId, JobDetail, JobLocation, Whereabouts};
use crate::redaction::Redactor;
use crate::shown::{location, running_id};
use crate::store::StoredEntry;
use std::time::{Duration, Instant};

impl Admin {
    /// Every place within the limit where a job id is now: what runs first, then queues and sets.
    ///
    /// `hint` (the address on the row that was clicked) makes it quick: when the job still stands there, nowhere else is searched.
    /// Otherwise the store is searched, and `scanned` below `total` says that the time for it ran out.
    ///
    /// # Errors
    /// The store's.
    pub async fn job(&self, jid: &str, hint: Option<&EntryId>) -> AdminResult<JobDetail> {
        self.find_job(jid, hint, &self.shown_redactor()).await
    }

    pub(super) async fn find_job(
        &self,
        jid: &str,
        hint: Option<&EntryId>,
        redactor: &Redactor,
    ) -> AdminResult<JobDetail> {
        let mut detail = JobDetail {
            jid: jid.to_owned(),
            ..JobDetail::default()
        };
        // An entry without a job id is found by its address only.
        if jid.is_empty() {
            return Ok(detail);
        }
        if let Some(entry) = self.hinted(jid, hint).await? {
            self.find_running(&mut detail, redactor).await?;
            detail.locations.push(stored(entry, redactor));
            return Ok(detail);
        }
        let asked = Instant::now();
        self.find_everywhere(&mut detail, self.options().jid_budget, redactor)
            .await?;
        // No one moment is looked at: a job that goes from a place which comes later to one that was looked at already is missed. It
        // does not often do so twice.
        let left = self.options().jid_budget.saturating_sub(asked.elapsed());
        if detail.locations.is_empty() && !left.is_zero() {
            self.find_everywhere(&mut detail, left, redactor).await?;
        }
        Ok(detail)
    }

    /// Looks for a job in what runs and in all queues and sets, for as long as `budget`.
    async fn find_everywhere(
        &self,
        detail: &mut JobDetail,
        budget: Duration,
        redactor: &Redactor,
    ) -> AdminResult<()> {
        self.find_running(detail, redactor).await?;
        let search = self.store.find_jid(&detail.jid, budget).await?;
        (detail.scanned, detail.total) = (search.scanned, search.total);
        detail.locations.extend(
            search
                .entries
                .into_iter()
                .filter(|entry| self.is_within(entry))
                .map(|entry| stored(entry, redactor)),
        );
        Ok(())
    }

    /// Looks for a job in what runs.
    async fn find_running(&self, detail: &mut JobDetail, redactor: &Redactor) -> AdminResult<()> {
        for run in self.store.running().await? {
            if run.jid == detail.jid && self.runs_within(&run) {
                let job = Job::new(run.payload.clone());
                let id = running_id(&run);
                let running = Whereabouts::Running(run);
                detail.locations.push(location(running, id, &job, redactor));
            }
        }
        Ok(())
    }

    /// One entry by its address, also one without a job id, and where it may have been moved lately; `None` when it is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn entry(&self, id: &EntryId) -> AdminResult<Option<JobDetail>> {
        self.find_entry(id, &self.shown_redactor()).await
    }

    pub(super) async fn find_entry(
        &self,
        id: &EntryId,
        redactor: &Redactor,
    ) -> AdminResult<Option<JobDetail>> {
        let mut found = self.store.locate(std::slice::from_ref(id)).await?;
        let found = match found.pop().flatten() {
            Some(entry) => Some(entry),
            None => self.moved_entry(id).await?,
        };
        let found = found.filter(|entry| self.is_within(entry));
        Ok(found.map(|entry| {
            let location = stored(entry, redactor);
            JobDetail {
                jid: location.entry.jid.clone(),
                locations: vec![location],
                scanned: 1,
                total: 1,
                revealed: false,
            }
        }))
    }

    /// The job at the address that was given, if it is still there.
    async fn hinted(&self, jid: &str, hint: Option<&EntryId>) -> AdminResult<Option<StoredEntry>> {
        let Some(id) = hint else {
            return Ok(None);
        };
        let mut found = self.store.locate(std::slice::from_ref(id)).await?;
        let entry = found.pop().flatten();
        let entry = entry.filter(|entry| self.is_within(entry));
        Ok(entry.filter(|entry| Job::new(entry.raw.clone()).jid().as_deref() == Some(jid)))
    }
}

fn stored(entry: StoredEntry, redactor: &Redactor) -> JobLocation {
    let job = Job::new(entry.raw);
    location(Whereabouts::Stored, entry.id, &job, redactor)
}
