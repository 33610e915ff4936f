//! What stays in the file and what leaves it, and how it is read.

use super::{Subject, queued};
use crate::{
    model::{Order, RunningJob},
    store::{
        AdminStore, Heartbeat, WorkerStore,
        sqlite::{SqliteStore, slices},
    },
};
use std::sync::Arc;

#[tokio::test]
async fn jobs_of_a_cleared_queue_leave_the_file_in_the_end() {
    let subject = Subject::new().await;
    let jobs: Vec<_> = (0..2_000)
        .map(|number| queued("default", format!(r#"{{"jid":"{number}"}}"#)))
        .collect();
    subject.store.add(&jobs).await.unwrap();
    // Deleting is interrupted by other changes, and by the end of the program.
    assert_eq!(subject.store.clear_queue("default").await.unwrap(), 2_000);
    subject
        .store
        .add(&[queued("default", "new")])
        .await
        .unwrap();
    assert_eq!(subject.store.overview().await.unwrap().enqueued, 1);
    let Subject {
        store,
        path,
        _folder,
    } = subject;
    drop(store);
    let subject = Subject {
        store: Arc::new(SqliteStore::open(&path).await.unwrap()),
        path,
        _folder,
    };
    subject
        .wait_until("the rows are gone", |subject| {
            subject.number("SELECT count(*) FROM entries") == 1
                && subject.number("SELECT count(*) FROM places WHERE queue IS NULL") == 3
        })
        .await;
    subject.check_sizes();
}

#[tokio::test]
async fn the_last_handle_leaves_one_whole_file() {
    let subject = Subject::new().await;
    subject
        .store
        .add(&[queued("default", "kept")])
        .await
        .unwrap();
    subject.store.overview().await.unwrap();
    let log = format!("{}-wal", subject.path);
    assert!(std::fs::exists(&log).unwrap());
    let Subject {
        store,
        path,
        _folder,
    } = subject;
    drop(store);
    assert!(!std::fs::exists(&log).unwrap());
    let again = SqliteStore::open(&path).await.unwrap();
    assert_eq!(again.overview().await.unwrap().enqueued, 1);
}

#[tokio::test]
async fn heartbeats_and_signals_last_a_minute() {
    let subject = Subject::new().await;
    let mut heartbeat = Heartbeat::default();
    heartbeat.process.identity = "host:1:a".to_owned();
    subject.store.heartbeat(&heartbeat).await.unwrap();
    let age = |seconds: i64| {
        subject
            .connection()
            .execute_batch(&format!(
                "UPDATE processes SET beat_at = beat_at - {seconds} * 1000; UPDATE signals SET left_at = left_at - {seconds} * 1000"
            ))
            .unwrap();
    };
    age(50);
    assert_eq!(subject.store.processes().await.unwrap().len(), 1);
    let signal = crate::model::Signal::Quiet;
    assert!(subject.store.signal("host:1:a", signal).await.unwrap());
    age(11);
    assert!(subject.store.processes().await.unwrap().is_empty());
    // A signal of 11 seconds ago is still good, one of more than a minute ago is not.
    assert_eq!(
        subject.store.heartbeat(&heartbeat).await.unwrap().signal,
        Some(signal)
    );
    assert!(subject.store.signal("host:1:a", signal).await.unwrap());
    age(61);
    assert_eq!(
        subject.store.heartbeat(&heartbeat).await.unwrap().signal,
        None
    );
}

#[tokio::test]
async fn pages_are_read_by_index_without_sorting() {
    let subject = Subject::new().await;
    let connection = subject.connection();
    for order in [Order::Ascending, Order::Descending] {
        for (sql, sought) in slices::statements(order)
            .into_iter()
            .zip(["(place=? AND position=? AND rowid", "(place=? AND position"])
        {
            let mut statement = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let mut rows = statement.raw_query();
            let mut plan = String::new();
            while let Some(row) = rows.next().unwrap() {
                plan += &row.get::<_, String>(3).unwrap();
            }
            assert!(plan.contains(sought), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}

#[tokio::test]
async fn a_process_of_another_version_does_not_hide_the_others() {
    let subject = Subject::new().await;
    let mut heartbeat = Heartbeat::default();
    for identity in ["host:1:a", "host:2:b", "host:3:c"] {
        heartbeat.process.identity = identity.to_owned();
        heartbeat.process.tag = "albums".to_owned();
        heartbeat.running = vec![RunningJob {
            process: identity.to_owned(),
            jid: "j".to_owned(),
            ..RunningJob::default()
        }];
        subject.store.heartbeat(&heartbeat).await.unwrap();
    }
    subject
        .connection()
        .execute_batch(
            r#"UPDATE processes SET info = '{"identity":"host:1:a","hostname":"host","of_a_later_version":1}',
                   running = '[{"jid":"k","class":"A","of_a_later_version":1}]' WHERE identity = 'host:1:a';
               UPDATE processes SET info = '{"pid":"a text"}', running = 'no JSON' WHERE identity = 'host:2:b'"#,
        )
        .unwrap();
    let processes = subject.store.processes().await.unwrap();
    let shown: Vec<_> = processes
        .iter()
        .map(|process| (process.identity.as_str(), process.tag.as_str()))
        .collect();
    assert_eq!(
        shown,
        [("host:1:a", ""), ("host:2:b", ""), ("host:3:c", "albums")]
    );
    assert!(processes.iter().all(|process| process.beat_at.is_some()));
    let running = subject.store.running().await.unwrap();
    let jids: Vec<_> = running.iter().map(|job| job.jid.as_str()).collect();
    assert_eq!(jids, ["k", "j"]);
    assert_eq!(subject.store.overview().await.unwrap().processes, 3);
}
