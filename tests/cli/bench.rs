//! `jobdeck bench`: that it measures everything it says, and leaves nothing behind. How much is nobody's business here.

use super::{PATIENCE, Place, RedisServer, Run, wait_until};
use crate::support::{open, signal};
use jobdeck::{model::QueueSummary, store::SharedStore};
use serde_json::Value;
use std::process::Stdio;
use tokio::{process::Child, time::timeout};

#[tokio::test]
async fn a_worker_is_measured_on_the_store_that_is_named() {
    let server = RedisServer::start().await;
    let place = Place::new();
    for (url, has_redis) in [(server.url(), true), ("sqlite:bench.db".to_owned(), false)] {
        let few = [
            "--jobs",
            "300",
            "--concurrency",
            "2,5",
            "--latency-samples",
            "3",
        ];
        let mut arguments = vec!["bench", "worker", "--store", &url];
        arguments.extend(few);
        let run = place.run(&arguments).await;
        assert_eq!(run.code, Some(0), "{run:?}");
        for said in ["concurrency 2: ", "concurrency 5: ", "of 300 jobs", "p99"] {
            assert!(run.output.contains(said), "{said}: {run:?}");
        }
        for said in ["draining 300 jobs at concurrency 5", "one job at a time"] {
            assert!(run.error.contains(said), "{said}: {run:?}");
        }
        arguments.push("--json");
        let run = place.run(&arguments).await;
        let report: Value = serde_json::from_str(&run.output).expect("JSON");
        let drains = report["drains"].as_array().expect("drains");
        assert_eq!(drains.len(), 2);
        for drain in drains {
            assert_eq!(drain["jobs"], 300);
            for number in ["jobs_per_second", "enqueued_per_second"] {
                assert!(drain[number].as_f64() > Some(0.0), "{number}: {drain}");
            }
            assert_eq!(drain["redis_cpu_seconds_per_100k"].is_number(), has_redis);
        }
        assert_eq!(report["latency"]["samples"], 3);

        // The totals tell that the jobs have run; of the queue nothing is left.
        let url = url.replace("bench.db", &format!("{}/bench.db", place.path().display()));
        let store = open(&url).await;
        let overview = store.overview().await.expect("an overview");
        assert!(overview.queues.is_empty(), "{overview:?}");
        assert_eq!(overview.processed, 2 * (2 * 300 + 3 + 1));
    }
}

/// A bench on this server, of very many jobs.
fn start(place: &Place, url: &str, jobs: &str) -> Child {
    place
        .command(&["bench", "worker", "--store", url, "--jobs", jobs])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs")
}

/// The queue of the bench, once there are jobs in it.
async fn queue(store: &SharedStore) -> QueueSummary {
    let mut queues = Vec::new();
    wait_until("the bench has enqueued", async || {
        queues = store.overview().await.expect("an overview").queues;
        queues.iter().any(|queue| queue.size > 0)
    })
    .await;
    queues.remove(0)
}

/// Presses Ctrl-C: the bench says that it has stopped, and has left no job anywhere.
async fn interrupt(server: &RedisServer, bench: Child) {
    signal(bench.id().expect("it runs"), "INT");
    let ended = timeout(PATIENCE, bench.wait_with_output()).await;
    let run = Run::from(ended.expect("it ends in time").expect("it ends"));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.error.contains("jobdeck: stopped before"), "{run:?}");
    assert_eq!(run.output, "");
    for left in ["queue*", "jobdeck:progress:*", "processes"] {
        let keys: Vec<String> = server.command(&["KEYS", left]).await;
        assert!(keys.is_empty(), "{keys:?}");
    }
}

#[tokio::test]
async fn a_bench_that_is_interrupted_leaves_no_job_behind() {
    let server = RedisServer::start().await;
    let place = Place::new();
    let store = open(&server.url()).await;

    // While it enqueues.
    let bench = start(&place, &server.url(), "100000000");
    queue(&store).await;
    interrupt(&server, bench).await;

    // While its worker runs, which has much left to do because the queue is paused.
    let bench = start(&place, &server.url(), "200000");
    let queue = queue(&store).await.name;
    store.set_paused(&queue, true).await.expect("it is paused");
    wait_until("its worker runs", async || {
        !store.processes().await.expect("processes").is_empty()
    })
    .await;
    interrupt(&server, bench).await;

    // While single jobs are timed: one was drained at either concurrency, and more have run.
    let before = store.overview().await.expect("an overview").processed;
    let bench = start(&place, &server.url(), "1");
    wait_until("a single job has run", async || {
        store.overview().await.expect("an overview").processed > before + 2
    })
    .await;
    interrupt(&server, bench).await;
}

#[tokio::test]
async fn a_bench_needs_something_to_measure_on() {
    let place = Place::new();
    let run = place
        .run(&["bench", "worker", "--store", "redis://127.0.0.1:1"])
        .await;
    assert_eq!(run.code, Some(1));
    assert!(run.error.contains("connection refused"), "{run:?}");
    let run = place.run(&["bench", "worker", "--jobs", "0"]).await;
    assert_eq!(run.code, Some(2));
}

#[tokio::test]
async fn a_search_is_measured_on_the_store_that_is_named() {
    let server = RedisServer::start().await;
    let place = Place::new();
    for url in [server.url(), "sqlite:bench.db".to_owned()] {
        let run = place
            .run(&[
                "bench", "search", "--store", &url, "--jobs", "1500", "--search", "nowhere",
                "--search", "arg.0:17", "--json",
            ])
            .await;
        assert_eq!(run.code, Some(0), "{run:?}");
        let report: Value = serde_json::from_str(&run.output).expect("JSON");
        for (index, found) in [(0, 0), (1, 1)] {
            assert_eq!(report[index]["searched"], 1_500, "{report}");
            assert_eq!(report[index]["found"], found, "{report}");
            assert!(report[index]["other_p999_ms"].is_number());
        }
        let url = url.replace("bench.db", &format!("{}/bench.db", place.path().display()));
        let overview = open(&url).await.overview().await.expect("an overview");
        assert_eq!(overview.scheduled, 0, "nothing is left behind");
    }
}
