//! What real Sidekiq processes of three versions wrote.

use super::{all, fresh, open, raw};
use crate::support::{RedisServer, load_fixture};
use jobdeck::{
    job::Job,
    model::{Order, Place, ProcessInfo, Set, Timestamp},
    store::{self, SharedStore, StoreOptions},
};
use redis::aio::MultiplexedConnection;

const VERSIONS: [&str; 3] = ["sidekiq-6", "sidekiq-7", "sidekiq-8"];

async fn loaded(version: &str) -> (RedisServer, SharedStore, MultiplexedConnection) {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    load_fixture(&mut connection, version, "").await;
    let store = open(&server.url()).await;
    (server, store, connection)
}

#[tokio::test]
async fn numbers_are_those_that_sidekiq_wrote() {
    for version in VERSIONS {
        let (_server, store, mut connection) = loaded(version).await;
        let overview = store.overview().await.unwrap();
        assert_eq!(
            overview.processed,
            raw::<u64>(&mut connection, &["GET", "stat:processed"]).await
        );
        assert_eq!(
            overview.failed,
            raw::<u64>(&mut connection, &["GET", "stat:failed"]).await
        );
        assert_eq!(
            (overview.scheduled, overview.retrying, overview.dead),
            (
                raw(&mut connection, &["ZCARD", "schedule"]).await,
                raw(&mut connection, &["ZCARD", "retry"]).await,
                raw(&mut connection, &["ZCARD", "dead"]).await,
            )
        );
        assert!(overview.retrying > 0 && overview.dead > 0 && overview.scheduled > 0);
        assert_eq!(
            (overview.processes, overview.concurrency),
            (1, 10),
            "{version}"
        );
        assert!(overview.running > 0, "{version}");
        let names: Vec<&str> = overview.queues.iter().map(|queue| &*queue.name).collect();
        assert_eq!(names, ["critical", "default", "low", "mailers"]);
    }
}

#[tokio::test]
async fn entries_keep_their_exact_bytes_and_scores() {
    for version in VERSIONS {
        let (_server, store, mut connection) = loaded(version).await;
        for (set, key) in [
            (Set::Scheduled, "schedule"),
            (Set::Retries, "retry"),
            (Set::Dead, "dead"),
        ] {
            let stored: Vec<(Vec<u8>, f64)> =
                raw(&mut connection, &["ZRANGE", key, "0", "-1", "WITHSCORES"]).await;
            let entries = all(&store, &Place::Set(set), Order::Ascending).await;
            let read: Vec<(Vec<u8>, f64)> = entries
                .iter()
                .map(|entry| (entry.raw.to_vec(), entry.id.position))
                .collect();
            assert_eq!(read, stored, "{version} {key}");
            for entry in entries {
                assert!(Job::new(entry.raw).jid().is_some());
            }
        }
    }
}

#[tokio::test]
async fn processes_of_every_version_are_understood() {
    let mut seen: Vec<ProcessInfo> = Vec::new();
    for version in VERSIONS {
        let (_server, store, _connection) = loaded(version).await;
        seen.extend(store.processes().await.unwrap());
    }
    let [six, seven, eight] = &seen[..] else {
        panic!("one process each: {seen:?}");
    };
    for process in &seen {
        assert_eq!((&*process.hostname, process.concurrency), ("vm", 10));
        assert_eq!(process.identity.split(':').count(), 3);
        let queues: Vec<&str> = process.queues.iter().map(|(name, _)| &**name).collect();
        assert_eq!(queues, ["critical", "default", "mailers", "low"]);
        assert!(!process.quiet && !process.embedded);
        assert!(process.rss_kib > Some(10_000) && process.rtt_us > Some(0));
    }
    assert_eq!(six.pid, 13_559);
    assert_eq!(six.version, "");
    assert_eq!(seven.version, "7.3.10");
    assert_eq!(eight.version, "8.1.7");
    assert_eq!(eight.tag, "/");
    assert_eq!(eight.busy, 2);
    assert_eq!(eight.started_at, Some(Timestamp(1_795_470_705_783)));
    assert_eq!(eight.beat_at, Some(Timestamp(1_795_470_725_813)));
    assert_eq!(
        eight.capsules,
        [(
            "default".to_owned(),
            10,
            ["critical", "default", "mailers", "low"]
                .map(str::to_owned)
                .to_vec()
        )]
    );
}

#[tokio::test]
async fn running_jobs_of_every_version_are_understood() {
    for version in VERSIONS {
        let (_server, store, mut connection) = loaded(version).await;
        let running = store.running().await.unwrap();
        assert!(
            running
                .iter()
                .any(|job| job.class == "SlowJob" && job.args == "[60]"),
            "{version}: {running:?}"
        );
        // The key of Sidekiq 6.4 and older.
        let process = running[0].process.clone();
        let _: () = raw(
            &mut connection,
            &[
                "RENAME",
                &format!("{process}:work"),
                &format!("{process}:workers"),
            ],
        )
        .await;
        assert_eq!(store.running().await.unwrap(), running);
    }
}

#[tokio::test]
async fn an_old_namespaced_deployment_is_read_and_changed_behind_its_prefix() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    load_fixture(&mut connection, "sidekiq-6", "legacy:").await;
    let options = StoreOptions {
        key_prefix: Some("legacy".to_owned()),
    };
    let store = store::connect(&server.url(), &options).await.unwrap();
    let overview = store.overview().await.unwrap();
    assert!(overview.dead > 0 && overview.processes == 1 && overview.queues.len() == 4);
    assert!(!store.running().await.unwrap().is_empty());
    store.set_paused("low", true).await.unwrap();
    store.clear_queue("mailers").await.unwrap();
    let keys: Vec<String> = raw(&mut connection, &["KEYS", "*"]).await;
    let foreign: Vec<&String> = keys
        .iter()
        .filter(|key| !key.starts_with("legacy:"))
        .collect();
    assert_eq!(foreign, Vec::<&String>::new());
}

#[tokio::test]
async fn history_comes_from_the_days_counters() {
    let (_server, store, mut connection) = loaded("sidekiq-8").await;
    let today = store.now().await.unwrap().to_string()[..10].to_owned();
    let _: () = raw(
        &mut connection,
        &["SET", &format!("stat:processed:{today}"), "12"],
    )
    .await;
    let _: () = raw(
        &mut connection,
        &["SET", &format!("stat:failed:{today}"), "3"],
    )
    .await;
    let days = store.daily_totals(30).await.unwrap();
    assert_eq!(days.len(), 30);
    let last = days.last().unwrap();
    assert_eq!((&last.day, last.processed, last.failed), (&today, 12, 3));
}

#[tokio::test]
async fn a_day_of_the_stores_clock_is_named_as_sidekiq_names_it() {
    let (_server, _store, mut connection) = fresh().await;
    let script = concat!(
        include_str!("../../src/store/redis/scripts/day.lua"),
        "return day_of(tonumber(ARGV[1]))"
    );
    // Every day of some 100 years, at one second before midnight or at midnight, and some far away.
    let days = (0..36_525_i64).map(|day| day * 86_400 + (day % 2) * 86_399);
    for seconds in days.step_by(13).chain([4_107_542_399, 4_107_542_400]) {
        let day: String = raw(
            &mut connection,
            &["EVAL", script, "0", &seconds.to_string()],
        )
        .await;
        let expected = jobdeck::model::Timestamp(seconds * 1_000).to_string();
        assert_eq!(day, expected[..10], "{seconds}");
    }
}
