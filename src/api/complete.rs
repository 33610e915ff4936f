//! What could be written in a search, with what the server knows of the store.

use crate::admin::{Admin, NameKind};
use crate::groups::Groups;
use crate::live::Live;
use crate::model::Completions;

/// What the word at a place of a search (characters from 0) could become. Reads no store: it is asked at every key.
#[must_use]
pub fn complete(
    admin: &Admin,
    groups: &Groups,
    live: &Live,
    query: &str,
    at: usize,
) -> Completions {
    let limit = admin.limit();
    let frame = live.latest(limit);
    let snapshot = frame.snapshot();
    admin.complete(query, at, |kind| match kind {
        NameKind::Class => {
            let running = snapshot.running.iter().map(|run| (run.class.clone(), 1));
            let failed = groups.names(limit).into_iter();
            failed
                .map(|(class, _, count)| (class, count))
                .chain(running)
                .collect()
        }
        NameKind::Error => {
            let failed = groups.names(limit).into_iter();
            failed.map(|(_, error, count)| (error, count)).collect()
        }
        NameKind::Queue => {
            let queues = snapshot.overview.queues.iter();
            queues
                .map(|queue| (queue.name.clone(), queue.size))
                .collect()
        }
        NameKind::Tag => Vec::new(),
    })
}
