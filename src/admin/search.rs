//! Searches all sets and queues, place by place.

use super::{Admin, AdminError, AdminResult, read_ahead::ReadAhead};
use crate::model::{
    Cursor, JobFilter, Order, Overview, Place, SearchEvent, SearchProgress, Set, Timestamp,
};
use crate::redaction::Redactor;
use crate::search::Matcher;
use crate::shown;
use crate::store::{Start, StoreError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// Events that wait for whoever listens: a slow one holds the search up, and not the memory.
const WAITING: usize = 64;

/// Pieces of a place that are read ahead of the looking.
const AHEAD: usize = 1;

/// Time between two words of how far it is.
const PROGRESS: Duration = Duration::from_millis(100);

/// What to search for.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// The search, as in a list's filter.
    pub query: String,
    /// Where to look only: the value of `in:`.
    pub within: Option<String>,
    /// Where another search ended.
    pub after: Option<String>,
    /// Most jobs to find; 0: all.
    pub limit: u64,
    /// How long to search at most; it can be gone on with where it ended.
    pub budget: Option<Duration>,
    /// Whether long texts are told whole.
    pub whole: bool,
    /// Whether jobs are only counted, and none is told.
    pub counts_only: bool,
    /// Ends it where it is, so that it can be gone on with.
    pub stop: CancellationToken,
}

/// A place to search, and how.
struct Part {
    place: Place,
    matcher: Matcher,
    start: Start,
}

impl Admin {
    /// Begins a search for jobs of queues within the limit; it ends when nobody listens any more. Places come one after the other: dead,
    /// retries, scheduled, queues by name; in each the newest first. A job that moves meanwhile may be found twice, or not at all.
    ///
    /// # Errors
    /// The search, its places or where to go on cannot be read; the store's.
    pub async fn search(
        &self,
        request: SearchRequest,
    ) -> AdminResult<Receiver<AdminResult<SearchEvent>>> {
        check(
            &request.query,
            request.within.as_deref(),
            request.after.as_deref(),
        )?;
        let now = self.store().now().await?;
        let overview = self.store().overview().await?;
        let redactor = self.shown_redactor();
        let (parts, total) = parts(self, &request, &overview, now, &redactor)?;
        let (events, receiver) = channel(WAITING);
        let search = Search {
            door: self.clone(),
            redactor,
            events,
            limit: request.limit,
            until: request.budget.map(|budget| Instant::now() + budget),
            whole: request.whole,
            counts_only: request.counts_only,
            stop: request.stop,
            progress: SearchProgress {
                total,
                ..SearchProgress::default()
            },
            told: Instant::now(),
        };
        tokio::spawn(search.run(parts).in_current_span());
        Ok(receiver)
    }
}

/// What is wrong with a search is said before anything is asked.
pub(super) fn check(query: &str, within: Option<&str>, after: Option<&str>) -> AdminResult<()> {
    let anywhere = Place::Set(Set::Dead);
    Matcher::new(&filter(query), &anywhere, Timestamp::default()).map_err(StoreError::from)?;
    if let Some(within) = within {
        let within = format!("in:{within}");
        Matcher::new(&filter(&within), &anywhere, Timestamp::default()).map_err(|error| {
            AdminError::Store(StoreError::Invalid(format!(
                "`{within}` cannot be read: {}",
                error.message
            )))
        })?;
    }
    after.map(read_cursor).transpose()?;
    Ok(())
}

fn filter(query: &str) -> JobFilter {
    JobFilter {
        query: Some(query.to_owned()),
        ..JobFilter::default()
    }
}

/// The places where something can be found, in order, from where the search goes on; and how many entries they have.
fn parts(
    door: &Admin,
    request: &SearchRequest,
    overview: &Overview,
    now: Timestamp,
    redactor: &Redactor,
) -> AdminResult<(Vec<Part>, u64)> {
    let after = request.after.as_deref().map(read_cursor).transpose()?;
    let after = after.map(|(place, cursor)| (place, Start::After(door.blind(cursor))));
    let within = request
        .within
        .as_ref()
        .map(|within| filter(&format!("in:{within}")));
    let mut parts = Vec::new();
    let mut total = 0;
    for (place, size) in overview.places() {
        let start = match &after {
            Some((first, start)) if *first == place => start.clone(),
            // It has been searched already.
            Some((first, _)) if order(&place) < order(first) => continue,
            _ => Start::Edge,
        };
        let matcher = Matcher::new(&filter(&request.query), &place, now)
            .map_err(StoreError::from)?
            .within(door.limit());
        let is_outside = match &within {
            Some(within) => Matcher::new(within, &place, now)
                .map_err(StoreError::from)?
                .is_never(),
            None => false,
        };
        if matcher.is_never() || is_outside {
            continue;
        }
        total += size;
        let start = match (start, matcher.times(), place.set()) {
            (Start::Edge, (_, Some(to)), Some(_)) => {
                Start::Score(to.plus_milliseconds(1).seconds())
            }
            (start, ..) => start,
        };
        parts.push(Part {
            place,
            matcher: matcher.without_secrets(redactor),
            start,
        });
    }
    Ok((parts, total))
}

/// What tells which of two places is searched first.
fn order(place: &Place) -> (u8, &str) {
    match place {
        Place::Set(Set::Dead) => (0, ""),
        Place::Set(Set::Retries) => (1, ""),
        Place::Set(Set::Scheduled) => (2, ""),
        Place::Queue(name) => (3, name),
    }
}

/// A place and the cursor behind one of its entries: `CURSOR PLACE`.
fn read_cursor(text: &str) -> AdminResult<(Place, Cursor)> {
    let read = text.split_once(' ').and_then(|(cursor, place)| {
        let place: Place = place.parse().ok()?;
        Some((place, Cursor(cursor.to_owned())))
    });
    read.ok_or_else(|| {
        AdminError::Store(StoreError::Invalid(
            "this is no place where a search ended: start it anew".to_owned(),
        ))
    })
}

/// A search that runs.
struct Search {
    door: Admin,
    redactor: Redactor,
    events: Sender<AdminResult<SearchEvent>>,
    limit: u64,
    counts_only: bool,
    stop: CancellationToken,
    /// When it ends, wherever it is.
    until: Option<Instant>,
    whole: bool,
    progress: SearchProgress,
    /// When it was told last how far it is.
    told: Instant,
}

/// Why a search goes no further in a place.
enum Stop {
    /// Everything is searched, or nothing more can match.
    Over,
    /// It has found as many as wanted, or taken as long as it may; where to go on.
    Full(String),
    /// Nobody listens.
    Deaf,
}

impl Search {
    async fn run(mut self, parts: Vec<Part>) {
        for part in parts {
            match self.place(part).await {
                Ok(Stop::Over) => {}
                Ok(Stop::Full(next)) => return self.end(Some(next)).await,
                Ok(Stop::Deaf) => return,
                Err(error) => {
                    // Who does not listen need not know.
                    let _ = self.events.send(Err(error)).await;
                    return;
                }
            }
        }
        self.end(None).await;
    }

    async fn end(&self, next: Option<String>) {
        let progress = self.progress;
        let _ = self
            .events
            .send(Ok(SearchEvent::End { progress, next }))
            .await;
    }

    /// Where to go on behind an entry, which may be one that is not shown.
    fn next(&self, cursor: Cursor, place: &Place) -> String {
        format!("{} {place}", self.door.blind(cursor).0)
    }

    async fn place(&mut self, part: Part) -> AdminResult<Stop> {
        let Part {
            place,
            mut matcher,
            start,
        } = part;
        let (from, _) = matcher.times();
        // The store reads what comes next while this is looked through.
        let (store, read) = (self.door.store().clone(), place.clone());
        let mut scans = ReadAhead::scan(AHEAD, store, read, start, Order::Descending);
        while let Some(scan) = scans.next().await? {
            for (index, (position, raw)) in scan.entries.iter().enumerate() {
                let at = Timestamp::from_seconds(*position);
                if place.set().is_some() && from.is_some_and(|from| at < from) {
                    return Ok(Stop::Over);
                }
                self.progress.searched += 1;
                let Some(job) = matcher.job(*position, raw) else {
                    continue;
                };
                if self.counts_only {
                    self.progress.found += 1;
                    continue;
                }
                let Some(stored) = scan.stored(index) else {
                    continue;
                };
                self.progress.found += 1;
                let hit = shown::entry(stored.id, &job, self.whole, &self.redactor);
                let hit = SearchEvent::Hit(hit);
                if self.events.send(Ok(hit)).await.is_err() {
                    return Ok(Stop::Deaf);
                }
                if self.progress.found == self.limit {
                    return Ok(Stop::Full(self.next(stored.cursor, &place)));
                }
            }
            let is_late =
                self.stop.is_cancelled() || self.until.is_some_and(|until| Instant::now() >= until);
            if (is_late || self.told.elapsed() >= PROGRESS)
                && let Some(last) = scan.stored(scan.entries.len().saturating_sub(1))
            {
                let next = self.next(last.cursor, &place);
                if is_late {
                    return Ok(Stop::Full(next));
                }
                self.told = Instant::now();
                let told = SearchEvent::Progress {
                    progress: self.progress,
                    next,
                };
                if self.events.send(Ok(told)).await.is_err() {
                    return Ok(Stop::Deaf);
                }
            }
            if self.events.is_closed() {
                return Ok(Stop::Deaf);
            }
            tokio::task::yield_now().await;
        }
        Ok(Stop::Over)
    }
}
