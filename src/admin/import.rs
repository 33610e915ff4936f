//! Puts the jobs of a file where they were, some at a time, and says what was wrong with the others.

use super::{AUDIT, Admin, AdminResult};
use crate::export::{FiledJob, Format, Numbered, Reader, Row};
use crate::model::{ImportReport, Place, Right, Timestamp};
use crate::store::{Destination, QueueEnd, StoreResult};
use std::io::Read;
use tokio::sync::mpsc::{Sender, channel};

/// Jobs that are put at a time, all or none of them.
const BATCH: usize = 500;

/// Bytes of jobs that are put at a time, unless a single one has more.
const BATCH_BYTES: usize = 1 << 20;

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
        mut told: impl FnMut(&ImportReport) + Send,
    ) -> AdminResult<ImportReport> {
        self.require(Right::AddJobs)?;
        let now = self.store.now().await?;
        let (batches, mut received) = channel(1);
        let format = request.format;
        // Reading may wait for the network or a disk. It ends with the file, or when nobody takes its batches.
        tokio::task::spawn_blocking(move || read(file, format, &batches));
        let mut report = ImportReport {
            only_checked: request.only_check,
            ..ImportReport::default()
        };
        while let Some(batch) = received.recv().await {
            report.is_whole = batch.is_whole;
            if let Err(error) = self.put(&mut report, request, &batch, now).await {
                report.stopped = Some(error.to_string());
                break;
            }
            report.line = batch.line;
            if let Some(problem) = batch.problem {
                report.stopped = Some(problem);
            }
            told(&report);
        }
        if !request.only_check {
            let (imported, there, broken) = (report.imported, report.there, report.broken);
            tracing::info!(target: AUDIT, actor = self.who(), action = "import", imported, there, broken, stopped = report.stopped.as_deref());
        }
        Ok(report)
    }

    async fn put(
        &self,
        report: &mut ImportReport,
        request: &ImportRequest,
        batch: &Batch,
        now: Timestamp,
    ) -> StoreResult<()> {
        let destinations: Vec<Destination> = batch
            .jobs
            .iter()
            .map(|(_, job)| destination(job, request.to.as_ref(), now))
            .collect();
        let put = self
            .store
            .restore(&destinations, request.only_check)
            .await?;
        let mut not_put: Vec<(u64, String)> = batch.broken.clone();
        report.broken += u64::try_from(not_put.len()).unwrap_or(u64::MAX);
        for ((line, job), was_put) in batch.jobs.iter().zip(put) {
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
            Err(reason) => batch.broken.push((line, reason)),
            Ok(Row::End { .. }) => {}
        }
    }
}
