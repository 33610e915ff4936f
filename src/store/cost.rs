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
    /// Requests, of one command or many, that were answered with an error or not in time.
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
    /// Waits for the answer to so many commands. When nobody waits for it any more, it has failed.
    pub(super) async fn measure<T, E>(
        &self,
        commands: usize,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut asked = Asked {
            meter: self,
            at: Instant::now(),
            is_answered: false,
        };
        let commands = u64::try_from(commands).unwrap_or(u64::MAX);
        self.commands.fetch_add(commands, Ordering::Relaxed);
        let answer = work.await;
        asked.is_answered = answer.is_ok();
        answer
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

/// Something that is under way.
struct Asked<'meter> {
    meter: &'meter Meter,
    at: Instant,
    is_answered: bool,
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
    use futures::FutureExt;
    use std::future::{pending, ready};

    #[test]
    fn answers_errors_and_what_nobody_waits_for_are_counted() {
        let meter = Meter::default();
        let answered = meter.measure(3, ready(Ok::<_, ()>(1))).now_or_never();
        assert_eq!(answered, Some(Ok(1)));
        let failed = meter.measure(1, ready(Err::<(), _>(2))).now_or_never();
        assert_eq!(failed, Some(Err(2)));
        let lost = meter.measure(1, pending::<Result<(), ()>>()).now_or_never();
        assert_eq!(lost, None);
        assert_eq!((meter.cost().commands, meter.cost().failures), (5, 2));
        let twice = meter.cost() + meter.cost();
        assert_eq!((twice.commands, twice.failures), (10, 4));
    }
}
