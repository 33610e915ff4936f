//! Many entries in one place, and what the server says of its slowest command. For what a million does (it takes a minute and two GB):
//! `JOBDECK_TEST_ENTRIES=1000000 cargo test --release --test redis_store large -- --nocapture --test-threads 1`.

use super::{fresh, queue, raw};
use crate::support::{fill_queue, fill_set};
use jobdeck::{
    model::{EntryId, Order, Place, Set},
    store::{Destination, Move, Moved, SharedStore, Slice, Start, StoredEntry},
};
use redis::aio::MultiplexedConnection;
use std::time::{Duration, Instant};

/// Enough that the middle of a queue is far from both its ends.
const IN_A_QUEUE: usize = 220_000;
const IN_A_SET: usize = 20_000;
const MOVED: usize = 3_000;

/// This many, or as many as the environment says.
fn many(usual: usize) -> usize {
    std::env::var("JOBDECK_TEST_ENTRIES")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(usual)
}

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

async fn walk(
    store: &SharedStore,
    place: &Place,
    connection: &mut MultiplexedConnection,
    many: usize,
) {
    for order in [Order::Ascending, Order::Descending] {
        let page = timed(
            "first page",
            connection,
            slice(store, place, Start::Edge, order, 50),
        )
        .await;
        assert_eq!((page.entries.len(), page.total), (50, many as u64));
    }
    for index in [many / 100, many / 4, many / 2, many / 100 * 99] {
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
        store.find_jid("nowhere", Duration::from_secs(600)),
    )
    .await
    .unwrap();
    assert!(search.entries.is_empty());
    assert_eq!((search.scanned, search.total), (many as u64, many as u64));
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
async fn many_different_scores() {
    let many = many(IN_A_SET);
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", many, |number| {
        1_795_470_707.5 + number as f64
    })
    .await;
    walk(&store, &Place::Set(Set::Dead), &mut connection, many).await;
}

#[tokio::test]
async fn many_equal_scores() {
    let many = many(IN_A_SET);
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", many, |_| 1_795_470_707.5).await;
    walk(&store, &Place::Set(Set::Dead), &mut connection, many).await;
}

#[tokio::test]
async fn many_in_a_queue() {
    let many = many(IN_A_QUEUE);
    let (_server, store, mut connection) = prepared().await;
    fill_queue(&mut connection, "default", many).await;
    walk(&store, &queue("default"), &mut connection, many).await;
    assert_eq!(
        timed("clear", &mut connection, store.clear_queue("default"))
            .await
            .unwrap(),
        many as u64
    );
}

#[tokio::test]
async fn many_moved() {
    let many = many(MOVED);
    let (_server, store, mut connection) = prepared().await;
    fill_set(&mut connection, "dead", many, |number| {
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
        many as f64 / start.elapsed().as_secs_f64()
    );
    assert_eq!(
        raw::<usize>(&mut connection, &["LLEN", "queue:default"]).await,
        many
    );
    println!("slowest command: {:?}", slowest(&mut connection).await);
}
