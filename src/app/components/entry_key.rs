//! What stays the same of an entry while it moves up in its queue.

use crate::model::{EntryId, JobEntry, Place};
use std::collections::HashMap;

/// The part of an address that stays as long as the entry does. In a queue the position is only a hint where to look: it may change
/// with each job that is taken.
#[must_use]
pub fn entry_key(id: &EntryId) -> String {
    match &id.place {
        Place::Set(_) => id.to_string(),
        Place::Queue(_) => format!("{}~{}", id.place, id.digest),
    }
}

/// These addresses as the newest reading of the list has them. A row that has stood there for long names a position far from where
/// its entry is now.
#[must_use]
pub fn renewed(asked: Vec<String>, shown: &[JobEntry]) -> Vec<String> {
    let mut free: HashMap<String, Vec<String>> = HashMap::new();
    for entry in shown.iter().rev() {
        free.entry(entry_key(&entry.id))
            .or_default()
            .push(entry.id.to_string());
    }
    // Copies of one job have addresses of their own: those that are right already are kept.
    let kept: Vec<bool> = asked
        .iter()
        .map(|id| {
            let copies = key_of(id).and_then(|key| free.get_mut(&key));
            let found = copies
                .and_then(|copies| Some((copies.iter().position(|copy| copy == id)?, copies)));
            found.map(|(at, copies)| copies.remove(at)).is_some()
        })
        .collect();
    asked
        .into_iter()
        .zip(kept)
        .map(|(id, is_kept)| {
            let next = key_of(&id)
                .filter(|_| !is_kept)
                .and_then(|key| free.get_mut(&key)?.pop());
            next.unwrap_or(id)
        })
        .collect()
}

fn key_of(id: &str) -> Option<String> {
    id.parse().ok().map(|id| entry_key(&id))
}

#[cfg(test)]
mod tests {
    use super::{entry_key, renewed};
    use crate::app::components::job_row::tests::entry;
    use crate::model::{EntryId, JobEntry};

    fn id(place: &str, position: u32, digit: char) -> String {
        format!("{place}~{position}~{}", digit.to_string().repeat(40))
    }

    fn shown(ids: &[String]) -> Vec<JobEntry> {
        ids.iter()
            .map(|id| JobEntry {
                id: id.parse().unwrap(),
                ..entry("x", "A")
            })
            .collect()
    }

    #[test]
    fn an_entry_of_a_queue_keeps_its_key_when_others_are_taken() {
        let key = |text: String| entry_key(&text.parse::<EntryId>().unwrap());
        assert_eq!(key(id("queue:a", 7, 'a')), key(id("queue:a", 6, 'a')));
        assert_ne!(key(id("queue:a", 7, 'a')), key(id("queue:a", 7, 'b')));
        assert_ne!(key(id("queue:a", 7, 'a')), key(id("queue:b", 7, 'a')));
        assert_ne!(key(id("dead", 7, 'a')), key(id("dead", 6, 'a')));
    }

    #[test]
    fn an_old_address_is_renewed_and_copies_stay_apart() {
        let now = shown(&[
            id("queue:a", 4, 'a'),
            id("queue:a", 5, 'b'),
            id("queue:a", 6, 'a'),
        ]);
        assert_eq!(
            renewed(vec![id("queue:a", 9, 'b')], &now),
            [id("queue:a", 5, 'b')]
        );
        assert_eq!(
            renewed(vec![id("queue:a", 8, 'a'), id("queue:a", 4, 'a')], &now),
            [id("queue:a", 6, 'a'), id("queue:a", 4, 'a')]
        );
        assert_eq!(
            renewed(vec![id("queue:a", 9, 'a'), id("queue:a", 7, 'a')], &now),
            [id("queue:a", 4, 'a'), id("queue:a", 6, 'a')]
        );
        let gone = [id("queue:a", 9, 'c'), id("dead", 4, 'a'), "none".to_owned()];
        assert_eq!(renewed(gone.to_vec(), &now), gone);
    }
}
