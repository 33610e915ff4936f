//! Slices and the cursors between them.

use crate::harness::{Subject, every_place, into_place, into_queue, into_set, job, queue, raws};
use bytes::Bytes;
use jobdeck::{
    model::{Cursor, Order, Place, Set},
    store::{Destination, Move, SLICE_BYTES, Start, StoreError, StoredEntry},
};
use std::collections::BTreeSet;

const BOTH: [Order; 2] = [Order::Ascending, Order::Descending];

/// `count` jobs in a place, with some equal scores.
async fn fill(subject: &Subject, place: &Place, count: u32) {
    let entries: Vec<_> = (0..count)
        .map(|number| {
            let raw = job(number as usize);
            match place {
                Place::Set(set) => into_set(*set, f64::from(number / 3), raw),
                Place::Queue(name) => into_queue(name, raw),
            }
        })
        .collect();
    subject.add(&entries).await.unwrap();
}

fn reversed(mut entries: Vec<StoredEntry>) -> Vec<StoredEntry> {
    entries.reverse();
    entries
}

pub(crate) async fn a_place_that_does_not_exist_is_empty(subject: Subject) {
    for place in every_place() {
        for start in [Start::Edge, Start::Score(5.0)] {
            for order in BOTH {
                let slice = subject.slice(&place, &start, order, 10).await.unwrap();
                assert!(slice.entries.is_empty());
                assert_eq!(slice.total, 0);
                assert!(slice.now.0 > 0);
            }
        }
    }
}

pub(crate) async fn pages_meet_without_gap_in_both_directions(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 50).await;
        let all = subject.all(&place).await;
        assert_eq!(all.len(), 50);
        for step in [1, 2, 7, 49, 50, 51] {
            let forward = subject.walk(&place, Order::Ascending, step).await;
            assert_eq!(raws(&forward), raws(&all), "{place}, {step} at a time");
            let backward = subject.walk(&place, Order::Descending, step).await;
            assert_eq!(
                raws(&reversed(backward)),
                raws(&all),
                "{place}, {step} at a time, backward"
            );
        }
    }
}

pub(crate) async fn a_thousand_entries_of_one_score_are_each_seen_once(subject: Subject) {
    let entries: Vec<_> = (0..1_000)
        .map(|number| into_set(Set::Dead, 1_795_470_707.831_634_5, job(number)))
        .collect();
    subject.add(&entries).await.unwrap();
    let expected: BTreeSet<Bytes> = (0..1_000).map(|number| job(number).into()).collect();
    for order in BOTH {
        let seen = raws(&subject.walk(&Set::Dead.into(), order, 33).await);
        assert_eq!(seen.len(), 1_000);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    }
    let forward = subject.walk(&Set::Dead.into(), Order::Ascending, 33).await;
    let backward = subject.walk(&Set::Dead.into(), Order::Descending, 33).await;
    assert_eq!(raws(&reversed(backward)), raws(&forward));
}

pub(crate) async fn a_slice_starts_at_a_score_inclusively(subject: Subject) {
    for (number, score) in [1.0, 2.0, 2.0, 3.0].into_iter().enumerate() {
        subject
            .put(into_set(Set::Retries, score, job(number)))
            .await;
    }
    for (score, order, expected) in [
        (2.0, Order::Ascending, vec![2.0, 2.0, 3.0]),
        (2.0, Order::Descending, vec![2.0, 2.0, 1.0]),
        (1.5, Order::Ascending, vec![2.0, 2.0, 3.0]),
        (1.5, Order::Descending, vec![1.0]),
        (3.1, Order::Ascending, vec![]),
        (0.9, Order::Descending, vec![]),
        (
            f64::NEG_INFINITY,
            Order::Ascending,
            vec![1.0, 2.0, 2.0, 3.0],
        ),
        (f64::INFINITY, Order::Descending, vec![3.0, 2.0, 2.0, 1.0]),
    ] {
        let slice = subject
            .slice(&Set::Retries.into(), &Start::Score(score), order, 10)
            .await
            .unwrap();
        let scores: Vec<_> = slice
            .entries
            .iter()
            .map(|entry| entry.id.position)
            .collect();
        assert_eq!(scores, expected, "from {score}, {order:?}");
        assert_eq!(slice.total, 4);
    }
    let error = subject
        .slice(
            &Set::Retries.into(),
            &Start::Score(f64::NAN),
            Order::Ascending,
            10,
        )
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
}

pub(crate) async fn a_queue_has_no_scores_to_start_at(subject: Subject) {
    subject.enqueue("default", 0..3).await;
    for order in BOTH {
        let from_score = subject
            .slice(&queue("default"), &Start::Score(2.0), order, 10)
            .await
            .unwrap();
        let from_edge = subject
            .slice(&queue("default"), &Start::Edge, order, 10)
            .await
            .unwrap();
        assert_eq!(raws(&from_score.entries), raws(&from_edge.entries));
    }
}

pub(crate) async fn a_cursor_outlives_its_entry_in_a_set(subject: Subject) {
    let place = Place::Set(Set::Dead);
    for order in BOTH {
        fill(&subject, &place, 30).await;
        outlive(&subject, &place, order).await;
    }
}

pub(crate) async fn a_cursor_outlives_its_entry_in_a_queue(subject: Subject) {
    let place = queue("default");
    for order in BOTH {
        subject.clear_queue("default").await.unwrap();
        fill(&subject, &place, 30).await;
        outlive(&subject, &place, order).await;
    }
}

async fn outlive(subject: &Subject, place: &Place, order: Order) {
    let all = subject.walk(place, order, 100).await;
    let (seen, rest) = all.split_at(10);
    let last = seen.last().unwrap();
    assert!(subject.shift(last, Destination::Nowhere).await);
    let after = Start::After(last.cursor.clone());
    let slice = subject.slice(place, &after, order, 100).await.unwrap();
    assert_eq!(
        raws(&slice.entries),
        raws(rest),
        "{place} {order:?}: the cursor's entry is gone"
    );
    // Everything on this side of the cursor goes, too.
    for entry in &seen[..9] {
        assert!(subject.shift(entry, Destination::Nowhere).await);
    }
    let slice = subject.slice(place, &after, order, 100).await.unwrap();
    assert_eq!(
        raws(&slice.entries),
        raws(rest),
        "{place} {order:?}: all before the cursor is gone"
    );
    // And on the other side.
    for entry in rest {
        assert!(subject.shift(entry, Destination::Nowhere).await);
    }
    let slice = subject.slice(place, &after, order, 100).await.unwrap();
    assert!(slice.entries.is_empty());
}

pub(crate) async fn a_walk_over_a_set_sees_what_stays_once_while_others_come_and_go(
    subject: Subject,
) {
    let place = Place::Set(Set::Retries);
    for order in BOTH {
        for entry in subject.all(&place).await {
            assert!(subject.shift(&entry, Destination::Nowhere).await);
        }
        fill(&subject, &place, 60).await;
        let all = subject.walk(&place, order, 100).await;
        // Every third goes, at some time during the walk.
        let (going, staying): (Vec<_>, Vec<_>) = all
            .iter()
            .enumerate()
            .partition(|(number, _)| number % 3 == 0);
        let mut going = going.into_iter().map(|(_, entry)| entry);
        let mut new = 1_000;
        let mut seen: Vec<Bytes> = Vec::new();
        let mut start = Start::Edge;
        loop {
            let slice = subject.slice(&place, &start, order, 7).await.unwrap();
            let Some(last) = slice.entries.last() else {
                break;
            };
            start = Start::After(last.cursor.clone());
            seen.extend(raws(&slice.entries));
            for entry in going.by_ref().take(4) {
                assert!(subject.shift(entry, Destination::Nowhere).await);
            }
            for score in [-1.0, 5.0, 10.0, 100.0] {
                if new < 1_030 {
                    subject.put(into_set(Set::Retries, score, job(new))).await;
                    new += 1;
                }
            }
        }
        for (_, entry) in staying {
            let times = seen.iter().filter(|raw| **raw == entry.raw).count();
            assert_eq!(times, 1, "{order:?}: {:?}", entry.raw);
        }
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{order:?}: nothing twice");
    }
}

pub(crate) async fn a_walk_over_a_queue_sees_what_stays_once_while_others_come_and_go(
    subject: Subject,
) {
    let place = queue("default");
    for order in BOTH {
        subject.clear_queue("default").await.unwrap();
        fill(&subject, &place, 60).await;
        let all = subject.walk(&place, order, 100).await;
        let middle: Vec<_> = all.iter().skip(20).step_by(7).take(5).collect();
        let mut removed = Vec::new();
        let mut new = 1_000;
        let mut seen: Vec<Bytes> = Vec::new();
        let mut start = Start::Edge;
        let mut page = 0;
        loop {
            let slice = subject.slice(&place, &start, order, 7).await.unwrap();
            let Some(last) = slice.entries.last() else {
                break;
            };
            start = Start::After(last.cursor.clone());
            seen.extend(raws(&slice.entries));
            // Workers fetch at one end, clients add at the other, an operator deletes in between.
            if page < 4 {
                removed.extend(subject.fetch_raws(&["default"], 3).await);
                for _ in 0..4 {
                    subject.put(into_queue("default", job(new))).await;
                    new += 1;
                }
                if let Some(entry) = middle.get(page)
                    && subject.shift(entry, Destination::Nowhere).await
                {
                    removed.push(entry.raw.clone());
                }
            }
            page += 1;
        }
        for entry in all.iter().filter(|entry| !removed.contains(&entry.raw)) {
            let times = seen.iter().filter(|raw| **raw == entry.raw).count();
            assert_eq!(times, 1, "{order:?}: {:?}", entry.raw);
        }
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{order:?}: nothing twice");
    }
}

pub(crate) async fn a_cursor_leads_back_to_where_it_came_from(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 20).await;
        let all = subject.all(&place).await;
        for (number, entry) in all.iter().enumerate() {
            let after = Start::After(entry.cursor.clone());
            let behind = subject
                .slice(&place, &after, Order::Ascending, 100)
                .await
                .unwrap();
            assert_eq!(
                raws(&behind.entries),
                raws(&all[number + 1..]),
                "{place}: behind entry {number}"
            );
            let before = subject
                .slice(&place, &after, Order::Descending, 100)
                .await
                .unwrap();
            assert_eq!(
                raws(&reversed(before.entries)),
                raws(&all[..number]),
                "{place}: before entry {number}"
            );
        }
    }
}

pub(crate) async fn a_slice_holds_no_more_than_asked(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 5).await;
        for (limit, expected) in [(0, 0), (1, 1), (4, 4), (5, 5), (1_000, 5), (usize::MAX, 5)] {
            let slice = subject
                .slice(&place, &Start::Edge, Order::Ascending, limit)
                .await
                .unwrap();
            assert_eq!(slice.entries.len(), expected, "{place}, limit {limit}");
            assert_eq!(slice.total, 5);
        }
    }
}

pub(crate) async fn a_foreign_cursor_is_an_error(subject: Subject) {
    for place in every_place() {
        subject.put(into_place(&place, job(1))).await;
        for text in [
            "", "rubbish", "🦀", "\0", "1", "~", "_", ":", "NaN_1", "1 2",
        ] {
            let start = Start::After(Cursor(text.to_owned()));
            let error = subject
                .slice(&place, &start, Order::Ascending, 10)
                .await
                .unwrap_err();
            assert!(
                matches!(error, StoreError::Invalid(_)),
                "{place}, {text:?}: {error:?}"
            );
        }
    }
}

pub(crate) async fn extreme_scores_have_their_place(subject: Subject) {
    let scores = [
        f64::NEG_INFINITY,
        f64::MIN,
        -1.0,
        0.0,
        f64::MIN_POSITIVE,
        0.1 + 0.2,
        1_795_470_707.831_634_5,
        9_007_199_254_740_993.0,
        f64::MAX,
        f64::INFINITY,
    ];
    for (number, score) in scores.into_iter().enumerate() {
        subject
            .put(into_set(Set::Scheduled, score, job(number)))
            .await;
    }
    for step in [1, 3, 20] {
        let entries = subject
            .walk(&Set::Scheduled.into(), Order::Ascending, step)
            .await;
        let stored: Vec<_> = entries.iter().map(|entry| entry.id.position).collect();
        assert_eq!(stored, scores, "{step} at a time");
        for entry in entries {
            let id = entry.id.to_string().parse().unwrap();
            assert_eq!(subject.find(&id).await, Some(entry), "{id}");
        }
    }
}

/// Entries of this many bytes in a place, and a small job at each end.
async fn fill_large(subject: &Subject, place: &Place, count: usize, bytes: usize) -> Vec<Bytes> {
    let padding = "x".repeat(bytes);
    let mut raws: Vec<Bytes> = (0..count)
        .map(|number| format!("{number:04} {padding}").into())
        .collect();
    raws.insert(0, job(1).into());
    raws.push(job(2).into());
    for (number, raw) in raws.iter().enumerate() {
        let to = match place {
            Place::Set(set) => into_set(*set, number as f64, raw.clone()),
            Place::Queue(name) => into_queue(name, raw.clone()),
        };
        subject.put(to).await;
    }
    raws
}

pub(crate) async fn a_slice_of_large_entries_holds_few_of_them_and_says_that_there_are_more(
    subject: Subject,
) {
    for place in [Place::Set(Set::Scheduled), queue("default")] {
        let expected = fill_large(&subject, &place, 25, 2_000_000).await;
        for order in BOTH {
            let mut seen = Vec::new();
            let mut start = Start::Edge;
            loop {
                let slice = subject.slice(&place, &start, order, 100).await.unwrap();
                let last = slice.entries.last().expect("one at least");
                start = Start::After(last.cursor.clone());
                let bytes: usize = slice.entries.iter().map(|entry| entry.raw.len()).sum();
                assert!(
                    slice.entries.len() == 1 || bytes <= SLICE_BYTES,
                    "{place}: {bytes}"
                );
                let more = slice.more;
                assert_eq!(slice.total, expected.len() as u64);
                seen.extend(raws(&slice.entries));
                assert_eq!(more, seen.len() < expected.len(), "{place} {order:?}");
                if !more {
                    break;
                }
            }
            if order == Order::Descending {
                seen.reverse();
            }
            assert!(seen == expected, "{place} {order:?}: each once, in order");
        }
    }
}

pub(crate) async fn a_slice_says_whether_there_is_more(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 6).await;
        let all = subject.all(&place).await;
        for order in BOTH {
            for (limit, more) in [(0, false), (1, true), (5, true), (6, false), (1_000, false)] {
                let slice = subject
                    .slice(&place, &Start::Edge, order, limit)
                    .await
                    .unwrap();
                assert_eq!(slice.more, more, "{place} {order:?} {limit}");
            }
            // Behind the third, whichever way: three before it or two, and three behind it or two.
            let left = if order == Order::Ascending { 3 } else { 2 };
            for (limit, more) in [(left - 1, true), (left, false), (left + 1, false)] {
                let start = Start::After(all[2].cursor.clone());
                let slice = subject.slice(&place, &start, order, limit).await.unwrap();
                assert_eq!(slice.more, more, "{place} {order:?} {limit}");
            }
        }
    }
}

pub(crate) async fn a_scan_sees_every_entry_once_in_both_directions(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 2_600).await;
        let all = subject.all(&place).await;
        for order in BOTH {
            let mut expected = all.clone();
            if order == Order::Descending {
                expected.reverse();
            }
            let mut seen = Vec::new();
            let mut scanner = subject.store.scan(place.clone(), Start::Edge, order);
            while let Some(scan) = scanner.next().await.unwrap() {
                assert_eq!(scan.total, 2_600);
                assert_eq!(scan.more, seen.len() + scan.entries.len() < 2_600);
                for index in [0, scan.entries.len() / 2, scan.entries.len() - 1] {
                    // An entry's cursor leads on from there, and its address finds it.
                    let stored = scan.stored(index).unwrap();
                    let after = Start::After(stored.cursor.clone());
                    let next = subject.slice(&place, &after, order, 1).await.unwrap();
                    let here = &expected[seen.len() + index];
                    assert_eq!((&stored.id, &stored.raw), (&here.id, &here.raw));
                    assert_eq!(
                        next.entries.first().map(|next| &next.raw),
                        expected.get(seen.len() + index + 1).map(|next| &next.raw),
                        "{place} {order:?} {index}"
                    );
                }
                seen.extend(scan.entries.into_iter().map(|(_, raw)| raw));
            }
            assert_eq!(seen, raws(&expected), "{place} {order:?}");
        }
    }
}

pub(crate) async fn a_scan_goes_on_where_it_was_while_entries_come_and_go(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 2_600).await;
        let all = subject.all(&place).await;
        for order in BOTH {
            let mut left = subject.all(&place).await;
            if order == Order::Descending {
                left.reverse();
            }
            let mut seen = Vec::new();
            let mut scanner = subject.store.scan(place.clone(), Start::Edge, order);
            while let Some(scan) = scanner.next().await.unwrap() {
                seen.extend(scan.entries.iter().map(|(_, raw)| raw.clone()));
                // One that was seen goes, the last of them too, and one that was not.
                let number = seen.len();
                for index in [number / 2, number - 1, number + 40] {
                    let Some(entry) = left.get(index) else {
                        continue;
                    };
                    subject
                        .apply(&[Move {
                            entry: entry.clone(),
                            to: Destination::Nowhere,
                        }])
                        .await
                        .unwrap();
                }
            }
            let unique: BTreeSet<&Bytes> = seen.iter().collect();
            assert_eq!(unique.len(), seen.len(), "{place} {order:?}: none twice");
            let now: BTreeSet<Bytes> = raws(&subject.all(&place).await).into_iter().collect();
            assert!(
                now.iter().all(|raw| unique.contains(raw)),
                "{place} {order:?}: none that is there is left out"
            );
        }
        assert!(subject.all(&place).await.len() < all.len());
    }
}

pub(crate) async fn a_scan_of_large_entries_reads_few_at_a_time(subject: Subject) {
    for place in every_place() {
        let entries: Vec<_> = (0..900)
            .map(|number| {
                let padding = if number < 600 { 10 } else { 300_000 };
                let raw = format!(r#"{{"jid":"{number:04}","x":"{}"}}"#, "x".repeat(padding));
                match &place {
                    Place::Set(set) => into_set(*set, f64::from(number), raw),
                    Place::Queue(name) => into_queue(name, raw),
                }
            })
            .collect();
        for entries in entries.chunks(100) {
            subject.add(entries).await.unwrap();
        }
        let mut scanner = subject
            .store
            .scan(place.clone(), Start::Edge, Order::Ascending);
        let mut seen = 0;
        while let Some(scan) = scanner.next().await.unwrap() {
            seen += scan.entries.len();
            assert!(scan.bytes() <= SLICE_BYTES, "{} bytes", scan.bytes());
        }
        assert_eq!(seen, 900, "{place}");
    }
}
