//! Writes jobs as a file, piece by piece, in bounded memory.

use super::{
    Admin, AdminError, AdminResult,
    operations::{not_found, shown},
};
use crate::export::{Format, Writer};
use crate::model::{JobFilter, Order, Overview, Place, Set, Timestamp};
use crate::redaction::Redactor;
use crate::search::Matcher;
use crate::store::{SharedStore, Start, StoreError};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::Instrument as _;

/// Pieces that wait for whoever takes them: one that is slow holds the export up, and not the memory.
const WAITING: usize = 2;

/// Bytes of a piece, about: a few jobs that are found are not sent one by one.
const PIECE: usize = 1 << 18;

/// Time between two words of how far it is, where nothing is found.
const PROGRESS: Duration = Duration::from_millis(100);

/// Steps of an operation whose entries are read at a time.
const STEPS: usize = 8;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportForm {
    /// As what.
    pub format: Format,
    /// Whether it loses its secrets; jobs that had some cannot be imported then.
    pub redact: bool,
}

/// Which jobs are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportRequest {
    /// Where they are; none: everywhere.
    pub places: Vec<Place>,
    /// Which of those.
    pub filter: JobFilter,
    /// How.
    pub form: ExportForm,
}

/// A piece of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportPart {
    /// Its bytes; there may be none.
    pub bytes: Bytes,
    /// How far it is.
    pub progress: ExportProgress,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportProgress {
    /// Entries looked at.
    pub searched: u64,
    /// Entries to look at.
    pub total: u64,
    /// Jobs written.
    pub jobs: u64,
    /// Those of them that have lost their secrets.
    pub redacted: u64,
    /// Whether this is the end.
    pub complete: bool,
}

/// The pieces of a file, as they come. It is whole only if the last one says so.
pub type ExportParts = Receiver<AdminResult<ExportPart>>;

/// A place to look through.
struct Part {
    place: Place,
    matcher: Matcher,
}

impl Admin {
    /// Begins to write the jobs that match, of queues within the limit; it ends when nobody takes the pieces any more. Queues are written from
    /// the next to run on, sets from the earliest. A job that moves meanwhile may be written twice, or not at all.
    ///
    /// # Errors
    /// [`AdminError::Beyond`] for another's queue; the search cannot be read; the store's.
    pub async fn export(&self, request: ExportRequest) -> AdminResult<ExportParts> {
        for place in &request.places {
            self.require_place(place)?;
        }
        let anywhere = Place::Set(Set::Dead);
        Matcher::new(&request.filter, &anywhere, Timestamp::default()).map_err(StoreError::from)?;
        let now = self.store.now().await?;
        let overview = self.store.overview().await?;
        let mut total = 0;
        let mut parts = Vec::new();
        for (place, size) in places(&request.places, &overview) {
            let matcher = Matcher::new(&request.filter, &place, now)
                .map_err(StoreError::from)?
                .without_secrets(&self.redactor_of(&request.form))
                .within(self.limit());
            if !matcher.is_never() {
                total += size;
                parts.push(Part { place, matcher });
            }
        }
        let (export, receiver) = self.exporting(request.form, total);
        let run = export.run(async move |export: &mut Export| {
            for part in parts {
                export.place(part).await?;
            }
            Ok(())
        });
        tokio::spawn(run.in_current_span());
        Ok(receiver)
    }

    /// Begins to write what an operation has changed: each job where it was and as it was, in the order in which it was changed.
    ///
    /// # Errors
    /// [`AdminError::NotFound`]; [`AdminError::Refused`] when it is not over, or nothing is kept of it; the store's.
    pub async fn export_operation(&self, id: &str, form: ExportForm) -> AdminResult<ExportParts> {
        let record = self.store.operation(id).await?;
        let steps = record.as_ref().map_or(0, |record| record.step);
        let operation = record.and_then(shown).filter(|it| self.covers(it));
        let operation = operation.ok_or_else(|| not_found(id))?;
        if !operation.state.is_over() {
            return Err(AdminError::Refused(format!(
                "operation {id} is not over: what it has changed can be exported then"
            )));
        }
        let entries = operation.kept.entries;
        if entries == 0 {
            return Err(AdminError::Refused(format!(
                "nothing is kept of operation {id} that could be exported: its time is over, it was freed or undone, or it has changed nothing"
            )));
        }
        let id = id.to_owned();
        let (export, receiver) = self.exporting(form, entries);
        let run = export.run(async move |export: &mut Export| export.operation(&id, steps).await);
        tokio::spawn(run.in_current_span());
        Ok(receiver)
    }

    fn redactor_of(&self, form: &ExportForm) -> Redactor {
        if form.redact {
            self.options().redactor.clone()
        } else {
            Redactor::none()
        }
    }

    fn exporting(&self, form: ExportForm, total: u64) -> (Export, ExportParts) {
        let (parts, receiver) = channel(WAITING);
        let redactor = self.redactor_of(&form);
        let export = Export {
            store: self.store.clone(),
            parts,
            writer: Writer::new(form.format, redactor),
            piece: Vec::new(),
            searched: 0,
            total,
            told: Instant::now(),
        };
        (export, receiver)
    }
}

/// The places that are asked for, or all there are; with their sizes.
fn places(asked: &[Place], overview: &Overview) -> Vec<(Place, u64)> {
    if asked.is_empty() {
        return overview.places();
    }
    let sized = |place: &Place| (place.clone(), overview.size(place));
    asked.iter().map(sized).collect()
}

/// An export that runs.
struct Export {
    store: SharedStore,
    parts: Sender<AdminResult<ExportPart>>,
    writer: Writer,
    /// What is written and not sent.
    piece: Vec<u8>,
    searched: u64,
    total: u64,
    /// When something was sent last.
    told: Instant,
}

/// Why an export ends early.
enum Stop {
    /// Nobody takes it.
    Deaf,
    Failed(AdminError),
}

impl<E: Into<AdminError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Export {
    async fn run(mut self, work: impl AsyncFnOnce(&mut Self) -> Result<(), Stop>) {
        self.writer.begin(&mut self.piece);
        match work(&mut self).await {
            Ok(()) => {
                self.writer.end(&mut self.piece);
                let _ = self.send(true).await;
            }
            Err(Stop::Deaf) => {}
            Err(Stop::Failed(error)) => {
                // Who does not listen need not know.
                let _ = self.parts.send(Err(error)).await;
            }
        }
    }

    async fn place(&mut self, part: Part) -> Result<(), Stop> {
        let Part { place, mut matcher } = part;
        let (from, to) = matcher.times();
        let is_set = place.set().is_some();
        let start = match from.filter(|_| is_set) {
            Some(from) => Start::not_before(from),
            None => Start::Edge,
        };
        let store = self.store.clone();
        let mut scanner = store.scan(place.clone(), start, Order::Ascending);
        while let Some(scan) = scanner.next().await? {
            for (position, raw) in &scan.entries {
                let at = Timestamp::from_seconds(*position);
                if is_set && to.is_some_and(|to| at > to) {
                    return Ok(());
                }
                self.searched += 1;
                if matcher.job(*position, raw).is_some() {
                    self.writer.job(&mut self.piece, &place, *position, raw);
                }
            }
            self.send_if_due().await?;
        }
        Ok(())
    }

    async fn operation(&mut self, id: &str, steps: u64) -> Result<(), Stop> {
        let mut first = 0;
        while self.writer.jobs() < self.total {
            let order = Order::Ascending;
            let chunks = self.store.kept(id, first..steps, order, STEPS).await?;
            let Some(last) = chunks.last() else { break };
            first = last.step + 1;
            for chunk in &chunks {
                for entry in &chunk.entries {
                    self.searched += 1;
                    self.writer
                        .job(&mut self.piece, &entry.place, entry.position, &entry.raw);
                }
                self.send_if_due().await?;
            }
        }
        if self.writer.jobs() < self.total {
            return Err(AdminError::Refused(format!(
                "operation {id} was undone or freed while it was exported: only {} of {} jobs were still kept",
                self.writer.jobs(),
                self.total
            ))
            .into());
        }
        Ok(())
    }

    async fn send_if_due(&mut self) -> Result<(), Stop> {
        if self.piece.len() >= PIECE || self.told.elapsed() >= PROGRESS {
            self.send(false).await?;
        }
        // Writing is work: others have their turn between two readings.
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn send(&mut self, complete: bool) -> Result<(), Stop> {
        self.told = Instant::now();
        let part = ExportPart {
            bytes: std::mem::take(&mut self.piece).into(),
            progress: ExportProgress {
                searched: self.searched,
                total: self.total,
                jobs: self.writer.jobs(),
                redacted: self.writer.redacted(),
                complete,
            },
        };
        self.parts.send(Ok(part)).await.map_err(|_| Stop::Deaf)
    }
}
