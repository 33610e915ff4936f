//! What is added is there, where and as it was added.

use crate::harness::{
    Subject, every_place, into_place, into_queue, into_set, job, odd_entries, queue, raws,
};
use bytes::Bytes;
use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, QueueEnd, StoreError},
};

pub(crate) async fn a_new_store_is_empty_everywhere(subject: Subject) {
    let overview = subject.overview().await.unwrap();
    let numbers = [
        overview.processed,
        overview.failed,
        overview.enqueued,
        overview.running,
        overview.scheduled,
        overview.retrying,
        overview.dead,
        overview.processes,
        overview.concurrency,
    ];
    assert_eq!(numbers, [0; 9]);
    assert!(overview.queues.is_empty());
    assert!(overview.sampled_at.0 > 0);
    for place in every_place() {
        assert_eq!(subject.size(&place).await, 0);
        assert!(subject.walk(&place, Order::Descending, 10).await.is_empty());
    }
    assert!(subject.processes().await.unwrap().is_empty());
    assert!(subject.running().await.unwrap().is_empty());
    assert!(subject.fetch_raws(&["default"], 10).await.is_empty());
    assert_eq!(subject.recover_noted().await, 0);
    assert_eq!(subject.clear_queue("default").await.unwrap(), 0);
}

pub(crate) async fn added_entries_count_where_they_stand(subject: Subject) {
    let entries = [
        into_set(Set::Scheduled, 10.0, job(1)),
        into_set(Set::Retries, 10.0, job(2)),
        into_set(Set::Retries, 11.0, job(3)),
        into_set(Set::Dead, 10.0, job(4)),
        into_set(Set::Dead, 10.0, job(5)),
        into_set(Set::Dead, 12.0, job(6)),
        into_queue("mailers", job(7)),
        into_queue("default", job(8)),
        into_queue("mailers", job(9)),
    ];
    subject.add(&entries).await.unwrap();
    let overview = subject.overview().await.unwrap();
    assert_eq!(
        (overview.scheduled, overview.retrying, overview.dead),
        (1, 2, 3)
    );
    assert_eq!(overview.enqueued, 3);
    let queues: Vec<_> = overview
        .queues
        .iter()
        .map(|queue| (queue.name.as_str(), queue.size, queue.paused))
        .collect();
    assert_eq!(queues, [("default", 1, false), ("mailers", 2, false)]);
    for (place, size) in every_place().iter().zip([1, 2, 3, 1]) {
        assert_eq!(subject.size(place).await, size);
    }
}

pub(crate) async fn a_queue_keeps_the_order_of_2500_entries(subject: Subject) {
    let jobs: Vec<Bytes> = (0..2_500).map(|number| job(number).into()).collect();
    let entries: Vec<_> = jobs
        .iter()
        .map(|raw| into_queue("default", raw.clone()))
        .collect();
    subject.add(&entries).await.unwrap();
    assert_eq!(subject.size(&queue("default")).await, 2_500);
    assert_eq!(raws(&subject.all(&queue("default")).await), jobs);
    assert_eq!(
        subject.fetch_raws(&["default"], 3).await,
        [job(0), job(1), job(2)]
    );
}

pub(crate) async fn a_set_is_ordered_by_score_whatever_the_order_of_adding(subject: Subject) {
    let scores = [5.0, -3.5, 1_795_473_206.287_336_3, 0.0, 1e15, 5.5, -1e15];
    let entries: Vec<_> = scores
        .iter()
        .enumerate()
        .map(|(number, &score)| into_set(Set::Scheduled, score, job(number)))
        .collect();
    subject.add(&entries).await.unwrap();
    let mut ordered = scores;
    ordered.sort_by(f64::total_cmp);
    let stored: Vec<_> = subject
        .all(&Set::Scheduled.into())
        .await
        .iter()
        .map(|entry| entry.id.position)
        .collect();
    assert_eq!(stored, ordered);
}

pub(crate) async fn every_byte_of_an_odd_entry_is_kept(subject: Subject) {
    for place in every_place() {
        for (what, raw) in odd_entries() {
            subject.put(into_place(&place, raw.clone())).await;
            let entry = subject.only(&place).await;
            assert_eq!(entry.raw, raw, "{what} in {place}");
            assert_eq!(entry.id.place, place);
            assert_eq!(entry.id.digest, jobdeck::job::digest(&raw));
            assert!(subject.shift(&entry, Destination::Nowhere).await, "{what}");
            assert_eq!(subject.size(&place).await, 0, "{what}");
        }
    }
}

pub(crate) async fn equal_entries_of_a_queue_are_all_kept(subject: Subject) {
    let entries = vec![into_queue("default", "the same"); 3];
    subject.add(&entries).await.unwrap();
    assert_eq!(subject.size(&queue("default")).await, 3);
    for step in [1, 2, 3, 10] {
        let walked = subject
            .walk(&queue("default"), Order::Ascending, step)
            .await;
        assert_eq!(raws(&walked), ["the same"; 3], "{step} at a time");
    }
    assert_eq!(subject.fetch_raws(&["default"], 2).await, ["the same"; 2]);
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn hostile_queue_names_are_only_names(subject: Subject) {
    let names = [
        "/",
        "..",
        "../../etc",
        "|",
        ":",
        "a:b",
        "queue:a",
        " ",
        " a ",
        "a b",
        "\n",
        "\0",
        "🦀",
        "é",
        "e\u{301}",
        "*",
        "[a-z]*",
        "?",
        "\\",
        "~",
        "a~1~b",
        "'; DROP TABLE entries; --",
        "\"",
        "%s",
        "%00",
        "{a}",
        "paused",
        "schedule",
        "A",
        "a",
        "-1",
        "0",
        "\u{202e}",
        "NULL",
    ];
    for (number, name) in names.into_iter().enumerate() {
        subject.put(into_queue(name, job(number))).await;
    }
    let overview = subject.overview().await.unwrap();
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    let known: Vec<_> = overview
        .queues
        .iter()
        .map(|queue| queue.name.as_str())
        .collect();
    assert_eq!(known, sorted);
    for (number, name) in names.into_iter().enumerate() {
        let entry = subject.only(&queue(name)).await;
        assert_eq!(entry.raw, job(number), "{name:?}");
        assert_eq!(subject.find(&entry.id).await, Some(entry), "{name:?}");
        subject.set_paused(name, true).await.unwrap();
        assert!(
            subject.fetch_raws(&[name], 1).await.is_empty(),
            "{name:?} is paused"
        );
        subject.set_paused(name, false).await.unwrap();
        assert_eq!(
            subject.fetch_raws(&[name], 5).await,
            [job(number)],
            "{name:?}"
        );
    }
}

pub(crate) async fn a_score_that_is_no_number_is_refused_and_nothing_added(subject: Subject) {
    let entries = [
        into_queue("default", job(1)),
        into_set(Set::Dead, f64::NAN, job(2)),
    ];
    let error = subject.add(&entries).await.unwrap_err();
    assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
    for place in every_place() {
        assert_eq!(subject.size(&place).await, 0);
    }
}

pub(crate) async fn adding_nowhere_adds_nothing(subject: Subject) {
    subject.add(&[]).await.unwrap();
    subject
        .add(&[
            Destination::Nowhere,
            into_queue("default", job(1)),
            Destination::Nowhere,
        ])
        .await
        .unwrap();
    assert_eq!(subject.only(&queue("default")).await.raw, job(1));
}

pub(crate) async fn the_next_end_of_a_queue_runs_first(subject: Subject) {
    subject.enqueue("default", [1, 2]).await;
    for number in [3, 4] {
        subject
            .put(Destination::Queue {
                name: "default".to_owned(),
                raw: job(number).into(),
                end: QueueEnd::Next,
            })
            .await;
    }
    let expected = [job(4), job(3), job(1), job(2)];
    let place: Place = queue("default");
    assert_eq!(raws(&subject.all(&place).await), expected);
    assert_eq!(subject.fetch_raws(&["default"], 10).await, expected);
}
