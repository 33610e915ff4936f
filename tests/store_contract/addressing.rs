//! Entries are found again: by address, by job id.

use crate::harness::{
    Subject, WORKER, beat, every_place, into_place, into_queue, into_set, job, odd_entries, queue,
    raws,
};
use bytes::Bytes;
use jobdeck::{
    model::{EntryId, Place, Set},
    store::{Destination, Settlement},
};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(10);

pub(crate) async fn every_entry_can_be_located_by_its_address(subject: Subject) {
    for place in every_place() {
        for (number, (_, raw)) in odd_entries().into_iter().enumerate() {
            subject.put(into_place(&place, raw)).await;
            subject.put(into_place(&place, job(number))).await;
        }
        let entries = subject.all(&place).await;
        assert_eq!(entries.len(), 2 * odd_entries().len());
        // In another order than stored, and through the text form.
        let ids: Vec<EntryId> = entries
            .iter()
            .rev()
            .map(|entry| entry.id.to_string().parse().unwrap())
            .collect();
        let located = subject.locate(&ids).await.unwrap();
        let expected: Vec<_> = entries.into_iter().rev().map(Some).collect();
        assert_eq!(located.len(), expected.len());
        for (located, expected) in located.into_iter().zip(expected) {
            let (located, expected) = (located.unwrap(), expected.unwrap());
            assert_eq!(located.id, expected.id);
            assert!(located.raw == expected.raw, "{}", located.id);
        }
    }
    assert!(subject.locate(&[]).await.unwrap().is_empty());
}

pub(crate) async fn addresses_of_equal_scores_are_told_apart(subject: Subject) {
    for number in 0..50 {
        subject.put(into_set(Set::Retries, 7.5, job(number))).await;
    }
    for entry in subject.all(&Set::Retries.into()).await {
        assert_eq!(
            subject.find(&entry.id).await.map(|found| found.raw),
            Some(entry.raw)
        );
    }
}

pub(crate) async fn an_entry_that_is_gone_has_no_address_any_more(subject: Subject) {
    for place in every_place() {
        for number in 0..3 {
            subject.put(into_place(&place, job(number))).await;
        }
        let entries = subject.all(&place).await;
        assert!(subject.shift(&entries[1], Destination::Nowhere).await);
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.clone()).collect();
        let located = subject.locate(&ids).await.unwrap();
        let there: Vec<_> = located.iter().map(Option::is_some).collect();
        assert_eq!(there, [true, false, true], "{place}");
    }
}

pub(crate) async fn an_address_in_another_place_finds_nothing(subject: Subject) {
    subject.put(into_set(Set::Dead, 1.0, job(1))).await;
    subject.enqueue("default", [2]).await;
    let dead = subject.only(&Set::Dead.into()).await.id;
    let queued = subject.only(&queue("default")).await.id;
    for place in [
        Place::Set(Set::Retries),
        queue("default"),
        queue("unknown"),
        queue("dead"),
    ] {
        let id = EntryId {
            place,
            ..dead.clone()
        };
        assert_eq!(subject.find(&id).await, None, "{id}");
    }
    for place in [Place::Set(Set::Dead), queue("other")] {
        let id = EntryId {
            place,
            ..queued.clone()
        };
        assert_eq!(subject.find(&id).await, None, "{id}");
    }
    // Another digest, another score.
    let other_digest = EntryId {
        digest: "0".repeat(40),
        ..dead.clone()
    };
    assert_eq!(subject.find(&other_digest).await, None);
    let other_score = EntryId {
        position: 2.0,
        ..dead
    };
    assert_eq!(subject.find(&other_score).await, None);
}

pub(crate) async fn a_job_handed_back_to_its_queue_keeps_its_address(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..5).await;
    let first = subject.all(&queue("default")).await.remove(0);
    let fetched = subject.take_one("default").await;
    assert_eq!(subject.find(&first.id).await, None);
    subject
        .settle(WORKER, &fetched, &Settlement::Requeue)
        .await
        .unwrap();
    let found = subject.find(&first.id).await.unwrap();
    assert_eq!(found.raw, first.raw);
    // And can be acted upon as it was seen.
    assert!(subject.shift(&first, Destination::Nowhere).await);
    assert_eq!(subject.size(&queue("default")).await, 4);
}

pub(crate) async fn a_job_id_is_found_in_every_place(subject: Subject) {
    for number in 0..20 {
        for place in every_place() {
            subject.put(into_place(&place, job(number))).await;
        }
    }
    subject.put(into_queue("other", job(7))).await;
    let search = subject
        .find_jid("000000000000000000000007", LONG)
        .await
        .unwrap();
    assert_eq!((search.scanned, search.total), (81, 81));
    let mut places: Vec<_> = search
        .entries
        .iter()
        .map(|entry| entry.id.place.clone())
        .collect();
    places.sort();
    let mut expected = every_place();
    expected.push(queue("other"));
    expected.sort();
    assert_eq!(places, expected);
    for entry in &search.entries {
        assert_eq!(entry.raw, job(7));
        assert_eq!(subject.find(&entry.id).await.as_ref(), Some(entry));
    }
    let nothing = subject.find_jid("nothing", LONG).await.unwrap();
    assert!(nothing.entries.is_empty());
    assert_eq!(nothing.total, 81);
    subject.clear_queue("other").await.unwrap();
    let search = subject
        .find_jid("000000000000000000000007", LONG)
        .await
        .unwrap();
    assert_eq!((search.entries.len(), search.total), (4, 80));
}

pub(crate) async fn a_job_id_is_found_only_where_it_is_the_job_id(subject: Subject) {
    let jobs: [&str; 6] = [
        r#"{"class":"A","args":[],"jid":"wanted"}"#,
        r#"{"class":"B","args":["wanted"],"jid":"other"}"#,
        r#"{"class":"wanted","args":[{"jid":"wanted"}],"jid":"wantedmore"}"#,
        r#"{"class":"C","args":[],"jid":"other","jid":"wanted"}"#,
        r#"{"class":"D","args":[],"jid":"\u0077anted"}"#,
        r#"wanted, but "jid":"wanted" is not in JSON"#,
    ];
    for place in [Place::Set(Set::Retries), queue("default")] {
        for raw in jobs {
            subject.put(into_place(&place, raw)).await;
        }
        let search = subject.find_jid("wanted", LONG).await.unwrap();
        let mut found = raws(&search.entries);
        found.sort();
        let mut expected: Vec<Bytes> = [jobs[0], jobs[3], jobs[4]].map(Bytes::from).into();
        expected.sort();
        assert_eq!(found, expected, "{place}");
        for entry in subject.all(&place).await {
            assert!(subject.shift(&entry, Destination::Nowhere).await);
        }
    }
    // Odd searches are only searches.
    for jid in ["", "*", "%", "[", "\\", "\0", "🦀"] {
        subject.put(into_queue("default", jobs[0])).await;
        let search = subject.find_jid(jid, LONG).await.unwrap();
        assert!(search.entries.is_empty(), "{jid:?}");
    }
}
