//! What whoever looks at the pages may do: verbs that they may not use are not drawn. The server refuses them all the same.

use crate::model::{Actor, Right, Role};
use leptos::prelude::*;

/// The role for which the pages are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Access(RwSignal<Role>);

/// Makes [`use_access`] known to all pages.
pub fn provide_access() {
    provide_context(Access(RwSignal::new(Role::Admin)));
}

/// The role for which the pages are drawn.
#[must_use]
pub fn use_access() -> Access {
    use_context().unwrap_or_else(|| Access(RwSignal::new(Role::Admin)))
}

/// Whether a verb that takes this right is drawn.
#[must_use]
pub fn may(right: Right) -> bool {
    use_access().0.get_untracked().may(right)
}

impl Access {
    /// Draws for this one from now on; without anybody, as for a server without a log-in.
    pub fn set(self, actor: Option<&Actor>) {
        let role = actor.map_or(Role::Admin, |actor| actor.role);
        if self.0.get_untracked() != role {
            self.0.set(role);
        }
    }
}
