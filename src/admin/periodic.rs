//! Periodic jobs: what there is, and what an operator may do to it.

use super::{Admin, AdminError, AdminResult};
use crate::{
    model::{AuditAction, PeriodicInfo, PeriodicRun, Timestamp},
    periodic::PeriodicJob,
    store::{Deletion, NewRun, PeriodicEntry},
};

/// By whom a job was enqueued that an operator wanted at once.
const RUN_NOW: &str = "run now";

impl Admin {
    /// Every periodic job, by name, whose jobs go to queues within the limit.
    ///
    /// # Errors
    /// The store's.
    pub async fn periodic(&self) -> AdminResult<Vec<PeriodicInfo>> {
        let entries = self.store.periodic().await?;
        let now = self.store.now().await?;
        let jobs = entries.into_iter().map(|entry| info(entry, now));
        let is_within = |job: &PeriodicInfo| self.limit().includes(&job.queue);
        Ok(jobs.filter(is_within).collect())
    }

    /// A periodic job, and what it has enqueued, newest first.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one; the store's.
    pub async fn periodic_job(&self, name: &str) -> AdminResult<(PeriodicInfo, Vec<PeriodicRun>)> {
        let jobs = self.periodic().await?;
        let job = jobs
            .into_iter()
            .find(|job| job.name == name)
            .ok_or_else(|| not_found(name))?;
        Ok((job, self.store.periodic_runs(name).await?))
    }

    /// What a periodic job has enqueued, newest first.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] for one whose jobs go to another's queue; the store's.
    pub async fn periodic_runs(&self, name: &str) -> AdminResult<Vec<PeriodicRun>> {
        self.require_periodic(name).await?;
        Ok(self.store.periodic_runs(name).await?)
    }

    /// For who is limited, one whose jobs go to another's queue is not there.
    async fn require_periodic(&self, name: &str) -> AdminResult<()> {
        if self.limit().is_none() || self.periodic().await?.iter().any(|job| job.name == name) {
            return Ok(());
        }
        Err(not_found(name))
    }

    /// Enqueues a job of a periodic job now, beside its ticks, also while it is paused; answers its jid.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, [`AdminError::Refused`] when another version wrote what it is; the store's.
    pub async fn run_periodic(&self, name: &str) -> AdminResult<String> {
        let deed = self
            .begin_on(AuditAction::RunPeriodic, |event| {
                name.clone_into(&mut event.object);
            })
            .await?;
        let mut deed = deed.allowed(self.require_periodic(name).await).await?;
        let jid = self.enqueue_periodic(name).await;
        if let Ok(jid) = &jid {
            deed.tell(|event| event.jids = vec![jid.clone()]);
        }
        deed.end(jid).await
    }

    async fn enqueue_periodic(&self, name: &str) -> AdminResult<String> {
        let entries = self.store.periodic().await?;
        let entry = entries
            .into_iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| not_found(name))?;
        let job = PeriodicJob::from_definition(&entry.definition).ok_or_else(|| {
            AdminError::Refused(format!(
                "the periodic job {name} was written by another version of Jobdeck: update this one"
            ))
        })?;
        // Of what is run, which another process may have announced anew since it was looked at.
        self.require_queue(&job.new_job().queue)?;
        let unit = self.fleet_unit().await.unwrap_or_default();
        let run = NewRun::of(&job.new_job(), None, self.store.now().await?, unit)
            .map_err(|error| AdminError::Job { index: 0, error })?;
        let was_run = self.store.run_periodic(name, &run, RUN_NOW).await;
        self.searches.outdate();
        if !was_run? {
            return Err(not_found(name));
        }
        Ok(run.jid)
    }

    /// Stops a periodic job or lets it go on. What it would have enqueued meanwhile is not made up for.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one; the store's.
    pub async fn set_periodic_paused(&self, name: &str, paused: bool) -> AdminResult<()> {
        let action = if paused {
            AuditAction::PausePeriodic
        } else {
            AuditAction::ResumePeriodic
        };
        let deed = self
            .begin_on(action, |event| name.clone_into(&mut event.object))
            .await?;
        let deed = deed.allowed(self.require_periodic(name).await).await?;
        let turned = match self.store.set_periodic_paused(name, paused).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(not_found(name)),
            Err(error) => Err(error.into()),
        };
        deed.end(turned).await
    }

    /// Removes a periodic job that no running process has in its configuration, with its history.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, [`AdminError::Refused`] when a running process has it; the store's.
    pub async fn delete_periodic(&self, name: &str) -> AdminResult<()> {
        let deed = self
            .begin_on(AuditAction::DeletePeriodic, |event| {
                name.clone_into(&mut event.object);
            })
            .await?;
        let deed = deed.allowed(self.require_periodic(name).await).await?;
        let deleted = match self.store.delete_periodic(name).await {
            Ok(Deletion::Done) => Ok(()),
            Ok(Deletion::Gone) => Err(not_found(name)),
            Ok(Deletion::Held) => Err(AdminError::Refused(format!(
                "a running process has the periodic job {name} in its configuration: take it out there, or pause it"
            ))),
            Err(error) => Err(error.into()),
        };
        deed.end(deleted).await
    }
}

fn not_found(name: &str) -> AdminError {
    AdminError::NotFound(format!("there is no periodic job {name}"))
}

/// For people to read.
fn info(entry: PeriodicEntry, now: Timestamp) -> PeriodicInfo {
    let known = PeriodicInfo {
        name: entry.name,
        paused: entry.paused,
        held: entry.held,
        last_run: entry.last_run,
        registered_at: Some(entry.registered_at),
        ..PeriodicInfo::default()
    };
    let Some(job) = PeriodicJob::from_definition(&entry.definition) else {
        return known;
    };
    let schedule = job.schedule().ok();
    let is_due = entry.held && !entry.paused;
    PeriodicInfo {
        next: schedule
            .as_ref()
            .filter(|_| is_due)
            .and_then(|schedule| schedule.next_after(now.max(entry.last_tick))),
        in_words: schedule.map_or_else(String::new, |schedule| schedule.in_words()),
        cron: job.cron,
        timezone: job.timezone,
        class: job.class,
        args: job.args,
        queue: job.queue,
        retry: job.retry.to_json(),
        missed: job.missed.name().to_owned(),
        tags: job.tags,
        ..known
    }
}
