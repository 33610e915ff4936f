//! The causes from which most jobs are dead.

use super::view::{Both, View};
use crate::model::{DeadCause, DeadCauses, Limit};
use std::cmp::Reverse;

/// The groups within a limit with the most dead jobs, `most` at most.
pub(super) fn causes(view: &View, limit: &Limit, most: usize) -> DeadCauses {
    let groups = view.groups.values();
    let mut dead: Vec<&Both> = groups
        .filter(|both| both.dead > 0 && both.is_within(limit))
        .collect();
    // The digest makes the order of equal ones steady.
    dead.sort_by_key(|both| (Reverse(both.dead), both.group.signature.digest));
    let more = dead.len().saturating_sub(most);
    DeadCauses {
        causes: dead.into_iter().take(most).map(shown).collect(),
        more: u64::try_from(more).unwrap_or(u64::MAX),
        index: view.index.clone(),
    }
}

fn shown(both: &Both) -> DeadCause {
    let signature = &both.group.signature;
    DeadCause {
        digest: signature.digest,
        class: signature.class.clone(),
        error_class: signature.error_class.clone(),
        message: signature.message.clone(),
        dead: both.dead,
    }
}
