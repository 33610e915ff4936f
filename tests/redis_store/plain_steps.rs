//! Steps of operations that are made in plain commands: all or nothing, exactly what was there, and nothing at all out of turn.

use super::{all, fresh, open, raw};
use crate::support::RedisServer;
use bytes::Bytes;
use jobdeck::{
    model::{OperationState, Order, Place, Set},
    store::{
        Creation, Destination, KeptChunk, Moved, NewOperation, QueueEnd, SharedStore, Step,
        StepMove, Stepped, StoredEntry, Target, Undone,
    },
};
use redis::aio::MultiplexedConnection;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

const LEASE: Duration = Duration::from_secs(60);

fn dead(number: usize) -> Destination {
    let score = 1_795_470_000.0 + f64::from(u32::try_from(number).unwrap()) / 8.0;
    Destination::Set {
        set: Set::Dead,
        score,
        raw: format!("{number} \u{0}\r\n is no JSON").into(),
    }
}

/// What is over can be undone.
async fn begin_undo(store: &SharedStore, connection: &mut MultiplexedConnection) {
    let _: i64 = raw(
        connection,
        &["HSET", "jobdeck:operation:op", "state", "done"],
    )
    .await;
    begin(store, "undo", Some("op")).await;
}

async fn begin(store: &SharedStore, id: &str, undoes: Option<&str>) {
    let operation = NewOperation {
        id,
        plan: "{}",
        undoes,
        owner: Some(("me", LEASE)),
    };
    let made = store.create_operation(operation).await.unwrap();
    assert_eq!(made, Creation::Made);
}

fn step<'step>(id: &'step str, number: u64, moves: &'step [StepMove]) -> Step<'step> {
    Step {
        id,
        owner: "me",
        lease: LEASE,
        number,
        moves,
        keeps: true,
        mark: "here",
        undoes: None,
        state: None,
        kept_for: LEASE,
    }
}

fn deleted(entries: &[StoredEntry]) -> Vec<StepMove> {
    let deleted = |entry: &StoredEntry| StepMove {
        entry: entry.clone(),
        to: Target::Away(Destination::Nowhere),
        same_score: false,
    };
    entries.iter().map(deleted).collect()
}

async fn filled(store: &SharedStore, entries: usize) -> Vec<StoredEntry> {
    let jobs: Vec<Destination> = (0..entries).map(dead).collect();
    store.add(&jobs).await.unwrap();
    all(store, &Place::Set(Set::Dead), Order::Ascending).await
}

/// Bytes and scores of the dead.
async fn contents(connection: &mut MultiplexedConnection) -> Vec<(Bytes, String)> {
    raw(connection, &["ZRANGE", "dead", "0", "-1", "WITHSCORES"]).await
}

async fn kept(store: &SharedStore, id: &str) -> Vec<KeptChunk> {
    store
        .kept(id, 0..200, Order::Ascending, 1_000)
        .await
        .unwrap()
}

/// Puts a chunk back with one step.
async fn put_back(store: &SharedStore, number: u64, chunk: &KeptChunk) -> Stepped {
    let adds: Vec<Destination> = chunk
        .entries
        .iter()
        .map(|kept| Destination::Set {
            set: Set::Dead,
            score: kept.position,
            raw: kept.raw.clone(),
        })
        .collect();
    let indexes: Vec<usize> = chunk.entries.iter().map(|kept| kept.index).collect();
    let undoes = Undone {
        id: "op",
        step: chunk.step,
        entries: u64::try_from(adds.len()).unwrap(),
        adds: &adds,
        indexes: &indexes,
        newest_at: 0,
    };
    let step = Step {
        keeps: false,
        undoes: Some(undoes),
        ..step("undo", number, &[])
    };
    store.step_operation(step).await.unwrap()
}

/// How many transactions the server has carried out or given up.
async fn transactions(connection: &mut MultiplexedConnection) -> usize {
    let told: String = raw(connection, &["INFO", "commandstats"]).await;
    let line = told.lines().find(|line| line.starts_with("cmdstat_exec:"));
    let calls = line.and_then(|line| line.split("calls=").nth(1));
    calls
        .and_then(|calls| calls.split(',').next())
        .map_or(0, |calls| calls.parse().unwrap())
}

/// No note of a step is left.
async fn assert_tidy(connection: &mut MultiplexedConnection) {
    let notes: Vec<String> = raw(connection, &["KEYS", "jobdeck:step:*"]).await;
    assert!(notes.is_empty(), "{notes:?}");
}

#[tokio::test]
async fn what_was_there_is_deleted_and_comes_back_to_the_byte() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 60).await;
    let before = contents(&mut connection).await;
    begin(&store, "op", None).await;
    // Gone, at another time, and with other bytes at the same time.
    for index in [10, 25] {
        let _: i64 = raw(&mut connection, &["ZREM", "dead", text(&entries[index])]).await;
    }
    let _: i64 = raw(
        &mut connection,
        &["ZADD", "dead", "1795470003.125", "a stranger"],
    )
    .await;
    let _: i64 = raw(&mut connection, &["ZADD", "dead", "5", text(&entries[30])]).await;
    let moves = deleted(&entries[5..55]);
    let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
    let Stepped::Made { moved, .. } = stepped else {
        panic!("{stepped:?}")
    };
    for (at, outcome) in moved.iter().enumerate() {
        let is_gone = [5, 20].contains(&at);
        assert_eq!(
            *outcome,
            if is_gone { Moved::Gone } else { Moved::Done },
            "{at}"
        );
    }
    let mut left: Vec<(Bytes, String)> = [&before[..5], &before[55..]].concat();
    left.insert(5, ("a stranger".into(), "1795470003.125".to_owned()));
    assert_eq!(contents(&mut connection).await, left);
    let record = store.operation("op").await.unwrap().unwrap();
    assert_eq!((record.step, record.done, record.gone), (1, 48, 2));
    assert_eq!((record.kept.entries, &record.mark[..]), (48, "here"));
    assert!(record.kept.bytes > 100);

    begin_undo(&store, &mut connection).await;
    let chunks = kept(&store, "op").await;
    assert_eq!(chunks.len(), 1);
    assert_eq!(chunks[0].entries.len(), 48);
    let stepped = put_back(&store, 0, &chunks[0]).await;
    assert!(matches!(&stepped, Stepped::Made { moved, .. } if moved.len() == 48));
    let mut there = before.clone();
    there.remove(25);
    there.remove(10);
    there.insert(23, ("a stranger".into(), "1795470003.125".to_owned()));
    let mut found = contents(&mut connection).await;
    there.sort();
    found.sort();
    assert_eq!(found, there);
    let record = store.operation("op").await.unwrap().unwrap();
    assert_eq!((record.kept.entries, record.kept.bytes), (0, 0));
    assert!(kept(&store, "op").await.is_empty());
    // The one that asks whether there are any, one before the server knew the guard, and the two steps.
    assert_eq!(transactions(&mut connection).await, 4);
    // A second time there is nothing to put back.
    assert_eq!(put_back(&store, 1, &chunks[0]).await, Stepped::NotKept);
    assert_tidy(&mut connection).await;
}

#[tokio::test]
async fn what_was_there_is_enqueued_in_its_order_and_the_others_are_not() {
    for end in [QueueEnd::Last, QueueEnd::Next] {
        let (_server, store, mut connection) = fresh().await;
        let entries = filled(&store, 40).await;
        begin(&store, "op", None).await;
        let _: i64 = raw(&mut connection, &["RPUSH", "queue:a", "before"]).await;
        for index in [0, 7, 8, 19, 31, 39] {
            let _: i64 = raw(&mut connection, &["ZREM", "dead", text(&entries[index])]).await;
        }
        let enqueued = |index: usize| Bytes::from(format!("new {index}"));
        let queue_of = |index: usize| if index < 20 { "a" } else { "b" };
        let moves: Vec<StepMove> = (0..)
            .zip(&entries)
            .map(|(index, entry)| StepMove {
                entry: entry.clone(),
                to: Target::Away(Destination::Queue {
                    name: queue_of(index).to_owned(),
                    raw: enqueued(index),
                    end,
                }),
                same_score: false,
            })
            .collect();
        let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
        let Stepped::Made { moved, .. } = stepped else {
            panic!("{stepped:?}")
        };
        let gone: Vec<usize> = (0..40).filter(|at| moved[*at] == Moved::Gone).collect();
        assert_eq!(gone, [0, 7, 8, 19, 31, 39]);
        assert_eq!(contents(&mut connection).await, []);
        for (name, indexes) in [("a", 0..20), ("b", 20..40)] {
            let key = format!("queue:{name}");
            let queued: Vec<Bytes> = raw(&mut connection, &["LRANGE", &key, "0", "-1"]).await;
            let there = indexes.filter(|index| !gone.contains(index)).map(enqueued);
            let before = (name == "a").then(|| Bytes::from("before"));
            let expected: Vec<Bytes> = match end {
                QueueEnd::Last => there.rev().chain(before).collect(),
                QueueEnd::Next => before.into_iter().chain(there).collect(),
            };
            assert_eq!(queued, expected, "{key}");
        }
        let mut names: Vec<String> = raw(&mut connection, &["SMEMBERS", "queues"]).await;
        names.sort();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(kept(&store, "op").await[0].entries.len(), 34);
        let record = store.operation("op").await.unwrap().unwrap();
        assert_eq!((record.step, record.done, record.gone), (1, 34, 6));
        // Asked for whether there are any, before the server knew the guard, and then.
        assert_eq!(transactions(&mut connection).await, 3);
        assert_tidy(&mut connection).await;
    }
}

#[tokio::test]
async fn what_goes_to_two_queues_by_turns_gets_there_once() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 24).await;
    begin(&store, "op", None).await;
    let moves: Vec<StepMove> = (0..)
        .zip(&entries)
        .map(|(index, entry)| StepMove {
            entry: entry.clone(),
            to: Target::Away(Destination::Queue {
                name: if index % 2 == 0 { "a" } else { "b" }.to_owned(),
                raw: format!("new {index}").into(),
                end: QueueEnd::Last,
            }),
            same_score: false,
        })
        .collect();
    let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
    let Stepped::Made { moved, .. } = stepped else {
        panic!("{stepped:?}")
    };
    assert_eq!(moved, vec![Moved::Done; 24]);
    assert_eq!(contents(&mut connection).await, []);
    for (key, first) in [("queue:a", 0), ("queue:b", 1)] {
        let queued: Vec<String> = raw(&mut connection, &["LRANGE", key, "0", "-1"]).await;
        let expected: Vec<String> = (first..24)
            .step_by(2)
            .rev()
            .map(|index| format!("new {index}"))
            .collect();
        assert_eq!(queued, expected, "{key}");
    }
    assert_tidy(&mut connection).await;
}

#[tokio::test]
async fn each_try_has_a_note_of_its_own() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 30).await;
    begin(&store, "op", None).await;
    let before = contents(&mut connection).await;
    let moves = deleted(&entries);
    let _: i64 = raw(
        &mut connection,
        &["HSET", "jobdeck:operation:op", "state", "paused"],
    )
    .await;
    for setting in ["slowlog-log-slower-than 0", "slowlog-max-len 1000"] {
        let (name, value) = setting.split_once(' ').unwrap();
        let _: () = raw(&mut connection, &["CONFIG", "SET", name, value]).await;
    }
    // The same step by the same owner: what one try has left behind is nothing to the next one.
    for _ in 0..3 {
        let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
        assert_eq!(stepped, Stepped::NotNow);
    }
    assert!(contents(&mut connection).await == before);
    let log: Vec<Vec<redis::Value>> = raw(&mut connection, &["SLOWLOG", "GET", "1000"]).await;
    let mut notes: Vec<String> = log
        .into_iter()
        .filter_map(|entry| redis::from_redis_value::<Vec<String>>(entry.get(3)?.clone()).ok())
        .filter(|command| command.first().is_some_and(|name| name == "SET"))
        .filter_map(|command| command.into_iter().nth(1))
        .collect();
    notes.sort();
    notes.dedup();
    // That of the question whether there are transactions, and one a try; the first one was sent again with the guard's text in store.
    assert_eq!(notes.len(), 5, "{notes:?}");
}

#[tokio::test]
async fn what_is_kept_in_no_hash_is_told_and_nothing_is_lost() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 30).await;
    let before = contents(&mut connection).await;
    begin(&store, "op", None).await;
    let _: () = raw(&mut connection, &["SET", "jobdeck:kept:op", "no hash"]).await;
    for to in [
        Destination::Nowhere,
        Destination::Queue {
            name: "a".to_owned(),
            raw: "new".into(),
            end: QueueEnd::Last,
        },
    ] {
        let moves: Vec<StepMove> = entries
            .iter()
            .map(|entry| StepMove {
                entry: entry.clone(),
                to: Target::Away(to.clone()),
                same_score: false,
            })
            .collect();
        assert!(store.step_operation(step("op", 0, &moves)).await.is_err());
        assert!(contents(&mut connection).await == before);
        let queued: u64 = raw(&mut connection, &["LLEN", "queue:a"]).await;
        assert_eq!(queued, 0);
    }
}

#[tokio::test]
async fn a_queue_that_is_none_is_told_and_nothing_is_lost() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 30).await;
    let before = contents(&mut connection).await;
    begin(&store, "op", None).await;
    let _: () = raw(&mut connection, &["SET", "queue:a", "no list"]).await;
    let moves: Vec<StepMove> = entries
        .iter()
        .map(|entry| StepMove {
            entry: entry.clone(),
            to: Target::Away(Destination::Queue {
                name: "a".to_owned(),
                raw: entry.raw.clone(),
                end: QueueEnd::Last,
            }),
            same_score: false,
        })
        .collect();
    let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
    let Stepped::Made { moved, .. } = stepped else {
        panic!("{stepped:?}")
    };
    assert!(moved.iter().all(|moved| matches!(moved, Moved::Refused(_))));
    assert_eq!(contents(&mut connection).await, before);
    assert_tidy(&mut connection).await;
}

fn text(entry: &StoredEntry) -> &str {
    std::str::from_utf8(&entry.raw).unwrap()
}

#[tokio::test]
async fn out_of_turn_nothing_is_done() {
    let (_server, store, mut connection) = fresh().await;
    let entries = filled(&store, 40).await;
    let before = contents(&mut connection).await;
    begin(&store, "op", None).await;
    let moves = deleted(&entries);
    let other_owner = Step {
        owner: "somebody",
        ..step("op", 0, &moves)
    };
    for wrong in [step("op", 1, &moves), other_owner, step("none", 0, &moves)] {
        let stepped = store.step_operation(wrong).await.unwrap();
        assert_eq!(stepped, Stepped::NotNow);
    }
    let running = [OperationState::Running];
    store
        .turn_operation("op", &running, OperationState::Paused, None, LEASE)
        .await
        .unwrap();
    let stepped = store.step_operation(step("op", 0, &moves)).await.unwrap();
    assert_eq!(stepped, Stepped::NotNow);
    assert_eq!(contents(&mut connection).await, before);
    assert!(kept(&store, "op").await.is_empty());
    assert!(!raw::<bool>(&mut connection, &["EXISTS", "jobdeck:kept:op"]).await);
    assert_tidy(&mut connection).await;
}

#[tokio::test]
async fn steps_are_made_without_transactions_and_without_scripts_in_store_too() {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    for refused in [
        "-multi",
        "-exec",
        "-watch",
        "-set",
        "-mget",
        "-zremrangebyscore",
        "-unlink",
        "+ping",
    ] {
        let _: () = raw(
            &mut connection,
            &[
                "ACL", "SETUSER", "some", "reset", "on", ">secret", "~*", "+@all", refused,
            ],
        )
        .await;
        let url = format!("redis://some:secret@127.0.0.1:{}/0", server.port());
        let store = open(&url).await;
        let entries = filled(&store, 30).await;
        let before = contents(&mut connection).await;
        begin(&store, "op", None).await;
        let moves = deleted(&entries);
        for (number, some) in (0..).zip(moves.chunks(15)) {
            let _: () = raw(&mut connection, &["SCRIPT", "FLUSH"]).await;
            let stepped = store
                .step_operation(step("op", number, some))
                .await
                .unwrap();
            assert!(
                matches!(stepped, Stepped::Made { .. }),
                "{refused}: {stepped:?}"
            );
        }
        assert_eq!(contents(&mut connection).await, []);
        begin_undo(&store, &mut connection).await;
        for (number, chunk) in (0..).zip(kept(&store, "op").await) {
            let stepped = put_back(&store, number, &chunk).await;
            assert!(
                matches!(stepped, Stepped::Made { .. }),
                "{refused}: {stepped:?}"
            );
        }
        assert_eq!(contents(&mut connection).await, before, "{refused}");
        if refused != "-unlink" {
            assert_tidy(&mut connection).await;
        }
        let _: () = raw(&mut connection, &["FLUSHALL"]).await;
    }
}

#[tokio::test]
async fn while_others_pause_it_and_empty_the_scripts_each_step_is_made_whole_or_not_at_all() {
    const ENTRIES: usize = 3_000;
    let (server, store, mut connection) = fresh().await;
    let entries = filled(&store, ENTRIES).await;
    let before = contents(&mut connection).await;
    begin(&store, "op", None).await;
    let is_over = AtomicBool::new(false);
    let mut other = server.connection().await;
    let disturb = async {
        for turn in 0_u32.. {
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            let state = if turn % 3 == 0 { "paused" } else { "running" };
            let _: i64 = raw(
                &mut other,
                &["HSET", "jobdeck:operation:op", "state", state],
            )
            .await;
            if turn % 5 == 0 {
                let _: () = raw(&mut other, &["SCRIPT", "FLUSH"]).await;
            }
        }
    };
    let work = async {
        let mut made = 0;
        let moves = deleted(&entries);
        for chunk in moves.chunks(20) {
            for _ in 0..1_000 {
                match store.step_operation(step("op", made, chunk)).await.unwrap() {
                    Stepped::Made { moved, .. } => {
                        assert!(moved.iter().all(|moved| *moved == Moved::Done));
                        made += 1;
                        break;
                    }
                    Stepped::NotNow => {}
                    Stepped::NotKept => panic!("it undoes nothing"),
                }
            }
        }
        is_over.store(true, Ordering::Relaxed);
        made
    };
    let (made, ()) = tokio::join!(work, disturb);
    assert!(made > 0);
    let record = store.operation("op").await.unwrap().unwrap();
    assert_eq!(
        (record.step, record.done, record.gone),
        (made, made * 20, 0)
    );
    let mut there = contents(&mut connection).await;
    for chunk in kept(&store, "op").await {
        for entry in chunk.entries {
            there.push((entry.raw, entry.position.to_string()));
        }
    }
    there.sort();
    let mut all = before;
    all.sort();
    assert_eq!(there, all);
    assert_tidy(&mut connection).await;
}
