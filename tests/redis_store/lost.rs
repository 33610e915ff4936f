//! Servers that stop, freeze, return, forget scripts.

use super::{fresh, open, queue, raw};
use crate::support::{Proxy, RedisServer, fill_queue, fill_set, recover, wait_until};
use jobdeck::{
    model::{Order, Place, ProcessInfo, Set},
    store::{
        Destination, Heartbeat, Move, Moved, QueueEnd, Settlement, SharedStore, Start, StoreError,
        StoreResult,
    },
};
use std::time::Duration;

const WORKER: &str = "web-1:42:0123456789ab";

/// A process that recovers the jobs of others.
const LOOKER: &str = "web-9:1:ba9876543210";

/// Recovers without waiting for those that were noted before.
async fn recover_noted(store: &SharedStore) -> u64 {
    recover(&**store, LOOKER, Duration::ZERO).await
}

fn job_for(name: &str) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: r#"{"class":"A","args":[],"jid":"1"}"#.into(),
        end: QueueEnd::Last,
    }
}

/// Two seconds are promised; the rest is for a machine that is busy with other tests.
async fn in_time<T>(call: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    tokio::time::timeout(Duration::from_secs(6), call)
        .await
        .expect("an answer or an error in time, not a hang")
}

async fn assert_lost(store: &SharedStore) {
    let calls = [
        in_time(async { store.overview().await.map(drop) }).await,
        in_time(async { store.add(&[job_for("default")]).await }).await,
        in_time(async {
            store
                .fetch(WORKER, &["default".to_owned()], 1, Duration::ZERO)
                .await
                .map(drop)
        })
        .await,
    ];
    for outcome in calls {
        let error = outcome.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_stopped_server_is_an_error_and_works_again_when_it_returns() {
    let (mut server, store, _) = fresh().await;
    store.add(&[job_for("default")]).await.unwrap();
    server.stop().await;
    assert_lost(&store).await;
    server.restart().await;
    // The very first call of either kind.
    store.add(&[job_for("default")]).await.unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 2);
}

#[tokio::test]
async fn a_restart_between_calls_is_not_noticed() {
    let (mut server, store, _) = fresh().await;
    store.add(&[job_for("default")]).await.unwrap();
    server.restart().await;
    assert_eq!(store.overview().await.unwrap().enqueued, 1);
    server.restart().await;
    // A change on a connection that was idle. (The pause is what makes it idle.)
    tokio::time::sleep(Duration::from_millis(600)).await;
    store.add(&[job_for("default")]).await.unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 2);
}

#[tokio::test]
async fn a_frozen_server_is_an_error_and_works_again_when_it_goes_on() {
    let (server, store, _) = fresh().await;
    store.overview().await.unwrap();
    server.freeze();
    assert_lost(&store).await;
    server.thaw();
    wait_until("the store answers again", async || {
        store.overview().await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_yet_is_connected_to_when_it_comes() {
    let mut server = RedisServer::start().await;
    server.kill();
    let store = open(&server.url()).await;
    let error = store.overview().await.unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error}");
    assert!(
        error.to_string().contains(&server.port().to_string()),
        "{error}"
    );
    server.restart().await;
    store.overview().await.unwrap();
}

#[tokio::test]
async fn many_callers_share_one_connection() {
    let (mut server, store, connection) = fresh().await;
    drop(connection);
    for _ in 0..2 {
        let calls = (0..50).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { in_time(async { store.overview().await }).await })
        });
        for call in futures::future::join_all(calls).await {
            call.unwrap().unwrap();
        }
        let mut connection = server.connection().await;
        let clients: String = raw(&mut connection, &["CLIENT", "LIST"]).await;
        assert_eq!(
            clients.lines().count(),
            2,
            "the store's and ours: {clients}"
        );
        server.restart().await;
    }
    server.kill();
    let calls = (0..50).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { in_time(async { store.overview().await }).await })
    });
    for call in futures::future::join_all(calls).await {
        assert!(call.unwrap().is_err());
    }
}

#[tokio::test]
async fn scripts_that_the_server_has_forgotten_are_loaded_again() {
    let (_server, store, mut connection) = fresh().await;
    fill_set(&mut connection, "dead", 250, |number| number as f64).await;
    let dead = Place::Set(Set::Dead);
    let slice = store
        .slice(&dead, &Start::Edge, Order::Ascending, 250)
        .await
        .unwrap();
    let moves: Vec<Move> = slice
        .entries
        .into_iter()
        .map(|entry| Move {
            to: Destination::Queue {
                name: "default".to_owned(),
                raw: entry.raw.clone(),
                end: QueueEnd::Last,
            },
            entry,
        })
        .collect();
    for part in moves.chunks(50) {
        let _: () = raw(&mut connection, &["SCRIPT", "FLUSH"]).await;
        assert_eq!(store.apply(part).await.unwrap(), vec![Moved::Done; 50]);
    }
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.dead, overview.enqueued), (0, 250));
    let _: () = raw(&mut connection, &["SCRIPT", "FLUSH"]).await;
    let fetched = store
        .fetch(WORKER, &["default".to_owned()], 3, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(fetched.len(), 3);
}

#[tokio::test]
async fn jobs_whose_fetch_was_never_answered_are_fetched_again() {
    let (server, store, mut connection) = fresh().await;
    let names = ["default".to_owned()];
    store
        .fetch(WORKER, &names, 1, Duration::ZERO)
        .await
        .unwrap();
    fill_queue(&mut connection, "default", 3).await;
    server.freeze();
    store
        .fetch(WORKER, &names, 2, Duration::ZERO)
        .await
        .unwrap_err();
    server.thaw();
    // The lost call has taken them as soon as the server goes on.
    wait_until("the lost call was carried out", async || {
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await == 1
    })
    .await;
    let again = store
        .fetch(WORKER, &names, 2, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(again.len(), 2);
    let rest = store
        .fetch(WORKER, &names, 5, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    let done = Settlement::Finish { failed: false };
    for job in again.iter().chain(&rest) {
        assert!(store.settle(WORKER, job, &done).await.unwrap());
    }
    let key = format!("jobdeck:progress:{WORKER}");
    assert_eq!(raw::<u64>(&mut connection, &["EXISTS", &key]).await, 0);
}

#[tokio::test]
async fn jobs_of_a_lost_fetch_come_as_many_at_a_time_as_there_is_room_for() {
    let (server, store, mut connection) = fresh().await;
    let names = ["default".to_owned()];
    store
        .fetch(WORKER, &names, 1, Duration::ZERO)
        .await
        .unwrap();
    fill_queue(&mut connection, "default", 12).await;
    server.freeze();
    store
        .fetch(WORKER, &names, 10, Duration::ZERO)
        .await
        .unwrap_err();
    server.thaw();
    wait_until("the lost call was carried out", async || {
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await == 2
    })
    .await;
    let mut leases = std::collections::BTreeSet::new();
    for expected in [4, 4, 2, 2, 0] {
        let jobs = store
            .fetch(WORKER, &names, 4, Duration::ZERO)
            .await
            .unwrap();
        assert_eq!(jobs.len(), expected);
        for job in jobs {
            assert!(leases.insert(job.lease.clone()), "none twice");
        }
    }
}

#[tokio::test]
async fn a_fetch_that_arrives_after_it_was_given_up_takes_nothing() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let proxy = Proxy::start(server.port()).await;
    let store = open(&proxy.url()).await;
    let names = ["default".to_owned()];
    let fetch = async || store.fetch(WORKER, &names, 2, Duration::ZERO).await;
    assert!(fetch().await.unwrap().is_empty());
    proxy.hold_present();
    fetch().await.unwrap_err();
    // Over a new connection.
    assert!(fetch().await.unwrap().is_empty());
    fill_queue(&mut connection, "default", 1).await;
    // A network may deliver it minutes later, when nobody asks any more what became of it.
    proxy.release();
    wait_until("it has arrived", async || proxy.open() == 1).await;
    assert_eq!(
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await,
        1
    );
    assert_eq!(fetch().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_any_more_loses_no_job() {
    let (_server, store, mut connection) = fresh().await;
    fill_queue(&mut connection, "default", 200).await;
    let names = ["default".to_owned()];
    let mut seen = 0;
    for round in 0..200_u64 {
        let fetch = store.fetch(WORKER, &names, 1, Duration::ZERO);
        if let Ok(jobs) = tokio::time::timeout(Duration::from_micros(round * 3), fetch).await {
            seen += jobs.unwrap().len();
        }
    }
    wait_until("every job was fetched once", async || {
        let jobs = store
            .fetch(WORKER, &names, 100, Duration::ZERO)
            .await
            .unwrap();
        seen += jobs.len();
        jobs.is_empty() && raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await == 0
    })
    .await;
    assert_eq!(seen, 200);
}

#[tokio::test]
async fn a_process_is_given_the_time_for_its_first_heartbeat() {
    let (_server, store, mut connection) = fresh().await;
    fill_queue(&mut connection, "default", 1).await;
    store
        .fetch(WORKER, &["default".to_owned()], 1, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(recover_noted(&store).await, 0);
    // As if the minute were over.
    let _: () = raw(
        &mut connection,
        &["ZINCRBY", "jobdeck:processes", "-60", WORKER],
    )
    .await;
    assert_eq!(recover_noted(&store).await, 0, "it is only noted");
    assert_eq!(recover_noted(&store).await, 1);
    assert_eq!(
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await,
        1
    );
    assert_eq!(
        raw::<u64>(&mut connection, &["ZCARD", "jobdeck:processes"]).await,
        0
    );
}

#[tokio::test]
async fn nothing_of_living_processes_is_recovered_after_the_server_was_away() {
    let (mut server, store, mut connection) = fresh().await;
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: WORKER.to_owned(),
            ..ProcessInfo::default()
        },
        ..Heartbeat::default()
    };
    store.heartbeat(&beat).await.unwrap();
    fill_queue(&mut connection, "default", 1).await;
    let fetched = store
        .fetch(WORKER, &["default".to_owned()], 1, Duration::ZERO)
        .await
        .unwrap();
    // It was away for longer than a heartbeat lives, and so are all heartbeats.
    let _: () = raw(&mut connection, &["DEL", WORKER]).await;
    server.restart().await;
    store
        .heartbeat(&Heartbeat {
            process: ProcessInfo {
                identity: "other:1:ab".to_owned(),
                ..ProcessInfo::default()
            },
            ..Heartbeat::default()
        })
        .await
        .unwrap();
    // A process that starts only now waits for the living ones as well as those that were there before.
    let half_a_minute = Duration::from_secs(30);
    for store in [&store, &open(&server.url()).await] {
        for _ in 0..2 {
            assert_eq!(recover(&**store, LOOKER, half_a_minute).await, 0);
        }
    }
    store.heartbeat(&beat).await.unwrap();
    for _ in 0..2 {
        assert_eq!(recover_noted(&open(&server.url()).await).await, 0);
    }
    let done = Settlement::Finish { failed: false };
    assert!(store.settle(WORKER, &fetched[0], &done).await.unwrap());
}

#[tokio::test]
async fn a_full_memory_refuses_new_jobs_but_not_the_work_on_old_ones() {
    let (_server, store, mut connection) = fresh().await;
    fill_queue(&mut connection, "default", 10).await;
    fill_set(&mut connection, "dead", 10, |number| number as f64).await;
    let _: () = raw(&mut connection, &["CONFIG", "SET", "maxmemory", "1"]).await;
    let error = store.add(&[job_for("default")]).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("maxmemory"), "{error}");

    let names = ["default".to_owned()];
    let fetched = store
        .fetch(WORKER, &names, 10, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(fetched.len(), 10);
    let done = Settlement::Finish { failed: false };
    assert!(store.settle(WORKER, &fetched[0], &done).await.unwrap());
    let slice = store
        .slice(&Place::Set(Set::Dead), &Start::Edge, Order::Ascending, 1)
        .await
        .unwrap();
    let entry = slice.entries[0].clone();
    let retry = Move {
        to: Destination::Queue {
            name: "default".to_owned(),
            raw: entry.raw.clone(),
            end: QueueEnd::Last,
        },
        entry,
    };
    assert_eq!(store.apply(&[retry]).await.unwrap(), [Moved::Done]);
    let left = store
        .slice(&queue("default"), &Start::Edge, Order::Ascending, 10)
        .await
        .unwrap();
    assert_eq!(left.total, 1);
}

#[tokio::test]
async fn orphans_that_cannot_be_put_back_are_no_obstacle_to_the_others() {
    let (_server, store, mut connection) = fresh().await;
    let names = ["default".to_owned(), "broken".to_owned()];
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: WORKER.to_owned(),
            ..ProcessInfo::default()
        },
        running: Vec::new(),
    };
    store.heartbeat(&beat).await.unwrap();
    // The latest ones, and more than are looked at in one step.
    store.add(&[job_for("default")]).await.unwrap();
    let many: Vec<_> = (0..250).map(|_| job_for("broken")).collect();
    store.add(&many).await.unwrap();
    let fetched = store
        .fetch(WORKER, &names, 251, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(fetched.len(), 251);
    let _: () = raw(&mut connection, &["SET", "queue:broken", "no list"]).await;
    let _: u64 = raw(&mut connection, &["DEL", WORKER]).await;
    wait_until("the one that can be put back is back", async || {
        recover_noted(&store).await;
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await == 1
    })
    .await;
    let left: u64 = raw(
        &mut connection,
        &["HLEN", &format!("jobdeck:progress:{WORKER}")],
    )
    .await;
    assert_eq!(left, 250);
}
