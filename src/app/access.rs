//! What whoever looks at the pages may do: verbs that they may not use are not drawn. The server refuses them all the same.

use crate::model::{Actor, Right};
use leptos::prelude::*;

/// For whom the pages are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Access(RwSignal<Actor>);

/// Makes [`use_access`] known to all pages.
pub fn provide_access() {
    provide_context(Access::anyone());
}

/// For whom the pages are drawn.
#[must_use]
pub fn use_access() -> Access {
    use_context().unwrap_or_else(Access::anyone)
}

/// Whether a verb that takes this right is drawn.
#[must_use]
pub fn may(right: Right) -> bool {
    use_access().0.with_untracked(|actor| actor.may(right))
}

/// Whether a verb that takes this right is drawn for a queue.
#[must_use]
pub fn may_in(right: Right, queue: &str) -> bool {
    let is_within = |actor: &Actor| actor.scope.queues.includes(queue);
    may(right) && use_access().0.with_untracked(is_within)
}

impl Access {
    fn anyone() -> Self {
        Self(RwSignal::new(Actor::anyone()))
    }

    /// Draws for this one from now on; without anybody, as for a server without a log-in.
    pub fn set(self, actor: Option<&Actor>) {
        let actor = actor.cloned().unwrap_or_else(Actor::anyone);
        let is_same = |known: &Actor| (known.role, &known.scope) == (actor.role, &actor.scope);
        if !self.0.with_untracked(is_same) {
            self.0.set(actor);
        }
    }
}
