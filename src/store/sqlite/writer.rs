//! The one connection for writing, on its own thread.
//!
//! Changes that wait at the same time share a transaction, and so one wait for the disk. Each has a savepoint of its own: one
//! that fails undoes only itself. A change is answered after its transaction is in the file.

use super::{
    change::{Change, Pending},
    failure,
    queues::delete_cleared,
};
use crate::store::{StoreError, StoreResult, cost::Meter};
use rusqlite::Connection;
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// How long a transaction takes in further changes.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// Most changes of a transaction.
const BATCH_CHANGES: usize = 256;

/// How long a change may wait for its turn: a little longer than for another program's lock, which has its own words.
const BEGINS: Duration = Duration::from_millis(1_950);

/// How much longer one may take that has begun. Its outcome would not be known without it.
const ENDS: Duration = Duration::from_secs(8);

/// Pause between two attempts to get the lock from another process.
const LOCK_PAUSE: Duration = Duration::from_millis(2);

/// Hands changes to the writing thread. Clones share the thread; it ends after the last one.
#[derive(Clone)]
pub(super) struct Writer {
    address: Arc<str>,
    changes: Sender<Box<dyn Change>>,
    clearing: Arc<AtomicBool>,
    meter: Arc<Meter>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Writer")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        connection: Connection,
        address: &str,
        meter: Arc<Meter>,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = channel();
        let writer = Self {
            address: address.into(),
            changes: sender,
            // A queue may have been cleared just before the last end.
            clearing: Arc::new(AtomicBool::new(true)),
            meter,
        };
        let served = Served {
            connection,
            address: Arc::clone(&writer.address),
            changes: receiver,
            clearing: Arc::clone(&writer.clearing),
        };
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || served.run())?;
        Ok((writer, thread))
    }

    /// Makes a change; answers when it is in the file. `work` may run more than once, but takes effect once or not at all.
    ///
    /// When the caller stops waiting before its turn came, nothing is done.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.write_and(work, |value| value).await
    }

    /// As [`Writer::write`], and passes the value through `wrap` when the change is in the file. Nobody may be there to take
    /// it any more: what it drops then says so.
    pub(super) async fn write_and<T: Send + 'static, U: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        wrap: impl FnOnce(T) -> U + Send + 'static,
    ) -> StoreResult<U> {
        let asked = self.meter.ask(1);
        asked.answered(self.changed(work, wrap).await)
    }

    async fn changed<T: Send + 'static, U: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
        wrap: impl FnOnce(T) -> U + Send + 'static,
    ) -> StoreResult<U> {
        let (change, answer) = Pending::new(Arc::clone(&self.address), work, wrap);
        let closed = || StoreError::Unavailable {
            address: self.address.to_string(),
            reason: "it is being closed".to_owned(),
        };
        let claim = change.claim();
        self.changes.send(Box::new(change)).map_err(|_| closed())?;
        let mut answer = answer;
        if let Ok(answer) = timeout(BEGINS, &mut answer).await {
            return answer.map_err(|_| closed())?;
        }
        if claim.give_up() {
            return Err(failure::too_busy(&self.address));
        }
        match timeout(ENDS, answer).await {
            Ok(answer) => answer.map_err(|_| closed())?,
            Err(_) => Err(failure::unanswered(&self.address)),
        }
    }

    /// Makes a change that nobody waits for.
    pub(super) fn post(
        &self,
        work: impl FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) {
        let change = Pending::unwatched(Arc::clone(&self.address), work, |()| ());
        // An error means that the store is closed; what should have been done is then recovered as after a crash.
        let _ = self.changes.send(Box::new(change));
    }

    /// Set when a queue has been cleared, whose entries are then deleted when there is nothing else to do.
    pub(super) fn clearing(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.clearing)
    }
}

/// The thread's side.
struct Served {
    connection: Connection,
    address: Arc<str>,
    changes: Receiver<Box<dyn Change>>,
    clearing: Arc<AtomicBool>,
}

impl Served {
    fn run(self) {
        loop {
            let first = if self.clearing.load(Ordering::Relaxed) {
                match self.changes.try_recv() {
                    Ok(change) => change,
                    Err(TryRecvError::Empty) => {
                        self.delete_cleared();
                        continue;
                    }
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match self.changes.recv() {
                    Ok(change) => change,
                    Err(_) => return,
                }
            };
            self.make(vec![first], true);
        }
    }

    /// Makes these changes, and those that come meanwhile if `open`, in one transaction. If that cannot be done, each in its own.
    fn make(&self, mut batch: Vec<Box<dyn Change>>, open: bool) {
        if !self.begin(&mut batch, open) {
            return;
        }
        match self.attempt(&mut batch, open) {
            Ok(()) => answer(batch, None),
            Err(error) if batch.len() < 2 => answer(batch, Some(&error)),
            Err(_) => {
                for change in batch {
                    self.make(vec![change], false);
                }
            }
        }
    }

    /// Gets the lock. `false` when no change is left to make: each has been answered that it waited too long.
    fn begin(&self, batch: &mut Vec<Box<dyn Change>>, open: bool) -> bool {
        loop {
            let now = Instant::now();
            let (waiting, late) = std::mem::take(batch)
                .into_iter()
                .filter(|change| !change.is_abandoned())
                .partition(|change| change.deadline() > now);
            *batch = waiting;
            answer(late, Some(&failure::locked(&self.address)));
            if batch.is_empty() {
                return false;
            }
            match self.execute("BEGIN IMMEDIATE") {
                Ok(()) => return true,
                Err(error) if failure::is_busy(&error) => self.wait(batch, open),
                Err(error) => {
                    let error = failure::running(&self.address, &error);
                    answer(std::mem::take(batch), Some(&error));
                    return false;
                }
            }
        }
    }

    /// Waits a moment for another process, and takes in what comes meanwhile.
    fn wait(&self, batch: &mut Vec<Box<dyn Change>>, open: bool) {
        if !open || batch.len() >= BATCH_CHANGES {
            return thread::park_timeout(LOCK_PAUSE);
        }
        match self.changes.recv_timeout(LOCK_PAUSE) {
            Ok(change) => batch.push(change),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::park_timeout(LOCK_PAUSE),
        }
    }

    /// Makes the changes in the transaction that has begun, and ends it.
    fn attempt(&self, batch: &mut Vec<Box<dyn Change>>, open: bool) -> StoreResult<()> {
        let started = Instant::now();
        let mut made = 0;
        while let Some(change) = batch.get_mut(made) {
            self.attempt_one(change.as_mut())?;
            made += 1;
            if open
                && made == batch.len()
                && made < BATCH_CHANGES
                && started.elapsed() < BATCH_TIME
                && let Some(next) = self.changes.try_iter().find(|next| !next.is_abandoned())
            {
                batch.push(next);
            }
        }
        self.execute("COMMIT").map_err(|error| {
            self.roll_back();
            failure::running(&self.address, &error)
        })
    }

    /// An error means that the whole transaction is undone. A change that fails alone keeps its error for its answer.
    fn attempt_one(&self, change: &mut dyn Change) -> StoreResult<()> {
        let undone = |error: rusqlite::Error| {
            self.roll_back();
            failure::running(&self.address, &error)
        };
        self.execute("SAVEPOINT change").map_err(undone)?;
        if let Err(error) = change.make(&self.connection) {
            // On a full disk, among others, SQLite may give up the whole transaction by itself.
            if self.connection.is_autocommit() {
                return Err(error);
            }
            self.execute("ROLLBACK TO change").map_err(undone)?;
        }
        self.execute("RELEASE change").map_err(undone)
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.execute("ROLLBACK")
        {
            tracing::error!(store = %self.address, %error, "cannot roll back");
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Deletes some entries of cleared queues.
    fn delete_cleared(&self) {
        let step = self
            .execute("BEGIN IMMEDIATE")
            .and_then(|()| delete_cleared(&self.connection))
            .and_then(|more| self.execute("COMMIT").map(|()| more));
        match step {
            Ok(true) => {}
            Ok(false) => self.clearing.store(false, Ordering::Relaxed),
            Err(error) if failure::is_busy(&error) => {
                self.roll_back();
                thread::park_timeout(LOCK_PAUSE);
            }
            Err(error) => {
                self.roll_back();
                self.clearing.store(false, Ordering::Relaxed);
                tracing::warn!(store = %self.address, %error, "cannot delete the entries of a cleared queue; tried again at the next start");
            }
        }
    }
}

fn answer(batch: Vec<Box<dyn Change>>, failure: Option<&StoreError>) {
    for change in batch {
        change.answer(failure);
    }
}
