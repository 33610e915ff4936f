//! Several operators and workers at once.

use crate::harness::{OTHER, Subject, WORKER, beat, into_queue, into_set, job, queue, raws};
use bytes::Bytes;
use jobdeck::{
    model::Set,
    store::{Move, Moved, Settlement},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::{sync::Barrier, task::JoinSet};

pub(crate) async fn two_retries_of_one_job_enqueue_it_once(subject: Subject) {
    for round in 0..20 {
        subject.put(into_set(Set::Retries, 5.0, job(round))).await;
        let entry = subject.only(&Set::Retries.into()).await;
        let barrier = Arc::new(Barrier::new(8));
        let mut operators = JoinSet::new();
        for operator in 0..8 {
            let (store, barrier) = (subject.store.clone(), Arc::clone(&barrier));
            // Each writes other bytes, so that a second success would show.
            let change = Move {
                entry: entry.clone(),
                to: into_queue("default", format!("retried by {operator}")),
            };
            operators.spawn(async move {
                barrier.wait().await;
                store.apply(&[change]).await.unwrap()
            });
        }
        let answers = operators.join_all().await;
        let done = answers
            .iter()
            .filter(|answer| **answer == [Moved::Done])
            .count();
        assert_eq!(done, 1);
        assert_eq!(subject.fetch_raws(&["default"], 10).await.len(), 1);
        assert_eq!(subject.size(&Set::Retries.into()).await, 0);
    }
}

pub(crate) async fn many_operators_take_each_entry_once(subject: Subject) {
    let count = 200;
    let jobs: Vec<_> = (0..count)
        .map(|number| into_set(Set::Dead, 1.0, job(number)))
        .collect();
    subject.add(&jobs).await.unwrap();
    let entries = subject.all(&Set::Dead.into()).await;
    let mut operators = JoinSet::new();
    for operator in 0..6 {
        let store = subject.store.clone();
        let mut moves: Vec<_> = entries
            .iter()
            .map(|entry| Move {
                entry: entry.clone(),
                to: into_queue("default", entry.raw.clone()),
            })
            .collect();
        if operator % 2 == 1 {
            moves.reverse();
        }
        operators.spawn(async move {
            let mut done = 0;
            for part in moves.chunks(17) {
                let outcomes = store.apply(part).await.unwrap();
                done += outcomes
                    .iter()
                    .filter(|outcome| **outcome == Moved::Done)
                    .count();
            }
            done
        });
    }
    let done: usize = operators.join_all().await.into_iter().sum();
    assert_eq!(done, count);
    assert_eq!(subject.size(&Set::Dead.into()).await, 0);
    let queued: BTreeSet<Bytes> = raws(&subject.all(&queue("default")).await)
        .into_iter()
        .collect();
    assert_eq!(queued.len(), count);
    assert_eq!(subject.size(&queue("default")).await, count as u64);
}

pub(crate) async fn many_workers_fetch_each_job_once(subject: Subject) {
    let count = 300;
    let mut tasks = JoinSet::new();
    for worker in 0..4 {
        let store = subject.store.clone();
        tasks.spawn(async move {
            let identity = format!("host:{worker}:abc");
            let queues = ["default".to_owned()];
            let mut fetched = Vec::new();
            // An empty answer may come while the client below is still adding.
            let mut empty = 0;
            while empty < 20 {
                let jobs = store
                    .fetch(&identity, &queues, 1 + worker, Duration::from_millis(50))
                    .await
                    .unwrap();
                empty = if jobs.is_empty() { empty + 1 } else { 0 };
                for job in jobs {
                    let settlement = Settlement::Finish { failed: false };
                    assert!(store.settle(&identity, &job, &settlement).await.unwrap());
                    fetched.push(job.raw);
                }
                if store.overview().await.unwrap().processed == count {
                    break;
                }
            }
            fetched
        });
    }
    for number in 0..300 {
        subject.put(into_queue("default", job(number))).await;
    }
    let fetched = tasks.join_all().await.concat();
    assert_eq!(fetched.len() as u64, count);
    let distinct: BTreeSet<_> = fetched.into_iter().collect();
    assert_eq!(distinct.len() as u64, count);
    assert_eq!(subject.counters().await, (count, 0));
}

pub(crate) async fn a_settlement_counts_once(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    for round in 0..10 {
        subject.enqueue("default", [round]).await;
        let fetched = subject.take_one("default").await;
        let mut tasks = JoinSet::new();
        for attempt in 0..6 {
            let (store, fetched) = (subject.store.clone(), fetched.clone());
            let settlement = if attempt % 2 == 0 {
                Settlement::Fail(into_set(Set::Retries, 1.0, format!("attempt {attempt}")))
            } else {
                Settlement::Finish { failed: true }
            };
            tasks.spawn(async move { store.settle(WORKER, &fetched, &settlement).await.unwrap() });
        }
        let settled = tasks.join_all().await;
        assert_eq!(settled.into_iter().filter(|settled| *settled).count(), 1);
    }
    assert_eq!(subject.counters().await, (10, 10));
    assert!(subject.size(&Set::Retries.into()).await <= 10);
}
