//! The writing thread: transactions that are shared, refused, waited for, given up.

use super::{Subject, dead, queued};
use crate::model::{Order, Place, Set};
use crate::store::{
    AdminStore, NewOperation, OperationStore, Start, Step, StepMove, Stepped, StoreError, Target,
    WorkerStore, sqlite::failure,
};
use rusqlite::Connection;
use std::time::{Duration, Instant};

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
async fn a_step_that_cannot_be_kept_for_undo_changes_nothing() {
    let subject = Subject::new().await;
    let store = &subject.store;
    // What cannot be packed, so that keeping it needs room.
    let noise: Vec<u8> = std::iter::successors(Some(1_u32), |last| {
        Some(last.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
    })
    .map(|number| number.to_be_bytes()[0])
    .take(200_000)
    .collect();
    store.add(&[dead(1.0, noise.clone())]).await.unwrap();
    let operation = NewOperation {
        id: "op",
        plan: "{}",
        undoes: None,
        owner: Some(("me", Duration::from_secs(60))),
    };
    store.create_operation(operation).await.unwrap();
    let place = Place::Set(Set::Dead);
    let slice = store
        .slice(&place, &Start::Edge, Order::Ascending, 1)
        .await
        .unwrap();
    let moves = [StepMove {
        entry: slice.entries[0].clone(),
        to: Target::Away(queued("default", noise)),
        same_score: false,
    }];
    let step = Step {
        id: "op",
        owner: "me",
        lease: Duration::from_secs(60),
        number: 0,
        moves: &moves,
        keeps: true,
        mark: "",
        undoes: None,
        state: None,
        kept_for: Duration::from_secs(60),
    };
    let pages = subject.number("PRAGMA page_count") + 10;
    let limit = move |pages: i64| {
        move |connection: &Connection| connection.pragma_update(None, "max_page_count", pages)
    };
    store.writer.write(limit(pages)).await.unwrap();
    let error = store.step_operation(step).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("disk is full"), "{error}");
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.enqueued, overview.dead), (0, 1));
    let record = store.operation("op").await.unwrap().unwrap();
    assert_eq!((record.step, record.done, record.kept.entries), (0, 0, 0));
    subject.check_sizes();
    // With room it is made as if nothing had been.
    store.writer.write(limit(1_000_000)).await.unwrap();
    let stepped = store.step_operation(step).await.unwrap();
    assert!(matches!(stepped, Stepped::Made { .. }), "{stepped:?}");
    let record = store.operation("op").await.unwrap().unwrap();
    assert_eq!((record.step, record.done, record.kept.entries), (1, 1, 1));
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
async fn a_change_never_hangs_and_its_error_says_whether_it_may_have_been_made() {
    let subject = Subject::new().await;
    let store = &subject.store;
    // One whose turn does not come is given up, and never made.
    let release = subject.hold_writer();
    tokio::time::pause();
    let error = store.add(&[queued("late", "given up")]).await.unwrap_err();
    tokio::time::resume();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("nothing was changed"), "{error}");
    drop(release);
    store.add(&[queued("default", "in time")]).await.unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 1);
    // One that has begun is not.
    let (go_on, held) = std::sync::mpsc::channel::<()>();
    let (begins, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let writer = store.writer.clone();
    let call = tokio::spawn(async move {
        let change = move |connection: &Connection| {
            let _ = begins.send(());
            let _ = held.recv();
            connection.execute("INSERT INTO paused VALUES ('made')", [])
        };
        writer.write(change).await
    });
    begun.recv().await.unwrap();
    tokio::time::pause();
    let error = call.await.unwrap().unwrap_err();
    tokio::time::resume();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("may still be made"), "{error}");
    drop(go_on);
    store.add(&[queued("default", "behind it")]).await.unwrap();
    assert_eq!(subject.number("SELECT count(*) FROM paused"), 1);
}

#[tokio::test]
async fn workers_are_woken_by_what_is_put_back_and_not_by_the_question_whether_it_would_be() {
    let subject = Subject::new().await;
    let store = &subject.store;
    let entries = [queued("default", "job")];
    let mut woken = std::pin::pin!(store.ready.notified());
    woken.as_mut().enable();
    store.restore(&entries, true).await.unwrap();
    assert!(futures::poll!(woken.as_mut()).is_pending());
    store.restore(&entries, false).await.unwrap();
    assert!(futures::poll!(woken.as_mut()).is_ready());
}
