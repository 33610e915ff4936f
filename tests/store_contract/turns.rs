//! Exchanges of a worker with its store: many jobs let go, others fetched, at once.

use crate::harness::{OTHER, Subject, WORKER, beat, into_queue, into_set, job, queue, raws};
use jobdeck::{
    model::Set,
    store::{Destination, Fetch, FetchedJob, Settlement, Share, Turn, Turned},
};
use std::sync::Arc;

const DONE: Settlement = Settlement::Finish { failed: false };

fn shares(queues: &[(&str, usize)]) -> Vec<Share> {
    let share = |&(queue, jobs): &(&str, usize)| Share {
        queue: queue.into(),
        jobs,
    };
    queues.iter().map(share).collect()
}

/// One exchange as `WORKER`.
async fn exchange(
    subject: &Subject,
    settle: &[(Arc<FetchedJob>, Settlement)],
    queues: &[(&str, usize)],
    limit: usize,
    most_bytes: usize,
) -> Turned {
    let queues = shares(queues);
    let fetch = Fetch {
        capsule: "default",
        queues: &queues,
        limit,
        most_bytes,
    };
    let turn = Turn {
        settle,
        fetch: (limit > 0).then_some(fetch),
    };
    subject.turn(WORKER, turn).await.unwrap()
}

/// Fetched jobs by queue and bytes.
fn fetched(turned: Turned) -> Vec<(String, bytes::Bytes)> {
    let jobs = turned.jobs.unwrap().into_iter();
    jobs.map(|job| (job.queue.to_string(), job.raw)).collect()
}

fn from_default(numbers: impl IntoIterator<Item = usize>) -> Vec<(String, bytes::Bytes)> {
    let numbers = numbers.into_iter();
    numbers
        .map(|number| ("default".to_owned(), job(number).into()))
        .collect()
}

fn with(
    jobs: Vec<FetchedJob>,
    settlements: impl IntoIterator<Item = Settlement>,
) -> Vec<(Arc<FetchedJob>, Settlement)> {
    jobs.into_iter().map(Arc::new).zip(settlements).collect()
}

pub(crate) async fn a_turn_lets_many_jobs_go_and_fetches_others(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..12).await;
    let first = subject.take(&["default"], 8).await;
    let settle = with(
        first,
        [
            DONE,
            Settlement::Finish { failed: true },
            Settlement::Fail(into_set(Set::Retries, 1_795_470_739.143, "retried")),
            Settlement::Fail(into_set(Set::Dead, 1_795_470_740.5, "dead")),
            Settlement::SetAside(into_queue("other", "aside")),
            Settlement::Fail(Destination::Nowhere),
            Settlement::Requeue,
            DONE,
        ],
    );
    let turned = exchange(&subject, &settle, &[("default", 3)], 3, 1 << 20).await;
    assert_eq!(turned.gone, 0);
    assert!(turned.refused.is_empty());
    // What went back is the first of those that follow.
    assert_eq!(fetched(turned), from_default([6, 8, 9]));
    assert_eq!(subject.counters().await, (6, 4));
    let retry = subject.only(&Set::Retries.into()).await;
    assert_eq!(retry.raw, "retried");
    assert!((retry.id.position - 1_795_470_739.143).abs() < f64::EPSILON);
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "dead");
    assert_eq!(subject.only(&queue("other")).await.raw, "aside");
    assert_eq!(subject.size(&queue("default")).await, 2);
}

pub(crate) async fn what_goes_back_in_one_turn_is_fetched_again_in_its_order(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..9).await;
    subject.enqueue("other", [20, 21]).await;
    let mut jobs = subject.take(&["default"], 7).await;
    jobs.extend(subject.take(&["other"], 2).await);
    jobs.reverse();
    let settle = with(jobs, std::iter::repeat(Settlement::Requeue));
    let turned = exchange(&subject, &settle, &[], 0, 0).await;
    assert_eq!(turned.gone, 0);
    let back = raws(&subject.all(&queue("default")).await);
    assert_eq!(back, (0..9).map(job).collect::<Vec<_>>());
    let back = raws(&subject.all(&queue("other")).await);
    assert_eq!(back, [job(20), job(21)]);
    let again = exchange(&subject, &[], &[("default", 9)], 9, 1 << 20).await;
    assert_eq!(fetched(again), from_default(0..9));
}

pub(crate) async fn jobs_that_are_gone_are_counted_and_the_others_are_let_go(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.enqueue("default", 0..5).await;
    let jobs = subject.take(&["default"], 5).await;
    assert!(subject.settle(WORKER, &jobs[1], &DONE).await.unwrap());
    assert!(subject.settle(WORKER, &jobs[3], &DONE).await.unwrap());
    let settle = with(
        jobs,
        [
            DONE,
            DONE,
            Settlement::Fail(into_set(Set::Dead, 1.0, "dead")),
            Settlement::Fail(into_set(Set::Dead, 1.0, "never")),
            Settlement::Requeue,
        ],
    );
    let turned = exchange(&subject, &settle, &[], 0, 0).await;
    assert_eq!((turned.gone, turned.refused.len()), (2, 0));
    assert_eq!(subject.counters().await, (4, 1));
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "dead");
    assert_eq!(subject.only(&queue("default")).await.raw, job(4));
    // The same again, as after an answer that got lost: nothing changes.
    let turned = exchange(&subject, &settle, &[], 0, 0).await;
    assert_eq!(turned.gone, 5);
    assert_eq!(subject.counters().await, (4, 1));
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn a_turn_of_nothing_is_nothing(subject: Subject) {
    subject.enqueue("default", [1]).await;
    let turned = exchange(&subject, &[], &[("default", 1)], 0, 1 << 20).await;
    assert!(fetched(turned).is_empty());
    let turned = exchange(&subject, &[], &[], 5, 1 << 20).await;
    assert!(fetched(turned).is_empty());
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn each_queue_gives_its_share_and_then_they_fill_up_in_order(subject: Subject) {
    subject.enqueue("low", 0..20).await;
    subject.enqueue("default", 20..22).await;
    subject.enqueue("critical", 30..50).await;
    let queues = [("default", 6), ("low", 2), ("empty", 3), ("critical", 1)];
    let turned = exchange(&subject, &[], &queues, 12, 1 << 20).await;
    let of = |jobs: &[(String, bytes::Bytes)], name: &str| {
        let of_queue = jobs.iter().filter(|(queue, _)| queue == name);
        of_queue.map(|(_, raw)| raw.clone()).collect::<Vec<_>>()
    };
    let jobs = fetched(turned);
    assert_eq!(jobs.len(), 12);
    // `default` has no more than two; what is still wanted after the shares is the first one's that has more.
    assert_eq!(of(&jobs, "default"), (20..22).map(job).collect::<Vec<_>>());
    assert_eq!(of(&jobs, "critical"), [job(30)]);
    assert_eq!(of(&jobs, "low"), (0..9).map(job).collect::<Vec<_>>());
    // A queue without a share of its own comes last, but it comes.
    let queues = [("critical", 2), ("low", 0)];
    let jobs = fetched(exchange(&subject, &[], &queues, 25, 1 << 20).await);
    assert_eq!(of(&jobs, "critical").len(), 19);
    assert_eq!(of(&jobs, "low"), (9..15).map(job).collect::<Vec<_>>());
    assert_eq!(subject.size(&queue("low")).await, 5);
    assert_eq!(subject.size(&queue("critical")).await, 0);
}

pub(crate) async fn a_fetch_holds_no_more_bytes_than_asked(subject: Subject) {
    let size = 10_000;
    for number in 0..20 {
        let raw = format!("{number:02}{}", "x".repeat(size - 2));
        subject.put(into_queue("default", raw)).await;
    }
    // It ends with the job that reaches the limit.
    let turned = exchange(&subject, &[], &[("default", 20)], 20, 45_000).await;
    let jobs = fetched(turned);
    assert_eq!(jobs.len(), 5);
    assert!(jobs[4].1.starts_with(b"04"));
    assert_eq!(subject.size(&queue("default")).await, 15);
    let turned = exchange(&subject, &[], &[("default", 20)], 20, 1 << 20).await;
    assert_eq!(fetched(turned).len(), 15);
}

pub(crate) async fn one_job_is_fetched_whatever_its_size(subject: Subject) {
    for number in 0..2 {
        let raw = format!("{number}{}", "x".repeat(300_000));
        subject.put(into_queue("default", raw)).await;
    }
    subject.enqueue("other", [1]).await;
    for number in 0..2 {
        let queues = [("default", 5), ("other", 5)];
        let jobs = fetched(exchange(&subject, &[], &queues, 10, 1).await);
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].1.len(), 300_001);
        assert!(jobs[0].1.starts_with(number.to_string().as_bytes()));
    }
    assert_eq!(subject.size(&queue("other")).await, 1);
}
