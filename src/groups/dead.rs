//! The causes from which most jobs are dead.

use super::view::{Both, View};
use crate::model::{DeadCause, DeadCauses};
use std::cmp::Reverse;

/// The groups with the most dead jobs.
pub(super) fn causes(view: &View, limit: usize) -> DeadCauses {
    let mut dead: Vec<&Both> = view.groups.values().filter(|both| both.dead > 0).collect();
    // The digest makes the order of equal ones steady.
    dead.sort_by_key(|both| (Reverse(both.dead), both.group.signature.digest));
    let more = dead.len().saturating_sub(limit);
    DeadCauses {
        causes: dead.into_iter().take(limit).map(shown).collect(),
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
