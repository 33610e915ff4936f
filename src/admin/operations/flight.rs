//! A step on its way to the store, while the next one is put together.

use crate::model::OperationState;
use crate::store::{
    Destination, SharedStore, Step, StepMove, Stepped, StoreError, StoreResult, Undone,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// What the steps of one process's work on an operation have in common.
pub(super) struct Sender {
    pub(super) store: SharedStore,
    pub(super) id: String,
    pub(super) owner: String,
    pub(super) lease: Duration,
    /// Whether what they change is kept.
    pub(super) keeps: bool,
    pub(super) kept_for: Duration,
}

/// What one step does.
#[derive(Default)]
pub(super) struct Load {
    pub(super) moves: Vec<StepMove>,
    /// Job ids of those, where somebody asks for them.
    pub(super) jids: Vec<String>,
    pub(super) undoes: Option<Undoing>,
    pub(super) state: Option<(OperationState, Option<String>)>,
    pub(super) mark: String,
}

/// [`Undone`], in its own hands.
pub(super) struct Undoing {
    pub(super) id: String,
    pub(super) step: u64,
    pub(super) entries: u64,
    pub(super) adds: Vec<Destination>,
    pub(super) indexes: Vec<usize>,
    pub(super) newest_at: u64,
}

impl Load {
    pub(super) fn entries(&self) -> usize {
        let adds = self.undoes.as_ref().map_or(0, |undone| undone.adds.len());
        self.moves.len() + adds
    }
}

/// A step on its way.
pub(super) struct Flight {
    pub(super) number: u64,
    pub(super) load: Arc<Load>,
    /// Whether another one was on its way when it began: it may arrive before that one, and is not made then.
    pub(super) is_behind: bool,
    sent: Instant,
    answer: JoinHandle<(StoreResult<Stepped>, Instant)>,
}

impl Flight {
    pub(super) fn begin(
        sender: &Arc<Sender>,
        load: Arc<Load>,
        number: u64,
        is_behind: bool,
    ) -> Self {
        let (by, what) = (Arc::clone(sender), Arc::clone(&load));
        Self {
            number,
            load,
            is_behind,
            sent: Instant::now(),
            answer: tokio::spawn(async move { (by.make(&what, number).await, Instant::now()) }),
        }
    }

    /// What the store has answered, and when it began and ended with it as seen from here, if it was busy with another one until `after`.
    pub(super) async fn land(&mut self, after: Option<Instant>) -> Landed {
        match (&mut self.answer).await {
            Ok((answer, at)) => Landed {
                answer,
                took: at
                    - after
                        .map_or(self.sent, |after| after.max(self.sent))
                        .min(at),
                at,
            },
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The process ends.
                Err(_) => Landed {
                    answer: Err(StoreError::Unavailable {
                        address: String::new(),
                        reason: "nobody waits for its answer any more".to_owned(),
                    }),
                    took: Duration::ZERO,
                    at: Instant::now(),
                },
            },
        }
    }
}

/// A step that has been answered.
pub(super) struct Landed {
    pub(super) answer: StoreResult<Stepped>,
    /// How long the store was busy with it.
    pub(super) took: Duration,
    pub(super) at: Instant,
}

impl Sender {
    async fn make(&self, load: &Load, number: u64) -> StoreResult<Stepped> {
        let state = load.state.as_ref();
        let step = Step {
            id: &self.id,
            owner: &self.owner,
            lease: self.lease,
            number,
            moves: &load.moves,
            keeps: self.keeps,
            mark: &load.mark,
            undoes: load.undoes.as_ref().map(|undone| Undone {
                id: &undone.id,
                step: undone.step,
                entries: undone.entries,
                adds: &undone.adds,
                indexes: &undone.indexes,
                newest_at: undone.newest_at,
            }),
            state: state.map(|(state, message)| (*state, message.as_deref())),
            kept_for: self.kept_for,
        };
        self.store.step_operation(step).await
    }
}
