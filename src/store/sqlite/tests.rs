//! What only this store does, and what one has to look inside to see.

use super::{SqliteStore, failure, slices};
use crate::{
    model::{Order, Place, Set},
    store::{
        AdminStore, Destination, FetchedJob, Heartbeat, Move, QueueEnd, Settlement, Start,
        StoreError, WorkerStore,
    },
};
use proptest::prelude::*;
use rusqlite::Connection;
use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use tempfile::TempDir;

struct Subject {
    store: Arc<SqliteStore>,
    path: String,
    _folder: TempDir,
}

impl Subject {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db").to_str().unwrap().to_owned();
        Self {
            store: Arc::new(SqliteStore::open(&path).await.unwrap()),
            path,
            _folder: folder,
        }
    }

    fn connection(&self) -> Connection {
        let connection = Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection
    }

    fn number(&self, sql: &str) -> i64 {
        self.connection()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    async fn wait_until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition(self) {
            assert!(Instant::now() < deadline, "waited in vain until {what}");
            tokio::task::yield_now().await;
        }
    }

    /// Keeps the writing thread busy until the answer is dropped.
    fn hold_writer(&self) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        self.store.writer.post(move |_| {
            let _ = held.lock().unwrap().recv();
            Ok(())
        });
        release
    }

    /// Sizes as kept, against the rows that there are.
    fn check_sizes(&self) {
        let wrong = self.number(
            "SELECT count(*) FROM places WHERE size <> (SELECT count(*) FROM entries WHERE place = places.id)",
        );
        assert_eq!(wrong, 0, "kept sizes are right");
        let orphans =
            self.number("SELECT count(*) FROM entries WHERE place NOT IN (SELECT id FROM places)");
        assert_eq!(orphans, 0, "every entry has a place");
    }
}

fn queued(name: &str, raw: impl Into<bytes::Bytes>) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: raw.into(),
        end: QueueEnd::Last,
    }
}

fn dead(score: f64, raw: impl Into<bytes::Bytes>) -> Destination {
    Destination::Set {
        set: Set::Dead,
        score,
        raw: raw.into(),
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_keeps_what_was_there() {
    let subject = Subject::new().await;
    let store = &subject.store;
    store.add(&[queued("default", "before")]).await.unwrap();
    let pages = subject.number("PRAGMA page_count") + 20;
    store
        .writer
        .write(move |connection| connection.pragma_update(None, "max_page_count", pages))
        .await
        .unwrap();
    let big = vec![b'x'; 200_000];
    let error = store.add(&[dead(1.0, big.clone())]).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("disk is full") && text.contains("nothing was changed"),
        "{text}"
    );
    // Of changes that come together, those that fit are made.
    let release = subject.hold_writer();
    let small = [queued("default", "small")];
    let large = [dead(2.0, big)];
    let third = [queued("default", "third")];
    let (first, second, third, ()) = tokio::join!(
        store.add(&small),
        store.add(&large),
        store.add(&third),
        async {
            tokio::task::yield_now().await;
            drop(release);
        }
    );
    first.unwrap();
    assert!(matches!(second, Err(StoreError::Refused { .. })));
    third.unwrap();
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.enqueued, overview.dead), (3, 0));
    subject.check_sizes();
    // There is room again.
    store
        .writer
        .write(|connection| connection.pragma_update(None, "max_page_count", 1_000_000))
        .await
        .unwrap();
    store.add(&large).await.unwrap();
    assert_eq!(store.overview().await.unwrap().dead, 1);
}

#[tokio::test]
async fn changes_that_come_together_share_a_transaction() {
    let subject = Subject::new().await;
    let release = subject.hold_writer();
    let version = |connection: &Connection| {
        connection.query_row("SELECT count(*) FROM entries", [], |row| {
            row.get::<_, i64>(0)
        })
    };
    let writer = &subject.store.writer;
    let reader = subject.connection();
    let (entry, other) = ([queued("a", "1")], [queued("a", "2")]);
    // The third sees the first two, which nobody outside sees before all are in the file.
    let (first, second, inside, outside) = tokio::join!(
        subject.store.add(&entry),
        subject.store.add(&other),
        writer.write(move |connection| Ok((version(connection)?, version(&reader)?))),
        async {
            tokio::task::yield_now().await;
            drop(release);
        }
    );
    first.unwrap();
    second.unwrap();
    assert_eq!(inside.unwrap(), (2, 0));
    let () = outside;
    assert_eq!(subject.store.overview().await.unwrap().enqueued, 2);
}

#[tokio::test]
async fn a_change_that_fails_undoes_only_itself() {
    let subject = Subject::new().await;
    let release = subject.hold_writer();
    let writer = &subject.store.writer;
    let entry = [queued("a", "1")];
    let (first, broken, panicking, last, ()) = tokio::join!(
        subject.store.add(&entry),
        writer.write(|connection| {
            connection.execute_batch("DELETE FROM entries; INSERT INTO nowhere VALUES (1)")
        }),
        writer.write(|connection| {
            connection.execute_batch("DELETE FROM entries")?;
            assert!(connection.is_autocommit(), "made to panic");
            Ok(())
        }),
        subject.store.add(&entry),
        async {
            tokio::task::yield_now().await;
            drop(release);
        }
    );
    first.unwrap();
    broken.unwrap_err();
    assert!(matches!(panicking, Err(StoreError::Unavailable { .. })));
    last.unwrap();
    assert_eq!(subject.store.overview().await.unwrap().enqueued, 2);
    subject.check_sizes();
}

#[tokio::test]
async fn a_file_locked_by_another_program_is_an_error_and_nothing_is_done_later() {
    let subject = Subject::new().await;
    let store = &subject.store;
    let locker = subject.connection();
    locker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let entry = [queued("default", "1")];
    let (first, second) = tokio::join!(
        store.add(&entry),
        store.fetch("host:1:a", &[], 1, Duration::ZERO)
    );
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.to_string().contains("locked"), "{error}");
    }
    assert!(started.elapsed() >= failure::PATIENCE);
    // Reads go on meanwhile.
    assert_eq!(store.overview().await.unwrap().enqueued, 0);
    locker.execute_batch("COMMIT").unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 0);
    store.add(&entry).await.unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 1);
}

#[tokio::test]
async fn a_short_lock_of_another_program_is_waited_for() {
    let subject = Subject::new().await;
    let locker = subject.connection();
    locker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let entry = [queued("default", "1")];
    let (added, ()) = tokio::join!(subject.store.add(&entry), async {
        tokio::task::yield_now().await;
        locker.execute_batch("COMMIT").unwrap();
    });
    added.unwrap();
    assert_eq!(subject.store.overview().await.unwrap().enqueued, 1);
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_any_more_takes_nothing() {
    let subject = Subject::new().await;
    let store = &subject.store;
    let jobs: Vec<_> = (0..5)
        .map(|number| queued("default", number.to_string()))
        .collect();
    store.add(&jobs).await.unwrap();
    let queues = ["default".to_owned()];
    for made_before_it_was_dropped in [false, true] {
        let release = subject.hold_writer();
        let mut to_release = None;
        {
            let fetch = store.fetch("host:1:a", &queues, 3, Duration::ZERO);
            tokio::pin!(fetch);
            let pending = futures::poll!(fetch.as_mut());
            assert!(pending.is_pending());
            if made_before_it_was_dropped {
                drop(release);
                subject
                    .wait_until("the jobs are fetched", |subject| {
                        subject.number("SELECT count(*) FROM in_progress") == 3
                    })
                    .await;
            } else {
                to_release = Some(release);
            }
        }
        drop(to_release);
        subject
            .wait_until("the jobs are back", |subject| {
                subject.number("SELECT count(*) FROM in_progress") == 0
                    && subject.number("SELECT count(*) FROM entries") == 5
            })
            .await;
    }
    let fetched = store
        .fetch("host:1:a", &queues, 10, Duration::ZERO)
        .await
        .unwrap();
    let raws: Vec<_> = fetched.iter().map(|job| job.raw.clone()).collect();
    assert_eq!(raws, ["0", "1", "2", "3", "4"], "in their old order");
}

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
        subject.store.heartbeat(&heartbeat).await.unwrap(),
        Some(signal)
    );
    assert!(subject.store.signal("host:1:a", signal).await.unwrap());
    age(61);
    assert_eq!(subject.store.heartbeat(&heartbeat).await.unwrap(), None);
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

/// What the property test does to a store.
#[derive(Clone, Debug)]
enum Step {
    Add(usize, u8),
    Move(usize, usize),
    Delete(usize),
    Fetch(usize),
    Settle(usize),
    Requeue,
    Clear(usize),
    Recover,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..5_usize, any::<u8>()).prop_map(|(place, raw)| Step::Add(place, raw)),
        2 => (any::<usize>(), 0..5_usize).prop_map(|(entry, place)| Step::Move(entry, place)),
        1 => any::<usize>().prop_map(Step::Delete),
        2 => (1..4_usize).prop_map(Step::Fetch),
        1 => (0..5_usize).prop_map(Step::Settle),
        1 => Just(Step::Requeue),
        1 => (3..5_usize).prop_map(Step::Clear),
        1 => Just(Step::Recover),
    ]
}

fn place(number: usize) -> Place {
    match number {
        0..3 => Place::Set(Set::ALL[number]),
        3 => Place::Queue("a".to_owned()),
        _ => Place::Queue("b".to_owned()),
    }
}

fn to(number: usize, raw: u8) -> Destination {
    match place(number) {
        Place::Set(set) => Destination::Set {
            set,
            score: f64::from(raw % 4),
            raw: vec![raw].into(),
        },
        Place::Queue(name) => queued(&name, vec![raw]),
    }
}

async fn take_step(store: &SqliteStore, held: &mut Vec<FetchedJob>, step: Step) {
    let mut entries = Vec::new();
    for number in 0..5 {
        let place = place(number);
        let slice = store.slice(&place, &Start::Edge, Order::Ascending, 1_000);
        entries.extend(slice.await.unwrap().entries);
    }
    let queues = ["a".to_owned(), "b".to_owned()];
    match step {
        Step::Add(number, raw) => store.add(&[to(number, raw)]).await.unwrap(),
        Step::Move(_, _) | Step::Delete(_) if entries.is_empty() => {}
        Step::Move(entry, number) => {
            let entry = entries.swap_remove(entry % entries.len());
            let to = to(number, entry.raw[0]);
            let taken = store.apply(&[Move { entry, to }]).await.unwrap();
            assert_eq!(taken, [true]);
        }
        Step::Delete(entry) => {
            let entry = entries.swap_remove(entry % entries.len());
            let to = Destination::Nowhere;
            let moves = [Move { entry, to }];
            assert_eq!(store.apply(&moves).await.unwrap(), [true]);
            let _ = store.apply(&moves).await.unwrap();
        }
        Step::Fetch(limit) => {
            let mut heartbeat = Heartbeat::default();
            heartbeat.process.identity = "host:1:a".to_owned();
            store.heartbeat(&heartbeat).await.unwrap();
            let fetched = store.fetch("host:1:a", &queues, limit, Duration::ZERO);
            held.extend(fetched.await.unwrap());
        }
        Step::Settle(number) => {
            if let Some(job) = held.pop() {
                let settlement = Settlement::Fail(to(number, job.raw[0]));
                assert!(store.settle("host:1:a", &job, &settlement).await.unwrap());
            }
        }
        Step::Requeue => {
            if let Some(job) = held.pop() {
                let settlement = Settlement::Requeue;
                assert!(store.settle("host:1:a", &job, &settlement).await.unwrap());
            }
        }
        Step::Clear(number) => {
            let place = place(number);
            let name = place.queue_name().unwrap();
            let expected = entries
                .iter()
                .filter(|entry| entry.id.place == place)
                .count();
            let cleared = store.clear_queue(name).await.unwrap();
            assert_eq!(cleared, expected as u64);
        }
        Step::Recover => {
            store.leave("host:1:a").await.unwrap();
            assert_eq!(store.recover().await.unwrap(), held.len() as u64);
            held.clear();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn whatever_is_done_sizes_are_right_and_the_file_is_sound(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let subject = Subject::new().await;
            let mut held = Vec::new();
            for step in steps {
                take_step(&subject.store, &mut held, step).await;
            }
            subject.check_sizes();
            let sound: String = subject.connection().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(sound, "ok");
            let overview = subject.store.overview().await.unwrap();
            let stored = subject.number("SELECT count(*) FROM entries JOIN places ON places.id = place WHERE place <= 3 OR queue IS NOT NULL");
            let shown = overview.enqueued + overview.scheduled + overview.retrying + overview.dead;
            assert_eq!(shown, u64::try_from(stored).unwrap());
            assert_eq!(subject.number("SELECT count(*) FROM in_progress"), i64::try_from(held.len()).unwrap());
        });
    }
}
