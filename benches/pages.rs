//! How long pages take with a million dead and a million queued jobs of about 800 bytes, and how much memory the server holds.
//!
//! `cargo bench --bench pages` (or `make bench`). It fills a private Redis and an SQLite file, runs the binary on each, and prints for each
//! page the median and the highest time of 50 requests over loopback, one after another, and the process's peak memory after all of them.
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

use jobdeck::model::Set;
use jobdeck::store::{Destination, QueueEnd, StoreOptions, connect};
use std::time::{Duration, Instant};
use support::{Jobdeck, RedisServer, job_text};

const REQUESTS: usize = 50;

#[tokio::main]
async fn main() {
    let jobs = std::env::var("JOBDECK_BENCH_JOBS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let redis = RedisServer::start().await;
    measure("Redis", &redis.url(), jobs).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    measure(
        "SQLite",
        &format!("sqlite:{}", folder.path().join("bench.db").display()),
        jobs,
    )
    .await;
}

async fn measure(name: &str, url: &str, jobs: usize) {
    let started = Instant::now();
    fill(url, jobs).await;
    println!(
        "\n{name}: {jobs} dead and {jobs} queued jobs, added in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let jobdeck = Jobdeck::serve(&["--store", url, "--no-worker"]).await;
    let pid = jobdeck.process.id().expect("it runs");
    let deep = deep_cursor(&jobdeck, "/api/v1/sets/dead/jobs?limit=500", 40).await;
    let pages = [
        ("overview", "/".to_owned()),
        ("queues", "/queues".to_owned()),
        ("dead, first page", "/dead".to_owned()),
        (
            "dead, page behind 20 000 rows",
            format!("/dead?after={deep}"),
        ),
        ("queue, first page", "/queues/default".to_owned()),
        ("retries (empty)", "/retries".to_owned()),
        ("REST overview", "/api/v1/overview".to_owned()),
        ("REST dead, 50 rows", "/api/v1/sets/dead/jobs".to_owned()),
        (
            "REST dead, deep",
            format!("/api/v1/sets/dead/jobs?after={deep}"),
        ),
    ];
    println!("{:<32} {:>10} {:>10}", "", "median ms", "highest ms");
    let http = reqwest::Client::new();
    for (page, path) in pages {
        let mut times = Vec::with_capacity(REQUESTS);
        for _ in 0..REQUESTS {
            let started = Instant::now();
            let response = http
                .get(format!("{}{path}", jobdeck.address))
                .send()
                .await
                .expect("an answer");
            assert!(
                response.status().is_success(),
                "{path}: {}",
                response.status()
            );
            let _ = response.bytes().await.expect("a body");
            times.push(started.elapsed());
        }
        times.sort();
        println!(
            "{page:<32} {:>10.2} {:>10.2}",
            milliseconds(times[REQUESTS / 2]),
            milliseconds(times[REQUESTS - 1])
        );
    }
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    for line in status
        .lines()
        .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
    {
        println!("{line}");
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The cursor behind `pages` pages.
async fn deep_cursor(jobdeck: &Jobdeck, path: &str, pages: usize) -> String {
    let mut cursor = String::new();
    for _ in 0..pages {
        let next = if cursor.is_empty() {
            path.to_owned()
        } else {
            format!("{path}&after={cursor}")
        };
        match jobdeck.get(&next).await["next"].as_str() {
            Some(text) => cursor = text.to_owned(),
            None => break,
        }
    }
    cursor
}

async fn fill(url: &str, jobs: usize) {
    let store = connect(url, &StoreOptions::default())
        .await
        .expect("a store");
    for start in (0..jobs).step_by(1000) {
        let batch: Vec<Destination> = (start..(start + 1000).min(jobs))
            .flat_map(|number| {
                let raw = bytes::Bytes::from(job_text(number));
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let score = 1_795_000_000.0 + number as f64 / 10.0;
                [
                    Destination::Set {
                        set: Set::Dead,
                        score,
                        raw: raw.clone(),
                    },
                    Destination::Queue {
                        name: "default".to_owned(),
                        raw,
                        end: QueueEnd::Last,
                    },
                ]
            })
            .collect();
        store.add(&batch).await.expect("jobs can be added");
    }
}
