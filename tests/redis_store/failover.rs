//! A master that becomes a replica: its address leads elsewhere from then on, but its connections stay open and refuse every change.

use super::{open, raw};
use crate::support::{RedisServer, fill_set, wait_until};
use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, Move, Moved, QueueEnd, SharedStore, Start, StoreError},
};
use redis::aio::MultiplexedConnection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};
use tokio::net::{TcpListener, TcpStream};

const WORKER: &str = "web-1:42:0123456789ab";

/// An address that leads to one server or another, as a name of a managed Redis does: connections that are open stay where they are.
struct Name {
    port: u16,
    target: Arc<AtomicU16>,
}

impl Name {
    async fn of(server: &RedisServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = Arc::new(AtomicU16::new(server.port()));
        let current = target.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let target = current.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await {
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        Self { port, target }
    }

    fn leads_to(&self, server: &RedisServer) {
        self.target.store(server.port(), Ordering::SeqCst);
    }
}

async fn replicate(connection: &mut MultiplexedConnection, master: &RedisServer) {
    let port = master.port().to_string();
    let _: () = raw(connection, &["REPLICAOF", "127.0.0.1", &port]).await;
}

fn into_queue(raw: &'static str) -> Destination {
    Destination::Queue {
        name: "default".to_owned(),
        raw: raw.into(),
        end: QueueEnd::Last,
    }
}

async fn fetched(store: &SharedStore, limit: usize) -> usize {
    let names = ["default".to_owned()];
    let jobs = store.fetch(WORKER, &names, limit, Duration::ZERO).await;
    jobs.unwrap().len()
}

#[tokio::test]
async fn changes_follow_the_master_when_its_name_leads_elsewhere() {
    let (old, new) = (RedisServer::start().await, RedisServer::start().await);
    let (mut to_old, mut to_new) = (old.connection().await, new.connection().await);
    fill_set(&mut to_old, "dead", 3, |number| number as f64).await;
    replicate(&mut to_new, &old).await;
    wait_until("the replica has everything", async || {
        raw::<u64>(&mut to_new, &["ZCARD", "dead"]).await == 3
    })
    .await;

    let name = Name::of(&old).await;
    let url = format!("redis://127.0.0.1:{}", name.port);
    // Each kind of change on a store of its own, whose connections lead to the old master.
    let (moving, adding) = (open(&url).await, open(&url).await);
    let dead = Place::Set(Set::Dead);
    let entries = moving
        .slice(&dead, &Start::Edge, Order::Ascending, 10)
        .await
        .unwrap()
        .entries;
    adding.overview().await.unwrap();
    assert_eq!(fetched(&adding, 1).await, 0);

    let _: () = raw(&mut to_new, &["REPLICAOF", "NO", "ONE"]).await;
    replicate(&mut to_old, &new).await;
    name.leads_to(&new);

    let moves: Vec<Move> = entries
        .into_iter()
        .map(|entry| Move {
            entry,
            to: into_queue("retried"),
        })
        .collect();
    assert_eq!(
        moving.apply(&moves).await.unwrap(),
        [Moved::Done, Moved::Done, Moved::Done]
    );
    adding.add(&[into_queue("added")]).await.unwrap();
    assert_eq!(fetched(&adding, 10).await, 4);
    assert_eq!(raw::<u64>(&mut to_new, &["ZCARD", "dead"]).await, 0);
}

#[tokio::test]
async fn a_replica_shows_everything_and_says_why_it_refuses_changes() {
    let (master, server) = (RedisServer::start().await, RedisServer::start().await);
    let mut connection = server.connection().await;
    let store = open(&server.url()).await;
    store.add(&[into_queue("before")]).await.unwrap();
    let entry = store
        .slice(
            &Place::Queue("default".to_owned()),
            &Start::Edge,
            Order::Ascending,
            1,
        )
        .await
        .unwrap()
        .entries
        .remove(0);
    assert!(!store.info().await.unwrap().is_read_only);
    replicate(&mut connection, &master).await;
    assert!(store.info().await.unwrap().is_read_only);
    let change = [Move {
        entry,
        to: Destination::Nowhere,
    }];
    for outcome in [
        store.add(&[into_queue("refused")]).await,
        store.apply(&change).await.map(drop),
        store.set_paused("default", true).await,
    ] {
        let error = outcome.unwrap_err();
        assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains("read-only replica"), "{error}");
    }
    store.overview().await.unwrap();

    let _: () = raw(&mut connection, &["REPLICAOF", "NO", "ONE"]).await;
    assert!(!store.info().await.unwrap().is_read_only);
    store.add(&[into_queue("after")]).await.unwrap();
    assert!(fetched(&store, 5).await > 0);
}
