//! The process that is at work on an operation is killed a hundred times, in the middle of whatever it does.
//!
//! Operations and their undoing take turns: every job is retried, put back, deleted, put back, and so on. After each kill every job must be in
//! exactly one place, what is kept of deleted jobs included; after each undoing everything must be as it was, to the byte and the score.

use crate::{
    PATIENCE,
    ground::Ground,
    random,
    support::{Jobdeck, wait_until},
};
use jobdeck::{
    admin::{Admin, AdminError},
    job::Job,
    model::{
        Action, Change, Operation, OperationRequest, OperationState, Order, Place, Selection, Set,
    },
    store::{Destination, Start, StoreError, StoredEntry},
};
use rand::{RngExt, rngs::StdRng};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tokio::time::sleep;

const JOBS: u64 = 2_000;

const KILLS: u32 = 100;

/// Jobs that are changed between two kills, about.
const BETWEEN: std::ops::Range<u64> = 1..150;

/// Jobs a second: enough of them are left when the next process has come.
const RATE: u32 = 4_000;

/// Every entry: place, score and bytes.
type Everything = BTreeSet<(String, u64, Vec<u8>)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_survives_a_hundred_kills_on_sqlite() {
    run(Ground::sqlite().await, random("operations on sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_survives_a_hundred_kills_on_redis() {
    run(Ground::redis().await, random("operations on redis")).await;
}

async fn run(ground: Ground, mut random: StdRng) {
    fill(&ground).await;
    let before = everything(&ground).await;
    let admin = Admin::new(ground.store.clone());
    let (mut kills, mut round) = (0, 0);
    while kills < KILLS {
        let action = if round % 2 == 0 {
            Action::Retry
        } else {
            Action::Delete
        };
        let change = begin(&admin, action).await;
        kills += finish(&ground, &admin, &change.id, &change.id, &mut random).await;
        let done = patiently(&admin, &change.id).await;
        assert_eq!(done.progress.done, JOBS, "each job once: {done:?}");
        assert_eq!(done.kept.entries, JOBS);
        assert!(
            everything(&ground)
                .await
                .iter()
                .all(|(place, ..)| place != "dead")
        );
        let undo = admin.undo_operation(&change.id, None).await.unwrap();
        kills += finish(&ground, &admin, &undo.id, &change.id, &mut random).await;
        let undone = patiently(&admin, &undo.id).await;
        assert_eq!(undone.progress.done, JOBS, "each job once: {undone:?}");
        assert!(everything(&ground).await == before, "all is as it was");
        assert_eq!(admin.operation(&change.id).await.unwrap().kept.entries, 0);
        round += 1;
    }
    println!("{kills} kills in {round} rounds");
}

async fn fill(ground: &Ground) {
    let entries: Vec<Destination> = (0..JOBS)
        .map(|number| Destination::Set {
            set: Set::Dead,
            // Some have the same score.
            score: 1_795_000_000.0 + f64::from(u32::try_from(number / 3).unwrap()) / 4.0,
            raw: format!(
                r#"{{"class":"Publish","args":[{number}],"jid":"{number:024}","queue":"q{}","retry_count":3,"failed_at":1795000000.5}}"#,
                number % 3
            )
            .into(),
        })
        .collect();
    ground.store.add(&entries).await.unwrap();
}

async fn begin(admin: &Admin, action: Action) -> Operation {
    let request = OperationRequest {
        change: Change::Act(action),
        selection: Selection {
            places: vec![Set::Dead.into()],
            ..Selection::default()
        },
        before: None,
        rate: Some(RATE),
        canary: None,
        reason: None,
    };
    admin.start_operation(&request).await.unwrap()
}

/// Has one process after the other work on an operation, and kills each; answers how many were killed. What is changed is kept by `keeper`.
async fn finish(
    ground: &Ground,
    admin: &Admin,
    id: &str,
    keeper: &str,
    random: &mut StdRng,
) -> u32 {
    let mut kills = 0;
    let deadline = Instant::now() + PATIENCE;
    loop {
        ground.expire_lease(id).await;
        let mut process = Jobdeck::serve(&["--store", &ground.url, "--no-worker"]).await;
        let begun = patiently(admin, id).await.progress.done;
        let enough = begun + random.random_range(BETWEEN);
        let mut is_over = false;
        while !is_over {
            let operation = patiently(admin, id).await;
            is_over = operation.state.is_over();
            if operation.progress.done >= enough {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "it does not go on: {operation:?}"
            );
            sleep(Duration::from_millis(2)).await;
        }
        sleep(Duration::from_micros(random.random_range(0..8_000))).await;
        process.process.kill().await.unwrap();
        assert_none_lost_none_twice(ground, keeper).await;
        if is_over {
            let state = patiently(admin, id).await.state;
            assert_eq!(state, OperationState::Done);
            return kills;
        }
        kills += 1;
    }
}

/// How an operation goes. A store on a busy machine may not answer in time; it is asked again.
async fn patiently(admin: &Admin, id: &str) -> Operation {
    let mut found = None;
    wait_until("the operation can be read", async || {
        match admin.operation(id).await {
            Ok(operation) => found = Some(operation),
            Err(AdminError::Store(StoreError::Unavailable { .. })) => {}
            Err(error) => panic!("{error}"),
        }
        found.is_some()
    })
    .await;
    found.unwrap()
}

async fn assert_none_lost_none_twice(ground: &Ground, keeper: &str) {
    // What the killed process had sent may be carried out after its end.
    wait_until("all jobs are there, each once", async || {
        let mut jids: Vec<String> = Vec::new();
        let mut below = u64::MAX >> 1;
        let steps = ground.store.operation(keeper).await.unwrap().unwrap().step;
        below = below.min(steps + 1);
        for chunk in ground
            .store
            .kept(keeper, 0..below, Order::Descending, usize::MAX >> 1)
            .await
            .unwrap()
        {
            for entry in chunk.entries {
                let is_deleted = entry.to == jobdeck::store::Target::Away(Destination::Nowhere);
                if is_deleted {
                    jids.extend(Job::new(entry.raw).jid());
                }
            }
        }
        for (_, entry) in entries(ground).await {
            jids.extend(Job::new(entry.raw).jid());
        }
        let count = jids.len() as u64;
        let different = jids.into_iter().collect::<BTreeSet<_>>().len() as u64;
        (count, different) == (JOBS, JOBS)
    })
    .await;
}

async fn everything(ground: &Ground) -> Everything {
    entries(ground)
        .await
        .into_iter()
        .map(|(place, entry)| {
            let score = if place.set().is_some() {
                entry.id.position.to_bits()
            } else {
                0
            };
            (place.to_string(), score, entry.raw.to_vec())
        })
        .collect()
}

async fn entries(ground: &Ground) -> Vec<(Place, StoredEntry)> {
    let queues = (0..3).map(|number| Place::Queue(format!("q{number}")));
    let places: Vec<Place> = Set::ALL.into_iter().map(Place::Set).chain(queues).collect();
    let mut found = Vec::new();
    for place in places {
        let mut start = Start::Edge;
        loop {
            let slice = ground
                .store
                .slice(&place, &start, Order::Ascending, 1_000)
                .await
                .unwrap();
            let Some(last) = slice.entries.last() else {
                break;
            };
            start = Start::After(last.cursor.clone());
            found.extend(
                slice
                    .entries
                    .into_iter()
                    .map(|entry| (place.clone(), entry)),
            );
        }
    }
    found
}
