//! The private lists of Sidekiq Pro's `super_fetch`: jobs in flight, never queues.

use super::raw;
use crate::support::{Jobdeck, RedisServer, recover};
use jobdeck::{
    job::Job,
    model::{ProcessInfo, Timestamp},
    store::{
        AdminStore, Heartbeat, StoreOptions, WorkerStore,
        redis::{PrivateJob, RedisStore},
    },
};
use redis::aio::MultiplexedConnection;
use std::{collections::BTreeSet, time::Duration};

const ALIVE: &str = "web-1:17:0123456789ab";
const GONE: &str = "web-2:18:ba9876543210";

fn job(jid: &str) -> String {
    format!(r#"{{"class":"Publish","args":[1],"jid":"{jid}","queue":"default"}}"#)
}

async fn store(server: &RedisServer, prefix: Option<&str>) -> RedisStore {
    let options = StoreOptions {
        key_prefix: prefix.map(str::to_owned),
    };
    RedisStore::connect(&server.url(), &options).await.unwrap()
}

/// Two processes, one of which has a heartbeat, with a job of each of two queues; one queue's list is named among the queues.
async fn fill(connection: &mut MultiplexedConnection, store: &RedisStore, prefix: &str) {
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: ALIVE.to_owned(),
            version: "8.1.7".to_owned(),
            ..ProcessInfo::default()
        },
        running: Vec::new(),
    };
    store.heartbeat(&beat).await.unwrap();
    let key = |name: &str| format!("{prefix}{name}");
    let named = format!("sq|{GONE}|low");
    let _: () = raw(connection, &["SADD", &key("super_processes"), ALIVE, GONE]).await;
    let _: () = raw(
        connection,
        &["SADD", &key("queues"), "default", "low", &named],
    )
    .await;
    let _: () = raw(connection, &["LPUSH", &key("queue:default"), &job("waits")]).await;
    for (owner, queue, jid) in [
        (ALIVE, "default", "one"),
        (ALIVE, "default", "two"),
        (ALIVE, "low", "three"),
        (GONE, "low", "four"),
    ] {
        let list = key(&format!("queue:sq|{owner}|{queue}"));
        let _: () = raw(connection, &["LPUSH", &list, &job(jid)]).await;
    }
}

fn expected(owner: &str, queue: &str, jid: &str) -> PrivateJob {
    PrivateJob {
        owner: owner.to_owned(),
        queue: queue.to_owned(),
        raw: job(jid).into(),
        owner_lives: owner == ALIVE,
    }
}

#[tokio::test]
async fn private_lists_are_jobs_in_flight() {
    for prefix in ["", "app:"] {
        let server = RedisServer::start().await;
        let mut connection = server.connection().await;
        let store = store(&server, Some(prefix)).await;
        assert_eq!(store.private_jobs().await.unwrap(), []);
        fill(&mut connection, &store, prefix).await;
        assert_eq!(
            store.private_jobs().await.unwrap(),
            [
                expected(ALIVE, "default", "one"),
                expected(ALIVE, "default", "two"),
                expected(ALIVE, "low", "three"),
                expected(GONE, "low", "four"),
            ]
        );
        // The registration may be gone before the list is.
        let registered = format!("{prefix}super_processes");
        let _: () = raw(&mut connection, &["DEL", &registered]).await;
        let jobs = store.private_jobs().await.unwrap();
        assert_eq!(jobs, [expected(GONE, "low", "four")]);
    }
}

#[tokio::test]
async fn private_jobs_are_running_ones_and_each_is_shown_once() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let store = store(&server, None).await;
    fill(&mut connection, &store, "").await;
    // Its process tells one of them itself; the same job in another process is another row.
    let started_at = Timestamp(1_795_469_606_000);
    let told = jobdeck::job::running(ALIVE, "9iy", "default", &Job::new(job("two")), started_at);
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: ALIVE.to_owned(),
            version: "8.1.7".to_owned(),
            ..ProcessInfo::default()
        },
        running: vec![told],
    };
    store.heartbeat(&beat).await.unwrap();
    let list = format!("queue:sq|{GONE}|default");
    let _: () = raw(&mut connection, &["LPUSH", &list, &job("two")]).await;
    let running = store.running().await.unwrap();
    assert!(running.iter().all(|run| run.foreign));
    let shown: BTreeSet<_> = running
        .iter()
        .map(|run| (&*run.process, &*run.queue, &*run.jid, run.started_at()))
        .collect();
    assert_eq!(running.len(), 5);
    assert_eq!(
        shown,
        BTreeSet::from([
            (ALIVE, "default", "one", None),
            (ALIVE, "default", "two", Some(started_at)),
            (ALIVE, "low", "three", None),
            (GONE, "default", "two", None),
            (GONE, "low", "four", None),
        ])
    );
    for run in &running {
        assert_eq!(run.owner_gone, run.process == GONE, "{run:?}");
        assert_eq!(run.payload, job(&run.jid));
    }
    let threads: BTreeSet<_> = running.iter().map(|run| &run.thread).collect();
    assert_eq!(threads.len(), 5, "rows can be told apart");
    // Our own recovery leaves them to Sidekiq.
    assert_eq!(recover(&store, "host:1:a", Duration::ZERO).await, 0);
    assert_eq!(store.running().await.unwrap().len(), 5);
}

#[tokio::test]
async fn many_and_large_private_jobs_are_read_in_part() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let store = store(&server, None).await;
    let _: () = raw(&mut connection, &["SADD", "super_processes", GONE]).await;
    let _: () = raw(&mut connection, &["SADD", "queues", "default"]).await;
    let list = format!("queue:sq|{GONE}|default");
    for _ in 0..2_000 {
        let _: () = raw(&mut connection, &["LPUSH", &list, &job("many")]).await;
    }
    assert_eq!(store.private_jobs().await.unwrap().len(), 500);
    let _: () = raw(&mut connection, &["DEL", &list]).await;
    let large = "x".repeat(400_000);
    for _ in 0..10 {
        let _: () = raw(&mut connection, &["LPUSH", &list, &large]).await;
    }
    assert_eq!(store.private_jobs().await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_no_list_and_what_may_not_be_read_is_no_obstacle() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let allowed = store(&server, None).await;
    fill(&mut connection, &allowed, "").await;
    let list = format!("queue:sq|{ALIVE}|default");
    let _: () = raw(&mut connection, &["SET", &list, "no list"]).await;
    assert_eq!(allowed.private_jobs().await.unwrap().len(), 2);
    let words = [
        "ACL", "SETUSER", "limited", "on", ">secret", "~queue*", "+@all",
    ];
    let _: () = raw(&mut connection, &words).await;
    let url = format!("redis://limited:secret@127.0.0.1:{}", server.port());
    let limited = RedisStore::connect(&url, &StoreOptions::default()).await;
    assert_eq!(limited.unwrap().private_jobs().await.unwrap(), []);
    let _: () = raw(&mut connection, &["SET", "super_processes", "no set"]).await;
    assert_eq!(allowed.private_jobs().await.unwrap().len(), 1);
}

#[tokio::test]
async fn private_lists_are_never_queues() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let store = store(&server, None).await;
    fill(&mut connection, &store, "").await;
    let overview = store.overview().await.unwrap();
    let names: Vec<&str> = overview.queues.iter().map(|queue| &*queue.name).collect();
    assert_eq!(names, ["default", "low"]);
    assert_eq!(overview.enqueued, 1);
    let found = store
        .find_jid("four", Duration::from_secs(30))
        .await
        .unwrap();
    assert_eq!((found.entries.len(), found.total), (0, 1));
    // Nor where people and scripts look.
    let jobdeck = Jobdeck::serve(&["--no-worker", "--store", &server.url()]).await;
    let queues = jobdeck.get("/api/v1/queues").await;
    let names: BTreeSet<&str> = queues
        .as_array()
        .expect("queues")
        .iter()
        .map(|queue| queue["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, BTreeSet::from(["default", "low"]));
    for page in ["/", "/queues"] {
        let markup = jobdeck.page(page).await;
        assert!(
            markup.contains("default") && !markup.contains("sq|"),
            "{page}"
        );
    }
}
