//! What this process runs now.

use super::run::Run;
use crate::{job::running, model::RunningJob};
use std::sync::{Arc, Mutex, PoisonError};

/// The runs in progress, by slot. A slot's number stands for Sidekiq's thread id.
#[derive(Debug)]
pub(super) struct RunningTable {
    // Std mutexes, one a slot: held for a few instructions, never over an await, and hardly ever wanted by two.
    slots: Box<[Mutex<Option<Arc<Run>>>]>,
}

/// Keeps its run in the table until dropped, however the run ends.
#[derive(Debug)]
pub(super) struct Entered<'table> {
    table: &'table RunningTable,
    slot: usize,
}

impl RunningTable {
    /// A table of so many slots.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            slots: (0..slots).map(|_| Mutex::new(None)).collect(),
        }
    }

    pub(super) fn enter(&self, slot: usize, run: Arc<Run>) -> Entered<'_> {
        self.set(slot, Some(run));
        Entered { table: self, slot }
    }

    fn set(&self, slot: usize, run: Option<Arc<Run>>) {
        if let Some(place) = self.slots.get(slot) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = run;
        }
    }

    /// The runs, by slot.
    fn all(&self) -> impl Iterator<Item = (usize, Arc<Run>)> {
        self.slots.iter().enumerate().filter_map(|(slot, run)| {
            let run = run.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
            Some((slot, run))
        })
    }

    pub(super) fn len(&self) -> usize {
        self.all().count()
    }

    /// The runs.
    pub(super) fn runs(&self) -> Vec<Arc<Run>> {
        self.all().map(|(_, run)| run).collect()
    }

    /// The jobs as a heartbeat tells them.
    pub(super) fn report(&self, identity: &str) -> Vec<RunningJob> {
        self.all()
            .map(|(slot, run)| {
                let thread = format!("t{}", slot + 1);
                running(
                    identity,
                    &thread,
                    &run.fetched.queue,
                    &run.job,
                    run.started_at,
                )
            })
            .collect()
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.table.set(self.slot, None);
    }
}
