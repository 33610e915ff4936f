//! What jobs that were shown are called: names to suggest to those who search.

use crate::model::{JobEntry, Limit};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Most names of a kind: those seen least are forgotten then.
const MOST: usize = 500;

/// Longest name that is kept, bytes.
const LONGEST: usize = 200;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A class of jobs.
    Class,
    /// A queue.
    Queue,
    /// The class of an error.
    Error,
    /// A tag.
    Tag,
}

/// Limits whose names are remembered.
const MOST_LIMITS: usize = 64;

/// Those of everybody: who is limited is told of no names that only others were shown.
#[derive(Debug, Default)]
pub(super) struct Vocabularies(Mutex<HashMap<Limit, Arc<Vocabulary>>>);

impl Vocabularies {
    /// That of those who are limited to the same.
    pub(super) fn of(&self, limit: &Limit) -> Arc<Vocabulary> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(limit) {
            return Arc::clone(known);
        }
        // Groups together make limits of their own, and settings that are read anew others: what nobody uses now is learned again.
        if all.len() >= MOST_LIMITS {
            all.retain(|_, known| Arc::strong_count(known) > 1);
        }
        Arc::clone(all.entry(limit.clone()).or_default())
    }
}

/// The names that were seen, and how often.
#[derive(Debug, Default)]
pub struct Vocabulary(Mutex<HashMap<NameKind, HashMap<String, u64>>>);

impl Vocabulary {
    /// Takes the names of a job down.
    pub fn learn(&self, entry: &JobEntry) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = [
            (NameKind::Class, Some(&entry.class)),
            (NameKind::Queue, Some(&entry.queue)),
            (NameKind::Error, entry.error_class.as_ref()),
        ]
        .into_iter()
        .filter_map(|(kind, name)| Some((kind, name?)));
        let tags = entry.tags.iter().map(|tag| (NameKind::Tag, tag));
        for (kind, name) in named.chain(tags) {
            if name.is_empty() || name.len() > LONGEST {
                continue;
            }
            let names = kinds.entry(kind).or_default();
            if let Some(count) = names.get_mut(name) {
                *count += 1;
                continue;
            }
            if names.len() >= MOST {
                forget_rare(names);
            }
            names.insert(name.clone(), 1);
        }
    }

    /// The names of a kind, with how often they were seen.
    #[must_use]
    pub fn names(&self, kind: NameKind) -> Vec<(String, u64)> {
        let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kinds
            .get(&kind)
            .into_iter()
            .flatten()
            .map(|(name, count)| (name.clone(), *count))
            .collect()
    }
}

/// Halves all counts, and forgets the rarer half of the names.
fn forget_rare(names: &mut HashMap<String, u64>) {
    let mut counts: Vec<u64> = names.values().copied().collect();
    counts.sort_unstable();
    let middle = counts.get(counts.len() / 2).copied().unwrap_or_default();
    let mut room = MOST / 2;
    names.retain(|_, count| {
        let stays = *count >= middle && room > 0;
        room -= usize::from(stays);
        *count = (*count / 2).max(1);
        stays
    });
}

#[cfg(test)]
mod tests {
    use super::{MOST, NameKind, Vocabulary};
    use crate::model::JobEntry;

    fn job(class: &str, tags: &[&str]) -> JobEntry {
        JobEntry {
            id: format!("dead~7~{}", "a".repeat(40)).parse().unwrap(),
            at: None,
            jid: String::new(),
            class: class.to_owned(),
            args: String::new(),
            queue: "media".to_owned(),
            created_at: None,
            enqueued_at: None,
            failed_at: None,
            retried_at: None,
            retry_count: None,
            error_class: None,
            error_message: None,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            size_bytes: 0,
            redacted: false,
            malformed: None,
            raw: None,
        }
    }

    #[test]
    fn names_are_counted_and_their_number_is_bounded() {
        let vocabulary = Vocabulary::default();
        for number in 0..MOST * 3 {
            vocabulary.learn(&job("Usual", &["vip"]));
            vocabulary.learn(&job(&format!("Class{number}"), &[]));
        }
        vocabulary.learn(&job(&"x".repeat(1_000), &[]));
        let classes = vocabulary.names(NameKind::Class);
        assert!(classes.len() <= MOST, "{}", classes.len());
        let usual = classes.iter().max_by_key(|(_, count)| *count).unwrap();
        assert_eq!(usual.0, "Usual");
        assert_eq!(vocabulary.names(NameKind::Tag).len(), 1);
        assert_eq!(vocabulary.names(NameKind::Error), []);
    }
}
