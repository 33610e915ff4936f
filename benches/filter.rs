//! How long a filter takes to look through a million jobs of about 800 bytes when nothing matches, which is when it looks at all of them.
//!
//! `cargo bench --bench filter`. It fills a private Redis and an SQLite file and prints for each filter the whole time, the time for an
//! entry, and for comparison the time of only reading, and of reading each entry's text the plain way (lower case, then a search).
//! `JOBDECK_BENCH_JOBS` sets another number of jobs.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use jobdeck::{
    model::{JobFilter, Limit, Order, PageRequest, Place, Set},
    redaction::Redactor,
    store::{Destination, SharedStore, Start, StoreOptions, StoredEntry, connect, listing},
};
use std::time::{Duration, Instant};
use support::{RedisServer, job_text};

const DEAD: Place = Place::Set(Set::Dead);

#[tokio::main]
async fn main() {
    let jobs = std::env::var("JOBDECK_BENCH_JOBS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let redis = RedisServer::start().await;
    measure("Redis", &redis.url(), jobs).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bench.db");
    measure("SQLite", &format!("sqlite:{}", file.display()), jobs).await;
}

async fn measure(name: &str, url: &str, jobs: usize) {
    let store = connect(url, &StoreOptions::default())
        .await
        .expect("a store");
    fill(&store, jobs).await;
    println!("\n{name}: {jobs} dead jobs");
    println!("{:<40} {:>8} {:>12}", "", "s", "µs an entry");
    let show = |what: &str, time: Duration| {
        let seconds = time.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let each = seconds * 1e6 / jobs as f64;
        println!("{what:<40} {seconds:>8.2} {each:>12.2}");
    };
    show("reading only", walk(&store, |_| false).await);
    show(
        "text, the plain way",
        walk(&store, |entry| {
            String::from_utf8_lossy(&entry.raw)
                .to_lowercase()
                .contains("nowhere to be found")
        })
        .await,
    );
    let some = |text: &str| Some(text.to_owned());
    let none = JobFilter::default;
    for (what, filter) in [
        (
            "text",
            JobFilter {
                text: some("Nowhere to be found"),
                ..none()
            },
        ),
        (
            "text of another script",
            JobFilter {
                text: some("日本"),
                ..none()
            },
        ),
        (
            "text that is in every entry's bytes",
            JobFilter {
                text: some("made"),
                tag: some("made"),
                ..none()
            },
        ),
        (
            "class",
            JobFilter {
                class: some("Other"),
                ..none()
            },
        ),
        (
            "error",
            JobFilter {
                error: some("Timeout"),
                ..none()
            },
        ),
    ] {
        let request = PageRequest {
            filter,
            ..PageRequest::default()
        };
        let started = Instant::now();
        let page = listing::page(
            store.as_ref(),
            &DEAD,
            &request,
            Duration::MAX,
            &Redactor::none(),
            &Limit::none(),
        )
        .await
        .expect("a page");
        assert_eq!((page.scanned, page.entries.len()), (jobs as u64, 0));
        show(what, started.elapsed());
    }
}

/// The time to look at every entry.
async fn walk(store: &SharedStore, matches: impl Fn(&StoredEntry) -> bool) -> Duration {
    let started = Instant::now();
    let mut start = Start::Edge;
    loop {
        let slice = store
            .slice(&DEAD, &start, Order::Ascending, 1000)
            .await
            .expect("a slice");
        assert!(!slice.entries.iter().any(&matches));
        let Some(last) = slice.entries.last() else {
            return started.elapsed();
        };
        start = Start::After(last.cursor.clone());
    }
}

async fn fill(store: &SharedStore, jobs: usize) {
    for start in (0..jobs).step_by(1000) {
        let batch: Vec<Destination> = (start..(start + 1000).min(jobs))
            .map(|number| {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let score = 1_795_000_000.0 + number as f64 / 10.0;
                Destination::Set {
                    set: Set::Dead,
                    score,
                    raw: job_text(number).into(),
                }
            })
            .collect();
        store.add(&batch).await.expect("jobs can be added");
    }
}
