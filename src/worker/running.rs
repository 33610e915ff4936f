//! What this process runs now.

use super::run::Run;
use crate::{
    job::{Job, running},
    model::{RunningJob, Timestamp},
    store::FetchedJob,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The jobs in progress, by slot. Slots are small numbers used again: they stand for Sidekiq's thread ids.
#[derive(Debug, Default)]
pub(super) struct RunningTable {
    // A std mutex: held for a few instructions, never over an await.
    slots: Arc<Mutex<BTreeMap<u32, Entry>>>,
}

#[derive(Clone, Debug)]
struct Entry {
    fetched: FetchedJob,
    run_at: Timestamp,
    /// Once its handler has begun.
    run: Option<Arc<Run>>,
}

/// Keeps its job in the table until dropped, however the run ends.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Mutex<BTreeMap<u32, Entry>>>,
    number: u32,
}

impl RunningTable {
    pub(super) fn enter(&self, fetched: FetchedJob, run_at: Timestamp) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let number = (1..)
            .find(|number| !slots.contains_key(number))
            .unwrap_or_default();
        let entry = Entry {
            fetched,
            run_at,
            run: None,
        };
        slots.insert(number, entry);
        Slot {
            slots: Arc::clone(&self.slots),
            number,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The runs whose handlers have begun.
    pub(super) fn runs(&self) -> Vec<Arc<Run>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .values()
            .filter_map(|entry| entry.run.clone())
            .collect()
    }

    /// The jobs as fetched.
    pub(super) fn fetched(&self) -> Vec<FetchedJob> {
        self.entries()
            .into_iter()
            .map(|(_, entry)| entry.fetched)
            .collect()
    }

    /// The jobs as a heartbeat tells them.
    pub(super) fn report(&self, identity: &str) -> Vec<RunningJob> {
        self.entries()
            .into_iter()
            .map(|(number, entry)| {
                let payload = Job::new(entry.fetched.raw);
                let thread = format!("t{number}");
                running(
                    identity,
                    &thread,
                    &entry.fetched.queue,
                    &payload,
                    entry.run_at,
                )
            })
            .collect()
    }

    fn entries(&self) -> Vec<(u32, Entry)> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots
            .iter()
            .map(|(number, entry)| (*number, entry.clone()))
            .collect()
    }
}

impl Slot {
    /// Its handler begins.
    pub(super) fn begin(&self, run: &Arc<Run>) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = slots.get_mut(&self.number) {
            entry.run = Some(Arc::clone(run));
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.number);
    }
}
