//! New jobs.

use super::{
    Admin, AdminError, AdminResult,
    audit::{Deed, JIDS, tell_place},
    limits::refuse_retrying,
};
use crate::job::NewJob;
use crate::model::{AuditAction, Place};
use crate::store::Destination;

impl Admin {
    /// Adds jobs, now or at their time; answers their job ids in order.
    ///
    /// # Errors
    /// [`AdminError::Beyond`] when one is for another's queue, the first job that is not acceptable (then none is added); the store's (then
    /// whole thousands may have been added).
    pub async fn enqueue(&self, jobs: &[NewJob]) -> AdminResult<Vec<String>> {
        let mut deed = self.begin(AuditAction::AddJobs).await?;
        let added = self.add_new(&mut deed, jobs).await;
        deed.end(added).await
    }

    async fn add_new(&self, deed: &mut Deed, jobs: &[NewJob]) -> AdminResult<Vec<String>> {
        for (index, job) in jobs.iter().enumerate() {
            job.validate()
                .map_err(|error| AdminError::Job { index, error })?;
            self.require_queue(&job.queue)?;
        }
        let now = self.store.now().await?;
        let unit = self.fleet_unit().await.unwrap_or_default();
        let mut jids = Vec::with_capacity(jobs.len());
        let mut entries = Vec::with_capacity(jobs.len());
        for (index, new) in jobs.iter().enumerate() {
            let job = new
                .encode(now, unit)
                .map_err(|error| AdminError::Job { index, error })?;
            refuse_retrying(None, &job, self.limit()).map_err(AdminError::Beyond)?;
            jids.push(job.jid().unwrap_or_default());
            entries.push(Destination::of_new(new, job.raw().clone(), now));
        }
        let count = u64::try_from(jids.len()).unwrap_or(u64::MAX);
        deed.tell(|event| {
            event.count = Some(count);
            event.jids = jids.iter().take(JIDS).cloned().collect();
            if let Some(first) = jobs.first()
                && jobs.iter().all(|job| job.class == first.class)
            {
                event.class.clone_from(&first.class);
            }
            for entry in &entries {
                let place = match entry {
                    Destination::Queue { name, .. } => Place::Queue(name.clone()),
                    Destination::Set { set, .. } => Place::Set(*set),
                    Destination::Nowhere => continue,
                };
                tell_place(event, &place);
            }
        });
        let added = self.store.add(&entries).await;
        self.searches.outdate();
        added?;
        deed.tell(|event| event.done = count);
        Ok(jids)
    }
}
