//! One change that waits for the writing thread.

use super::failure::{self, PATIENCE};
use crate::store::{StoreError, StoreResult};
use rusqlite::Connection;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};
use tokio::sync::oneshot;

/// One change that waits for the writing thread.
pub(super) trait Change: Send {
    /// Until when it may begin.
    fn deadline(&self) -> Instant;

    /// Whether its caller has gone.
    fn is_abandoned(&self) -> bool;

    /// Makes it, inside the writer's savepoint; keeps its value or error.
    fn make(&mut self, connection: &Connection) -> StoreResult<()>;

    /// Tells the caller: the failure of the whole transaction if there is one, else what `make` kept.
    fn answer(self: Box<Self>, failure: Option<&StoreError>);
}

/// Whose turn it is with a change: of the caller, who may still give it up, or of the thread, which has begun to make it.
#[derive(Debug, Default)]
pub(super) struct Claim(AtomicU8);

const WAITS: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Claim {
    /// Whether the thread may make it (again).
    fn begin(&self) -> bool {
        self.change_to(BEGUN) != GIVEN_UP
    }

    /// Whether the caller was in time: then it is never made.
    pub(super) fn give_up(&self) -> bool {
        self.change_to(GIVEN_UP) != BEGUN
    }

    /// What it is now.
    fn change_to(&self, to: u8) -> u8 {
        match self
            .0
            .compare_exchange(WAITS, to, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => to,
            Err(found) => found,
        }
    }

    fn is_given_up(&self) -> bool {
        self.0.load(Ordering::Acquire) == GIVEN_UP
    }
}

/// A change made of closures: `work` makes it, `wrap` turns its value into the answer once it is in the file.
pub(super) struct Pending<T, W, U, F> {
    address: Arc<str>,
    deadline: Instant,
    claim: Arc<Claim>,
    work: W,
    wrap: F,
    result: Option<StoreResult<T>>,
    /// Nobody waits if there is none.
    reply: Option<oneshot::Sender<StoreResult<U>>>,
}

impl<T, W, U, F> Pending<T, W, U, F> {
    /// A change, and where its answer will be.
    pub(super) fn new(
        address: Arc<str>,
        work: W,
        wrap: F,
    ) -> (Self, oneshot::Receiver<StoreResult<U>>) {
        let (reply, answer) = oneshot::channel();
        let change = Self {
            reply: Some(reply),
            ..Self::unwatched(address, work, wrap)
        };
        (change, answer)
    }

    /// What its caller can give it up by.
    pub(super) fn claim(&self) -> Arc<Claim> {
        Arc::clone(&self.claim)
    }

    /// A change that nobody waits for.
    pub(super) fn unwatched(address: Arc<str>, work: W, wrap: F) -> Self {
        Self {
            address,
            deadline: Instant::now() + PATIENCE,
            claim: Arc::default(),
            work,
            wrap,
            result: None,
            reply: None,
        }
    }
}

impl<T, W, U, F> Change for Pending<T, W, U, F>
where
    T: Send,
    W: FnMut(&Connection) -> rusqlite::Result<T> + Send,
    U: Send,
    F: FnOnce(T) -> U + Send,
{
    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn is_abandoned(&self) -> bool {
        self.claim.is_given_up() || self.reply.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    fn make(&mut self, connection: &Connection) -> StoreResult<()> {
        if !self.claim.begin() {
            return Err(failure::too_busy(&self.address));
        }
        // A panic must not end the thread: other changes would wait for nothing.
        let result = match catch_unwind(AssertUnwindSafe(|| (self.work)(connection))) {
            Ok(result) => result.map_err(|error| failure::running(&self.address, &error)),
            Err(_) => Err(StoreError::Unavailable {
                address: self.address.to_string(),
                reason: "the change failed unexpectedly; nothing was changed".to_owned(),
            }),
        };
        let outcome = result.as_ref().map(|_| ()).map_err(StoreError::clone);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        let Self {
            result,
            reply,
            wrap,
            ..
        } = *self;
        let result = match (failure, result) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(result)) => result,
            (None, None) => return,
        };
        match (reply, result) {
            (Some(reply), result) => drop(reply.send(result.map(wrap))),
            (None, Err(error)) => tracing::warn!(%error, "a change in the background failed"),
            (None, Ok(_)) => {}
        }
    }
}
