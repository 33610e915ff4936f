//! New jobs.

use super::{AUDIT, Admin, AdminError, AdminResult};
use crate::job::NewJob;
use crate::model::Right;
use crate::store::Destination;

impl Admin {
    /// Adds jobs, now or at their time; answers their job ids in order.
    ///
    /// # Errors
    /// The first job that is not acceptable (then none is added); the store's (then whole thousands may have been added).
    pub async fn enqueue(&self, jobs: &[NewJob]) -> AdminResult<Vec<String>> {
        self.require(Right::AddJobs)?;
        for (index, job) in jobs.iter().enumerate() {
            job.validate()
                .map_err(|error| AdminError::Job { index, error })?;
        }
        let now = self.store.now().await?;
        let unit = self.fleet_unit().await.unwrap_or_default();
        let mut jids = Vec::with_capacity(jobs.len());
        let mut entries = Vec::with_capacity(jobs.len());
        for (index, new) in jobs.iter().enumerate() {
            let job = new
                .encode(now, unit)
                .map_err(|error| AdminError::Job { index, error })?;
            jids.push(job.jid().unwrap_or_default());
            entries.push(Destination::of_new(new, job.raw().clone(), now));
        }
        let added = self.store.add(&entries).await;
        self.searches.outdate();
        added?;
        tracing::info!(target: AUDIT, actor = self.who(), action = "enqueue_new", jobs = jids.len());
        Ok(jids)
    }
}
