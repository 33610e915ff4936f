//! What becomes of fetched jobs.

use crate::{
    harness::{LOOKER, OTHER, Subject, WORKER, beat, into_queue, into_set, job, queue, raws},
    support::recover,
};
use jobdeck::{
    model::Set,
    store::{Destination, Settlement, StoreError},
};
use std::time::Duration;

const DONE: Settlement = Settlement::Finish { failed: false };

pub(crate) async fn a_finished_job_is_gone_and_counted(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..4).await;
    for (number, failed) in [false, false, true, false].into_iter().enumerate() {
        let fetched = subject.take_one("default").await;
        assert_eq!(fetched.raw, job(number));
        let settlement = Settlement::Finish { failed };
        assert!(subject.settle(WORKER, &fetched, &settlement).await.unwrap());
    }
    assert_eq!(subject.counters().await, (4, 1));
    assert_eq!(subject.size(&queue("default")).await, 0);
    subject.expire_heartbeat(WORKER).await;
    assert_eq!(subject.recover_noted().await, 0);
}

pub(crate) async fn a_failed_job_goes_where_it_is_said(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..4).await;
    let settlements = [
        into_set(Set::Retries, 1_795_470_739.143, "failed once"),
        into_set(Set::Dead, 1_795_470_740.5, "failed for good"),
        into_queue("other", "pushed again"),
        Destination::Nowhere,
    ];
    for to in settlements {
        let fetched = subject.take_one("default").await;
        let settlement = Settlement::Fail(to);
        assert!(subject.settle(WORKER, &fetched, &settlement).await.unwrap());
    }
    let retry = subject.only(&Set::Retries.into()).await;
    assert_eq!(retry.raw, "failed once");
    assert!((retry.id.position - 1_795_470_739.143).abs() < f64::EPSILON);
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "failed for good");
    assert_eq!(subject.only(&queue("other")).await.raw, "pushed again");
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert_eq!(subject.counters().await, (4, 4));
    // A place that cannot be is an error, and the job is kept.
    subject.enqueue("default", [9]).await;
    let fetched = subject.take_one("default").await;
    let nowhere_sound = Settlement::Fail(into_set(Set::Dead, f64::NAN, job(9)));
    let error = subject
        .settle(WORKER, &fetched, &nowhere_sound)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
}

pub(crate) async fn an_entry_set_aside_goes_where_it_is_said_and_counts_nothing(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.put(into_queue("default", "no job")).await;
    let fetched = subject.take_one("default").await;
    let aside = Settlement::SetAside(into_set(Set::Dead, 17.5, "no job"));
    assert!(subject.settle(WORKER, &fetched, &aside).await.unwrap());
    assert!(!subject.settle(WORKER, &fetched, &aside).await.unwrap());
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "no job");
    assert_eq!(subject.counters().await, (0, 0));
    let today = subject.daily_totals(2).await.unwrap();
    assert!(
        today
            .iter()
            .all(|day| (day.processed, day.failed) == (0, 0))
    );
}

pub(crate) async fn a_requeued_job_is_next_with_its_bytes_and_counts_nothing(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..3).await;
    let fetched = subject.take_one("default").await;
    assert!(
        subject
            .settle(WORKER, &fetched, &Settlement::Requeue)
            .await
            .unwrap()
    );
    assert_eq!(
        raws(&subject.all(&queue("default")).await),
        [job(0), job(1), job(2)]
    );
    assert_eq!(subject.counters().await, (0, 0));
    assert_eq!(subject.fetch_raws(&["default"], 1).await, [job(0)]);
}

pub(crate) async fn a_requeued_job_brings_its_queue_back(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    subject.clear_queue("default").await.unwrap();
    assert!(
        subject
            .settle(WORKER, &fetched, &Settlement::Requeue)
            .await
            .unwrap()
    );
    assert_eq!(subject.summary("default").await.unwrap().size, 1);
    assert_eq!(subject.fetch_raws(&["default"], 1).await, [job(1)]);
}

pub(crate) async fn a_job_is_settled_once(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    let settlements = [
        DONE,
        Settlement::Requeue,
        Settlement::Fail(into_set(Set::Dead, 1.0, "again")),
    ];
    for first in &settlements {
        subject.enqueue("default", [1]).await;
        let fetched = subject.take_one("default").await;
        assert!(subject.settle(WORKER, &fetched, first).await.unwrap());
        let before = subject.overview().await.unwrap();
        for second in &settlements {
            assert!(!subject.settle(WORKER, &fetched, second).await.unwrap());
        }
        let after = subject.overview().await.unwrap();
        assert_eq!(
            (
                before.processed,
                before.failed,
                before.enqueued,
                before.dead
            ),
            (after.processed, after.failed, after.enqueued, after.dead)
        );
        subject.clear_queue("default").await.unwrap();
    }
}

pub(crate) async fn another_process_cannot_settle_it(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    for settlement in [DONE, Settlement::Requeue] {
        assert!(!subject.settle(OTHER, &fetched, &settlement).await.unwrap());
    }
    assert_eq!(subject.counters().await, (0, 0));
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
}

pub(crate) async fn jobs_of_a_process_without_heartbeat_are_recovered_to_run_next(
    subject: Subject,
) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.enqueue("default", 0..3).await;
    subject.enqueue("mailers", [3]).await;
    let lost = subject.take(&["default"], 1).await;
    assert_eq!(lost.len(), 1);
    assert_eq!(subject.take(&["mailers"], 1).await.len(), 1);
    subject.expire_heartbeat(WORKER).await;
    assert_eq!(subject.recover_noted().await, 0, "it is only noted");
    assert_eq!(subject.recover_noted().await, 2);
    assert_eq!(
        raws(&subject.all(&queue("default")).await),
        [job(0), job(1), job(2)]
    );
    assert_eq!(subject.only(&queue("mailers")).await.raw, job(3));
    assert_eq!(subject.recover_noted().await, 0);
    assert_eq!(subject.counters().await, (0, 0));
}

pub(crate) async fn jobs_of_a_living_process_are_not_recovered(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..3).await;
    let fetched = subject.take(&["default"], 3).await;
    assert_eq!(subject.recover_noted().await, 0);
    for job in &fetched {
        assert!(subject.settle(WORKER, job, &DONE).await.unwrap());
    }
    // Also when it was thought to be lost, and has come back.
    subject.enqueue("default", [4]).await;
    let fetched = subject.take_one("default").await;
    subject.expire_heartbeat(WORKER).await;
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(subject.recover_noted().await, 0);
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
}

pub(crate) async fn a_process_that_was_noted_is_waited_for(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    subject.expire_heartbeat(WORKER).await;
    // Whoever looks, in which process ever, and however often: it is waited for from the first look on.
    let half_a_minute = Duration::from_secs(30);
    for store in [subject.again().await, subject.again().await] {
        for _ in 0..3 {
            assert_eq!(recover(&*store, LOOKER, half_a_minute).await, 0);
        }
    }
    // It was only asleep: with its next heartbeat everything is as before.
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(subject.recover_noted().await, 0);
    subject.expire_heartbeat(WORKER).await;
    assert_eq!(
        subject.recover_noted().await,
        0,
        "the old note is forgotten"
    );
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
    assert_eq!(subject.counters().await, (1, 0));
}

pub(crate) async fn a_process_does_not_recover_its_own_jobs(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    subject.expire_heartbeat(WORKER).await;
    for _ in 0..3 {
        assert_eq!(recover(&*subject, WORKER, Duration::ZERO).await, 0);
    }
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
}

pub(crate) async fn a_process_has_time_for_its_first_heartbeat(subject: Subject) {
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    assert_eq!(subject.recover_noted().await, 0);
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(subject.recover_noted().await, 0);
    assert!(subject.settle(WORKER, &fetched, &DONE).await.unwrap());
}

pub(crate) async fn jobs_left_behind_by_a_leaving_process_are_recovered(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    subject.take_one("default").await;
    subject.leave(WORKER).await.unwrap();
    assert_eq!(subject.recover_noted().await, 1);
    assert_eq!(subject.only(&queue("default")).await.raw, job(1));
}

pub(crate) async fn a_recovered_job_cannot_be_settled_by_its_old_process(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    subject.expire_heartbeat(WORKER).await;
    assert_eq!(subject.recover_noted().await, 0, "it is only noted");
    assert_eq!(subject.recover_noted().await, 1);
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    for settlement in [
        DONE,
        Settlement::Requeue,
        Settlement::Fail(into_set(Set::Retries, 1.0, job(1))),
    ] {
        assert!(!subject.settle(WORKER, &fetched, &settlement).await.unwrap());
    }
    assert_eq!(subject.counters().await, (0, 0));
    assert_eq!(subject.size(&Set::Retries.into()).await, 0);
    // Not even when it has fetched the same job again.
    let again = subject.take_one("default").await;
    assert_eq!(again.raw, fetched.raw);
    assert_ne!(again.lease, fetched.lease);
    assert!(!subject.settle(WORKER, &fetched, &DONE).await.unwrap());
    assert!(subject.settle(WORKER, &again, &DONE).await.unwrap());
}

pub(crate) async fn the_totals_of_days_end_with_today(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..5).await;
    for (number, fetched) in subject.take(&["default"], 5).await.iter().enumerate() {
        let settlement = Settlement::Finish {
            failed: number % 2 == 1,
        };
        assert!(subject.settle(WORKER, fetched, &settlement).await.unwrap());
    }
    for days in [1, 2, 7, 180, 1_825] {
        let totals = subject.daily_totals(days).await.unwrap();
        assert_eq!(totals.len(), days as usize);
        let mut names: Vec<_> = totals.iter().map(|day| day.day.clone()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), days as usize, "every day once");
        assert!(totals.is_sorted_by_key(|day| &day.day));
    }
    // Midnight may be in between: then the five are spread over two days.
    let totals = subject.daily_totals(2).await.unwrap();
    let processed: u64 = totals.iter().map(|day| day.processed).sum();
    let failed: u64 = totals.iter().map(|day| day.failed).sum();
    assert_eq!((processed, failed), (5, 2));
    let today = subject.now().await.unwrap().to_string();
    assert!(today >= totals[1].day && today.as_str() > totals[0].day.as_str());
    for days in [0, 1_826, u32::MAX] {
        let error = subject.daily_totals(days).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
    }
}
