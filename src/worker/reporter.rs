//! Tells the store what runs tell, and hears from it which are to end.
//!
//! Once a second, and only while a run has told something or is on its way for longer than that: a worker of short jobs that tell
//! nothing never asks.

use super::{cancel, run::Run, runtime::Runtime};
use crate::{
    model::{LogLine, Progress, Timestamp},
    store::{RunReport, StoreResult, Trouble},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

/// Time between two check-ins, and how long a run takes before it is asked for whether it told something or not.
const INTERVAL: Duration = Duration::from_secs(1);

/// Runs of one call.
const CALL_RUNS: usize = 200;

/// Bytes of one call, about; one run more than that at most.
const CALL_BYTES: usize = 512 << 10;

/// Last words that wait; of more the oldest are lost.
const MOST_WAITING: usize = 1_000;

/// Bytes of last words that wait, likewise.
const MOST_WAITING_BYTES: usize = 4 << 20;

/// Last words that are told at once, so that none are lost.
const MANY_WAITING: usize = MOST_WAITING / 4;

/// How long the very last check-in may take.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What runs have told that the store has not been told yet: the last words of those that ended, and what could not be told.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    waiting: Mutex<Waiting>,
    many: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    reports: VecDeque<RunReport>,
    bytes: usize,
}

impl Reporter {
    /// A run has ended: what it told last is told at the next check-in. `done`: there is nothing left of its job.
    pub(super) fn note_end(&self, runtime: &Runtime, run: &Run, done: bool) {
        if !run.has_told() {
            return;
        }
        if let Some(report) = report(runtime, run, done).filter(RunReport::has_words) {
            self.keep(report);
        }
    }

    /// Keeps what is to be told later, as far as there is room.
    fn keep(&self, report: RunReport) {
        let mut waiting = self.lock();
        waiting.bytes += size(&report);
        waiting.reports.push_back(report);
        waiting.shorten();
        if waiting.reports.len() >= MANY_WAITING {
            self.many.notify_one();
        }
    }

    /// Keeps what could not be told, before what was told meanwhile.
    fn keep_untold(&self, reports: impl DoubleEndedIterator<Item = RunReport>) {
        let mut waiting = self.lock();
        for report in reports.rev() {
            waiting.bytes += size(&report);
            waiting.reports.push_front(report);
        }
        waiting.shorten();
    }

    fn take(&self) -> VecDeque<RunReport> {
        std::mem::take(&mut *self.lock()).reports
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Lets the oldest go where there are too many.
    fn shorten(&mut self) {
        while self.reports.len() > MOST_WAITING || self.bytes > MOST_WAITING_BYTES {
            let Some(lost) = self.reports.pop_front() else {
                break;
            };
            self.bytes = self.bytes.saturating_sub(size(&lost));
            tracing::debug!(
                jid = lost.jid,
                "words of a job are lost: there are too many"
            );
        }
    }
}

/// Checks in until the worker has ended.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("telling what jobs report");
    loop {
        let early = tokio::select! {
            biased;
            () = runtime.ended.cancelled() => return,
            () = sleep(INTERVAL) => false,
            () = runtime.reporter.many.notified() => true,
        };
        match check_in(&runtime).await {
            Ok(()) => trouble.is_over(),
            Err(error) => {
                trouble.note(&error);
                if early {
                    sleep(INTERVAL).await;
                }
            }
        }
    }
}

/// At the very end: what was told last.
pub(super) async fn last_words(runtime: &Runtime) {
    match timeout(LAST_WORDS, check_in(runtime)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the last words of jobs could not be kept"),
        Err(_) => tracing::warn!("the store does not answer: the last words of jobs are lost"),
    }
}

/// Tells everything there is, and cancels what is to end.
async fn check_in(runtime: &Runtime) -> StoreResult<()> {
    let mut waiting = runtime.reporter.take();
    // Behind those that ended before: of two runs of one job the later one speaks last.
    let ended = waiting.len();
    let mut asked = Vec::new();
    for run in runtime.running.runs() {
        if (run.has_told() || run.began.elapsed() >= INTERVAL)
            && let Some(report) = report(runtime, &run, false)
        {
            waiting.push_back(report);
            asked.push(run);
        }
    }
    let mut told = 0;
    while !waiting.is_empty() {
        let reports = first(&mut waiting);
        match runtime.store.check_in(&reports).await {
            Ok(cancelled) => {
                for index in cancelled {
                    let run = (told + index)
                        .checked_sub(ended)
                        .and_then(|index| asked.get(index));
                    if let Some(run) = run {
                        cancel::cancel(run, runtime.settings.cancel_grace);
                    }
                }
                told += reports.len();
            }
            Err(error) => {
                let untold = reports.into_iter().chain(waiting);
                runtime
                    .reporter
                    .keep_untold(untold.filter(RunReport::has_words));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// So many of them as one call takes.
fn first(waiting: &mut VecDeque<RunReport>) -> Vec<RunReport> {
    let mut reports = Vec::new();
    let mut bytes = 0;
    while reports.len() < CALL_RUNS && bytes < CALL_BYTES {
        let Some(report) = waiting.pop_front() else {
            break;
        };
        bytes += size(&report);
        reports.push(report);
    }
    reports
}

/// What a run has told since it was asked before; nothing for a job without an id, whom nobody could ask for it.
fn report(runtime: &Runtime, run: &Run, done: bool) -> Option<RunReport> {
    let jid = run.job.jid().filter(|jid| !jid.is_empty())?;
    let report = run.take_report();
    let (now, instant) = (runtime.clock.now(), Instant::now());
    // The clock may have been put right since.
    let by_clock = |at: Instant| -> Timestamp {
        let ago = instant.saturating_duration_since(at).as_millis();
        now.plus_milliseconds(-i64::try_from(ago).unwrap_or(i64::MAX))
    };
    // What was told in a run is not shown as told before it.
    let time = |at: Instant| by_clock(at).max(run.started_at);
    Some(RunReport {
        jid,
        started_at: by_clock(run.began),
        progress: report.progress.map(|told| Progress {
            percent: told.what.0,
            message: told.what.1,
            at: time(told.at),
        }),
        log: report
            .lines
            .into_iter()
            .map(|told| LogLine {
                at: time(told.at),
                text: told.what,
            })
            .collect(),
        done,
    })
}

/// About how large it is.
fn size(report: &RunReport) -> usize {
    let lines: usize = report.log.iter().map(|line| line.text.len() + 24).sum();
    let message = report.progress.as_ref();
    report.jid.len() + message.map_or(0, |progress| progress.message.len()) + lines + 64
}

#[cfg(test)]
mod tests {
    use super::{MOST_WAITING, MOST_WAITING_BYTES, Reporter, first, size};
    use crate::{
        model::{LogLine, Timestamp},
        store::RunReport,
    };

    fn report(jid: usize, bytes: usize) -> RunReport {
        RunReport {
            jid: jid.to_string(),
            log: vec![LogLine {
                at: Timestamp(1),
                text: "x".repeat(bytes),
            }],
            ..RunReport::default()
        }
    }

    #[test]
    fn words_that_wait_are_bounded_and_the_newest_are_kept() {
        let reporter = Reporter::default();
        for jid in 0..MOST_WAITING + 50 {
            reporter.keep(report(jid, 10));
        }
        let mut waiting = reporter.take();
        assert_eq!(waiting.len(), MOST_WAITING);
        assert_eq!(waiting[0].jid, "50");
        let of_call = first(&mut waiting);
        assert_eq!((of_call.len(), waiting.len()), (200, MOST_WAITING - 200));
        reporter.keep(report(200, 10));
        reporter.keep_untold((0..200).map(|jid| report(jid, 60_000)));
        let mut waiting = reporter.take();
        assert!(waiting.iter().map(size).sum::<usize>() <= MOST_WAITING_BYTES);
        assert_eq!(waiting.back().unwrap().jid, "200");
        assert_eq!(first(&mut waiting).len(), 9);
    }
}
