//! Puts the jobs of a file where they were, some at a time, and says what was wrong with the others.

use super::{Admin, AdminResult, audit::Deed, limits::refuse_new};
use crate::export::{FiledJob, Format, Numbered, Reader, Row};
use crate::job::cut;
use crate::model::{AuditAction, AuditOutcome, ImportReport, Place, Timestamp};
use crate::store::{Destination, QueueEnd, StoreResult};
use std::io::Read;
use tokio::sync::mpsc::{Sender, channel};
use tokio_util::sync::CancellationToken;

/// Jobs that are put at a time, all or none of them.
const BATCH: usize = 500;

/// Bytes of jobs that are put at a time, unless a single one has more.
const BATCH_BYTES: usize = 1 << 20;

/// Characters of the reason for which a line is left out: it may quote the line, which may be long.
const REASON_CHARACTERS: usize = 300;

/// How a file is imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// Where all jobs go; else each goes where it was.
    pub to: Option<Place>,
    /// Whether nothing is changed, and only told what would come of it.
    pub only_check: bool,
    /// What the file is; else its first byte tells.
    pub format: Option<Format>,
}

/// Some lines of a file.
#[derive(Debug, Default)]
struct Batch {
    jobs: Vec<(u64, FiledJob)>,
    broken: Vec<(u64, String)>,
    bytes: usize,
    /// The last line.
    line: u64,
    /// Whether the file is whole as far as it says so.
    is_whole: Option<bool>,
    /// Why the file cannot be read any further.
    problem: Option<String>,
}

impl Admin {
    /// Imports a file. Broken lines, and jobs that are in their set already, are told by number; all others are put, some hundred in one step
    /// of the store each. `told` hears how far it is. A file that cannot be read to its end, or a store that fails half-way, is no error: the
    /// report says where it stopped.
    ///
    /// # Errors
    /// The store does not answer at the beginning.
    pub async fn import(
        &self,
        request: &ImportRequest,
        file: impl Read + Send + 'static,
        told: impl FnMut(&ImportReport) + Send,
    ) -> AdminResult<ImportReport> {
        let never = CancellationToken::new();
        self.import_until(&never, request, file, told).await
    }

    /// The same, until it is told to stop: what is being put then is put first, and the report says where it stopped.
    ///
    /// # Errors
    /// [`AdminError::Beyond`](super::AdminError::Beyond) when all jobs are to go to another's queue; the store does not answer at the beginning.
    pub async fn import_until(
        &self,
        stop: &CancellationToken,
        request: &ImportRequest,
        file: impl Read + Send + 'static,
        mut told: impl FnMut(&ImportReport) + Send,
    ) -> AdminResult<ImportReport> {
        let deed = self
            .begin_on(AuditAction::Import, |event| {
                event.places = request.to.iter().map(ToString::to_string).collect();
            })
            .await?;
        let may = request.to.as_ref().map(|place| self.require_place(place));
        let deed = deed.allowed(may.unwrap_or(Ok(()))).await?;
        let now = match self.store.now().await {
            Ok(now) => now,
            Err(error) => {
                deed.forget();
                return Err(error.into());
            }
        };
        let (batches, mut received) = channel(1);
        let format = request.format;
        // Reading may wait for the network or a disk. It ends with the file, or when nobody takes its batches.
        tokio::task::spawn_blocking(move || read(file, format, &batches));
        let mut under_way = UnderWay {
            admin: self,
            deed: Some(deed),
            report: ImportReport {
                only_checked: request.only_check,
                ..ImportReport::default()
            },
        };
        let report = &mut under_way.report;
        loop {
            let batch = tokio::select! {
                biased;
                () = stop.cancelled() => {
                    report.stopped = Some("it was interrupted".to_owned());
                    break;
                }
                batch = received.recv() => batch,
            };
            let Some(batch) = batch else { break };
            report.is_whole = batch.is_whole;
            if let Err(error) = self.put(report, request, &batch, now).await {
                report.stopped = Some(error.to_string());
                let may_be_put = !request.only_check && !batch.jobs.is_empty();
                report.unknown_until = may_be_put.then_some(batch.line);
                break;
            }
            report.line = batch.line;
            if let Some(problem) = batch.problem {
                report.stopped = Some(problem);
            }
            told(report);
        }
        let (report, deed) = under_way.end();
        match deed {
            Some(deed) => deed.end(Ok(report)).await,
            None => Ok(report),
        }
    }

    async fn put(
        &self,
        report: &mut ImportReport,
        request: &ImportRequest,
        batch: &Batch,
        now: Timestamp,
    ) -> StoreResult<()> {
        let mut not_put: Vec<(u64, String)> = batch.broken.clone();
        let (mut jobs, mut destinations) = (Vec::new(), Vec::new());
        for (line, job) in &batch.jobs {
            let to = destination(job, request.to.as_ref(), now);
            match refuse_new(&to, self.limit()) {
                Ok(()) => {
                    jobs.push((line, job));
                    destinations.push(to);
                }
                Err(reason) => not_put.push((*line, reason)),
            }
        }
        let put = self.store.restore(&destinations, request.only_check).await;
        if !request.only_check {
            self.searches.outdate();
        }
        let put = put?;
        report.broken += u64::try_from(not_put.len()).unwrap_or(u64::MAX);
        for ((line, job), was_put) in jobs.into_iter().zip(put) {
            if was_put {
                report.imported += 1;
            } else {
                report.there += 1;
                let place = request.to.as_ref().unwrap_or(&job.place);
                not_put.push((*line, format!("it is in `{place}` already")));
            }
        }
        not_put.sort_by_key(|(line, _)| *line);
        for (line, reason) in not_put {
            report.note(line, reason);
        }
        Ok(())
    }
}

/// An import that has begun. However it ends, also when nobody waits for its end any more, the log says what it has changed, and who searches is
/// told anew.
struct UnderWay<'admin> {
    admin: &'admin Admin,
    report: ImportReport,
    deed: Option<Deed>,
}

impl UnderWay<'_> {
    /// It is over: what came of it, and whose deed it was, if it was one.
    fn end(&mut self) -> (ImportReport, Option<Deed>) {
        (self.report.clone(), self.tell())
    }

    /// Puts into the event what was changed. A check changes nothing.
    fn tell(&mut self) -> Option<Deed> {
        let mut deed = self.deed.take()?;
        let report = &self.report;
        if report.only_checked {
            deed.forget();
            return None;
        }
        deed.tell(|event| {
            event.done = report.imported;
            event.refused = report.there.saturating_add(report.broken);
            if let Some(stopped) = &report.stopped {
                event.outcome = AuditOutcome::Failed;
                event.message.clone_from(stopped);
            }
            event.details = format!("{} there already, {} broken", report.there, report.broken);
        });
        Some(deed)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.report.only_checked {
            self.admin.searches.outdate();
        }
        // If it has not ended, it tells that nobody waits for its end any more.
        drop(self.tell());
    }
}

/// Where a job goes. What has no score, because it was in a queue, gets the present.
fn destination(job: &FiledJob, to: Option<&Place>, now: Timestamp) -> Destination {
    match to.unwrap_or(&job.place) {
        Place::Set(set) => Destination::Set {
            set: *set,
            score: job.score.unwrap_or_else(|| now.seconds()),
            raw: job.raw.clone(),
        },
        Place::Queue(name) => Destination::Queue {
            name: name.clone(),
            raw: job.raw.clone(),
            end: QueueEnd::Last,
        },
    }
}

/// Reads the file to its end, or as far as somebody takes what is read.
fn read(file: impl Read, format: Option<Format>, batches: &Sender<Batch>) {
    let mut reader = match Reader::new(file, format) {
        Ok(reader) => reader,
        Err(error) => {
            let _ = batches.blocking_send(Batch {
                problem: Some(error.to_string()),
                ..Batch::default()
            });
            return;
        }
    };
    let mut filler = Filler {
        is_whole: reader.has_end().then_some(false),
        ..Filler::default()
    };
    loop {
        let (batch, goes_on) = filler.fill(|| reader.read_next());
        if batches.blocking_send(batch).is_err() || !goes_on {
            return;
        }
    }
}

/// Makes batches of lines.
#[derive(Default)]
struct Filler {
    /// The last line.
    line: u64,
    /// Lines since the file said that it was whole: files may stand one behind the other.
    lines: u64,
    is_whole: Option<bool>,
}

impl Filler {
    /// Reads some lines; also answers whether there may be more.
    fn fill(
        &mut self,
        mut next: impl FnMut() -> std::io::Result<Option<Numbered>>,
    ) -> (Batch, bool) {
        let mut batch = Batch::default();
        let mut goes_on = true;
        while goes_on && batch.jobs.len() + batch.broken.len() < BATCH && batch.bytes < BATCH_BYTES
        {
            match next() {
                Ok(None) => goes_on = false,
                Ok(Some((line, row))) => self.take(&mut batch, line, row),
                Err(error) => {
                    batch.problem = Some(error.to_string());
                    goes_on = false;
                }
            }
        }
        batch.line = self.line;
        batch.is_whole = self.is_whole;
        (batch, goes_on)
    }

    fn take(&mut self, batch: &mut Batch, line: u64, row: Result<Row, String>) {
        self.line = line;
        if let Ok(Row::End { jobs }) = row {
            self.is_whole = Some(true);
            let lines = std::mem::take(&mut self.lines);
            if lines != jobs {
                batch.broken.push((
                    line,
                    format!("it says that {jobs} jobs stand before it, and there are {lines}: lines were taken out or put in"),
                ));
            }
            return;
        }
        self.lines += 1;
        self.is_whole = self.is_whole.map(|_| false);
        match row {
            Ok(Row::Job(job)) => {
                batch.bytes += job.raw.len();
                batch.jobs.push((line, job));
            }
            Err(reason) => batch.broken.push((line, cut(&reason, REASON_CHARACTERS))),
            Ok(Row::End { .. }) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, Filler, ImportRequest, REASON_CHARACTERS};
    use crate::admin::Admin;
    use crate::store::{StoreOptions, connect};
    use std::{
        io::Read,
        sync::{Arc, mpsc},
    };
    use tokio::sync::Notify;

    const JOB: &str =
        "{\"place\":\"dead\",\"score\":1.5,\"job\":{\"class\":\"A\",\"jid\":\"0\"}}\n";

    async fn admin() -> (Admin, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("jobs.db").display());
        let store = connect(&address, &StoreOptions::default()).await.unwrap();
        (Admin::new(store), folder)
    }

    fn search(admin: &Admin) -> String {
        let mut follower = admin.follow_search("class:A", None, None, 0).unwrap();
        follower.news().scan
    }

    #[test]
    fn a_reason_is_cut() {
        let mut batch = Batch::default();
        Filler::default().take(&mut batch, 1, Err("é".repeat(10_000)));
        assert_eq!(batch.broken[0].1.chars().count(), REASON_CHARACTERS + 1);
    }

    #[tokio::test]
    async fn who_searches_after_an_import_is_told_anew() {
        let (admin, _folder) = admin().await;
        let before = search(&admin);
        let check = ImportRequest {
            only_check: true,
            ..ImportRequest::default()
        };
        admin.import(&check, JOB.as_bytes(), |_| {}).await.unwrap();
        assert_eq!(search(&admin), before);
        admin
            .import(&ImportRequest::default(), JOB.as_bytes(), |_| {})
            .await
            .unwrap();
        assert_ne!(search(&admin), before);
    }

    /// A file that says when it is read, and whose end comes when somebody lets it.
    struct Held {
        begun: Arc<Notify>,
        end: mpsc::Receiver<()>,
    }

    impl Read for Held {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.begun.notify_one();
            let _ = self.end.recv();
            JOB.as_bytes().read(buffer)
        }
    }

    #[tokio::test]
    async fn an_import_that_nobody_waits_for_any_more_is_told_about_too() {
        let (admin, _folder) = admin().await;
        let before = search(&admin);
        let (hold, end) = mpsc::channel();
        let begun = Arc::new(Notify::new());
        let file = Held {
            begun: Arc::clone(&begun),
            end,
        };
        let request = ImportRequest::default();
        tokio::select! {
            biased;
            report = admin.import(&request, file, |_| {}) => panic!("it waits for its file: {report:?}"),
            () = begun.notified() => {}
        }
        assert_ne!(search(&admin), before);
        drop(hold);
    }
}
