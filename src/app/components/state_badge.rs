//! What state a job, queue or number is in: always a colour, an icon and a word.

use super::{Icon, IconName};
use crate::model::{OperationState, Place, Set};
use leptos::prelude::*;

/// A state with a colour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// In a queue.
    Enqueued,
    /// Being run.
    Running,
    /// Waits for its time.
    Scheduled,
    /// Failed, waits for its next try.
    Retrying,
    /// Out of retries.
    Dead,
    /// Run, whatever came of it.
    Processed,
    /// A run that failed.
    Failed,
    /// Held still.
    Paused,
}

impl JobState {
    /// In whose colour and with whose icon an operation is shown that stands so.
    #[must_use]
    pub fn of_operation(state: OperationState) -> Self {
        match state {
            OperationState::Running => Self::Running,
            OperationState::Waiting => Self::Scheduled,
            OperationState::Paused => Self::Paused,
            OperationState::Stopped => Self::Failed,
            OperationState::Done => Self::Processed,
        }
    }

    /// The state's name in style sheets (`state-NAME`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Enqueued => "enqueued",
            Self::Running => "running",
            Self::Scheduled => "scheduled",
            Self::Retrying => "retrying",
            Self::Dead => "dead",
            Self::Processed => "processed",
            Self::Failed => "failed",
            Self::Paused => "paused",
        }
    }

    /// The class that gives an element the state's colour.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Enqueued => "state-enqueued",
            Self::Running => "state-running",
            Self::Scheduled => "state-scheduled",
            Self::Retrying => "state-retrying",
            Self::Dead => "state-dead",
            Self::Processed => "state-processed",
            Self::Failed => "state-failed",
            Self::Paused => "state-paused",
        }
    }

    /// Its drawing.
    #[must_use]
    pub fn icon(self) -> IconName {
        match self {
            Self::Enqueued => IconName::Enqueued,
            Self::Running => IconName::Running,
            Self::Scheduled => IconName::Scheduled,
            Self::Retrying => IconName::Retrying,
            Self::Dead => IconName::Dead,
            Self::Processed => IconName::Processed,
            Self::Failed => IconName::Failed,
            Self::Paused => IconName::Paused,
        }
    }

    /// The state of a job that stands at `place`.
    #[must_use]
    pub fn of_place(place: &Place) -> Self {
        match place {
            Place::Queue(_) => Self::Enqueued,
            Place::Set(Set::Scheduled) => Self::Scheduled,
            Place::Set(Set::Retries) => Self::Retrying,
            Place::Set(Set::Dead) => Self::Dead,
        }
    }
}

/// A state as icon and word in its colour.
#[component]
pub fn StateBadge(
    /// Which.
    state: JobState,
) -> impl IntoView {
    view! {
        <span class=format!("badge {}", state.class())>
            <Icon name=state.icon()/>
            {state.name()}
        </span>
    }
}
