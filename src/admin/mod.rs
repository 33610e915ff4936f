//! The one door for every change and every composed read: pages, REST and commands all come through [`Admin`].
//!
//! Here is what goes straight to the store; what is composed has files of its own: `alerts.rs`, `act.rs` (with `plan.rs`: what a verb means for an
//! entry), `audit/` (who did what: every change goes through it), `cancel.rs`, `complete.rs`, `enqueue.rs`, `export.rs`, `failures.rs`, `holds/`,
//! `import.rs`, `limits.rs` (what whoever asks is limited to), `lookup.rs`, `operations/`,
//! `periodic.rs`, `search.rs` (with `searches.rs` and `shared_search.rs`: those that pages follow).

mod act;
mod alerts;
mod audit;
mod cancel;
mod complete;
mod enqueue;
mod error;
mod export;
mod failures;
mod fleet;
mod holds;
mod import;
mod limits;
mod lookup;
mod moved;
mod operations;
mod periodic;
mod plan;
mod read_ahead;
mod reveal;
mod search;
mod searches;
mod shared_search;
mod vocabulary;

use crate::job::TimeUnit;
use crate::model::{
    Actor, AuditAction, Cursor, DayTotals, EntryId, Overview, Page, PageRequest, Place,
    ProcessInfo, Right, RunningJob, Signal, StoreInfo, Timestamp,
};
use crate::redaction::Redactor;
use crate::shown::open_running;
use crate::store::{AuditBounds, SharedStore, StoreCost, StoredEntry, listing};
use audit::{Audit, Deed};
use fleet::Fleet;
use limits::narrow_processes;
use searches::Searches;
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::Notify;

pub use alerts::SnoozeEnd;
pub use audit::{AUDIT_PAGE, AUDIT_PAGE_MOST, AuditRequest};
pub use error::{AdminError, AdminResult};
pub use export::{ExportForm, ExportPart, ExportParts, ExportProgress, ExportRequest};
pub use failures::{DEPLOY_CHARACTERS, GroupChange, NOTE_CHARACTERS};
pub(crate) use holds::in_force as holds_in_force;
pub use holds::{HoldKeeper, Release};
pub use import::ImportRequest;
pub(crate) use limits::narrow_overview;
pub use operations::OperationRunner;
pub(crate) use operations::shown as shown_operation;
pub use search::SearchRequest;
pub use shared_search::SearchFollower;
use vocabulary::Vocabularies;
pub use vocabulary::{NameKind, Vocabulary};

/// How the door works.
#[derive(Clone, Debug)]
pub struct AdminOptions {
    /// How the times of jobs are written; unless said, as the processes that are alive read them: whole milliseconds when all are Sidekiq 8
    /// or newer, otherwise float seconds, which every version reads right.
    pub time_unit: Option<TimeUnit>,
    /// How long a page's filter searches before it shows what it has. Default: 250 ms.
    pub search_budget: Duration,
    /// How long a job id is searched for. Default: 2 s.
    pub jid_budget: Duration,
    /// How long what an operation has changed is kept, so that it can be undone. Default: a day.
    pub undo_kept: Duration,
    /// How long who did what is kept. Default: 90 days.
    pub audit_kept: Duration,
    /// What takes secrets out of exported jobs.
    pub redactor: Redactor,
    /// What takes secrets out of jobs that are shown. Default: nothing is taken out.
    pub shown_redactor: Redactor,
    /// Whether exports over HTTP lose their secrets. Default: yes.
    pub redacts_exports: bool,
}

impl Default for AdminOptions {
    fn default() -> Self {
        Self {
            time_unit: None,
            search_budget: Duration::from_millis(250),
            jid_budget: Duration::from_secs(2),
            undo_kept: operations::UNDO_KEPT,
            audit_kept: AuditBounds::default().kept,
            redactor: Redactor::default(),
            shown_redactor: Redactor::none(),
            redacts_exports: true,
        }
    }
}

/// The one door to a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    store: SharedStore,
    /// Shared by all clones, and replaced as a whole.
    options: Arc<RwLock<Arc<AdminOptions>>>,
    fleet: Arc<Fleet>,
    /// Told when an operation was begun or is to go on.
    operations_wake: Arc<Notify>,
    /// The searches that pages follow.
    searches: Arc<Searches>,
    /// What jobs that were shown are called.
    vocabularies: Arc<Vocabularies>,
    /// On whose behalf changes are made.
    actor: Arc<Actor>,
    /// Why, if that was said.
    reason: Option<Arc<str>>,
    /// What is known of the audit beside the store.
    audit: Arc<Audit>,
}

impl Admin {
    /// The door to this store, with the usual options, for the program itself: it may do everything, as long as it is not told for whom it
    /// acts.
    #[must_use]
    pub fn new(store: SharedStore) -> Self {
        Self::with_options(store, AdminOptions::default())
    }

    /// The door to this store.
    #[must_use]
    pub fn with_options(store: SharedStore, options: AdminOptions) -> Self {
        Self {
            store,
            options: Arc::new(RwLock::new(Arc::new(options))),
            fleet: Arc::default(),
            operations_wake: Arc::default(),
            searches: Arc::new(Searches::new()),
            vocabularies: Arc::default(),
            actor: Arc::new(Actor::command()),
            reason: None,
            audit: Arc::default(),
        }
    }

    /// The same door for somebody: changes that the role does not allow are refused, and the audit says whose the others were.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self {
            actor: Arc::new(actor),
            ..self.clone()
        }
    }

    /// The same door for a reason, which the audit tells with each change.
    ///
    /// # Errors
    /// A reason that is too long.
    pub fn because(&self, reason: Option<&str>) -> AdminResult<Self> {
        let reason = operations::checked_reason(reason)?;
        Ok(Self {
            reason: reason.map(Arc::from),
            ..self.clone()
        })
    }

    /// On whose behalf changes are made.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Stands at the beginning of what changes nothing, and is for some only. A change has [`Admin::begin`].
    fn require(&self, right: Right) -> AdminResult<()> {
        if self.actor.may(right) {
            return Ok(());
        }
        Err(self.lacking(right))
    }

    /// The store behind it: for the program's own work, which goes past all limits.
    #[must_use]
    pub fn store(&self) -> &SharedStore {
        &self.store
    }

    /// What takes secrets out of jobs that are shown.
    #[must_use]
    pub fn shown_redactor(&self) -> Redactor {
        self.options().shown_redactor.clone()
    }

    /// Whether exports over HTTP lose their secrets.
    #[must_use]
    pub fn redacts_exports(&self) -> bool {
        self.options().redacts_exports
    }

    /// How this door works.
    #[must_use]
    pub fn options(&self) -> Arc<AdminOptions> {
        Arc::clone(&self.options.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this door, and every one that was made from it, works like that.
    pub fn set_options(&self, options: AdminOptions) {
        *self.options.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(options);
        // What they have found was shown by the old ones.
        self.searches.outdate();
    }

    /// What the store is.
    ///
    /// # Errors
    /// The store's.
    pub async fn info(&self) -> AdminResult<StoreInfo> {
        Ok(self.store.info().await?)
    }

    /// The store's clock.
    ///
    /// # Errors
    /// The store's.
    pub async fn now(&self) -> AdminResult<Timestamp> {
        Ok(self.store.now().await?)
    }

    /// What was asked of the store so far.
    #[must_use]
    pub fn cost(&self) -> StoreCost {
        self.store.cost()
    }

    /// All numbers at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn overview(&self) -> AdminResult<Overview> {
        let mut overview = self.store.overview().await?;
        narrow_overview(&mut overview, self.limit());
        Ok(overview)
    }

    /// A page of a queue or set, filtered.
    ///
    /// # Errors
    /// [`AdminError::Beyond`] for another's queue; the store's; a cursor that is not this store's.
    pub async fn page(&self, place: &Place, request: &PageRequest) -> AdminResult<Page> {
        self.require_place(place)?;
        let blind = |cursor: Option<Cursor>| cursor.map(|cursor| self.blind(cursor));
        let request = &PageRequest {
            after: blind(request.after.clone()),
            before: blind(request.before.clone()),
            ..request.clone()
        };
        let mut page = listing::page(
            self.store.as_ref(),
            place,
            request,
            self.options().search_budget,
            &self.shown_redactor(),
            self.limit(),
        )
        .await?;
        page.next = blind(page.next);
        page.previous = blind(page.previous);
        let vocabulary = self.vocabulary();
        for entry in &page.entries {
            vocabulary.learn(entry);
        }
        Ok(page)
    }

    /// Those of these entries that are still there, as they are stored, to be shown whole.
    ///
    /// # Errors
    /// The store's.
    pub async fn stored(&self, ids: &[EntryId]) -> AdminResult<Vec<StoredEntry>> {
        let found = self.store.locate(ids).await?.into_iter().flatten();
        Ok(found.filter(|entry| self.is_within(entry)).collect())
    }

    /// What the jobs are called that were shown to those who are limited to the same.
    #[must_use]
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        self.vocabularies.of(self.limit())
    }

    /// How long a page searches before it shows what it has.
    #[must_use]
    pub fn search_budget(&self) -> Duration {
        self.options().search_budget
    }

    /// Pauses a queue or lets it go on.
    ///
    /// # Errors
    /// [`AdminError::Beyond`] for another's queue; the store's.
    pub async fn set_paused(&self, queue: &str, paused: bool) -> AdminResult<()> {
        let action = if paused {
            AuditAction::PauseQueue
        } else {
            AuditAction::ResumeQueue
        };
        let deed = self.begin_on_queue(action, queue).await?;
        let set = self.store.set_paused(queue, paused).await;
        deed.end(set.map_err(AdminError::from)).await
    }

    /// Removes a queue with all its jobs; says how many there were.
    ///
    /// # Errors
    /// [`AdminError::Beyond`] for another's queue; the store's.
    pub async fn clear_queue(&self, queue: &str) -> AdminResult<u64> {
        let mut deed = self.begin_on_queue(AuditAction::ClearQueue, queue).await?;
        let removed = self.store.clear_queue(queue).await;
        self.searches.outdate();
        deed.tell(|event| event.done = *removed.as_ref().unwrap_or(&0));
        deed.end(removed.map_err(AdminError::from)).await
    }

    async fn begin_on_queue(&self, action: AuditAction, queue: &str) -> AdminResult<Deed> {
        self.begin_on(action, |event| {
            event.places = vec![Place::Queue(queue.to_owned()).to_string()];
        })
        .await?
        .allowed(self.require_queue(queue))
        .await
    }

    /// Every process that fetches from a queue within the limit.
    ///
    /// # Errors
    /// The store's.
    pub async fn processes(&self) -> AdminResult<Vec<ProcessInfo>> {
        let mut processes = self.store.processes().await?;
        narrow_processes(&mut processes, self.limit());
        Ok(processes)
    }

    /// What runs now.
    ///
    /// # Errors
    /// The store's.
    pub async fn running(&self) -> AdminResult<Vec<RunningJob>> {
        let running = self.store.running().await?.into_iter();
        let running = running.filter(|run| self.runs_within(run));
        let redactor = self.shown_redactor();
        Ok(running.map(|run| open_running(run, &redactor)).collect())
    }

    /// Tells a process to quiet, stop or dump.
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when it has no heartbeat, [`AdminError::Refused`] when it takes no signals (embedded); the store's.
    pub async fn signal(&self, identity: &str, signal: Signal) -> AdminResult<()> {
        let action = match signal {
            Signal::Dump => AuditAction::DumpProcess,
            Signal::Quiet => AuditAction::QuietProcess,
            Signal::Stop => AuditAction::StopProcess,
        };
        let deed = self
            .begin_on(action, |event| identity.clone_into(&mut event.object))
            .await?;
        let left = self.leave_signal(identity, signal).await;
        deed.end(left).await
    }

    async fn leave_signal(&self, identity: &str, signal: Signal) -> AdminResult<()> {
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
        Ok(())
    }

    /// Totals of the last days, today last.
    ///
    /// # Errors
    /// The store's.
    pub async fn daily_totals(&self, days: u32) -> AdminResult<Vec<DayTotals>> {
        Ok(self.store.daily_totals(days).await?)
    }
}
