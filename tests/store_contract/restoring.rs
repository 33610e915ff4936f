//! What is put back is there once, and what is there already stays as it is.

use crate::harness::{Subject, into_queue, into_set, job, odd_entries, queue, raws};
use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, StoreError},
};

pub(crate) async fn what_is_missing_is_put_and_what_is_there_keeps_its_score(subject: Subject) {
    subject
        .add(&[into_set(Set::Dead, 10.0, job(1))])
        .await
        .unwrap();
    let entries = [
        into_set(Set::Dead, 99.0, job(1)),
        into_set(Set::Dead, 20.0, job(2)),
        into_set(Set::Retries, 20.5, job(1)),
        into_set(Set::Dead, 30.0, job(2)),
        Destination::Nowhere,
        into_queue("mail", job(1)),
        into_queue("mail", job(1)),
        into_queue("mail", job(3)),
    ];
    let expected = [false, true, true, false, false, true, true, true];
    assert_eq!(subject.restore(&entries, true).await.unwrap(), expected);
    assert_eq!(subject.size(&queue("mail")).await, 0, "it was only asked");
    assert_eq!(subject.restore(&entries, false).await.unwrap(), expected);

    let dead = subject.walk(&Set::Dead.into(), Order::Ascending, 10).await;
    let scores: Vec<f64> = dead.iter().map(|entry| entry.id.position).collect();
    assert_eq!(
        (raws(&dead), scores),
        (vec![job(1).into(), job(2).into()], vec![10.0, 20.0])
    );
    let mail = subject.walk(&queue("mail"), Order::Ascending, 10).await;
    assert_eq!(
        raws(&mail),
        [job(1), job(1), job(3)],
        "the first is next to run"
    );
    let overview = subject.overview().await.unwrap();
    assert_eq!(
        (overview.dead, overview.retrying, overview.enqueued),
        (2, 1, 3)
    );
    assert!(
        overview
            .queues
            .iter()
            .any(|queue| queue.name == "mail" && queue.size == 3)
    );
}

pub(crate) async fn odd_entries_are_put_back_to_the_byte_and_found_there_again(subject: Subject) {
    let entries: Vec<Destination> = odd_entries()
        .into_iter()
        .map(|(_, raw)| into_set(Set::Dead, -0.5, raw))
        .collect();
    let put = subject.restore(&entries, false).await.unwrap();
    assert!(put.iter().all(|put| *put), "{put:?}");
    let again = subject.restore(&entries, false).await.unwrap();
    assert!(again.iter().all(|put| !put), "{again:?}");
    let mut there = raws(&subject.walk(&Set::Dead.into(), Order::Ascending, 10).await);
    let mut expected: Vec<_> = odd_entries().into_iter().map(|(_, raw)| raw).collect();
    there.sort();
    expected.sort();
    assert_eq!(there, expected);
}

pub(crate) async fn more_than_one_step_takes_is_put_in_order(subject: Subject) {
    let entries: Vec<Destination> = (0..2_500)
        .map(|number| into_queue("mail", job(number)))
        .collect();
    assert_eq!(subject.restore(&entries, false).await.unwrap().len(), 2_500);
    let mail = subject.walk(&queue("mail"), Order::Ascending, 500).await;
    let expected: Vec<_> = (0..2_500).map(job).collect();
    assert_eq!(raws(&mail), expected);
}

pub(crate) async fn what_cannot_be_stored_is_refused_and_nothing_is_put(subject: Subject) {
    let entries = [
        into_set(Set::Dead, 10.0, job(1)),
        into_set(Set::Dead, f64::NAN, job(2)),
    ];
    let result = subject.restore(&entries, false).await;
    assert!(matches!(result, Err(StoreError::Invalid(_))), "{result:?}");
    assert_eq!(subject.size(&Place::Set(Set::Dead)).await, 0);
}
