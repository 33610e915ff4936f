//! What could be written in a search, with what the server knows of the store.

use crate::admin::{Admin, Kind};
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
    let mut known = Vec::new();
    for (class, error, count) in groups.names() {
        known.push((Kind::Class, class, count));
        known.push((Kind::Error, error, count));
    }
    let frame = live.latest();
    let snapshot = frame.snapshot();
    for queue in &snapshot.overview.queues {
        known.push((Kind::Queue, queue.name.clone(), queue.size));
    }
    for running in &snapshot.running {
        known.push((Kind::Class, running.class.clone(), 1));
    }
    admin.complete(query, at, known)
}
