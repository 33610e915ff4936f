//! What the runs of each class took, until a heartbeat tells the store.

use super::runtime::Runtime;
use crate::{
    model::ProcessInfo,
    store::{ClassMetrics, MetricsForm, SharedStore, StoreError, Trouble},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

/// Most classes that are remembered at a time: some programs make up class names.
const MOST_CLASSES: usize = 1_000;

/// How often the other processes are looked at: they are replaced at a deployment, which takes longer.
const LOOK: Duration = Duration::from_secs(60);

/// What is done when the store is told.
pub(super) const TELLING: &str = "telling the store what runs took";

/// How a run ended that counts. One that was interrupted or handed back does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
}

/// What the runs of each class took since the store was told last.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    // A std mutex: held for a few instructions, never over an await.
    classes: Mutex<HashMap<String, ClassMetrics>>,
    /// Whether it was told that there are too many classes.
    told: AtomicBool,
    /// Whether a process is there that reads the keys of Sidekiq 7.
    is_old: AtomicBool,
}

impl Metrics {
    /// Counts a run.
    pub(super) fn note(&self, class: &str, outcome: Outcome, duration: Duration) {
        let mut classes = self.lock();
        if !classes.contains_key(class) {
            if classes.len() >= MOST_CLASSES {
                return self.tell(class);
            }
            classes.insert(class.to_owned(), ClassMetrics::new(class));
        }
        let Some(metrics) = classes.get_mut(class) else {
            return;
        };
        match outcome {
            Outcome::Succeeded => {
                metrics.succeeded(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
            }
            Outcome::Failed => metrics.failed(),
        }
    }

    fn tell(&self, class: &str) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                class,
                "more than {MOST_CLASSES} classes have run since the last heartbeat: the metrics of further ones are not kept"
            );
        }
    }

    fn take(&self) -> Vec<ClassMetrics> {
        std::mem::take(&mut *self.lock()).into_values().collect()
    }

    /// Takes back what could not be told.
    fn add(&self, untold: Vec<ClassMetrics>) {
        let mut classes = self.lock();
        for metrics in untold {
            if let Some(known) = classes.get_mut(&metrics.class) {
                known.add(&metrics);
            } else if classes.len() < MOST_CLASSES {
                classes.insert(metrics.class.clone(), metrics);
            } else {
                self.tell(&metrics.class);
            }
        }
    }

    fn form(&self) -> MetricsForm {
        if self.is_old.load(Ordering::Relaxed) {
            MetricsForm::Seven
        } else {
            MetricsForm::Eight
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, ClassMetrics>> {
        self.classes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the store. What it could not be told because it is away is told the next time; what it refuses is not kept.
pub(super) async fn flush(metrics: &Metrics, store: &SharedStore, trouble: &mut Trouble) {
    let taken = metrics.take();
    if taken.is_empty() {
        return;
    }
    match store.record_metrics(&taken, metrics.form()).await {
        Ok(()) => trouble.is_over(),
        Err(error) => {
            trouble.note(&error);
            if matches!(error, StoreError::Unavailable { .. }) {
                metrics.add(taken);
            }
        }
    }
}

/// Looks which form the other processes read, now and then until the worker has ended.
pub(super) async fn watch_fleet(runtime: Arc<Runtime>) {
    loop {
        match runtime.store.processes().await {
            Ok(processes) => {
                let is_old = processes.iter().any(is_old);
                runtime.metrics.is_old.store(is_old, Ordering::Relaxed);
            }
            Err(error) => {
                tracing::debug!(%error, "the processes cannot be asked for their version");
            }
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = runtime.ended.cancelled() => return,
        }
    }
}

/// Whether this is a Sidekiq older than 8.
fn is_old(process: &ProcessInfo) -> bool {
    process.sidekiq_major().is_some_and(|major| major < 8)
}

#[cfg(test)]
mod tests {
    use super::{MOST_CLASSES, Metrics, Outcome, flush, is_old};
    use crate::{
        model::ProcessInfo,
        store::{ClassMetrics, StoreOptions, Trouble, connect},
    };
    use std::time::Duration;

    fn taken(metrics: &Metrics) -> Vec<(String, u64, u64, u64)> {
        let mut taken: Vec<_> = metrics
            .take()
            .into_iter()
            .map(|class| {
                let ClassMetrics {
                    class,
                    processed,
                    failed,
                    milliseconds,
                    ..
                } = class;
                (class, processed, failed, milliseconds)
            })
            .collect();
        taken.sort();
        taken
    }

    #[test]
    fn runs_are_counted_by_class_and_taken_once() {
        let metrics = Metrics::default();
        for (class, outcome, microseconds) in [
            ("A", Outcome::Succeeded, 1_999),
            ("A", Outcome::Succeeded, 40_000),
            ("A", Outcome::Failed, 90_000),
            ("B", Outcome::Failed, 5_000),
        ] {
            metrics.note(class, outcome, Duration::from_micros(microseconds));
        }
        let (a, b) = ("A".to_owned(), "B".to_owned());
        assert_eq!(taken(&metrics), [(a, 3, 1, 41), (b, 1, 1, 0)]);
        assert!(taken(&metrics).is_empty());
    }

    #[test]
    fn what_is_taken_back_is_told_with_what_came_meanwhile() {
        let metrics = Metrics::default();
        metrics.note("A", Outcome::Succeeded, Duration::from_millis(5));
        let untold = metrics.take();
        metrics.note("A", Outcome::Failed, Duration::ZERO);
        metrics.note("B", Outcome::Failed, Duration::ZERO);
        metrics.add(untold);
        let (a, b) = ("A".to_owned(), "B".to_owned());
        assert_eq!(taken(&metrics), [(a, 2, 1, 5), (b, 1, 1, 0)]);
    }

    #[tokio::test]
    async fn what_a_store_that_is_away_was_not_told_is_told_when_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.db");
        let url = format!("sqlite:{}", file.display());
        let store = connect(&url, &StoreOptions::default()).await.unwrap();
        let metrics = Metrics::default();
        let mut trouble = Trouble::new(super::TELLING);
        // Another program that does not let go of the file.
        let other = rusqlite::Connection::open(&file).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        metrics.note("A", Outcome::Succeeded, Duration::from_millis(5));
        flush(&metrics, &store, &mut trouble).await;
        other.execute_batch("COMMIT").unwrap();
        metrics.note("A", Outcome::Failed, Duration::ZERO);
        flush(&metrics, &store, &mut trouble).await;
        assert!(taken(&metrics).is_empty());
        let sums = "SELECT sum(processed), sum(failed) FROM metrics WHERE span = 1";
        let sums = other.query_row(sums, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        });
        assert_eq!(sums.unwrap(), (2, 1));
    }

    #[test]
    fn made_up_classes_do_not_pile_up() {
        let metrics = Metrics::default();
        for number in 0..MOST_CLASSES + 10 {
            metrics.note(&number.to_string(), Outcome::Failed, Duration::ZERO);
        }
        metrics.note("0", Outcome::Failed, Duration::ZERO);
        let untold = metrics.take();
        assert_eq!(untold.len(), MOST_CLASSES);
        metrics.note("another", Outcome::Failed, Duration::ZERO);
        metrics.add(untold);
        let all = taken(&metrics);
        assert_eq!(all.len(), MOST_CLASSES);
        assert!(all.iter().any(|(class, ..)| class == "another"));
    }

    #[test]
    fn sidekiqs_before_8_read_other_keys() {
        let is_old = |version: &str| {
            is_old(&ProcessInfo {
                version: version.to_owned(),
                ..ProcessInfo::default()
            })
        };
        for version in ["7.3.10", "6.5.0", ""] {
            assert!(is_old(version), "{version}");
        }
        for version in ["8.0.0", "10.1.2", "jobdeck 0.1.0", "another client"] {
            assert!(!is_old(version), "{version}");
        }
    }
}
