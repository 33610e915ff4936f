//! Lists that change while somebody walks through them.

use super::{all, fresh, queue, raw};
use crate::support::{fill_queue, fill_set, job_text};
use jobdeck::{
    model::{Order, Place, Set},
    store::{Destination, Move, Moved, Start, StoredEntry},
};
use std::collections::BTreeSet;

const DEAD: Place = Place::Set(Set::Dead);

fn deletion(entry: StoredEntry) -> Move {
    Move {
        entry,
        to: Destination::Nowhere,
    }
}

#[tokio::test]
async fn blind_cursors_hold_nothing_of_an_entry_and_lead_on_behind_it() {
    for order in [Order::Ascending, Order::Descending] {
        let (_server, store, mut connection) = fresh().await;
        fill_set(&mut connection, "dead", 300, |number| match number {
            0..5 => 1.0,
            5..290 => 1795470707.8316345,
            _ => f64::INFINITY,
        })
        .await;
        let mut seen = BTreeSet::new();
        let mut start = Start::Edge;
        loop {
            let slice = store.slice(&DEAD, &start, order, 7).await.unwrap();
            let Some(last) = slice.entries.last() else {
                break;
            };
            let cursor = store.blind(last.cursor.clone());
            assert!(!cursor.0.contains(&last.id.digest), "{cursor:?}");
            assert!(cursor.0.ends_with('~'), "no beginning: {cursor:?}");
            start = Start::After(cursor);
            for entry in &slice.entries {
                assert!(seen.insert(entry.raw.clone()), "seen twice");
            }
        }
        assert_eq!(seen.len(), 300, "{order:?}");
    }
}

#[tokio::test]
async fn blind_cursors_of_a_scan_lead_on_within_a_run_of_one_score() {
    let (_server, store, mut connection) = fresh().await;
    fill_set(&mut connection, "dead", 700, |number| match number {
        0..100 => 10_000.0 + f64::from(u32::try_from(number).unwrap()),
        _ => 7.0,
    })
    .await;
    for order in [Order::Ascending, Order::Descending] {
        let entries = all(&store, &DEAD, order).await;
        let mut scanner = store.scan(DEAD, Start::Edge, order);
        let mut seen = 0;
        while let Some(scan) = scanner.next().await.unwrap() {
            seen += scan.entries.len();
            let last = scan.stored(scan.entries.len() - 1).unwrap();
            let start = Start::After(store.blind(last.cursor));
            let next = store.slice(&DEAD, &start, order, 1).await.unwrap();
            assert_eq!(
                next.entries.first().map(|entry| &entry.raw),
                entries.get(seen).map(|entry| &entry.raw),
                "{order:?} {seen}"
            );
        }
        assert_eq!(seen, 700);
    }
}

#[tokio::test]
async fn the_last_entry_of_a_cut_window_is_told_from_the_next_one_when_it_is_gone() {
    // Pairs that differ in their last byte; the window ends behind the first of a pair or the second.
    for gone in [480, 481] {
        let (_server, store, mut connection) = fresh().await;
        let jobs: Vec<String> = (0..2_000)
            .map(|number| format!("{:06}{}", number / 2, ["a", "b"][number % 2]))
            .collect();
        let mut add = redis::cmd("ZADD");
        add.arg("dead");
        for job in &jobs {
            add.arg(7).arg(job);
        }
        let _: i64 = add.query_async(&mut connection).await.unwrap();
        let mut scanner = store.scan(DEAD, Start::Edge, Order::Ascending);
        let mut seen = scanner.next().await.unwrap().unwrap().entries.len();
        // What was read is gone: a slice finds the place again, and from then on windows begin at the score.
        for job in &jobs[..seen] {
            let _: i64 = raw(&mut connection, &["ZREM", "dead", job]).await;
        }
        seen += scanner.next().await.unwrap().unwrap().entries.len();
        assert_eq!(seen, 500);
        for job in &jobs[100..gone] {
            let _: i64 = raw(&mut connection, &["ZREM", "dead", job]).await;
        }
        let scan = scanner.next().await.unwrap().unwrap();
        // Two more than 400 were read, with those that were passed; the last one only tells the one before it.
        assert_eq!(scan.entries.len(), 402 - (500 - gone) - 1);
        assert_eq!(scan.entries[0].1, jobs[seen].as_bytes());
        seen += scan.entries.len();
        let last = scan.stored(scan.entries.len() - 1).unwrap();
        let after = async |cursor| {
            let slice = store
                .slice(&DEAD, &Start::After(cursor), Order::Ascending, 1)
                .await
                .unwrap();
            slice.entries[0].raw.clone()
        };
        let blind = store.blind(last.cursor.clone());
        assert_eq!(after(blind).await, jobs[seen].as_bytes());
        let _: i64 = raw(&mut connection, &["ZREM", "dead", &jobs[seen - 1]]).await;
        assert_eq!(after(last.cursor).await, jobs[seen].as_bytes());
        let next = scanner.next().await.unwrap().unwrap();
        assert_eq!(next.entries[0].1, jobs[seen].as_bytes(), "{gone}");
    }
}

#[tokio::test]
async fn equal_scores_are_walked_through_while_what_was_seen_is_deleted() {
    for order in [Order::Ascending, Order::Descending] {
        for keep in [0, 1] {
            let (_server, store, mut connection) = fresh().await;
            // Three scores; the middle one is shared by nearly all.
            fill_set(&mut connection, "dead", 3_000, |number| match number {
                0..5 => 1.0,
                5..2_990 => 1795470707.8316345,
                _ => f64::INFINITY,
            })
            .await;
            let mut seen = BTreeSet::new();
            let mut start = Start::Edge;
            loop {
                let slice = store.slice(&DEAD, &start, order, 400).await.unwrap();
                let Some(last) = slice.entries.last() else {
                    break;
                };
                start = Start::After(last.cursor.clone());
                for entry in &slice.entries {
                    assert!(seen.insert(entry.raw.clone()), "seen twice");
                }
                // All of them, or every second one.
                let moves: Vec<Move> = slice
                    .entries
                    .into_iter()
                    .step_by(keep + 1)
                    .map(deletion)
                    .collect();
                assert!(
                    store
                        .apply(&moves)
                        .await
                        .unwrap()
                        .into_iter()
                        .all(|outcome| outcome == Moved::Done)
                );
            }
            assert_eq!(seen.len(), 3_000, "{order:?}");
            let left: u64 = raw(&mut connection, &["ZCARD", "dead"]).await;
            assert_eq!(left == 0, keep == 0);
        }
    }
}

#[tokio::test]
async fn equal_scores_are_walked_through_while_others_are_added_and_deleted() {
    let (_server, store, mut connection) = fresh().await;
    fill_set(&mut connection, "dead", 1_000, |_| 7.0).await;
    let mut seen = Vec::new();
    let mut start = Start::Edge;
    loop {
        let slice = store
            .slice(&DEAD, &start, Order::Ascending, 100)
            .await
            .unwrap();
        let Some(last) = slice.entries.last() else {
            break;
        };
        start = Start::After(last.cursor.clone());
        // In front of everything, many more than a window.
        for number in 0..400 {
            let member = format!("{number} {}", seen.len());
            let _: () = raw(&mut connection, &["ZADD", "dead", "7", &member]).await;
        }
        let _: () = raw(
            &mut connection,
            &["ZREM", "dead", std::str::from_utf8(&last.raw).unwrap()],
        )
        .await;
        seen.extend(slice.entries);
    }
    let jobs: BTreeSet<&[u8]> = seen.iter().map(|entry| &entry.raw[..]).collect();
    assert_eq!((seen.len(), jobs.len()), (1_000, 1_000));
}

#[tokio::test]
async fn an_address_is_found_among_many_equal_scores() {
    let (_server, store, mut connection) = fresh().await;
    fill_set(&mut connection, "dead", 3_000, |_| 7.0).await;
    let entries = all(&store, &DEAD, Order::Descending).await;
    let ids: Vec<_> = [0, 1_500, 2_999, 1_501]
        .map(|at| entries[at].id.clone())
        .to_vec();
    let located = store.locate(&ids).await.unwrap();
    for (id, entry) in ids.iter().zip(located) {
        let entry = entry.unwrap();
        assert_eq!(&entry.id, id);
        // And its cursor leads on from there.
        let at = entries.iter().position(|known| known.id == *id).unwrap();
        let next = store
            .slice(&DEAD, &Start::After(entry.cursor), Order::Descending, 1)
            .await
            .unwrap();
        assert_eq!(
            next.entries.first().map(|entry| &entry.id),
            entries.get(at + 1).map(|entry| &entry.id)
        );
    }
}

#[tokio::test]
async fn a_queue_is_walked_through_while_jobs_come_and_go() {
    for order in [Order::Ascending, Order::Descending] {
        let (_server, store, mut connection) = fresh().await;
        fill_queue(&mut connection, "default", 1_000).await;
        let place = queue("default");
        let mut seen: Vec<StoredEntry> = Vec::new();
        let mut start = Start::Edge;
        loop {
            let slice = store.slice(&place, &start, order, 100).await.unwrap();
            let Some(last) = slice.entries.last() else {
                break;
            };
            start = Start::After(last.cursor.clone());
            seen.extend(slice.entries);
            // Thirty run, twenty arrive.
            let _: Vec<String> = raw(&mut connection, &["RPOP", "queue:default", "30"]).await;
            for number in 0..20 {
                let text = format!("{} {number}", seen.len());
                let _: () = raw(&mut connection, &["LPUSH", "queue:default", &text]).await;
            }
            if seen.len() > 3_000 {
                break;
            }
        }
        let jobs: Vec<&[u8]> = seen
            .iter()
            .map(|entry| &entry.raw[..])
            .filter(|raw| raw.starts_with(b"{"))
            .collect();
        let distinct: BTreeSet<&[u8]> = jobs.iter().copied().collect();
        assert_eq!(jobs.len(), distinct.len(), "none twice");
        // Those that had not been run when the walk came by, without a gap.
        let numbers: BTreeSet<usize> = (0..1_000)
            .filter(|number| distinct.contains(job_text(*number).as_bytes()))
            .collect();
        let (first, last) = (*numbers.first().unwrap(), *numbers.last().unwrap());
        assert_eq!(numbers.len(), last - first + 1, "{order:?}: a gap");
        match order {
            Order::Ascending => assert_eq!((first, last), (0, 999)),
            Order::Descending => assert_eq!(last, 999),
        }
    }
}

#[tokio::test]
async fn a_queue_is_walked_through_while_what_was_seen_is_deleted() {
    for order in [Order::Ascending, Order::Descending] {
        for keep in [0, 1] {
            let (_server, store, mut connection) = fresh().await;
            fill_queue(&mut connection, "default", 500).await;
            let mut seen = BTreeSet::new();
            let mut start = Start::Edge;
            loop {
                let slice = store
                    .slice(&queue("default"), &start, order, 90)
                    .await
                    .unwrap();
                let Some(last) = slice.entries.last() else {
                    break;
                };
                start = Start::After(last.cursor.clone());
                for entry in &slice.entries {
                    if entry.raw.starts_with(b"{") {
                        assert!(seen.insert(entry.raw.clone()), "{order:?}: seen twice");
                    }
                }
                let moves: Vec<Move> = slice
                    .entries
                    .into_iter()
                    .rev()
                    .step_by(keep + 1)
                    .map(deletion)
                    .collect();
                assert!(
                    store
                        .apply(&moves)
                        .await
                        .unwrap()
                        .into_iter()
                        .all(|outcome| outcome == Moved::Done)
                );
                // New ones arrive meanwhile.
                if seen.len() < 300 && order == Order::Ascending {
                    for number in 0..20 {
                        let text = format!("{} {number}", seen.len());
                        let _: () = raw(&mut connection, &["LPUSH", "queue:default", &text]).await;
                    }
                }
            }
            assert_eq!(seen.len(), 500, "{order:?} {keep}");
        }
    }
}

#[tokio::test]
async fn an_address_is_found_in_a_queue_that_has_moved_on() {
    let (_server, store, mut connection) = fresh().await;
    fill_queue(&mut connection, "default", 5_000).await;
    let slice = store
        .slice(&queue("default"), &Start::Edge, Order::Descending, 100)
        .await
        .unwrap();
    let ids: Vec<_> = slice.entries.iter().map(|entry| entry.id.clone()).collect();
    let _: Vec<String> = raw(&mut connection, &["RPOP", "queue:default", "3000"]).await;
    let located = store.locate(&ids).await.unwrap();
    for (id, entry) in ids.iter().zip(located) {
        assert_eq!(entry.unwrap().id.digest, id.digest);
    }
    let _: Vec<String> = raw(&mut connection, &["RPOP", "queue:default", "1950"]).await;
    let located = store.locate(&ids).await.unwrap();
    assert_eq!(located.iter().flatten().count(), 50);
    let _: () = raw(&mut connection, &["DEL", "queue:default"]).await;
    assert_eq!(store.locate(&ids).await.unwrap(), vec![None; 100]);
}

#[tokio::test]
async fn a_set_is_scanned_while_it_is_emptied_from_below() {
    // Entries that are deleted behind the scan: all, or all but the last one that was read, or but the last two hundred.
    for left in [0, 1, 200] {
        let (_server, store, mut connection) = fresh().await;
        // Pairs of one time, many of one time, and one at the end of time.
        fill_set(&mut connection, "dead", 4_000, |number| match number {
            1_000..1_900 => 1_500.5,
            3_999 => f64::INFINITY,
            _ => f64::from(u32::try_from(number / 2 * 2).unwrap()) + 1_000.0,
        })
        .await;
        let mut wanted: Vec<(bytes::Bytes, f64)> = raw(
            &mut connection,
            &["ZRANGE", "dead", "0", "-1", "WITHSCORES"],
        )
        .await;
        let mut scanner = store.scan(DEAD, Start::Edge, Order::Ascending);
        let (mut seen, mut deleted) = (Vec::new(), 0);
        while let Some(scan) = scanner.next().await.unwrap() {
            for (index, (score, raw)) in scan.entries.iter().enumerate() {
                let stored = scan.stored(index).unwrap();
                assert_eq!((&stored.raw, stored.id.position), (raw, *score));
                seen.push((raw.clone(), *score));
            }
            if let Some((last, _)) = seen.last() {
                // What comes before it all is not the scan's any more.
                let mut add = redis::cmd("ZADD");
                add.arg("dead")
                    .arg("-5")
                    .arg([b"early ", &last[..]].concat());
                let _: i64 = add.query_async(&mut connection).await.unwrap();
            }
            let until = seen.len().saturating_sub(left);
            for (raw, _) in &seen[deleted..until.max(deleted)] {
                let mut delete = redis::cmd("ZREM");
                delete.arg("dead").arg(&raw[..]);
                let _: i64 = delete.query_async(&mut connection).await.unwrap();
            }
            deleted = until.max(deleted);
        }
        assert_eq!(seen.len(), wanted.len(), "{left}");
        // What shares a time stands in the order of its bytes, as Redis has it.
        wanted.sort_by(|(one, at), (other, later)| at.total_cmp(later).then(one.cmp(other)));
        assert!(seen == wanted, "{left}");
        let told: String = raw(&mut connection, &["INFO", "commandstats"]).await;
        assert!(told.contains("cmdstat_zrangebyscore"), "{told}");
    }
}
