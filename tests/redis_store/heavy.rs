//! Entries of megabytes: a script that read as many of them as of others would run for seconds, and be given up each time.

use super::{fresh, queue, raw};
use jobdeck::{
    model::{JobFilter, Limit, Order, PageRequest, Place, Set},
    redaction::Redactor,
    store::{self, Settlement, SharedStore, Start},
};
use redis::aio::MultiplexedConnection;
use std::time::Duration;

const BOTH: [Order; 2] = [Order::Ascending, Order::Descending];

/// Lets the server itself make `count` jobs of `megabytes`, in a set (ten to a score) or a queue.
async fn fill(connection: &mut MultiplexedConnection, key: &str, count: usize, megabytes: usize) {
    let script = r#"
        local padding = string.rep('x', tonumber(ARGV[2]) * 1000000)
        local job = string.format('{"class":"A","jid":"%024d","args":["', ARGV[1]) .. padding .. '"]}'
        if KEYS[1]:sub(1, 6) == 'queue:' then
          redis.call('SADD', 'queues', KEYS[1]:sub(7))
          redis.call('LPUSH', KEYS[1], job)
        else
          redis.call('ZADD', KEYS[1], math.floor(ARGV[1] / 10), job)
        end"#;
    for number in 1..=count {
        let (number, megabytes) = (number.to_string(), megabytes.to_string());
        let _: () = raw(connection, &["EVAL", script, "1", key, &number, &megabytes]).await;
    }
}

fn jid(number: usize) -> String {
    format!("{number:024}")
}

#[tokio::test]
async fn a_hundred_large_due_entries_are_looked_at() {
    let (_server, store, mut connection) = fresh().await;
    fill(&mut connection, "schedule", 100, 2).await;
    let place = Place::Set(Set::Scheduled);
    for order in BOTH {
        let slice = store.slice(&place, &Start::Edge, order, 100).await.unwrap();
        assert_eq!((slice.entries.len(), slice.total), (1, 100));
        assert!(slice.more);
        let next = Start::After(slice.entries[0].cursor.clone());
        let slice = store.slice(&place, &next, order, 100).await.unwrap();
        assert!(slice.more);
        let located = store.locate(&[slice.entries[0].id.clone()]).await.unwrap();
        let raw = located[0].as_ref().map(|entry| &entry.raw);
        assert!(raw == Some(&slice.entries[0].raw));
    }
}

#[tokio::test]
async fn a_queue_of_large_jobs_is_listed_searched_and_worked_through() {
    let (_server, store, mut connection) = fresh().await;
    fill(&mut connection, "queue:default", 40, 3).await;
    let place = queue("default");
    for order in BOTH {
        let slice = store.slice(&place, &Start::Edge, order, 100).await.unwrap();
        assert_eq!((slice.entries.len(), slice.more), (1, true));
        let located = store.locate(&[slice.entries[0].id.clone()]).await.unwrap();
        let raw = located[0].as_ref().map(|entry| &entry.raw);
        assert!(raw == Some(&slice.entries[0].raw));
    }
    let request = PageRequest {
        filter: JobFilter::default(),
        limit: 3,
        ..PageRequest::default()
    };
    let page = store::listing::page(
        &*store,
        &place,
        &request,
        Duration::from_secs(60),
        &Redactor::none(),
        &Limit::none(),
    )
    .await
    .unwrap();
    assert_eq!(page.entries.len(), 3);
    assert!(page.next.is_some());
    let found = store
        .find_jid(&jid(40), Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!((found.entries.len(), found.scanned), (1, 40));
    work_through(&store, 40).await;
}

/// Fetches with room for a hundred and finishes what comes, until all jobs have come, first in first out.
async fn work_through(store: &SharedStore, count: usize) {
    let mut seen = Vec::new();
    while seen.len() < count {
        let jobs = store
            .fetch("web-1:42:ab", &["default".to_owned()], 100, Duration::ZERO)
            .await
            .unwrap();
        assert!(!jobs.is_empty(), "one at least");
        for job in jobs {
            seen.push(jobdeck::job::Job::new(job.raw.clone()).jid().unwrap());
            let done = Settlement::Finish { failed: false };
            assert!(store.settle("web-1:42:ab", &job, &done).await.unwrap());
        }
    }
    let expected: Vec<String> = (1..=count).map(jid).collect();
    assert_eq!(seen, expected);
}
