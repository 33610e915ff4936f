//! What a page does to jobs, one act after the other.

use super::{entry_key, menu, picker_to_utc};
use crate::api::{Act, ApiError};
use crate::model::{ActionOutcome, ActionReport};
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use std::collections::{HashSet, VecDeque};
use std::fmt;

/// Does what is asked for, one act after the other: what is asked for while another act is on its way waits for its turn.
#[derive(Clone, Copy)]
pub struct Acting {
    action: ServerAction<Act>,
    input: MappedSignal<Option<Act>>,
    pending: Memo<bool>,
    waiting: StoredValue<VecDeque<Act>>,
}

impl Default for Acting {
    fn default() -> Self {
        Self::new()
    }
}

impl Acting {
    /// Nothing done yet. Belongs to the page that makes it.
    #[must_use]
    pub fn new() -> Self {
        let action = ServerAction::new();
        let acting = Self {
            action,
            input: action.input(),
            pending: action.pending(),
            waiting: StoredValue::default(),
        };
        Effect::new(move || {
            if !acting.pending.get()
                && let Some(Some(next)) = acting.waiting.try_update_value(VecDeque::pop_front)
            {
                acting.action.dispatch(next);
            }
        });
        acting
    }

    /// Does something, now or as soon as what was asked for before is done. The same again, while it is not done yet, is a double
    /// click.
    pub fn act(self, act: Act) {
        let is_same = |asked: &Act| is_same(asked, &act);
        let is_asked = self
            .input
            .with_untracked(|input| input.as_ref().is_some_and(is_same))
            || self
                .waiting
                .with_value(|waiting| waiting.iter().any(is_same));
        if is_asked {
            return;
        }
        let is_free = !self.pending.get_untracked() && self.waiting.with_value(VecDeque::is_empty);
        if is_free {
            self.action.dispatch(act);
        } else {
            self.waiting.update_value(|waiting| waiting.push_back(act));
        }
    }

    /// What came of the act that ended last; changes with each, also to an equal one.
    #[must_use]
    pub fn value(self) -> MappedSignal<Option<Result<ActionReport, ApiError>>> {
        self.action.value()
    }

    /// The entries, as [`entry_key`] has them, that are not where they were after the act that ended last; nothing when it failed.
    /// Changes with each act.
    #[must_use]
    pub fn done(self) -> Option<HashSet<String>> {
        self.value().with(|value| {
            let report = value.as_ref()?.as_ref().ok()?;
            let left = report
                .outcomes
                .iter()
                .filter(|(_, outcome)| !matches!(outcome, ActionOutcome::Refused(_)));
            Some(left.map(|(id, _)| entry_key(id)).collect())
        })
    }

    /// Whether an act is on its way.
    #[must_use]
    pub fn pending(self) -> Memo<bool> {
        self.pending
    }
}

/// What a form of rows asks for, read as the server would. If it cannot be read, the browser posts the form itself.
#[must_use]
pub fn submitted_act(event: &SubmitEvent) -> Option<Act> {
    let mut act = Act::from_event(event).ok()?;
    event.prevent_default();
    menu::close_menus(None);
    act.at = picker_to_utc(&act.at);
    Some(act)
}

/// Says where what was done can be undone.
pub const UNDO: fn(&ActionReport) -> Option<String> = undo_path;

fn undo_path(report: &ActionReport) -> Option<String> {
    let operation = report.operation.as_ref()?;
    Some(format!("/operations/{operation}"))
}

impl fmt::Debug for Acting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Acting").finish_non_exhaustive()
    }
}

/// Whether both ask for the same.
fn is_same(one: &Act, other: &Act) -> bool {
    let parts = |act: &Act| {
        (
            act.verb.clone(),
            act.entries.clone(),
            act.only.clone(),
            act.at.clone(),
            act.spread.clone(),
        )
    };
    parts(one) == parts(other)
}
