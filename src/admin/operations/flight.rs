//! Steps on their way to the store: one is under way while the next one is put together.

use crate::admin::{Admin, read_ahead::joined};
use crate::model::OperationState;
use crate::store::{Destination, Step, StepMove, Stepped, StoreResult, Undone};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// What the steps of one process's work on an operation have in common.
pub(super) struct Sender {
    pub(super) admin: Admin,
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
    pub(super) jids: Vec<Option<String>>,
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

/// The steps of one process's work on an operation, numbered one after the other.
pub(super) struct Flights {
    sender: Arc<Sender>,
    /// The number of the next step.
    number: u64,
    /// The step that the store is busy with.
    under_way: Option<Flight>,
    /// When the store has answered the one before it.
    answered: Option<Instant>,
}

/// A step on its way.
struct Flight {
    number: u64,
    load: Arc<Load>,
    /// Whether another one was on its way when it began: it may arrive before that one, and is not made then.
    is_behind: bool,
    sent: Instant,
    answer: JoinHandle<(StoreResult<Stepped>, Instant)>,
}

/// A step that has been answered.
pub(super) struct Landed {
    pub(super) load: Arc<Load>,
    pub(super) answer: StoreResult<Stepped>,
    /// How long the store was busy with it.
    pub(super) took: Duration,
}

impl Flights {
    pub(super) fn new(sender: Sender, number: u64) -> Self {
        Self {
            sender: Arc::new(sender),
            number,
            under_way: None,
            answered: None,
        }
    }

    /// Sends a step, and answers what became of the one before it, if that was still under way.
    pub(super) async fn send(&mut self, load: Load) -> Option<Landed> {
        let before = self.under_way.take();
        self.begin(Arc::new(load), before.is_some());
        match before {
            Some(before) => Some(self.land(before).await),
            None => None,
        }
    }

    /// What became of the step that is under way; nothing when none is.
    pub(super) async fn settle(&mut self) -> Option<Landed> {
        match self.under_way.take() {
            Some(last) => Some(self.land(last).await),
            None => None,
        }
    }

    fn begin(&mut self, load: Arc<Load>, is_behind: bool) {
        self.under_way = Some(Flight::begin(&self.sender, load, self.number, is_behind));
        self.number += 1;
    }

    async fn land(&mut self, mut flight: Flight) -> Landed {
        let mut sent = flight.sent;
        let (mut answer, mut at) = flight.answered().await;
        if flight.is_behind && matches!(answer, Ok(Stepped::NotNow)) {
            // It may have overtaken the one before it. If not, it is not its turn now either.
            let load = Arc::clone(&flight.load);
            flight = Flight::begin(&self.sender, load, flight.number, false);
            sent = flight.sent;
            (answer, at) = flight.answered().await;
        }
        if matches!(answer, Ok(Stepped::NotKept)) {
            // Its number is still to be used, by the one behind it, which had come too early.
            self.number = flight.number;
            if let Some(mut behind) = self.under_way.take() {
                // By its number it was not made, whatever it says.
                let _ = behind.answered().await;
                self.begin(behind.load, false);
            }
        }
        // It was busy with another one before.
        let began = self.answered.map_or(sent, |answered| answered.max(sent));
        self.answered = Some(at);
        Landed {
            load: flight.load,
            answer,
            took: at.saturating_duration_since(began),
        }
    }
}

impl Flight {
    fn begin(sender: &Arc<Sender>, load: Arc<Load>, number: u64, is_behind: bool) -> Self {
        let (by, what) = (Arc::clone(sender), Arc::clone(&load));
        Self {
            number,
            load,
            is_behind,
            sent: Instant::now(),
            answer: tokio::spawn(async move { (by.make(&what, number).await, Instant::now()) }),
        }
    }

    /// What the store has answered, and when.
    async fn answered(&mut self) -> (StoreResult<Stepped>, Instant) {
        match joined(&mut self.answer).await {
            Ok(answered) => answered,
            Err(error) => (Err(error), Instant::now()),
        }
    }
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
        let stepped = self.admin.store.step_operation(step).await;
        if load.entries() > 0 {
            self.admin.searches.outdate();
        }
        stepped
    }
}
