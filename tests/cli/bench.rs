//! `jobdeck bench`: that it measures everything it says, and leaves nothing behind. How much is nobody's business here.

use super::{Place, RedisServer};
use jobdeck::store::{StoreOptions, connect};
use serde_json::Value;

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
        let store = connect(&url, &StoreOptions::default())
            .await
            .expect("a store");
        let overview = store.overview().await.expect("an overview");
        assert!(overview.queues.is_empty(), "{overview:?}");
        assert_eq!(overview.processed, 2 * (2 * 300 + 3 + 1));
    }
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
