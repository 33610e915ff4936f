//! The one door for every change and every composed read: pages, REST and commands all come through [`Admin`].

mod error;
mod moved;
mod plan;

use crate::job::{Job, NewJob, TimeUnit, location, running_id};
use crate::model::{
    Action, ActionOutcome, ActionReport, DayTotals, EntryId, JobDetail, JobLocation, Overview,
    Page, PageRequest, Place, ProcessInfo, RunningJob, Set, Signal, StoreInfo, Timestamp,
    Whereabouts,
};
use crate::store::{Destination, Move, QueueEnd, SharedStore, StoredEntry, listing};
use std::time::Duration;

pub use error::{AdminError, AdminResult};

/// Log target of every change.
const AUDIT: &str = "jobdeck::audit";
/// Entries that one round of an action takes on.
const SLICE: usize = 100;
/// How long a page's filter searches before it shows what it has.
const SEARCH_BUDGET: Duration = Duration::from_millis(250);
/// How long a job id is searched for.
const JID_BUDGET: Duration = Duration::from_secs(2);

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
        Ok(self.store.info().await?)
    }

    /// All numbers at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn overview(&self) -> AdminResult<Overview> {
        Ok(self.store.overview().await?)
    }

    /// A page of a queue or set, filtered.
    ///
    /// # Errors
    /// The store's; a cursor that is not this store's.
    pub async fn page(&self, place: &Place, request: &PageRequest) -> AdminResult<Page> {
        Ok(listing::page(self.store.as_ref(), place, request, SEARCH_BUDGET).await?)
    }

    /// Every place where a job id is now. `hint` (the address on the row that was clicked) makes it quick.
    ///
    /// # Errors
    /// The store's.
    pub async fn job(&self, jid: &str, hint: Option<&EntryId>) -> AdminResult<JobDetail> {
        let mut detail = JobDetail {
            jid: jid.to_owned(),
            locations: Vec::new(),
            scanned: 0,
            total: 0,
        };
        for run in self.store.running().await? {
            if run.jid == jid {
                let job = Job::new(run.payload.clone());
                let id = running_id(&run);
                let running = Whereabouts::Running(run);
                detail.locations.push(location(running, id, &job));
            }
        }
        let mut entries = match hint {
            Some(id) => self.store.locate(std::slice::from_ref(id)).await?,
            None => Vec::new(),
        };
        entries.retain(|entry| {
            entry
                .as_ref()
                .is_some_and(|entry| Job::new(entry.raw.clone()).jid().as_deref() == Some(jid))
        });
        if entries.is_empty() {
            let search = self.store.find_jid(jid, JID_BUDGET).await?;
            (detail.scanned, detail.total) = (search.scanned, search.total);
            entries = search.entries.into_iter().map(Some).collect();
        }
        detail
            .locations
            .extend(entries.into_iter().flatten().map(stored));
        Ok(detail)
    }

    /// One entry by its address, also one without a job id, and where it may have been moved lately; `None` when it is gone.
    ///
    /// # Errors
    /// The store's.
    pub async fn entry(&self, id: &EntryId) -> AdminResult<Option<JobDetail>> {
        let mut found = self.store.locate(std::slice::from_ref(id)).await?;
        let found = match found.pop().flatten() {
            Some(entry) => Some(entry),
            None => self.moved_entry(id).await?,
        };
        Ok(found.map(|entry| {
            let location = stored(entry);
            JobDetail {
                jid: location.entry.jid.clone(),
                locations: vec![location],
                scanned: 1,
                total: 1,
            }
        }))
    }

    /// Does `action` to each entry that is still there.
    ///
    /// # Errors
    /// The store's; then some may have been done: ask again to see.
    pub async fn act(&self, action: Action, entries: &[EntryId]) -> AdminResult<ActionReport> {
        let now = self.store.now().await?;
        let mut outcomes = Vec::with_capacity(entries.len());
        for ids in entries.chunks(SLICE) {
            outcomes.extend(self.act_on(action, ids, now).await?);
        }
        let report = ActionReport {
            verb: action.verb(),
            outcomes,
        };
        tracing::info!(target: AUDIT, action = report.verb.name(), asked = entries.len(), done = report.done());
        Ok(report)
    }

    /// Adds jobs, now or at their time; answers their job ids in order.
    ///
    /// # Errors
    /// The first job that is not acceptable (then none is added); the store's.
    pub async fn enqueue(&self, jobs: &[NewJob]) -> AdminResult<Vec<String>> {
        for (index, job) in jobs.iter().enumerate() {
            job.validate()
                .map_err(|error| AdminError::Job { index, error })?;
        }
        let now = self.store.now().await?;
        let unit = self.time_unit().await?;
        let mut jids = Vec::with_capacity(jobs.len());
        let mut entries = Vec::with_capacity(jobs.len());
        for (index, new) in jobs.iter().enumerate() {
            let job = new
                .encode(now, unit)
                .map_err(|error| AdminError::Job { index, error })?;
            jids.push(job.jid().unwrap_or_default());
            let raw = job.raw().clone();
            entries.push(match new.at {
                Some(at) if new.is_scheduled(now) => Destination::Set {
                    set: Set::Scheduled,
                    score: at.seconds(),
                    raw,
                },
                _ => Destination::Queue {
                    name: new.queue.clone(),
                    raw,
                    end: QueueEnd::Last,
                },
            });
        }
        self.store.add(&entries).await?;
        tracing::info!(target: AUDIT, action = "enqueue_new", jobs = jids.len());
        Ok(jids)
    }

    /// Pauses a queue or lets it go on.
    ///
    /// # Errors
    /// The store's.
    pub async fn set_paused(&self, queue: &str, paused: bool) -> AdminResult<()> {
        self.store.set_paused(queue, paused).await?;
        tracing::info!(target: AUDIT, action = "set_paused", queue, paused);
        Ok(())
    }

    /// Removes a queue with all its jobs; says how many there were.
    ///
    /// # Errors
    /// The store's.
    pub async fn clear_queue(&self, queue: &str) -> AdminResult<u64> {
        let removed = self.store.clear_queue(queue).await?;
        tracing::info!(target: AUDIT, action = "clear_queue", queue, removed);
        Ok(removed)
    }

    /// Every process.
    ///
    /// # Errors
    /// The store's.
    pub async fn processes(&self) -> AdminResult<Vec<ProcessInfo>> {
        Ok(self.store.processes().await?)
    }

    /// What runs now.
    ///
    /// # Errors
    /// The store's.
    pub async fn running(&self) -> AdminResult<Vec<RunningJob>> {
        Ok(self.store.running().await?)
    }

    /// Tells a process to quiet, stop or dump.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when it has no heartbeat, [`AdminError::Refused`] when it takes no signals (embedded); the store's.
    pub async fn signal(&self, identity: &str, signal: Signal) -> AdminResult<()> {
        let processes = self.store.processes().await?;
        let process = processes
            .iter()
            .find(|process| process.identity == identity);
        if process.is_some_and(|process| process.embedded) {
            return Err(AdminError::Refused(format!(
                "{identity} runs inside another program and takes no signals"
            )));
        }
        if process.is_none() || !self.store.signal(identity, signal).await? {
            return Err(AdminError::NotFound(format!(
                "there is no process {identity} with a heartbeat"
            )));
        }
        tracing::info!(target: AUDIT, action = "signal", identity, signal = signal.name());
        Ok(())
    }

    /// Totals of the last days, today last.
    ///
    /// # Errors
    /// The store's.
    pub async fn daily_totals(&self, days: u32) -> AdminResult<Vec<DayTotals>> {
        Ok(self.store.daily_totals(days).await?)
    }

    async fn act_on(
        &self,
        action: Action,
        ids: &[EntryId],
        now: Timestamp,
    ) -> AdminResult<Vec<(EntryId, ActionOutcome)>> {
        let mut outcomes: Vec<(EntryId, ActionOutcome)> = Vec::with_capacity(ids.len());
        let mut moves = Vec::new();
        let mut moved = Vec::new();
        for (id, entry) in ids.iter().zip(self.store.locate(ids).await?) {
            let outcome = match entry.map(|entry| (plan::plan(action, &entry, now), entry)) {
                None => ActionOutcome::Gone,
                Some((Err(reason), _)) => ActionOutcome::Refused(reason),
                Some((Ok(to), entry)) => {
                    moves.push(Move { entry, to });
                    moved.push(outcomes.len());
                    ActionOutcome::Gone
                }
            };
            outcomes.push((id.clone(), outcome));
        }
        let done = self.store.apply(&moves).await?;
        for (index, _) in moved.into_iter().zip(done).filter(|(_, done)| *done) {
            if let Some((_, outcome)) = outcomes.get_mut(index) {
                *outcome = ActionOutcome::Done;
            }
        }
        Ok(outcomes)
    }

    /// Whole milliseconds when every process is a Sidekiq 8 or newer; otherwise float seconds, which all versions read right.
    async fn time_unit(&self) -> AdminResult<TimeUnit> {
        let processes = self.store.processes().await?;
        let major = |version: &str| version.split('.').next()?.parse::<u32>().ok();
        let all_new = processes
            .iter()
            .all(|process| major(&process.version).is_some_and(|major| major >= 8));
        Ok(if all_new && !processes.is_empty() {
            TimeUnit::Milliseconds
        } else {
            TimeUnit::Seconds
        })
    }
}

fn stored(entry: StoredEntry) -> JobLocation {
    location(Whereabouts::Stored, entry.id, &Job::new(entry.raw))
}
