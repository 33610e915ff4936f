//! Queues as a whole: pausing, clearing, latency.

use crate::harness::{Subject, WORKER, into_queue, job, queue, raws};
use jobdeck::store::Settlement;
use std::time::Duration;

pub(crate) async fn a_paused_queue_is_passed_over_until_it_goes_on(subject: Subject) {
    subject.enqueue("first", [1, 2]).await;
    subject.enqueue("second", [3]).await;
    subject.set_paused("first", true).await.unwrap();
    assert!(subject.summary("first").await.unwrap().paused);
    assert!(!subject.summary("second").await.unwrap().paused);
    assert_eq!(subject.fetch_raws(&["first", "second"], 5).await, [job(3)]);
    assert!(subject.fetch_raws(&["first"], 5).await.is_empty());
    assert_eq!(subject.size(&queue("first")).await, 2);
    // Twice is as good as once.
    subject.set_paused("first", true).await.unwrap();
    subject.set_paused("first", false).await.unwrap();
    assert!(!subject.summary("first").await.unwrap().paused);
    assert_eq!(
        subject.fetch_raws(&["first", "second"], 5).await,
        [job(1), job(2)]
    );
    subject.set_paused("first", false).await.unwrap();
}

pub(crate) async fn an_unknown_queue_can_be_paused_ahead(subject: Subject) {
    subject.set_paused("later", true).await.unwrap();
    subject.enqueue("later", [1]).await;
    assert!(subject.summary("later").await.unwrap().paused);
    assert!(subject.fetch_raws(&["later"], 1).await.is_empty());
    // Jobs of a paused queue can still be added, seen and moved.
    let entry = subject.only(&queue("later")).await;
    assert!(subject.shift(&entry, into_queue("other", job(1))).await);
    assert_eq!(subject.fetch_raws(&["later", "other"], 1).await, [job(1)]);
}

pub(crate) async fn a_cleared_queue_is_gone_with_its_jobs(subject: Subject) {
    subject.enqueue("default", 0..1_200).await;
    let entry = subject.all(&queue("default")).await.remove(5);
    assert_eq!(subject.clear_queue("default").await.unwrap(), 1_200);
    assert!(subject.summary("default").await.is_none());
    assert_eq!(subject.overview().await.unwrap().enqueued, 0);
    assert!(subject.all(&queue("default")).await.is_empty());
    assert_eq!(subject.find(&entry.id).await, None);
    assert!(!subject.shift(&entry, into_queue("other", job(1))).await);
    assert!(subject.fetch_raws(&["default"], 10).await.is_empty());
    assert_eq!(subject.clear_queue("default").await.unwrap(), 0);
    // It can be used again.
    subject.enqueue("default", [1, 2, 3]).await;
    assert_eq!(subject.size(&queue("default")).await, 3);
    assert_eq!(
        raws(&subject.all(&queue("default")).await),
        [job(1), job(2), job(3)]
    );
    assert_eq!(subject.fetch_raws(&["default"], 1).await, [job(1)]);
}

pub(crate) async fn clearing_one_queue_leaves_the_others(subject: Subject) {
    for name in ["a", "a:b", "*", "ab"] {
        subject.enqueue(name, 0..3).await;
    }
    assert_eq!(subject.clear_queue("a").await.unwrap(), 3);
    assert_eq!(subject.clear_queue("*").await.unwrap(), 3);
    assert_eq!(subject.clear_queue("unknown").await.unwrap(), 0);
    let overview = subject.overview().await.unwrap();
    let names: Vec<_> = overview
        .queues
        .iter()
        .map(|queue| (queue.name.as_str(), queue.size))
        .collect();
    assert_eq!(names, [("a:b", 3), ("ab", 3)]);
}

pub(crate) async fn a_drained_queue_stays_known(subject: Subject) {
    subject.enqueue("default", [1]).await;
    let fetched = subject.take_one("default").await;
    subject
        .settle(WORKER, &fetched, &Settlement::Finish { failed: false })
        .await
        .unwrap();
    let summary = subject.summary("default").await.unwrap();
    assert_eq!(summary.size, 0);
    assert!(summary.latency_seconds.abs() < f64::EPSILON);
}

/// A job enqueued `age_seconds` ago by the store's clock, its times written in this unit.
async fn job_of_age(subject: &Subject, age_seconds: f64, milliseconds: bool) -> String {
    let at = subject.now().await.unwrap().seconds() - age_seconds;
    if milliseconds {
        format!(
            r#"{{"class":"A","args":[],"jid":"a","enqueued_at":{:.0}}}"#,
            at * 1_000.0
        )
    } else {
        format!(r#"{{"class":"A","args":[],"jid":"a","enqueued_at":{at:.3}}}"#)
    }
}

async fn latency(subject: &Subject, name: &str) -> f64 {
    subject.summary(name).await.unwrap().latency_seconds
}

pub(crate) async fn latency_is_the_age_of_the_job_next_to_run(subject: Subject) {
    for (name, milliseconds) in [("seconds", false), ("milliseconds", true)] {
        let oldest = job_of_age(&subject, 3_600.0, milliseconds).await;
        let newest = job_of_age(&subject, 10.0, milliseconds).await;
        subject.put(into_queue(name, oldest)).await;
        subject.put(into_queue(name, newest)).await;
        let shown = latency(&subject, name).await;
        assert!((3_600.0..3_660.0).contains(&shown), "{name}: {shown}");
        subject.take_one(name).await;
        let shown = latency(&subject, name).await;
        assert!((10.0..70.0).contains(&shown), "{name}: {shown}");
    }
    // Without `enqueued_at`, the time of creation counts; without both, nothing is known.
    let created = job_of_age(&subject, 100.0, true)
        .await
        .replace("enqueued_at", "created_at");
    subject.put(into_queue("created", created)).await;
    let shown = latency(&subject, "created").await;
    assert!((100.0..160.0).contains(&shown), "{shown}");
    for (name, raw) in [("none", "{}"), ("odd", "no JSON"), ("empty", "")] {
        subject.put(into_queue(name, raw)).await;
        assert!(latency(&subject, name).await.abs() < f64::EPSILON, "{name}");
    }
}

pub(crate) async fn clocks_that_disagree_give_no_negative_latency(subject: Subject) {
    for (name, age) in [("ahead", -3_600.0), ("far-ahead", -1e9), ("just", 0.0)] {
        for milliseconds in [false, true] {
            let raw = job_of_age(&subject, age, milliseconds).await;
            subject.put(into_queue(name, raw)).await;
            let shown = latency(&subject, name).await;
            assert!((0.0..60.0).contains(&shown), "{name}: {shown}");
            // Such a job runs like any other.
            assert_eq!(subject.fetch_raws(&[name], 5).await.len(), 1);
        }
    }
    subject
        .put(into_queue("beginning", r#"{"enqueued_at":0}"#))
        .await;
    let shown = latency(&subject, "beginning").await;
    assert!(shown > 1e9 && shown.is_finite(), "{shown}");
    let now = subject.now().await.unwrap();
    assert!(Duration::from_millis(now.0.unsigned_abs()) > Duration::from_secs(1_000_000_000));
}
