//! The part of the contract for operations: changes of many jobs in many small steps, each atomic.
//!
//! The store keeps for each operation a record and, step by step, what was changed, so that it can be put back. A step proves three things
//! before it does anything: that the operation is still to go on, that it is this step's turn, and that the caller is the one who is at work on
//! it. So a step whose answer got lost can be asked for again (its turn has passed then), and of two Jobdecks one goes on.

use super::{Destination, KeptEntry, Moved, StoreError, StoreResult, StoredEntry};
use crate::model::{Kept, OperationState, Order, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;
use std::{ops::Range, time::Duration};

/// Most entries of a step.
pub const STEP_ENTRIES: usize = 400;

/// How long an operation is kept after it is over, seconds: a week. What can be undone of it has a time of its own.
pub const OPERATION_KEPT: i64 = 7 * 86_400;

/// Operations that are listed at most, the newest.
pub const OPERATIONS_LISTED: usize = 200;

/// An operation as the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationRecord {
    /// Its name.
    pub id: String,
    /// What was confirmed, as it was written.
    pub plan: String,
    /// How it stands.
    pub state: OperationState,
    /// Why it is paused or stopped.
    pub message: Option<String>,
    /// When it was made, by the store's clock.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// The number of the next step.
    pub step: u64,
    /// How far it has come, as the one at work has written it.
    pub mark: String,
    /// Entries that it has changed.
    pub done: u64,
    /// Entries that were gone when their turn came.
    pub gone: u64,
    /// What can be undone of it.
    pub kept: Kept,
    /// The newest operation that undoes it.
    pub undone_by: Option<String>,
    /// Who is at work on it, as long as they say so.
    pub owner: Option<String>,
}

/// Where a step puts an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// As a move does.
    Away(Destination),
    /// It stays where it stands (in a set: with its score), with these bytes.
    Here(Bytes),
}

impl Target {
    /// The queue that it leads to.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Away(Destination::Queue { name, .. }) => Some(name),
            Self::Away(Destination::Nowhere | Destination::Set { .. }) | Self::Here(_) => None,
        }
    }
}

/// One entry of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepMove {
    /// The entry: changed only if it is still there with exactly these bytes. In a queue its position is a hint where to look; one that has
    /// moved far away from it counts as gone.
    pub entry: StoredEntry,
    /// Where it goes.
    pub to: Target,
    /// In a set: changed only if it still has this score as well.
    pub same_score: bool,
}

/// What a step is about, beside its entries.
#[derive(Clone, Copy, Debug)]
pub struct Step<'step> {
    /// The operation.
    pub id: &'step str,
    /// Who is at work on it.
    pub owner: &'step str,
    /// For how long this caller goes on being the one.
    pub lease: Duration,
    /// The number that the operation's next step must have.
    pub number: u64,
    /// Entries to change, [`STEP_ENTRIES`] at most.
    pub moves: &'step [StepMove],
    /// Whether they are kept so that the step can be undone.
    pub keeps: bool,
    /// How far the operation has come with this step.
    pub mark: &'step str,
    /// What this step undoes, if it does.
    pub undoes: Option<Undone<'step>>,
    /// How the operation stands from now on, and why; nothing: as before.
    pub state: Option<(OperationState, Option<&'step str>)>,
    /// How long what is kept can be undone, when the operation is over with this step.
    pub kept_for: Duration,
}

impl<'step> Step<'step> {
    /// Entries that it adds.
    pub(super) fn adds(&self) -> &'step [Destination] {
        self.undoes.map(|undone| undone.adds).unwrap_or_default()
    }

    /// Refuses what no store can make.
    pub(super) fn check(&self) -> StoreResult<()> {
        let entries = self.moves.len() + self.adds().len();
        if entries > STEP_ENTRIES {
            return Err(StoreError::Invalid(format!(
                "a step of an operation has {entries} entries: {STEP_ENTRIES} at most"
            )));
        }
        for change in self.moves {
            if let Target::Away(to) = &change.to {
                to.check()?;
            }
        }
        self.adds().iter().try_for_each(Destination::check)
    }
}

/// A chunk of what was kept, which is given up in the step that puts its entries back.
#[derive(Clone, Copy, Debug)]
pub struct Undone<'step> {
    /// The operation that kept it.
    pub id: &'step str,
    /// Which chunk.
    pub step: u64,
    /// How many entries it holds.
    pub entries: u64,
    /// Entries that were deleted: added again, behind the step's moves.
    pub adds: &'step [Destination],
    /// Of each entry of the step, in order, which one of the chunk it is. What is refused stays in the chunk.
    pub indexes: &'step [usize],
    /// Where in their queue jobs stand that were enqueued then, counted from the newest: a hint.
    pub newest_at: u64,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Stepped {
    /// It was made: what became of each of its entries.
    Made {
        /// In order.
        moved: Vec<Moved>,
        /// Where in their queue jobs were found that this step took back (see [`Undone::newest_at`]).
        newest_at: u64,
    },
    /// It was not: the operation was paused or stopped, somebody else is at work on it, or the step was made before.
    NotNow,
    /// It was not: what it would undo is not kept any more.
    NotKept,
}

/// Entries that one step has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptChunk {
    /// Number of the step.
    pub step: u64,
    /// The entries, in the order in which they were changed.
    pub entries: Vec<KeptEntry>,
}

/// What an operation that is to be made says of itself.
#[derive(Clone, Copy, Debug)]
pub struct NewOperation<'plan> {
    /// Its name, not used before.
    pub id: &'plan str,
    /// What was confirmed.
    pub plan: &'plan str,
    /// The operation that it undoes.
    pub undoes: Option<&'plan str>,
    /// Who is at work on it from the beginning, and for how long without a sign of life.
    pub owner: Option<(&'plan str, Duration)>,
}

/// Whether an operation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It was.
    Made,
    /// What it would undo is still going on.
    StillRunning,
    /// Another one undoes it already.
    BeingUndone,
    /// There is no such operation to undo, or nothing is kept of it any more.
    NothingKept,
}

/// What operations need.
#[async_trait]
pub trait OperationStore: Send + Sync {
    /// Takes down a new operation.
    async fn create_operation(&self, operation: NewOperation<'_>) -> StoreResult<Creation>;

    /// The newest operations, newest first, [`OPERATIONS_LISTED`] at most.
    async fn operations(&self) -> StoreResult<Vec<OperationRecord>>;

    /// Those that are not over, and those that were over within `ended_within`, newest first: what is asked for again and again.
    async fn current_operations(&self, ended_within: Duration)
    -> StoreResult<Vec<OperationRecord>>;

    /// One of them.
    async fn operation(&self, id: &str) -> StoreResult<Option<OperationRecord>>;

    /// Becomes the one at work on an operation that is to go on, if nobody else is; answers how it stands then.
    async fn claim_operation(
        &self,
        id: &str,
        owner: &str,
        lease: Duration,
    ) -> StoreResult<Option<OperationRecord>>;

    /// Lets it go for others, if it is this owner's.
    async fn release_operation(&self, id: &str, owner: &str) -> StoreResult<()>;

    /// Makes a step: all of it or nothing. An entry that is refused stays where it was, and is no obstacle to the others.
    async fn step_operation(&self, step: Step<'_>) -> StoreResult<Stepped>;

    /// Changes how an operation stands, if it stands as one of `from`; whether it did.
    async fn turn_operation(
        &self,
        id: &str,
        from: &[OperationState],
        to: OperationState,
        message: Option<&str>,
        kept_for: Duration,
    ) -> StoreResult<bool>;

    /// Up to `limit` chunks of what an operation has kept in these steps, in order: the first ones, or in descending order the last ones. None:
    /// there are no more. A step that has changed nothing has no chunk.
    async fn kept(
        &self,
        id: &str,
        steps: Range<u64>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<KeptChunk>>;

    /// Gives up what an operation has kept; says what that was.
    async fn free_kept(&self, id: &str) -> StoreResult<Kept>;
}
