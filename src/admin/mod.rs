//! The one door for every change and every composed read: pages, REST and commands all come through [`Admin`].

mod error;

use crate::job::NewJob;
use crate::model::{
    Action, ActionReport, DayTotals, EntryId, JobDetail, Overview, Page, PageRequest, Place,
    ProcessInfo, RunningJob, Signal, StoreInfo,
};
use crate::store::SharedStore;

pub use error::{AdminError, AdminResult};

/// The one door to a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    store: SharedStore,
}

impl Admin {
    /// The door to this store.
    #[must_use]
    pub fn new(store: SharedStore) -> Self {
        Self { store }
    }

    /// The store behind it, for what only reads.
    #[must_use]
    pub fn store(&self) -> &SharedStore {
        &self.store
    }

    /// What the store is.
    ///
    /// # Errors
    /// The store's.
    pub async fn info(&self) -> AdminResult<StoreInfo> {
        unimplemented!()
    }

    /// All numbers at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn overview(&self) -> AdminResult<Overview> {
        unimplemented!()
    }

    /// A page of a queue or set, filtered.
    ///
    /// # Errors
    /// The store's; a cursor that is not this store's.
    pub async fn page(&self, place: &Place, request: &PageRequest) -> AdminResult<Page> {
        let _ = (place, request);
        unimplemented!()
    }

    /// Every place where a job id is now. `hint` (the address on the row that was clicked) makes it quick.
    ///
    /// # Errors
    /// The store's.
    pub async fn job(&self, jid: &str, hint: Option<&EntryId>) -> AdminResult<JobDetail> {
        let _ = (jid, hint);
        unimplemented!()
    }

    /// One entry by its address, also one without a job id; `None` when it is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn entry(&self, id: &EntryId) -> AdminResult<Option<JobDetail>> {
        let _ = id;
        unimplemented!()
    }

    /// Does `action` to each entry that is still there.
    ///
    /// # Errors
    /// The store's; then some may have been done: ask again to see.
    pub async fn act(&self, action: Action, entries: &[EntryId]) -> AdminResult<ActionReport> {
        let _ = (action, entries);
        unimplemented!()
    }

    /// Adds jobs, now or at their time; answers their job ids in order.
    ///
    /// # Errors
    /// The first job that is not acceptable (then none is added); the store's.
    pub async fn enqueue(&self, jobs: &[NewJob]) -> AdminResult<Vec<String>> {
        let _ = jobs;
        unimplemented!()
    }

    /// Pauses a queue or lets it go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_paused(&self, queue: &str, paused: bool) -> AdminResult<()> {
        let _ = (queue, paused);
        unimplemented!()
    }

    /// Removes a queue with all its jobs; says how many there were.
    ///
    /// # Errors
    /// The store's.
    pub async fn clear_queue(&self, queue: &str) -> AdminResult<u64> {
        let _ = queue;
        unimplemented!()
    }

    /// Every process.
    ///
    /// # Errors
    /// The store's.
    pub async fn processes(&self) -> AdminResult<Vec<ProcessInfo>> {
        unimplemented!()
    }

    /// What runs now.
    ///
    /// # Errors
    /// The store's.
    pub async fn running(&self) -> AdminResult<Vec<RunningJob>> {
        unimplemented!()
    }

    /// Tells a process to quiet, stop or dump.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when it has no heartbeat, [`AdminError::Refused`] when it takes no signals (embedded); the store's.
    pub async fn signal(&self, identity: &str, signal: Signal) -> AdminResult<()> {
        let _ = (identity, signal);
        unimplemented!()
    }

    /// Totals of the last days, today last.
    ///
    /// # Errors
    /// The store's.
    pub async fn daily_totals(&self, days: u32) -> AdminResult<Vec<DayTotals>> {
        let _ = days;
        unimplemented!()
    }
}
