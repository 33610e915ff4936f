//! What a store was asked, and how long its answers took.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// What this process has asked of a store since it opened it. What workers wait for without asking again (a blocking fetch) is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreCost {
    /// Commands, or transactions of an embedded store; each one of a pipeline counts.
    pub commands: u64,
    /// Requests, of one command or many, that were answered with an error or not in time, or were given up by who had asked.
    pub failures: u64,
    /// From asking to the answer, all together; requests that are under way at the same time count each.
    pub waited: Duration,
}

impl std::ops::Add for StoreCost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            failures: self.failures + other.failures,
            waited: self.waited + other.waited,
        }
    }
}

/// Counts what is asked.
#[derive(Debug, Default)]
pub(super) struct Meter {
    commands: AtomicU64,
    failures: AtomicU64,
    microseconds: AtomicU64,
}

impl Meter {
    /// So many commands are asked. What is not told to be answered has failed.
    pub(super) fn ask(&self, commands: usize) -> Asked<'_> {
        let commands = u64::try_from(commands).unwrap_or(u64::MAX);
        self.commands.fetch_add(commands, Ordering::Relaxed);
        Asked {
            meter: self,
            at: Instant::now(),
            is_answered: false,
        }
    }

    /// What it has counted.
    pub(super) fn cost(&self) -> StoreCost {
        StoreCost {
            commands: self.commands.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.microseconds.load(Ordering::Relaxed)),
        }
    }
}

/// Commands that are under way, until it is dropped.
pub(super) struct Asked<'meter> {
    meter: &'meter Meter,
    at: Instant,
    is_answered: bool,
}

impl Asked<'_> {
    /// The answer has come.
    pub(super) fn answered<T, E>(mut self, answer: Result<T, E>) -> Result<T, E> {
        self.is_answered = answer.is_ok();
        answer
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let waited = u64::try_from(self.at.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.meter.microseconds.fetch_add(waited, Ordering::Relaxed);
        if !self.is_answered {
            self.meter.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Meter;

    #[test]
    fn answers_errors_and_what_nobody_waits_for_are_counted() {
        let meter = Meter::default();
        assert_eq!(meter.ask(3).answered(Ok::<_, ()>(1)), Ok(1));
        assert_eq!(meter.ask(1).answered(Err::<(), _>(2)), Err(2));
        drop(meter.ask(1));
        assert_eq!((meter.cost().commands, meter.cost().failures), (5, 2));
        let twice = meter.cost() + meter.cost();
        assert_eq!((twice.commands, twice.failures), (10, 4));
    }
}
