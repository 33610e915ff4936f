//! Operations: changes of many jobs, carried out in the background.

use super::{Action, EntryId, JobFilter, Limit, Place, Timestamp, Verb};
use serde::{Deserialize, Serialize};

/// What an operation does to each of its jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// What can be done to a single entry, too.
    Act(Action),
    /// Into another queue: an entry of a queue goes behind all others of that queue, an entry of a set stays and is enqueued there later.
    MoveTo {
        /// The queue's name.
        queue: String,
    },
    /// One value of the job's text is replaced where it stands; the entry stays where it is.
    Edit {
        /// Which: a field (`retry`), or something in the arguments as they are shown (`args.0.user_id`).
        path: String,
        /// The new value, JSON.
        value: String,
    },
    /// Retries wait for the end of a hold: those that would be due before.
    Hold {
        /// The hold's end.
        until: Timestamp,
    },
}

impl Change {
    /// Name in forms, REST and commands.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Act(action) => action.verb().name(),
            Self::MoveTo { .. } => "move",
            Self::Edit { .. } => "edit",
            Self::Hold { .. } => "hold",
        }
    }

    /// Whether it means something for entries of this place.
    #[must_use]
    pub fn is_for(&self, place: &Place) -> bool {
        match self {
            Self::Act(action) => Verb::for_place(place).contains(&action.verb()),
            Self::MoveTo { .. } | Self::Edit { .. } => true,
            Self::Hold { .. } => *place == Place::Set(super::Set::Retries),
        }
    }
}

/// Which jobs an operation is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Where they are.
    pub places: Vec<Place>,
    /// Which of those: an empty filter means all.
    pub filter: JobFilter,
    /// Only these entries, if there are any; then the places and the filter are not asked.
    pub entries: Vec<EntryId>,
}

/// A few are tried first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// How many.
    pub jobs: u32,
    /// How long to wait for what becomes of them, seconds.
    pub wait_seconds: u32,
    /// How many of a hundred must have succeeded for the operation to go on.
    pub percent: u32,
}

/// An operation as it was confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationPlan {
    /// What is done; nothing for an operation that undoes another one.
    pub change: Option<Change>,
    /// To which jobs.
    #[serde(default)]
    pub selection: Selection,
    /// The operation that this one undoes.
    #[serde(default)]
    pub undoes: Option<String>,
    /// That one in words.
    #[serde(default)]
    pub undone_words: Option<String>,
    /// Jobs that came later (failed, were enqueued) are not meant.
    pub before: Timestamp,
    /// Most jobs a second; nothing: as fast as the store can without others noticing.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Whether a few are tried first.
    #[serde(default)]
    pub canary: Option<Canary>,
    /// Why, in the operator's words.
    #[serde(default)]
    pub reason: Option<String>,
    /// Entries of the places when it was confirmed.
    #[serde(default)]
    pub total: u64,
    /// Whether it was carried out while somebody waited for it, who was told what came of it.
    #[serde(default)]
    pub at_once: bool,
    /// The queues that whoever began it is limited to: no job of another one is changed, or goes there.
    #[serde(default, skip_serializing_if = "Limit::is_none")]
    pub limit: Limit,
}

/// How an operation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// It goes on, or will as soon as a Jobdeck takes it up.
    #[default]
    Running,
    /// The first few are done; what becomes of them decides.
    Waiting,
    /// Somebody has paused it, or it has paused itself: the message says why.
    Paused,
    /// It has ended before its end.
    Stopped,
    /// It has gone through all.
    Done,
}

impl OperationState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Running,
        Self::Waiting,
        Self::Paused,
        Self::Stopped,
        Self::Done,
    ];

    /// Name in the store, in REST and on pages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more happens to it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Done)
    }
}

/// How far an operation has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationProgress {
    /// Entries looked at.
    pub scanned: u64,
    /// Of those, the ones that are meant.
    pub matched: u64,
    /// Changed by this operation.
    pub done: u64,
    /// Not there any more when their turn came.
    pub gone: u64,
    /// Left as they are, and why: the commonest reasons with how many jobs, the most first.
    pub refused: Vec<(String, u64)>,
    /// Jobs a second, over the time that it was at work.
    pub rate: f64,
    /// Seconds that the rest takes at this rate; nothing when nobody knows.
    pub seconds_left: Option<f64>,
}

impl OperationProgress {
    /// How many were left as they are.
    #[must_use]
    pub fn refused_total(&self) -> u64 {
        self.refused.iter().map(|(_, count)| count).sum()
    }
}

/// What is kept so that an operation can be undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Jobs that can be put back.
    pub entries: u64,
    /// What they take in the store, bytes.
    pub bytes: u64,
    /// Until when; nothing while the operation is not over.
    pub until: Option<Timestamp>,
}

/// An operation, as pages and scripts see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its name: 16 letters and digits.
    pub id: String,
    /// What was confirmed.
    pub plan: OperationPlan,
    /// The same in words.
    pub words: String,
    /// How it stands.
    pub state: OperationState,
    /// Why it is paused or stopped, what it waits for.
    pub message: Option<String>,
    /// When it was confirmed.
    pub created_at: Timestamp,
    /// When it was last at work.
    pub updated_at: Timestamp,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// How far it has come.
    pub progress: OperationProgress,
    /// What can be undone of it.
    pub kept: Kept,
    /// The operation that undoes it, or has undone it.
    pub undone_by: Option<String>,
    /// Whether some Jobdeck is at work on it now.
    pub attended: bool,
}

impl Operation {
    /// Whether an undo may begin: also of what an undo before it has left.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        self.can_be_exported() && self.plan.undoes.is_none()
    }

    /// Whether what it has changed can be written as a file.
    #[must_use]
    pub fn can_be_exported(&self) -> bool {
        self.state.is_over() && self.kept.entries > 0
    }
}

/// What would happen, before it is confirmed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationPreview {
    /// Entries that match, so far.
    pub matched: u64,
    /// Entries looked at.
    pub scanned: u64,
    /// Entries of all places.
    pub total: u64,
    /// Whether all were looked at; otherwise `matched` is what was found within the time of a page.
    pub complete: bool,
    /// Some of them.
    pub samples: Vec<PreviewSample>,
    /// Of those that were looked at, how many cannot be changed so, and why.
    pub refused: Vec<(String, u64)>,
    /// What the operator may want to know first.
    pub warnings: Vec<String>,
    /// Jobs that come later than this are not meant.
    pub before: Timestamp,
}

/// One of the jobs that would be changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PreviewSample {
    /// The job.
    pub entry: super::JobEntry,
    /// Where it goes: a place's name, or nowhere.
    pub to: Option<String>,
    /// In a set where it waits for its time: when that is.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// For an edit: the value now and then, JSON.
    pub edit: Option<(String, String)>,
    /// Why it would stay as it is.
    pub refused: Option<String>,
}

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationRequest {
    /// What is done.
    pub change: Change,
    /// To which jobs.
    #[serde(default)]
    pub selection: Selection,
    /// Jobs that came later are not meant; nothing: until it is confirmed.
    #[serde(default)]
    pub before: Option<Timestamp>,
    /// Most jobs a second.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Whether a few are tried first.
    #[serde(default)]
    pub canary: Option<Canary>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An operation in a line, for those who watch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationSummary {
    /// Its name.
    pub id: String,
    /// What it does, to which jobs.
    pub words: String,
    /// How it stands.
    pub state: OperationState,
    /// Entries looked at.
    pub scanned: u64,
    /// Changed by it.
    pub done: u64,
    /// Entries of the places when it was confirmed.
    pub total: u64,
    /// Jobs a second.
    pub rate: f64,
    /// Seconds that the rest takes; nothing when nobody knows.
    pub seconds_left: Option<f64>,
    /// Why it is paused or stopped, what it waits for.
    pub message: Option<String>,
    /// The queues that it is limited to; nobody is told.
    #[serde(skip)]
    pub limit: Limit,
}

impl From<Operation> for OperationSummary {
    fn from(operation: Operation) -> Self {
        Self {
            words: operation.words,
            id: operation.id,
            state: operation.state,
            scanned: operation.progress.scanned,
            done: operation.progress.done,
            total: operation.plan.total,
            rate: operation.progress.rate,
            seconds_left: operation.progress.seconds_left,
            message: operation.message,
            limit: operation.plan.limit,
        }
    }
}

/// How much of an operation is done with, 0 to 100: by the entries that were looked at.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a percentage needs no more than 50 bits"
)]
pub fn percent(state: OperationState, scanned: u64, total: u64) -> f64 {
    if state == OperationState::Done {
        100.0
    } else if total == 0 {
        0.0
    } else {
        // An entry may be looked at twice: it has moved within its set.
        (scanned as f64 / total as f64 * 100.0).min(99.0)
    }
}
