//! The audit: what was written stands there, in order, until it is too old or too many.

use super::harness::Subject;
use jobdeck::{
    model::{Actor, AuditAction, AuditEntry, AuditEvent, AuditId, AuditOutcome, Order, Role},
    store::{AuditBounds, Store},
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

fn event(number: u64) -> AuditEvent {
    let mut event = AuditEvent::new(Actor::user("ada", Role::Admin), AuditAction::Delete);
    event.count = Some(number);
    event
}

async fn write(store: &dyn Store, number: u64) -> AuditId {
    let bounds = AuditBounds::default();
    let id = store.write_audit(&event(number), None, bounds).await;
    id.unwrap().expect("a place")
}

async fn read(store: &dyn Store, behind: Option<AuditId>, order: Order, limit: usize) -> Vec<u64> {
    let entries = store.read_audit(behind, order, limit).await.unwrap();
    numbers(&entries)
}

fn numbers(entries: &[AuditEntry]) -> Vec<u64> {
    entries
        .iter()
        .map(|entry| entry.event.count.expect("a number"))
        .collect()
}

pub(crate) async fn an_event_is_kept_to_the_letter(store: Subject) {
    assert_eq!(
        store.read_audit(None, Order::Descending, 10).await.unwrap(),
        []
    );
    let hostile = "=cmd|' /C calc'!A0 \u{202e}gnp.exe\r\n\0<script>alert(1)</script> \u{1f980} \"'";
    let mut told = AuditEvent::new(
        Actor::token(hostile, Role::Operator).at(Some("2001:db8::1".to_owned())),
        AuditAction::StartOperation,
    );
    told.places = vec!["dead".to_owned(), format!("queue:{hostile}")];
    told.class = hostile.to_owned();
    told.filter = hostile.to_owned();
    told.object = hostile.to_owned();
    told.details = hostile.to_owned();
    told.count = Some(u64::MAX);
    told.jids = vec![hostile.to_owned(), String::new()];
    told.reason = hostile.to_owned();
    told.operation = Some("a".to_owned());
    told.outcome = AuditOutcome::Failed;
    (told.done, told.gone, told.refused, told.repeats) = (1, 2, 3, 4);
    told.message = hostile.to_owned();
    let before = store.now().await.unwrap();
    let bounds = AuditBounds::default();
    let id = store.write_audit(&told, None, bounds).await.unwrap();
    let id = id.expect("a place");
    assert!(before <= id.at() && id.at() <= store.now().await.unwrap());
    let entry = AuditEntry { id, event: told };
    let again = store.again().await;
    for order in [Order::Ascending, Order::Descending] {
        assert_eq!(
            again.read_audit(None, order, 10).await.unwrap(),
            std::slice::from_ref(&entry)
        );
    }
}

pub(crate) async fn events_are_read_from_both_ends_without_gap(store: Subject) {
    let store = &*store;
    for number in 0..25 {
        write(store, number).await;
    }
    for order in [Order::Ascending, Order::Descending] {
        let (mut behind, mut seen) = (None, Vec::new());
        loop {
            let entries = store.read_audit(behind, order, 7).await.unwrap();
            let Some(last) = entries.last() else { break };
            assert!(entries.len() <= 7);
            behind = Some(last.id);
            seen.extend(numbers(&entries));
        }
        let mut expected: Vec<u64> = (0..25).collect();
        if order == Order::Descending {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{order:?}");
    }
    // From a moment on, and from a moment back.
    let entries = store.read_audit(None, Order::Ascending, 25).await.unwrap();
    let at = entries[10].id.at();
    let later: Vec<u64> = numbers(&entries)
        .into_iter()
        .zip(&entries)
        .filter_map(|(number, entry)| (entry.id.at() > at).then_some(number))
        .collect();
    let behind = Some(AuditId::behind(at));
    assert_eq!(read(store, behind, Order::Ascending, 25).await, later);
    let until = read(store, behind, Order::Descending, 25).await;
    assert_eq!(until.len() + later.len(), 25);
    // Beyond the edges there is nothing.
    let end = Some(AuditId {
        milliseconds: u64::MAX / 2,
        number: u64::MAX,
    });
    assert_eq!(read(store, end, Order::Ascending, 5).await, [0; 0]);
    assert_eq!(read(store, end, Order::Descending, 1).await, [24]);
    let start = Some(AuditId::default());
    assert_eq!(read(store, start, Order::Descending, 5).await, [0; 0]);
    assert_eq!(read(store, start, Order::Ascending, 1).await, [0]);
}

pub(crate) async fn a_place_in_the_audit_outlives_its_event(store: Subject) {
    let store = &*store;
    for number in 0..300 {
        write(store, number).await;
    }
    let first = store.read_audit(None, Order::Ascending, 1).await.unwrap();
    let few = AuditBounds {
        events: 10,
        ..AuditBounds::default()
    };
    store.write_audit(&event(300), None, few).await.unwrap();
    let left = read(store, None, Order::Ascending, 1_000).await;
    assert!(left[0] > 0, "{left:?}");
    assert_eq!(
        read(store, Some(first[0].id), Order::Ascending, 1_000).await,
        left
    );
    // What comes meanwhile does not move a page.
    let newest = read(store, None, Order::Descending, 5).await;
    assert_eq!(newest, [300, 299, 298, 297, 296]);
    let page = store.read_audit(None, Order::Descending, 2).await.unwrap();
    write(store, 301).await;
    assert_eq!(
        read(store, Some(page[1].id), Order::Descending, 2).await,
        [298, 297]
    );
}

pub(crate) async fn what_is_written_once_is_written_once(store: Subject) {
    let bounds = AuditBounds::default();
    let other = store.again().await;
    let mut written = 0;
    for handle in [&store.store, &other, &store.store] {
        let once = handle.write_audit(&event(1), Some("end:a"), bounds).await;
        written += u32::from(once.unwrap().is_some());
    }
    assert_eq!(written, 1);
    let once = store.write_audit(&event(2), Some("end:b"), bounds).await;
    assert!(once.unwrap().is_some());
    assert_eq!(read(&*store, None, Order::Ascending, 9).await, [1, 2]);
}

pub(crate) async fn the_newest_events_are_kept(store: Subject) {
    let few = AuditBounds {
        events: 100,
        ..AuditBounds::default()
    };
    for number in 0..1_000 {
        store.write_audit(&event(number), None, few).await.unwrap();
    }
    let kept = read(&*store, None, Order::Ascending, 1_000).await;
    // Redis lets go whole nodes.
    assert!((100..=300).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last(), Some(&999));
    assert_eq!(kept[0], 1_000 - kept.len() as u64);
}

pub(crate) async fn old_events_go(store: Subject) {
    for number in 0..300 {
        write(&*store, number).await;
    }
    let newest = write(&*store, 300).await;
    // By the store's clock, one millisecond behind the last event at least.
    crate::support::wait_until("a millisecond passes", async || {
        store.now().await.unwrap() > newest.at()
    })
    .await;
    let short = AuditBounds {
        kept: Duration::ZERO,
        ..AuditBounds::default()
    };
    store.write_audit(&event(301), None, short).await.unwrap();
    let kept = read(&*store, None, Order::Ascending, 1_000).await;
    assert!(kept.len() <= 200, "{}", kept.len());
    assert_eq!(kept.last(), Some(&301));
}

pub(crate) async fn many_write_at_once_and_each_has_its_place(store: Subject) {
    let mut works = tokio::task::JoinSet::new();
    for worker in 0..8_u64 {
        let store = Arc::clone(&store.store);
        works.spawn(async move {
            let mut places = Vec::new();
            for number in 0..20 {
                places.push(write(store.as_ref(), worker * 100 + number).await);
            }
            assert!(places.is_sorted());
            places
        });
    }
    let places: Vec<AuditId> = works.join_all().await.into_iter().flatten().collect();
    let entries = store.read_audit(None, Order::Ascending, 1_000).await;
    let read: Vec<AuditId> = entries.unwrap().iter().map(|entry| entry.id).collect();
    assert!(read.is_sorted());
    assert_eq!(
        read.iter().collect::<BTreeSet<_>>(),
        places.iter().collect::<BTreeSet<_>>()
    );
    assert_eq!(read.len(), 160);
}
