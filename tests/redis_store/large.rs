//! A million entries in one place: what the server says of its slowest command. Takes a minute and two GB, so only by hand:
//! `cargo test --release --test redis_store -- --ignored --nocapture`.

use super::{fresh, queue, raw};
use crate::support::{fill_queue, fill_set};
use jobdeck::{
    model::{EntryId, Order, Place, Set},
    store::{Destination, Move, Moved, SharedStore, Slice, Start, StoredEntry},
};
use redis::aio::MultiplexedConnection;
use std::time::{Duration, Instant};

const MANY: usize = 1_000_000;

/// Slowest command since the last call, milliseconds, and what it was.
async fn slowest(connection: &mut MultiplexedConnection) -> (f64, String) {
    let log: Vec<(u64, u64, u64, Vec<Vec<u8>>, String, String)> =
        raw(connection, &["SLOWLOG", "GET", "1000"]).await;
    let _: () = raw(connection, &["SLOWLOG", "RESET"]).await;
    log.into_iter()
        .map(|(_, _, microseconds, words, _, _)| {
            let name = words
                .iter()
                .take(2)
                .map(|word| String::from_utf8_lossy(word))
                .collect::<Vec<_>>();
            (microseconds as f64 / 1000.0, name.join(" "))
        })
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .unwrap_or_default()
}

async fn timed<T>(
    what: &str,
    connection: &mut MultiplexedConnection,
    work: impl Future<Output = T>,
) -> T {
    let _ = slowest(connection).await;
    let start = Instant::now();
    let result = work.await;
    let elapsed = start.elapsed();
    let (milliseconds, command) = slowest(connection).await;
    println!(
        "{what}: {elapsed:.1?}; slowest command {milliseconds:.2} ms {command}{}",
        if milliseconds > 10.0 { " !!!" } else { "" }
    );
    result
}

async fn slice(
    store: &SharedStore,
    place: &Place,
    start: Start,
    order: Order,
    limit: usize,
) -> Slice {
    store.slice(place, &start, order, limit).await.unwrap()
}

/// The entry at this index, for a cursor deep inside.
async fn entry_at(
    store: &SharedStore,
    place: &Place,
    connection: &mut MultiplexedConnection,
    index: usize,
) -> StoredEntry {
    let (raw_entry, position) = match place {
        Place::Set(_) => {
            let rows: Vec<(String, f64)> = raw(
                connection,
                &[
                    "ZRANGE",
                    "dead",
                    &index.to_string(),
                    &index.to_string(),
                    "WITHSCORES",
                ],
            )
            .await;
            rows[0].clone()
        }
        Place::Queue(_) => {
            let text: String = raw(
                connection,
                &["LINDEX", "queue:default", &(-1 - index as i64).to_string()],
            )
            .await;
            (text, index as f64)
        }
    };
    let id = EntryId {
        place: place.clone(),
        position,
        digest: jobdeck::job::digest(raw_entry.as_bytes()),
    };
    timed(
        &format!("locate at {index}"),
        connection,
        store.locate(&[id]),
    )
    .await
    .unwrap()[0]
        .clone()
        .unwrap()
}

async fn walk(store: &SharedStore, place: &Place, connection: &mut MultiplexedConnection) {
    for order in [Order::Ascending, Order::Descending] {
        let page = timed(
            "first page",
            connection,
            slice(store, place, Start::Edge, order, 50),
        )
        .await;
        assert_eq!((page.entries.len(), page.total), (50, MANY as u64));
    }
    for index in [10_000, 250_000, 500_000, 990_000] {
        let entry = entry_at(store, place, connection, index).await;
        for order in [Order::Ascending, Order::Descending] {
            let start = Start::After(entry.cursor.clone());
            let page = timed(
                "deep page",
                connection,
                slice(store, place, start, order, 50),
            )
            .await;
            assert_eq!(page.entries.len(), 50);
            // With the entry gone, as after a bulk change.
            let start = Start::After(page.entries[49].cursor.clone());
            let deletion = Move {
                entry: page.entries[49].clone(),
                to: Destination::Nowhere,
            };
            assert_eq!(
                timed("delete one", connection, store.apply(&[deletion]))
                    .await
                    .unwrap(),
                [Moved::Done]
            );
            let next = timed(
                "deep page behind a gap",
                connection,
                slice(store, place, start, order, 50),
            )
            .await;
            assert_eq!(next.entries.len(), 50);
            store
                .add(&[match place {
                    Place::Set(set) => Destination::Set {
                        set: *set,
                        score: page.entries[49].id.position,
                        raw: page.entries[49].raw.clone(),
                    },
                    Place::Queue(name) => Destination::Queue {
                        name: name.clone(),
                        raw: page.entries[49].raw.clone(),
                        end: Default::default(),
                    },
                }])
                .await
                .unwrap();
        }
    }
    timed("overview", connection, store.overview())
        .await
        .unwrap();
    let search = timed(
        "find a jid",
        connection,
        store.find_jid("nowhere", Duration::from_secs(60)),
    )
    .await
    .unwrap();
    println!("  scanned {} of {}", search.scanned, search.total);
}

async fn prepared() -> (
    crate::support::RedisServer,
    SharedStore,
    MultiplexedConnection,
) {
    let (server, store, mut connection) = fresh().await;
    let _: () = raw(
        &mut connection,
        &["CONFIG", "SET", "slowlog-max-len", "1000"],
    )
    .await;
    let _: () = raw(
        &mut connection,
        &["CONFIG", "SET", "slowlog-log-slower-than", "100"],
    )
    .await;
    (server, store, connection)
}

#[tokio::test]
#[ignore = "a million entries"]
async fn a_million_different_scores() {
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", MANY, |number| {
        1_795_470_707.5 + number as f64
    })
    .await;
    walk(&store, &Place::Set(Set::Dead), &mut connection).await;
}

#[tokio::test]
#[ignore = "a million entries"]
async fn a_million_equal_scores() {
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", MANY, |_| 1_795_470_707.5).await;
    walk(&store, &Place::Set(Set::Dead), &mut connection).await;
}

#[tokio::test]
#[ignore = "a million entries"]
async fn a_million_in_a_queue() {
    let (_server, store, mut connection) = prepared().await;
    fill_queue(&mut connection, "default", MANY).await;
    walk(&store, &queue("default"), &mut connection).await;
    assert_eq!(
        timed("clear", &mut connection, store.clear_queue("default"))
            .await
            .unwrap(),
        MANY as u64
    );
}

#[tokio::test]
#[ignore = "a million entries"]
async fn a_million_moved() {
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", MANY / 10, |number| {
        1_795_470_707.5 + number as f64
    })
    .await;
    let dead = Place::Set(Set::Dead);
    let start = Instant::now();
    loop {
        let page = slice(&store, &dead, Start::Edge, Order::Ascending, 1_000).await;
        if page.entries.is_empty() {
            break;
        }
        let moves: Vec<Move> = page
            .entries
            .into_iter()
            .map(|entry| Move {
                to: Destination::Queue {
                    name: "default".to_owned(),
                    raw: entry.raw.clone(),
                    end: Default::default(),
                },
                entry,
            })
            .collect();
        assert!(
            store
                .apply(&moves)
                .await
                .unwrap()
                .iter()
                .all(|outcome| *outcome == Moved::Done)
        );
    }
    println!(
        "{:.0} moves a second",
        MANY as f64 / 10.0 / start.elapsed().as_secs_f64()
    );
    println!("slowest command: {:?}", slowest(&mut connection).await);
}
