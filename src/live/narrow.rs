//! What somebody is told who is limited to queues.

use crate::admin::narrow_overview;
use crate::model::{HistoryPoint, JobEntry, Limit, QueueTrend, RunningJob, Snapshot};
use crate::redaction::Redactor;
use crate::shown::open_running;
use std::sync::Arc;

/// Most running jobs in a snapshot.
pub(super) const RUNNING: usize = 100;

/// Entries that failed last in a snapshot.
pub(super) const FAILURES: usize = 10;

/// Bytes of payloads that are kept together.
const KEPT_TOGETHER: usize = 8 * 1024 * 1024;

/// Largest payload that is kept until somebody may be shown the job, bytes; what is larger is made ready for that at once.
const KEPT: usize = 64 * 1024;

/// What was read beside what a snapshot shows to those without a limit: of a limited one's jobs there may be more in it.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// All that runs. Those with a payload are not ready to be shown.
    runs: Vec<RunningJob>,
    /// Entries that failed lately, newest first.
    failures: Arc<Vec<JobEntry>>,
    redactor: Redactor,
}

impl Beside {
    pub(super) fn new(
        mut runs: Vec<RunningJob>,
        failures: Arc<Vec<JobEntry>>,
        redactor: &Redactor,
    ) -> Self {
        let mut together = 0;
        for (index, run) in runs.iter_mut().enumerate() {
            let is_large = run.payload.len() > KEPT || together > KEPT_TOGETHER;
            if index < RUNNING || is_large {
                make_ready(run, redactor);
            }
            together += run.payload.len();
        }
        Self {
            runs,
            failures,
            redactor: redactor.clone(),
        }
    }

    /// All entries that failed lately, newest first.
    pub(super) fn all_failures(&self) -> Arc<Vec<JobEntry>> {
        Arc::clone(&self.failures)
    }

    /// What runs within a limit, how many are shown, how many there are, and how many of a process that is gone.
    pub(super) fn running(&self, limit: &Limit) -> (Vec<RunningJob>, u64, u64) {
        let within = || self.runs.iter().filter(|run| limit.includes(&run.queue));
        let shown = within().take(RUNNING).cloned().map(|mut run| {
            make_ready(&mut run, &self.redactor);
            run
        });
        let orphans = within().filter(|run| run.owner_gone).count();
        (shown.collect(), within().count() as u64, orphans as u64)
    }

    /// The entries within a limit that failed last.
    pub(super) fn failures(&self, limit: &Limit) -> Vec<JobEntry> {
        let within = self.failures.iter();
        let within = within.filter(|entry| limit.includes(&entry.queue));
        within.take(FAILURES).cloned().collect()
    }
}

/// Takes the secrets out of a run that is shown, and its payload: up to megabytes a job, once a second to every viewer, and no list shows it.
fn make_ready(run: &mut RunningJob, redactor: &Redactor) {
    if !run.payload.is_empty() {
        *run = open_running(std::mem::take(run), redactor);
        run.payload = String::new();
    }
}

/// The snapshot for somebody who is limited. Totals of sets and of what was run, and the history of that, are numbers of the whole store, and
/// stay.
pub(super) fn narrowed(
    snapshot: &Snapshot,
    beside: &Beside,
    limit: &Limit,
    failure_groups: Option<u64>,
) -> Snapshot {
    let mut overview = snapshot.overview.clone();
    narrow_overview(&mut overview, limit);
    let (running, running_total, orphans) = beside.running(limit);
    overview.running = running_total;
    let within = |name: &str| limit.includes(name);
    let trends = kept(&snapshot.trends, |trend| within(&trend.name));
    Snapshot {
        state: snapshot.state.clone(),
        overview,
        running,
        running_total,
        orphans,
        failures: beside.failures(limit),
        history: narrowed_history(&snapshot.history, &trends),
        trends,
        failure_groups,
        store: snapshot.store.clone(),
        operations: kept(&snapshot.operations, |it| limit.covers(&it.limit)),
        holds: kept(&snapshot.holds, |status| limit.covers(&status.hold.limit)),
        alerts: kept(&snapshot.alerts, |alert| within(&alert.queue)),
    }
}

/// The history with the sizes of these queues alone. Whose the highest latency was is not known any more.
fn narrowed_history(history: &[HistoryPoint], trends: &[QueueTrend]) -> Vec<HistoryPoint> {
    let behind = (0..history.len()).rev();
    let points = history.iter().zip(behind).map(|(point, behind)| {
        let sizes = trends.iter().filter_map(|trend| {
            let index = trend.sizes.len().checked_sub(behind + 1)?;
            trend.sizes.get(index).copied().flatten()
        });
        HistoryPoint {
            enqueued: point.enqueued.map(|_| sizes.sum()),
            latency_seconds: None,
            ..*point
        }
    });
    points.collect()
}

fn kept<T: Clone>(all: &[T], is_kept: impl Fn(&T) -> bool) -> Vec<T> {
    all.iter().filter(|one| is_kept(one)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{Beside, FAILURES, KEPT, RUNNING, narrowed_history};
    use crate::job::Job;
    use crate::model::{
        HistoryPoint, JobEntry, Limit, NamePattern, Place, QueueTrend, RunningJob, Set, Timestamp,
    };
    use crate::redaction::Redactor;
    use crate::shown;
    use std::sync::Arc;

    fn run(number: usize) -> RunningJob {
        let queue = if number.is_multiple_of(4) {
            "mail"
        } else {
            "photos"
        };
        let size = if number == 399 { KEPT } else { 1 };
        let filling = "x".repeat(size);
        let payload = format!(
            r#"{{"class":"A","jid":"{number}","queue":"{queue}","args":[{{"password":"hunter2"}},"{filling}"]}}"#
        );
        let run = crate::job::running("host", "t", queue, &Job::new(payload), Timestamp(1));
        RunningJob {
            owner_gone: number == 396,
            ..run
        }
    }

    fn failures() -> Vec<JobEntry> {
        (0..60)
            .map(|number| {
                let queue = if number % 2 == 0 { "mail" } else { "photos" };
                let job = Job::new(format!(
                    r#"{{"class":"A","jid":"{number}","queue":"{queue}"}}"#
                ));
                let id = crate::model::EntryId {
                    place: Place::Set(Set::Dead),
                    position: 1.0,
                    digest: String::new(),
                };
                shown::entry(id, &job, false, &Redactor::none())
            })
            .collect()
    }

    #[test]
    fn the_history_is_that_of_ones_own_queues() {
        let point = |enqueued| HistoryPoint {
            enqueued,
            latency_seconds: Some(9.0),
            failed_per_second: Some(0.5),
            ..HistoryPoint::default()
        };
        let trend = |sizes: &[Option<u64>]| QueueTrend {
            name: "mail".to_owned(),
            sizes: sizes.to_vec(),
        };
        // The second queue is newer than the history.
        let trends = [trend(&[Some(1), None, Some(3)]), trend(&[Some(40)])];
        let history = [point(Some(100)), point(None), point(Some(300))];
        let narrowed = narrowed_history(&history, &trends);
        let sizes: Vec<_> = narrowed.iter().map(|point| point.enqueued).collect();
        assert_eq!(sizes, [Some(1), None, Some(43)]);
        for point in narrowed {
            assert_eq!(
                (point.latency_seconds, point.failed_per_second),
                (None, Some(0.5))
            );
        }
    }

    #[test]
    fn who_is_limited_is_shown_as_many_of_their_own_without_secrets() {
        let runs = (0..600).map(run).collect();
        let beside = Beside::new(runs, Arc::new(failures()), &Redactor::default());
        let mail = Limit::to([NamePattern::new("mail").unwrap()]);
        for (limit, total, orphans) in [(&mail, 150, 1), (&Limit::none(), 600, 1)] {
            let (shown, all, gone) = beside.running(limit);
            assert_eq!((shown.len(), all, gone), (RUNNING, total, orphans));
            for run in &shown {
                assert!(limit.includes(&run.queue));
                assert!(
                    run.payload.is_empty() && !run.args.contains("hunter2"),
                    "{run:?}"
                );
            }
            assert_eq!(beside.failures(limit).len(), FAILURES);
        }
        let queues = beside.failures(&mail).into_iter().map(|entry| entry.queue);
        assert!(queues.into_iter().all(|queue| queue == "mail"));
        let none = Limit::to([]);
        assert_eq!(beside.running(&none), (Vec::new(), 0, 0));
    }
}
