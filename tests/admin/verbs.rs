//! What each verb does to an entry.

use crate::harness::{
    OTHER, Subject, WORKER, beat, every_place, into_place, into_queue, into_set, job, odd_entries,
    queue, raws,
};
use bytes::Bytes;
use jobdeck::{
    admin::{Admin, AdminError},
    job::Job,
    model::{Action, ActionOutcome, EntryId, Place, Set, Signal, Timestamp},
    store::StoredEntry,
};
use std::collections::BTreeSet;

/// A time to reschedule for: 2099-01-01.
pub(crate) const LATER: Timestamp = Timestamp(4_070_908_800_000);

pub(crate) const RESCHEDULE: Action = Action::Reschedule {
    at: LATER,
    spread_seconds: 0,
};

const ACTIONS: [Action; 5] = [
    Action::Retry,
    Action::Enqueue,
    RESCHEDULE,
    Action::Kill,
    Action::Delete,
];

pub(crate) fn admin(subject: &Subject) -> Admin {
    Admin::new(subject.store.clone())
}

/// Does it to one entry.
pub(crate) async fn act(subject: &Subject, action: Action, id: &EntryId) -> ActionOutcome {
    let report = admin(subject)
        .act(action, std::slice::from_ref(id))
        .await
        .unwrap();
    assert_eq!(report.verb, action.verb());
    let [(asked, outcome)] = &report.outcomes[..] else {
        panic!("one outcome")
    };
    assert_eq!(asked, id);
    outcome.clone()
}

fn ids(entries: &[StoredEntry]) -> Vec<EntryId> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

/// Every entry there is, in the sets and these queues.
async fn everything(subject: &Subject, queues: &[&str]) -> Vec<StoredEntry> {
    let mut entries = Vec::new();
    for set in Set::ALL {
        entries.extend(subject.all(&set.into()).await);
    }
    for name in queues {
        entries.extend(subject.all(&queue(name)).await);
    }
    entries
}

pub(crate) async fn each_verb_does_in_each_place_what_it_says_or_is_refused(subject: Subject) {
    let raw = r#"{"retry":true,"queue":"low","class":"A","args":[1.0],"jid":"x","retry_count":3,"created_at":1795469606.5}"#;
    for place in every_place() {
        for action in ACTIONS {
            let expected: Option<Option<Place>> = match (place.set(), action) {
                (_, Action::Delete) => Some(None),
                (Some(Set::Scheduled), Action::Enqueue)
                | (Some(Set::Retries | Set::Dead), Action::Retry) => Some(Some(queue("low"))),
                (Some(Set::Retries | Set::Dead), Action::Reschedule { .. }) => {
                    Some(Some(Set::Retries.into()))
                }
                (_, Action::Reschedule { .. }) => Some(Some(Set::Scheduled.into())),
                (None | Some(Set::Scheduled | Set::Retries), Action::Kill) => {
                    Some(Some(Set::Dead.into()))
                }
                _ => None,
            };
            let what = format!("{} in {place}", action.verb().name());
            subject.put(into_place(&place, raw)).await;
            let entry = subject.only(&place).await;
            let before = subject.store.now().await.unwrap();
            let outcome = act(&subject, action, &entry.id).await;
            let after = subject.store.now().await.unwrap();
            let left = everything(&subject, &["default", "low"]).await;
            let Some(expected) = expected else {
                assert!(
                    matches!(&outcome, ActionOutcome::Refused(reason) if reason.contains(action.verb().name())),
                    "{what}: {outcome:?}"
                );
                assert_eq!(left, std::slice::from_ref(&entry), "{what}");
                assert!(
                    subject
                        .shift(&entry, jobdeck::store::Destination::Nowhere)
                        .await
                );
                continue;
            };
            assert_eq!(outcome, ActionOutcome::Done, "{what}");
            let places: Vec<&Place> = left.iter().map(|entry| &entry.id.place).collect();
            assert_eq!(places, expected.iter().collect::<Vec<_>>(), "{what}");
            let Some(moved) = left.first() else {
                continue;
            };
            match action {
                Action::Retry | Action::Enqueue => {
                    assert!(subject.summary("low").await.is_some(), "its queue is known");
                }
                Action::Reschedule { .. } => {
                    assert_eq!(moved.raw, raw, "{what}");
                    assert_eq!(Timestamp::from_seconds(moved.id.position), LATER, "{what}");
                }
                _ => {
                    assert_eq!(moved.raw, raw, "{what}");
                    let died = Timestamp::from_seconds(moved.id.position);
                    assert!((before..=after).contains(&died), "{what}: {died}");
                }
            }
            assert!(
                subject
                    .shift(moved, jobdeck::store::Destination::Nowhere)
                    .await
            );
        }
    }
}

pub(crate) async fn a_retry_changes_two_fields_and_no_other_byte(subject: Subject) {
    let job = |count: i64, enqueued_at: &str| {
        format!(
            "{{ \"n\" : 1.0, \"retry_count\" : {count} ,\"class\":\"Caf\\u00e9\\/É\", \"args\":[12345678901234567890123, 1E5, {{\"a\":1,\"a\":2}}],\"queue\":\"low\",\"enqueued_at\":{enqueued_at},\"retried_at\":1795469606.25}}\r\n"
        )
    };
    for set in [Set::Retries, Set::Dead] {
        subject
            .put(into_set(set, 5.5, job(3, "1795469606.5")))
            .await;
        let entry = subject.only(&set.into()).await;
        let before = subject.store.now().await.unwrap();
        assert_eq!(
            act(&subject, Action::Retry, &entry.id).await,
            ActionOutcome::Done
        );
        let after = subject.store.now().await.unwrap();
        let queued = subject.only(&queue("low")).await;
        let read = Job::new(queued.raw.clone());
        let enqueued_at = read.field("enqueued_at").unwrap();
        assert!(enqueued_at.contains('.'), "in the unit that it had");
        assert!((before..=after).contains(&read.time("enqueued_at").unwrap()));
        assert_eq!(queued.raw, job(2, enqueued_at));
        assert!(subject.take_one("low").await.raw == queued.raw, "it runs");
    }
}

pub(crate) async fn a_job_without_queue_goes_to_the_default_queue(subject: Subject) {
    let raw = r#"{"class":"A","args":[]}"#;
    subject.put(into_set(Set::Scheduled, 5.0, raw)).await;
    let entry = subject.only(&Set::Scheduled.into()).await;
    assert_eq!(
        act(&subject, Action::Enqueue, &entry.id).await,
        ActionOutcome::Done
    );
    let queued = subject.only(&queue("default")).await;
    assert!(queued.raw.starts_with(&raw.as_bytes()[..raw.len() - 1]));
}

pub(crate) async fn what_is_no_job_can_be_killed_moved_and_deleted_but_not_run(subject: Subject) {
    for (what, raw) in odd_entries() {
        subject.put(into_set(Set::Retries, 7.0, raw.clone())).await;
        let entry = subject.only(&Set::Retries.into()).await;
        match act(&subject, Action::Retry, &entry.id).await {
            ActionOutcome::Done => {
                let job = Job::new(raw.clone());
                assert!(job.class().is_some(), "{what}");
                subject.clear_queue("default").await.unwrap();
                subject.put(into_set(Set::Retries, 7.0, raw.clone())).await;
            }
            ActionOutcome::Refused(reason) => assert!(reason.len() > 10, "{what}: {reason}"),
            ActionOutcome::Gone => panic!("{what} is there"),
        }
        for (action, place) in [
            (Action::Kill, Set::Dead),
            (RESCHEDULE, Set::Retries),
            (RESCHEDULE, Set::Retries),
        ] {
            let entry = everything(&subject, &["default"]).await.remove(0);
            assert_eq!(entry.raw, raw, "{what}");
            assert_eq!(
                act(&subject, action, &entry.id).await,
                ActionOutcome::Done,
                "{what}"
            );
            assert_eq!(subject.only(&place.into()).await.raw, raw, "{what}");
        }
        let entry = subject.only(&Set::Retries.into()).await;
        assert_eq!(
            act(&subject, Action::Delete, &entry.id).await,
            ActionOutcome::Done
        );
        assert_eq!(everything(&subject, &["default"]).await, [], "{what}");
    }
}

pub(crate) async fn equal_entries_of_a_queue_are_taken_one_by_one(subject: Subject) {
    let equal = job(7);
    for raw in [job(1), equal.clone(), job(2), equal.clone()] {
        subject.put(into_queue("default", raw)).await;
    }
    let entries = subject.all(&queue("default")).await;
    let equals = [entries[1].id.clone(), entries[3].id.clone()];
    let report = admin(&subject)
        .act(Action::Kill, &equals[..1])
        .await
        .unwrap();
    assert_eq!(report.done(), 1);
    let left = raws(&subject.all(&queue("default")).await);
    assert_eq!(left.len(), 3);
    assert_eq!(left.iter().filter(|raw| **raw == equal).count(), 1);
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, equal);
}

pub(crate) async fn a_spread_gives_each_entry_a_time_of_its_own(subject: Subject) {
    let entries: Vec<_> = (0..120)
        .map(|number| into_set(Set::Dead, 5.0, job(number)))
        .collect();
    subject.add(&entries).await.unwrap();
    let ids = ids(&subject.all(&Set::Dead.into()).await);
    let action = Action::Reschedule {
        at: LATER,
        spread_seconds: 600,
    };
    let report = admin(&subject).act(action, &ids).await.unwrap();
    assert_eq!(report.done(), 120);
    let moved = subject.all(&Set::Retries.into()).await;
    let (first, last) = (LATER.seconds(), LATER.seconds() + 600.0);
    assert!(
        moved
            .iter()
            .all(|entry| (first..=last).contains(&entry.id.position))
    );
    let times: BTreeSet<i64> = moved
        .iter()
        .map(|entry| Timestamp::from_seconds(entry.id.position).0)
        .collect();
    assert!(times.len() > 100, "{} different times", times.len());
    let (low, high) = (times.first().unwrap(), times.last().unwrap());
    assert!(high - low > 300_000, "over the whole span");
}

pub(crate) async fn the_outcomes_are_in_the_order_asked(subject: Subject) {
    for (score, raw) in [(1.0, job(1)), (2.0, "rubbish".to_owned()), (3.0, job(3))] {
        subject.put(into_set(Set::Retries, score, raw)).await;
    }
    subject.put(into_set(Set::Scheduled, 4.0, job(4))).await;
    let mut asked = ids(&everything(&subject, &[]).await);
    asked.reverse();
    asked.push(EntryId {
        digest: "0".repeat(40),
        ..asked[0].clone()
    });
    let report = admin(&subject).act(Action::Retry, &asked).await.unwrap();
    let (ids, outcomes): (Vec<_>, Vec<_>) = report.outcomes.iter().cloned().unzip();
    assert_eq!(ids, asked);
    // The last three places are: job 3, rubbish and job 1; then the scheduled job; then nothing.
    assert!(
        matches!(
            &outcomes[..],
            [
                ActionOutcome::Done,
                ActionOutcome::Refused(broken),
                ActionOutcome::Done,
                ActionOutcome::Refused(elsewhere),
                ActionOutcome::Gone,
            ] if broken.contains("not JSON") && elsewhere.contains("enqueue")
        ),
        "{outcomes:?}"
    );
    assert_eq!(report.done(), 2);
    assert_eq!(subject.only(&Set::Retries.into()).await.raw, "rubbish");
}

pub(crate) async fn more_entries_than_one_round_takes_are_all_done(subject: Subject) {
    for place in every_place() {
        let entries: Vec<_> = (0..250)
            .map(|number| into_place(&place, job(number)))
            .collect();
        subject.add(&entries).await.unwrap();
        let asked = ids(&subject.all(&place).await);
        let report = admin(&subject).act(RESCHEDULE, &asked).await.unwrap();
        let reported: Vec<&EntryId> = report.outcomes.iter().map(|(id, _)| id).collect();
        assert_eq!(reported, asked.iter().collect::<Vec<_>>());
        assert_eq!(report.done(), 250, "{place}");
        let moved: BTreeSet<Bytes> = raws(&everything(&subject, &["default"]).await)
            .into_iter()
            .collect();
        let expected: BTreeSet<Bytes> = (0..250).map(|number| job(number).into()).collect();
        assert_eq!(moved, expected, "{place}");
        let left = ids(&everything(&subject, &["default"]).await);
        let report = admin(&subject).act(Action::Delete, &left).await.unwrap();
        assert_eq!(report.done(), 250, "{place}");
    }
}

pub(crate) async fn a_signal_is_for_processes_that_take_it(subject: Subject) {
    let mut embedded = beat(OTHER);
    embedded.process.embedded = true;
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&embedded).await.unwrap();
    let admin = admin(&subject);
    admin.signal(WORKER, Signal::Quiet).await.unwrap();
    assert_eq!(
        subject.heartbeat(&beat(WORKER)).await.unwrap().signal,
        Some(Signal::Quiet)
    );
    let refused = admin.signal(OTHER, Signal::Stop).await.unwrap_err();
    assert!(matches!(refused, AdminError::Refused(_)), "{refused}");
    assert_eq!(subject.heartbeat(&embedded).await.unwrap().signal, None);
    let unknown = admin.signal("nobody:1:x", Signal::Stop).await.unwrap_err();
    assert!(matches!(unknown, AdminError::NotFound(_)), "{unknown}");
}
