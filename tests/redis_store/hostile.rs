//! Data that no Sidekiq wrote.

use super::{all, fresh, queue, raw};
use crate::support::fill_set;
use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, Move, Moved, QueueEnd, Settlement, Start, StoreError, StoredEntry},
};
use std::time::Duration;

const WORKER: &str = "web-1:42:0123456789ab";

#[tokio::test]
async fn queues_may_have_any_name() {
    let (_server, store, mut connection) = fresh().await;
    let long = "x".repeat(5_000);
    let names = [
        " ",
        "a b",
        "a:b",
        "queue:a",
        "sq",
        "a~b",
        "{a}",
        "a*?[b]",
        "línea\n\"'<b>",
        "%00",
        "0",
        &long,
    ];
    for name in names {
        store
            .add(&[Destination::Queue {
                name: name.to_owned(),
                raw: format!("job of {name}").into(),
                end: QueueEnd::Last,
            }])
            .await
            .unwrap();
    }
    let overview = store.overview().await.unwrap();
    assert_eq!(overview.enqueued, names.len() as u64);
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let shown: Vec<&str> = overview.queues.iter().map(|queue| &*queue.name).collect();
    assert_eq!(shown, sorted);
    for name in names {
        let entries = all(&store, &queue(name), Order::Ascending).await;
        let id = entries[0].id.to_string().parse().unwrap();
        assert!(store.locate(&[id]).await.unwrap()[0].is_some());
        store.set_paused(name, true).await.unwrap();
        let names = [name.to_owned()];
        let none = store
            .fetch(WORKER, &names, 1, Duration::ZERO)
            .await
            .unwrap();
        assert!(none.is_empty(), "{name} is paused");
        store.set_paused(name, false).await.unwrap();
        let jobs = store
            .fetch(WORKER, &names, 1, Duration::ZERO)
            .await
            .unwrap();
        assert_eq!(&*jobs[0].queue, name);
        assert_eq!(jobs[0].raw, format!("job of {name}"));
        assert!(
            store
                .settle(WORKER, &jobs[0], &Settlement::Requeue)
                .await
                .unwrap()
        );
        assert_eq!(store.clear_queue(name).await.unwrap(), 1);
    }
    let left: Vec<String> = raw(&mut connection, &["SMEMBERS", "queues"]).await;
    assert!(left.is_empty());
}

#[tokio::test]
async fn private_lists_and_names_that_are_no_text_do_not_stop_the_overview() {
    let (_server, store, mut connection) = fresh().await;
    let _: () = redis::cmd("SADD")
        .arg("queues")
        .arg("default")
        .arg("sq|web-1|default")
        .arg(&b"\xff\xfe"[..])
        .arg("")
        .query_async(&mut connection)
        .await
        .unwrap();
    let overview = store.overview().await.unwrap();
    let names: Vec<&str> = overview.queues.iter().map(|queue| &*queue.name).collect();
    assert_eq!(names, ["default", "\u{fffd}\u{fffd}"]);
}

#[tokio::test]
async fn keys_of_another_type_do_not_stop_the_rest() {
    let (_server, store, mut connection) = fresh().await;
    let _: () = raw(&mut connection, &["SADD", "queues", "odd", "default"]).await;
    let _: () = raw(&mut connection, &["SET", "queue:odd", "no list"]).await;
    let _: () = raw(&mut connection, &["LPUSH", "queue:default", "one"]).await;
    let _: () = raw(&mut connection, &["SADD", "processes", "odd"]).await;
    let _: () = raw(&mut connection, &["SET", "odd", "no hash"]).await;
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.enqueued, overview.processes), (1, 0));
    assert!(store.processes().await.unwrap().is_empty());
    assert!(store.running().await.unwrap().is_empty());
    assert_eq!(
        store
            .find_jid("x", Duration::from_secs(5))
            .await
            .unwrap()
            .total,
        1
    );
    let names = ["odd".to_owned(), "default".to_owned()];
    let jobs = store
        .fetch(WORKER, &names, 5, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(jobs.len(), 1, "passed over");
    let error = store
        .slice(&queue("odd"), &Start::Edge, Order::Ascending, 5)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_job_that_cannot_be_put_where_it_goes_stays_where_it_was() {
    let (_server, store, mut connection) = fresh().await;
    fill_set(&mut connection, "retry", 1, |_| 1795470707.8316345).await;
    let _: () = raw(
        &mut connection,
        &["LPUSH", "queue:default", "newer", "job", "older"],
    )
    .await;
    let _: () = raw(&mut connection, &["SET", "dead", "no set"]).await;
    let retries = all(&store, &Place::Set(Set::Retries), Order::Ascending).await;
    let jobs = all(&store, &queue("default"), Order::Ascending).await;
    for entry in [&retries[0], &jobs[2]] {
        let kill = Move {
            entry: entry.clone(),
            to: Destination::Set {
                set: Set::Dead,
                score: 1.0,
                raw: entry.raw.clone(),
            },
        };
        // The others are answered all the same.
        let gone = Move {
            entry: StoredEntry {
                raw: "not there".into(),
                ..entry.clone()
            },
            to: Destination::Nowhere,
        };
        let outcomes = store.apply(&[kill, gone]).await.unwrap();
        assert!(
            matches!(
                outcomes[..],
                [Moved::Refused(StoreError::Unusable { .. }), Moved::Gone]
            ),
            "{outcomes:?}"
        );
    }
    assert_eq!(
        all(&store, &Place::Set(Set::Retries), Order::Ascending).await,
        retries
    );
    let raws: Vec<String> = raw(&mut connection, &["LRANGE", "queue:default", "0", "-1"]).await;
    assert_eq!(raws.len(), 3);

    let names = ["default".to_owned()];
    let fetched = store
        .fetch(WORKER, &names, 1, Duration::ZERO)
        .await
        .unwrap();
    let die = Settlement::Fail(Destination::Set {
        set: Set::Dead,
        score: 1.0,
        raw: fetched[0].raw.clone(),
    });
    store.settle(WORKER, &fetched[0], &die).await.unwrap_err();
    assert!(
        store
            .settle(WORKER, &fetched[0], &Settlement::Requeue)
            .await
            .unwrap(),
        "still in progress"
    );

    let half = [
        Destination::Queue {
            name: "default".to_owned(),
            raw: "new".into(),
            end: QueueEnd::Last,
        },
        Destination::Set {
            set: Set::Dead,
            score: 1.0,
            raw: "new".into(),
        },
    ];
    store.add(&half).await.unwrap_err();
    let size: u64 = raw(&mut connection, &["LLEN", "queue:default"]).await;
    assert_eq!(size, 3, "all or none");
}

#[tokio::test]
async fn dead_processes_are_dropped_from_the_list_at_most_once_a_minute() {
    let (_server, store, mut connection) = fresh().await;
    let _: () = raw(
        &mut connection,
        &["SADD", "processes", "gone:1:a", "gone:2:b"],
    )
    .await;
    assert!(store.processes().await.unwrap().is_empty());
    assert_eq!(
        raw::<u64>(&mut connection, &["SCARD", "processes"]).await,
        0
    );
    let _: () = raw(&mut connection, &["SADD", "processes", "gone:3:c"]).await;
    assert!(store.processes().await.unwrap().is_empty());
    assert_eq!(
        raw::<u64>(&mut connection, &["SCARD", "processes"]).await,
        1
    );
}
