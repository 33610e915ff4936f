//! How long pages take with a million dead and a million queued jobs of about 800 bytes, and how much memory the server holds.
//!
//! `cargo bench --bench pages` (or `make bench`). It fills a private Redis and an SQLite file, runs the binary on each, and prints for each
//! page the median and the highest time of 50 requests over loopback, one after another, and the process's peak memory after all of them.
//! It fails when a page's median is above 10 ms, or the peak above 64 MB. `JOBDECK_BENCH_JOBS` sets another number of jobs, and then
//! nothing is too much.
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
/// Jobs in the retry set and in the scheduled set.
const FEW: usize = 20_000;
/// Most milliseconds of a page's median.
const MOST_MILLISECONDS: f64 = 10.0;
/// Most kilobytes of the process at its peak.
const MOST_KILOBYTES: u64 = 64 * 1024;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let wanted = std::env::var("JOBDECK_BENCH_JOBS")
        .ok()
        .and_then(|text| text.parse().ok());
    let jobs = wanted.unwrap_or(1_000_000);
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = format!("sqlite:{}", folder.path().join("bench.db").display());
    let mut too_much = measure("Redis", &redis.url(), jobs).await;
    too_much.extend(measure("SQLite", &file, jobs).await);
    if wanted.is_none() && !too_much.is_empty() {
        println!("\nToo much: {}", too_much.join("; "));
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}

/// Prints the figures of a store; returns those that are above the limits.
async fn measure(name: &str, url: &str, jobs: usize) -> Vec<String> {
    let started = Instant::now();
    fill(url, jobs).await;
    println!(
        "\n{name}: {jobs} dead and {jobs} queued jobs, {FEW} retries and {FEW} scheduled, added in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    let jobdeck = Jobdeck::serve(&["--store", url, "--no-worker"]).await;
    let pid = jobdeck.process.id().expect("it runs");
    let deep_dead = deep_cursor(&jobdeck, "/api/v1/sets/dead/jobs?limit=500", 40).await;
    let deep_queue = deep_cursor(&jobdeck, "/api/v1/queues/default/jobs?limit=500", 40).await;
    let pages = [
        ("overview", "/".to_owned()),
        ("queues", "/queues".to_owned()),
        ("dead, first page", "/dead".to_owned()),
        (
            "dead, page behind 20 000 rows",
            format!("/dead?after={deep_dead}"),
        ),
        ("queue, first page", "/queues/default".to_owned()),
        (
            "queue, page behind 20 000 rows",
            format!("/queues/default?after={deep_queue}"),
        ),
        ("retries, first page", "/retries".to_owned()),
        ("scheduled, first page", "/scheduled".to_owned()),
        ("job by its address", job_address(&jobdeck).await),
        ("REST overview", "/api/v1/overview".to_owned()),
        ("REST dead, 50 rows", "/api/v1/sets/dead/jobs".to_owned()),
        (
            "REST dead, deep",
            format!("/api/v1/sets/dead/jobs?after={deep_dead}"),
        ),
    ];
    let mut too_much = Vec::new();
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
        let median = milliseconds(times[REQUESTS / 2]);
        if median > MOST_MILLISECONDS {
            too_much.push(format!("{name}, {page}: {median:.1} ms"));
        }
        println!(
            "{page:<32} {:>10.2} {:>10.2}",
            median,
            milliseconds(times[REQUESTS - 1])
        );
    }
    let peak = peak_kilobytes(pid);
    println!("{:<32} {:>7} MB", "peak memory", peak / 1024);
    if peak > MOST_KILOBYTES {
        too_much.push(format!("{name}, peak memory: {} MB", peak / 1024));
    }
    too_much
}

fn peak_kilobytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("the peak")
}

/// The address that a row of the dead set links to.
async fn job_address(jobdeck: &Jobdeck) -> String {
    let page = jobdeck.page("/dead").await;
    let (_, rest) = page.split_once("href=\"/jobs/").expect("a row's link");
    let (address, _) = rest.split_once('"').expect("its end");
    format!("/jobs/{}", address.replace("&amp;", "&"))
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
    for set in [Set::Retries, Set::Scheduled] {
        for start in (0..FEW).step_by(1000) {
            let batch: Vec<Destination> = (start..start + 1000)
                .map(|number| Destination::Set {
                    set,
                    // The year 2100: nothing comes due meanwhile.
                    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                    score: 4_102_444_800.0 + number as f64,
                    raw: job_text(jobs + number).into(),
                })
                .collect();
            store.add(&batch).await.expect("jobs can be added");
        }
    }
}
