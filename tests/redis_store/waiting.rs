//! Waiting for jobs on servers that cannot or may not send word, or were away meanwhile.

use super::{fresh, open, raw};
use crate::support::{RedisServer, wait_until};
use jobdeck::store::{Destination, QueueEnd, SharedStore};
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinHandle,
    time::{Instant, timeout},
};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(30);

fn names(queues: &[&str]) -> Vec<Arc<str>> {
    queues.iter().map(|&queue| queue.into()).collect()
}

async fn enqueue(store: &SharedStore, queue: &str) {
    let job = Destination::Queue {
        name: queue.to_owned(),
        raw: r#"{"class":"A","args":[],"jid":"1"}"#.into(),
        end: QueueEnd::Last,
    };
    // The first change after the server was away may find its connection broken.
    wait_until("it is enqueued", async || {
        store.add(std::slice::from_ref(&job)).await.is_ok()
    })
    .await;
}

fn waiting(store: &SharedStore, queues: &[&str]) -> JoinHandle<()> {
    let (store, queues) = (store.clone(), names(queues));
    tokio::spawn(async move { store.ready(&queues, LONG * 4).await.unwrap() })
}

async fn is_woken(waiting: JoinHandle<()>) {
    timeout(LONG, waiting).await.expect("woken").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_whose_key_is_of_another_type_wakes_nobody() {
    let (_server, store, mut connection) = fresh().await;
    let _: () = raw(&mut connection, &["SET", "queue:broken", "no list"]).await;
    let begun = Instant::now();
    let wait = Duration::from_millis(60);
    let queues = names(&["broken", "default"]);
    store.ready(&queues, wait).await.unwrap();
    assert!(begun.elapsed() >= wait, "the whole time was waited");
    let waiting = waiting(&store, &["broken", "default"]);
    enqueue(&store, "default").await;
    is_woken(waiting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_server_may_not_send_word_it_is_asked() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let words = "ACL SETUSER limited on >secret ~* +@all -client";
    let words: Vec<&str> = words.split(' ').collect();
    let _: () = raw(&mut connection, &words).await;
    let url = format!("redis://limited:secret@127.0.0.1:{}", server.port());
    let store = open(&url).await;
    let begun = Instant::now();
    let wait = Duration::from_millis(60);
    store.ready(&names(&["default"]), wait).await.unwrap();
    assert!(begun.elapsed() >= wait, "the whole time was waited");
    for _ in 0..3 {
        let waiting = waiting(&store, &["other", "default"]);
        enqueue(&store, "default").await;
        is_woken(waiting).await;
        store.clear_queue("default").await.unwrap();
    }
    store.set_paused("default", true).await.unwrap();
    enqueue(&store, "default").await;
    let waiting = waiting(&store, &["default"]);
    store.set_paused("default", false).await.unwrap();
    is_woken(waiting).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn word_comes_also_after_the_server_was_away() {
    let (mut server, store, _) = fresh().await;
    let first = waiting(&store, &["default"]);
    enqueue(&store, "default").await;
    is_woken(first).await;
    store.clear_queue("default").await.unwrap();
    for _ in 0..2 {
        // Whoever waits meanwhile learns that it was away, by an error or by the end of the wait.
        let (waits, queues) = (store.clone(), names(&["default"]));
        let meanwhile = tokio::spawn(async move { waits.ready(&queues, LONG * 4).await });
        server.restart().await;
        let ended = timeout(LONG, meanwhile).await;
        let _ = ended.expect("not left waiting").unwrap();
        let waiting = waiting(&store, &["default"]);
        enqueue(&store, "default").await;
        is_woken(waiting).await;
        store.clear_queue("default").await.unwrap();
    }
}
