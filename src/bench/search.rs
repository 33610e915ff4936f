//! A search over a large set that matches nothing, which is when it looks at all of it, and what another client notices meanwhile.

use super::{
    BenchError, number,
    ping::{part, ping_until},
};
use crate::{
    model::{JobFilter, Order, Place, Set, Timestamp},
    search::Matcher,
    store::{Destination, Scan, SharedStore, Start, StoreError, StoreOptions},
};
use serde::Serialize;
use std::time::Instant;
use tokio::sync::mpsc::channel;
use tokio_util::sync::CancellationToken;

/// Jobs added at a time.
const BATCH: u64 = 1_000;

/// Where the jobs are: due so late that nobody takes them meanwhile.
const SET: Set = Set::Scheduled;

/// The first job's time: the year 2100.
const FIRST_SECOND: f64 = 4_102_444_800.0;

/// What to measure.
#[derive(Clone, Debug)]
pub struct SearchBenchOptions {
    /// Jobs to search.
    pub jobs: u64,
    /// Bytes of a job's text, about.
    pub job_bytes: usize,
    /// The searches.
    pub searches: Vec<String>,
    /// The store's address, for the other client.
    pub url: String,
    /// How the store is opened.
    pub store: StoreOptions,
}

/// A search, measured.
#[derive(Clone, Debug, Serialize)]
pub struct SearchBench {
    /// The search.
    pub search: String,
    /// Entries looked at.
    pub searched: u64,
    /// Jobs found.
    pub found: u64,
    /// From the first to the last.
    pub seconds: f64,
    /// Until the first hit, milliseconds.
    pub first_hit_ms: Option<f64>,
    /// Answers to the other client.
    pub other_answers: usize,
    /// 999 of 1 000 of those took less, milliseconds.
    pub other_p999_ms: f64,
    /// The longest, milliseconds.
    pub other_highest_ms: f64,
}

/// Fills the scheduled set with jobs of the year 2100, searches them, and removes them.
///
/// # Errors
/// See [`BenchError`]. The jobs are removed in any case that still reaches the store.
pub async fn bench_search(
    store: SharedStore,
    options: &SearchBenchOptions,
    stop: &CancellationToken,
    mut tell: impl FnMut(&str),
) -> Result<Vec<SearchBench>, BenchError> {
    let measured = measure(&store, options, stop, &mut tell).await;
    tell("removing the jobs");
    remove(&store).await?;
    measured
}

async fn measure(
    store: &SharedStore,
    options: &SearchBenchOptions,
    stop: &CancellationToken,
    tell: &mut impl FnMut(&str),
) -> Result<Vec<SearchBench>, BenchError> {
    tell(&format!("adding {} jobs", options.jobs));
    let padding = "x".repeat(options.job_bytes.saturating_sub(250));
    for start in (0..options.jobs).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        if stop.is_cancelled() {
            return Err(BenchError::Stopped);
        }
        let batch: Vec<Destination> = (start..(start + BATCH).min(options.jobs))
            .map(|index| job(index, &padding))
            .collect();
        store.add(&batch).await?;
    }
    let mut measured = Vec::new();
    for search in &options.searches {
        tell(&format!("searching {search}"));
        let mut searched = Err(BenchError::Stopped);
        let searching = async {
            tokio::select! {
                done = one(store, search) => searched = done,
                () = stop.cancelled() => {}
            }
        };
        let pings = ping_until(options.url.clone(), options.store.clone(), searching).await?;
        measured.push(SearchBench {
            other_answers: pings.len(),
            other_p999_ms: part(&pings, 999),
            other_highest_ms: part(&pings, 1000),
            ..searched?
        });
    }
    Ok(measured)
}

/// A job of the class `Jobdeck::Bench` that has failed.
fn job(index: u64, padding: &str) -> Destination {
    Destination::Set {
        set: SET,
        score: FIRST_SECOND + number(index) / 10.0,
        raw: format!(
            r#"{{"retry":true,"queue":"default","class":"Jobdeck::Bench","args":[{index}],"jid":"{index:024}","created_at":1795470698.5,"error_message":"made up {padding}","error_class":"MadeUpError","failed_at":1795470704.25,"retry_count":1}}"#
        )
        .into(),
    }
}

/// One search through all of the set.
async fn one(store: &SharedStore, search: &str) -> Result<SearchBench, BenchError> {
    let place = Place::Set(SET);
    let filter = JobFilter {
        query: Some(search.to_owned()),
        ..JobFilter::default()
    };
    let now: Timestamp = store.now().await?;
    let mut matcher = Matcher::new(&filter, &place, now).map_err(StoreError::from)?;
    let started = Instant::now();
    let (mut searched, mut found, mut first_hit_ms) = (0, 0, None);
    let (scans, mut ahead) = channel::<Result<Scan, StoreError>>(1);
    let reader = store.clone();
    tokio::spawn(async move {
        let mut scanner = reader.scan(place, Start::Edge, Order::Descending);
        while let Some(scan) = scanner.next().await.transpose() {
            if scans.send(scan).await.is_err() {
                return;
            }
        }
    });
    while let Some(scan) = ahead.recv().await {
        for (position, raw) in &scan?.entries {
            searched += 1;
            if matcher.job(*position, raw).is_some() {
                found += 1;
                first_hit_ms.get_or_insert_with(|| started.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    Ok(SearchBench {
        search: search.to_owned(),
        searched,
        found,
        seconds: started.elapsed().as_secs_f64(),
        first_hit_ms,
        other_answers: 0,
        other_p999_ms: 0.0,
        other_highest_ms: 0.0,
    })
}

/// Removes the jobs that were added, and no others.
async fn remove(store: &SharedStore) -> Result<(), StoreError> {
    use crate::store::Move;
    let place = Place::Set(SET);
    loop {
        let start = Start::Score(FIRST_SECOND);
        let slice = store.slice(&place, &start, Order::Ascending, 1_000).await?;
        let moves: Vec<Move> = slice
            .entries
            .into_iter()
            .filter(|entry| {
                let class = memchr::memmem::find(&entry.raw, br#""class":"Jobdeck::Bench""#);
                class.is_some()
            })
            .map(|entry| Move {
                entry,
                to: Destination::Nowhere,
            })
            .collect();
        if moves.is_empty() {
            return Ok(());
        }
        store.apply(&moves).await?;
    }
}
