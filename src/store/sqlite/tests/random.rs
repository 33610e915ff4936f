//! Any order of calls leaves a sound file with right sizes.

use super::{Subject, queued};
use crate::{
    model::{Order, Place, Set},
    store::{
        AdminStore, Destination, FetchedJob, Heartbeat, Move, Moved, QueueEnd, Rescue, Settlement,
        Start, WorkerStore, sqlite::SqliteStore,
    },
};
use proptest::prelude::*;
use std::time::Duration;

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
            assert_eq!(taken, [Moved::Done]);
        }
        Step::Delete(entry) => {
            let entry = entries.swap_remove(entry % entries.len());
            let to = Destination::Nowhere;
            let moves = [Move { entry, to }];
            assert_eq!(store.apply(&moves).await.unwrap(), [Moved::Done]);
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
            let grace = Duration::from_secs(30);
            let orphans = store.orphans("host:2:b", grace).await.unwrap();
            let rescues: Vec<Rescue> = orphans
                .into_iter()
                .map(|orphan| Rescue {
                    to: Destination::Queue {
                        name: orphan.job.queue.to_string(),
                        raw: orphan.job.raw.clone(),
                        end: QueueEnd::Next,
                    },
                    orphan,
                })
                .collect();
            let rescued = store.rescue(&rescues).await.unwrap();
            assert_eq!(rescued, held.len() as u64);
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
