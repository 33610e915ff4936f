//! What only the Redis store has: real dumps, lost servers, addresses, hostile data. The contract itself is tested in `store_contract`.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    clippy::cast_possible_wrap,
    clippy::type_complexity,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "redis_store/addresses.rs"]
mod addresses;
#[path = "redis_store/dumps.rs"]
mod dumps;
#[path = "redis_store/failover.rs"]
mod failover;
#[path = "redis_store/heavy.rs"]
mod heavy;
#[path = "redis_store/hostile.rs"]
mod hostile;
#[path = "redis_store/large.rs"]
mod large;
#[path = "redis_store/lost.rs"]
mod lost;
#[path = "redis_store/metrics.rs"]
mod metrics;
#[path = "redis_store/paging.rs"]
mod paging;
#[path = "redis_store/permissions.rs"]
mod permissions;
#[path = "redis_store/plain_steps.rs"]
mod plain_steps;
#[path = "redis_store/private_lists.rs"]
mod private_lists;
#[path = "redis_store/reports.rs"]
mod reports;
#[path = "redis_store/tls.rs"]
mod tls;
#[path = "redis_store/turns.rs"]
mod turns;
#[path = "redis_store/waiting.rs"]
mod waiting;

use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, QueueEnd, SharedStore, Start, StoredEntry},
};
use redis::{FromRedisValue, aio::MultiplexedConnection};
use support::{RedisServer, open};

/// A new server, a store on it, and a connection behind the store's back.
async fn fresh() -> (RedisServer, SharedStore, MultiplexedConnection) {
    let server = RedisServer::start().await;
    let store = open(&server.url()).await;
    let connection = server.connection().await;
    (server, store, connection)
}

/// Sends a command given as words.
async fn raw<T: FromRedisValue>(connection: &mut MultiplexedConnection, words: &[&str]) -> T {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command
        .query_async(connection)
        .await
        .unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

/// All entries of a place, a few at a time.
async fn all(store: &SharedStore, place: &Place, order: Order) -> Vec<StoredEntry> {
    let mut entries: Vec<StoredEntry> = Vec::new();
    loop {
        let start = entries
            .last()
            .map_or(Start::Edge, |last| Start::After(last.cursor.clone()));
        let slice = store.slice(place, &start, order, 7).await.unwrap();
        if slice.entries.is_empty() {
            return entries;
        }
        entries.extend(slice.entries);
    }
}

fn queue(name: &str) -> Place {
    Place::Queue(name.to_owned())
}

/// A job with this number as its jid and only argument.
fn job(number: usize) -> String {
    format!(r#"{{"class":"A","args":[{number}],"jid":"{number:024}"}}"#)
}

/// That job, to the end of a queue.
fn into_queue(name: &str, number: usize) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: job(number).into(),
        end: QueueEnd::Last,
    }
}

/// That job, into a set.
fn into_set(set: Set, number: usize) -> Destination {
    Destination::Set {
        set,
        score: 1_795_470_707.5,
        raw: job(number).into(),
    }
}
