//! Moves: one atomic step that first takes the entry out.

use crate::harness::{
    Subject, every_place, into_place, into_queue, into_set, job, odd_entries, queue, raws,
};
use jobdeck::{
    model::{Cursor, EntryId, Place, Set},
    store::{Destination, Move, Moved, QueueEnd, StoreError, StoredEntry},
};

pub(crate) async fn an_entry_moves_from_every_place_to_every_place(subject: Subject) {
    let mut targets = every_place();
    targets.push(queue("other"));
    for from in every_place() {
        for to in &targets {
            subject.put(into_place(&from, job(1))).await;
            let entry = subject.only(&from).await;
            let destination = match to {
                Place::Set(set) => into_set(*set, 2_000.5, job(1)),
                Place::Queue(name) => into_queue(name, job(1)),
            };
            assert!(subject.shift(&entry, destination).await, "{from} to {to}");
            let moved = subject.only(to).await;
            assert_eq!(moved.raw, job(1));
            assert_eq!(moved.id.place, *to);
            if to.set().is_some() {
                assert!((moved.id.position - 2_000.5).abs() < f64::EPSILON);
            }
            for place in targets.iter().filter(|place| *place != to) {
                assert_eq!(subject.size(place).await, 0, "{from} to {to}: {place}");
            }
            assert!(subject.shift(&moved, Destination::Nowhere).await);
        }
    }
}

pub(crate) async fn a_deleted_entry_is_gone(subject: Subject) {
    for place in every_place() {
        for number in 0..3 {
            subject.put(into_place(&place, job(number))).await;
        }
        let entries = subject.all(&place).await;
        assert!(subject.shift(&entries[1], Destination::Nowhere).await);
        assert_eq!(subject.size(&place).await, 2);
        assert_eq!(
            raws(&subject.all(&place).await),
            [entries[0].raw.clone(), entries[2].raw.clone()]
        );
        assert!(!subject.shift(&entries[1], Destination::Nowhere).await);
    }
}

pub(crate) async fn a_move_writes_the_bytes_it_is_given(subject: Subject) {
    subject.put(into_set(Set::Dead, 5.0, job(1))).await;
    let dead = subject.only(&Set::Dead.into()).await;
    assert!(subject.shift(&dead, into_queue("default", job(2))).await);
    let queued = subject.only(&queue("default")).await;
    assert_eq!(queued.raw, job(2));
    assert_eq!(queued.id.digest, jobdeck::job::digest(job(2).as_bytes()));
    let at_front = Destination::Queue {
        name: "default".to_owned(),
        raw: job(3).into(),
        end: QueueEnd::Next,
    };
    subject.enqueue("default", [4]).await;
    let last = subject.all(&queue("default")).await.remove(1);
    assert!(subject.shift(&last, at_front).await);
    assert_eq!(
        raws(&subject.all(&queue("default")).await),
        [job(3), job(2)]
    );
}

pub(crate) async fn an_entry_that_is_gone_is_not_moved(subject: Subject) {
    for from in every_place() {
        subject.put(into_place(&from, job(1))).await;
        let entry = subject.only(&from).await;
        assert!(subject.shift(&entry, Destination::Nowhere).await);
        for to in every_place() {
            assert!(!subject.shift(&entry, into_place(&to, job(1))).await);
        }
        assert!(
            !subject
                .shift(&entry, into_queue("never-known", job(1)))
                .await
        );
        for place in every_place() {
            assert_eq!(subject.size(&place).await, 0);
        }
        assert!(subject.summary("never-known").await.is_none());
    }
}

pub(crate) async fn other_bytes_at_the_same_address_are_not_moved(subject: Subject) {
    for place in every_place() {
        subject.put(into_place(&place, job(1))).await;
        let there = subject.only(&place).await;
        let other = StoredEntry {
            raw: job(2).into(),
            ..there.clone()
        };
        assert!(!subject.shift(&other, Destination::Nowhere).await);
        assert!(!subject.shift(&other, into_queue("other", job(2))).await);
        assert_eq!(subject.only(&place).await, there);
        assert_eq!(subject.size(&queue("other")).await, 0);
        // Nor the same bytes in another place.
        for wrong in every_place().into_iter().chain([queue("unknown")]) {
            if wrong != place {
                let elsewhere = StoredEntry {
                    id: EntryId {
                        place: wrong,
                        ..there.id.clone()
                    },
                    ..there.clone()
                };
                assert!(!subject.shift(&elsewhere, Destination::Nowhere).await);
            }
        }
        assert!(subject.shift(&there, Destination::Nowhere).await);
    }
}

pub(crate) async fn a_set_entry_is_taken_whatever_its_score_is_now(subject: Subject) {
    subject.put(into_set(Set::Retries, 10.0, job(1))).await;
    let before = subject.only(&Set::Retries.into()).await;
    assert!(
        subject
            .shift(&before, into_set(Set::Retries, 99.0, job(1)))
            .await
    );
    let after = subject.only(&Set::Retries.into()).await;
    assert!((after.id.position - 99.0).abs() < f64::EPSILON);
    assert!(subject.shift(&before, into_queue("default", job(1))).await);
    assert_eq!(subject.size(&Set::Retries.into()).await, 0);
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn one_of_two_equal_entries_is_moved(subject: Subject) {
    subject
        .add(&[
            into_queue("default", "twin"),
            into_queue("default", job(1)),
            into_queue("default", "twin"),
        ])
        .await
        .unwrap();
    let entries = subject.all(&queue("default")).await;
    assert!(
        subject
            .shift(&entries[2], into_set(Set::Dead, 1.0, "twin"))
            .await
    );
    assert_eq!(subject.size(&queue("default")).await, 2);
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "twin");
    assert!(subject.shift(&entries[0], Destination::Nowhere).await);
    assert!(!subject.shift(&entries[0], Destination::Nowhere).await);
    assert_eq!(subject.only(&queue("default")).await.raw, job(1));
}

pub(crate) async fn odd_entries_can_be_moved_and_deleted(subject: Subject) {
    for from in every_place() {
        for (what, raw) in odd_entries() {
            subject.put(into_place(&from, raw.clone())).await;
            let entry = subject.only(&from).await;
            let target = if from.set() == Some(Set::Dead) {
                Set::Retries
            } else {
                Set::Dead
            };
            assert!(
                subject
                    .shift(&entry, into_set(target, 3.25, raw.clone()))
                    .await,
                "{what} from {from}"
            );
            let moved = subject.only(&target.into()).await;
            assert!(moved.raw == raw, "{what} from {from}");
            assert!(
                subject.shift(&moved, into_queue("odd", raw.clone())).await,
                "{what}"
            );
            let queued = subject.only(&queue("odd")).await;
            assert!(queued.raw == raw, "{what} in a queue");
            assert!(subject.shift(&queued, Destination::Nowhere).await, "{what}");
        }
    }
}

pub(crate) async fn the_answer_is_in_the_order_asked(subject: Subject) {
    let count = 250;
    for number in 0..count {
        let set = Set::ALL[number % 3];
        subject.put(into_set(set, 1.0, job(number))).await;
    }
    let mut moves = Vec::new();
    let mut expected = Vec::new();
    for number in (0..count).rev() {
        let place = Place::Set(Set::ALL[number % 3]);
        let raw = bytes::Bytes::from(job(number));
        let entry = StoredEntry {
            id: EntryId {
                place,
                position: 1.0,
                digest: jobdeck::job::digest(&raw),
            },
            raw,
            cursor: Cursor(String::new()),
        };
        moves.push(Move {
            entry: entry.clone(),
            to: into_queue("default", job(number)),
        });
        expected.push(Moved::Done);
        if number % 5 == 0 {
            // The same again: it is gone by then.
            moves.push(Move {
                entry,
                to: into_queue("default", job(number)),
            });
            expected.push(Moved::Gone);
        }
    }
    assert_eq!(subject.apply(&moves).await.unwrap(), expected);
    let queued: Vec<_> = (0..count).rev().map(job).collect();
    assert_eq!(raws(&subject.all(&queue("default")).await), queued);
    assert!(subject.apply(&[]).await.unwrap().is_empty());
}

pub(crate) async fn a_move_into_an_unknown_queue_makes_it_known(subject: Subject) {
    subject.put(into_set(Set::Scheduled, 1.0, job(1))).await;
    assert!(subject.summary("brand-new").await.is_none());
    let entry = subject.only(&Set::Scheduled.into()).await;
    assert!(subject.shift(&entry, into_queue("brand-new", job(1))).await);
    assert_eq!(subject.summary("brand-new").await.unwrap().size, 1);
}

pub(crate) async fn a_move_with_a_score_that_is_no_number_is_refused(subject: Subject) {
    subject.put(into_set(Set::Dead, 1.0, job(1))).await;
    let entry = subject.only(&Set::Dead.into()).await;
    let change = Move {
        entry: entry.clone(),
        to: into_set(Set::Retries, f64::NAN, job(1)),
    };
    let error = subject.apply(&[change]).await.unwrap_err();
    assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
    assert_eq!(subject.only(&Set::Dead.into()).await, entry);
}
