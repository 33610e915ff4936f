//! Sidekiq's layout in Redis.
//!
//! | file | owns |
//! | --- | --- |
//! | `address`, `sentinel`, `server` | what may be connected to, and what is there |
//! | `connection`, `request`, `failure` | one shared connection that comes back by itself; errors in our words |
//! | `keys`, `scripts` | the names of keys; the Lua scripts, each one atomic step |
//! | `cursor`, `slices`, `locate`, `find_jid` | reading entries |
//! | `moves`, `queues` | changing them |
//! | `overview`, `processes`, `process_info` | numbers, processes and what they run |
//! | `private_jobs` | what other systems have in flight |
//! | `turns`, `tickets`, `watch` | the worker's path: jobs let go and fetched; waiting for some |
//! | `heartbeat`, `orphans` | the worker's process: that it lives; jobs of those that do not |
//! | `metrics` | what the runs of each class took |
//! | `operations`, `operation_step`, `plain_step` | changes of many jobs, step by step, and what is kept to undo them |
//! | `periodic` | the calendar: periodic jobs and their ticks |
//! | `audit` | who changed what |
//! | `reports`, `owner_gone` | what runs tell, requests that they end; jobs in progress of processes that are gone |

mod address;
mod alerts;
mod audit;
mod connection;
mod cursor;
mod failure;
mod failures;
mod find_jid;
mod heartbeat;
mod holds;
mod keys;
mod locate;
mod metrics;
mod moves;
mod operation_step;
mod operations;
mod orphans;
mod overview;
mod owner_gone;
mod periodic;
mod plain_step;
mod private_jobs;
mod process_info;
mod processes;
mod queues;
mod reports;
mod request;
mod restore;
mod scan;
mod scripts;
mod sentinel;
mod server;
mod slices;
mod tickets;
mod transactions;
mod turns;
mod usage;
mod watch;

use super::{
    AdminStore, ClassMetrics, Destination, Heartbeat, JidSearch, MetricsForm, Move, Moved, Orphan,
    Pulse, Rescue, Scanner, SharedStore, Slice, Start, StoreCost, StoreOptions, StoreResult,
    StoredEntry, Turn, Turned, WorkerStore,
};
use crate::model::{
    Cursor, DayTotals, EntryId, Order, Overview, Place, ProcessInfo, RunningJob, Set, Signal,
    StoreInfo, Timestamp,
};
use address::Address;
use async_trait::async_trait;
use connection::Link;
use keys::Keys;
use std::{
    sync::{Arc, Once, atomic::AtomicBool},
    time::Duration,
};
use tickets::Tickets;
use tokio::sync::Notify;
use transactions::Transactions;

pub(super) use address::shown_unparsed;
pub use private_jobs::PrivateJob;
pub use usage::redis_cpu_seconds;

/// Sidekiq's layout in Redis.
#[derive(Debug)]
pub struct RedisStore {
    keys: Keys,
    address: Address,
    /// For people and the sampler.
    admin: Arc<Link>,
    /// For operations, whose large steps are not to hold up the others.
    operations: Arc<Link>,
    /// For workers, whose large answers are not to hold up the others.
    worker: Arc<Link>,
    /// For workers that wait.
    watch: Arc<Link>,
    /// Told when the server sends word over that.
    word: Arc<Notify>,
    tickets: Tickets,
    /// Whether operations may use transactions, once that is known.
    transactions: Transactions,
    /// Whether the last rescue of orphans was refused for some.
    refuses_rescues: AtomicBool,
}

impl RedisStore {
    /// Opens it; connects at the first call.
    ///
    /// # Errors
    /// See [`super::connect`].
    pub async fn connect(url: &str, options: &StoreOptions) -> StoreResult<Self> {
        static TLS: Once = Once::new();
        // Two libraries of this program bring TLS along: they must agree on the cryptography. An error says that one is chosen already.
        TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let address = Address::parse(url)?;
        Ok(Self::new(Keys::new(options.key_prefix.as_deref()), address))
    }

    fn new(keys: Keys, address: Address) -> Self {
        let (watch, word) = watch::watching(&address);
        Self {
            watch,
            word,
            keys,
            admin: Arc::new(Link::new(address.clone())),
            operations: Arc::new(Link::new(address.clone())),
            worker: Arc::new(Link::new(address.clone())),
            address,
            tickets: Tickets::default(),
            transactions: Transactions::default(),
            refuses_rescues: AtomicBool::default(),
        }
    }
}

impl RedisStore {
    /// The same store, with everything sent over the workers' connection.
    fn on_worker_path(&self) -> Self {
        Self {
            keys: self.keys.clone(),
            address: self.address.clone(),
            admin: Arc::clone(&self.worker),
            operations: Arc::clone(&self.operations),
            worker: Arc::clone(&self.worker),
            watch: Arc::clone(&self.watch),
            word: Arc::clone(&self.word),
            tickets: Tickets::default(),
            transactions: Transactions::default(),
            refuses_rescues: AtomicBool::default(),
        }
    }
}

/// The answer of `TIME`: seconds and microseconds.
fn timestamp((seconds, microseconds): (i64, i64)) -> Timestamp {
    Timestamp(seconds.saturating_mul(1000)).plus_milliseconds(microseconds / 1000)
}

/// A UTC day's name, `2026-11-23`.
fn day_name(time: Timestamp) -> String {
    let civil = time.civil();
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}

#[async_trait]
impl AdminStore for RedisStore {
    async fn info(&self) -> StoreResult<StoreInfo> {
        Ok(StoreInfo {
            kind: "redis".to_owned(),
            version: self.admin.server().await?,
            address: self.admin.shown().to_owned(),
            is_read_only: self.admin.is_read_only_replica().await?,
        })
    }

    fn blind(&self, cursor: Cursor) -> Cursor {
        match cursor::SetCursor::parse(&cursor) {
            Ok(parsed) => parsed.blind().to_cursor(),
            Err(_) => cursor,
        }
    }

    fn cost(&self) -> StoreCost {
        [&self.admin, &self.operations, &self.worker, &self.watch]
            .into_iter()
            .fold(StoreCost::default(), |sum, link| sum + link.cost())
    }

    async fn now(&self) -> StoreResult<Timestamp> {
        self.admin.read(&::redis::cmd("TIME")).await.map(timestamp)
    }

    async fn overview(&self) -> StoreResult<Overview> {
        self.read_overview().await
    }

    fn scan(&self, place: Place, start: Start, order: Order) -> Box<dyn Scanner + '_> {
        Box::new(scan::RedisScanner::new(self, place, start, order))
    }

    async fn slice(
        &self,
        place: &Place,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        match place {
            Place::Set(set) => self.slice_set(*set, start, order, limit).await,
            Place::Queue(name) => self.slice_queue(name, start, order, limit).await,
        }
    }

    /// An entry of a set is looked for among all entries of its score (an error when they are more than a million, or a gigabyte),
    /// an entry of a queue around its position and then further away, up to 50 000 entries; one that has moved further counts as gone.
    async fn locate(&self, ids: &[EntryId]) -> StoreResult<Vec<Option<StoredEntry>>> {
        self.locate_entries(ids).await
    }

    async fn find_jid(&self, jid: &str, budget: Duration) -> StoreResult<JidSearch> {
        self.search_jid(jid, budget).await
    }

    async fn apply(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        self.apply_moves(moves).await
    }

    async fn add(&self, entries: &[Destination]) -> StoreResult<()> {
        self.add_entries(entries).await
    }

    async fn restore(&self, entries: &[Destination], only_asked: bool) -> StoreResult<Vec<bool>> {
        self.restore_entries(entries, only_asked).await
    }

    async fn set_paused(&self, queue: &str, paused: bool) -> StoreResult<()> {
        self.pause(queue, paused).await
    }

    async fn clear_queue(&self, queue: &str) -> StoreResult<u64> {
        self.clear(queue).await
    }

    async fn processes(&self) -> StoreResult<Vec<ProcessInfo>> {
        self.read_processes().await
    }

    async fn running(&self) -> StoreResult<Vec<RunningJob>> {
        self.read_running().await
    }

    async fn signal(&self, identity: &str, signal: Signal) -> StoreResult<bool> {
        self.leave_signal(identity, signal).await
    }

    async fn daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>> {
        self.read_daily_totals(days).await
    }
}

#[async_trait]
impl WorkerStore for RedisStore {
    async fn turn(&self, identity: &str, turn: Turn<'_>) -> StoreResult<Turned> {
        self.exchange(identity, turn).await
    }

    async fn ready(&self, queues: &[Arc<str>], wait: Duration) -> StoreResult<()> {
        self.wait_until_ready(queues, wait).await
    }

    async fn due(&self, set: Set, start: &Start, limit: usize) -> StoreResult<Slice> {
        self.on_worker_path()
            .slice_set(set, start, Order::Ascending, limit)
            .await
    }

    async fn promote(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        self.on_worker_path().apply_moves(moves).await
    }

    async fn heartbeat(&self, heartbeat: &Heartbeat) -> StoreResult<Pulse> {
        self.beat(heartbeat).await
    }

    async fn leave(&self, identity: &str) -> StoreResult<()> {
        self.sign_off(identity).await
    }

    async fn orphans(&self, identity: &str, grace: Duration) -> StoreResult<Vec<Orphan>> {
        self.find_orphans(identity, grace).await
    }

    async fn rescue(&self, rescues: &[Rescue]) -> StoreResult<u64> {
        self.rescue_orphans(rescues).await
    }

    async fn record_metrics(&self, metrics: &[ClassMetrics], form: MetricsForm) -> StoreResult<()> {
        self.add_metrics(metrics, form).await
    }

    /// A connection belongs to the runtime that it was made on.
    fn apart(&self) -> Option<SharedStore> {
        Some(Arc::new(Self::new(self.keys.clone(), self.address.clone())))
    }
}
