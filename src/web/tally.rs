//! Counts what is open, for each who has it open.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Counts what is open, for each who has it open.
#[derive(Debug)]
pub(super) struct Tally<K> {
    most: usize,
    open: Arc<Mutex<HashMap<K, usize>>>,
}

/// One that is open, until it is dropped.
#[derive(Debug)]
pub(super) struct Entry<K: Eq + Hash> {
    key: K,
    open: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Clone + Eq + Hash> Tally<K> {
    /// At most so many for each; 0 for any number.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: if most == 0 { usize::MAX } else { most },
            open: Arc::default(),
        }
    }

    /// One more for this one; nothing if it has the most already.
    pub(super) fn enter(&self, key: K) -> Option<Entry<K>> {
        let mut open = locked(&self.open);
        let count = open.entry(key.clone()).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(open);
        let open = self.open.clone();
        Some(Entry { key, open })
    }
}

impl<K: Eq + Hash> Drop for Entry<K> {
    fn drop(&mut self) {
        let mut open = locked(&self.open);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            // Who has nothing open takes no room.
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Tally, locked};

    #[test]
    fn each_has_its_own_count_and_what_is_dropped_makes_room() {
        let tally = Tally::new(2);
        let (one, two) = (tally.enter("a"), tally.enter("a"));
        assert!(one.is_some() && two.is_some());
        assert!(tally.enter("a").is_none());
        assert!(tally.enter("b").is_some());
        drop(one);
        assert!(tally.enter("a").is_some());
        drop(two);
        assert!(locked(&tally.open).is_empty());
    }

    #[test]
    fn nought_is_no_limit() {
        let tally = Tally::new(0);
        let all: Vec<_> = (0..1_000).filter_map(|_| tally.enter(())).collect();
        assert_eq!(all.len(), 1_000);
    }
}
