//! Who did what, as the audit tells it.

use crate::harness::{Subject, into_queue, into_set, job};
use crate::support::wait_until;
use crate::verbs::admin;
use jobdeck::{
    admin::{Admin, AdminError, AuditRequest, GroupChange, OperationRunner, Release},
    job::NewJob,
    model::{
        Action, Actor, AuditAction, AuditEntry, AuditEvent, AuditFilter, AuditOutcome, Change,
        GroupDigest, GroupState, HoldRequest, OperationRequest, Order, Place, Role, Selection, Set,
        Timestamp,
    },
};
use tokio_util::sync::CancellationToken;

/// The door for an administrator at an address.
fn ada(subject: &Subject) -> Admin {
    let ada = Actor::user("ada", Role::Admin).at(Some("192.0.2.7".to_owned()));
    admin(subject).acting_as(ada)
}

/// All that was told, the oldest first.
async fn told(subject: &Subject) -> Vec<AuditEvent> {
    let read = subject.read_audit(None, Order::Ascending, 1_000).await;
    read.unwrap().into_iter().map(|entry| entry.event).collect()
}

async fn last(subject: &Subject) -> AuditEvent {
    told(subject).await.pop().expect("an event")
}

fn delete_dead(query: &str) -> OperationRequest {
    let mut selection = Selection {
        places: vec![Set::Dead.into()],
        ..Selection::default()
    };
    selection.filter.query = Some(query.to_owned());
    OperationRequest {
        change: Change::Act(Action::Delete),
        selection,
        before: None,
        rate: None,
        canary: None,
        reason: Some("spring cleaning".to_owned()),
    }
}

pub(crate) async fn each_change_says_who_what_why_and_what_came_of_it(subject: Subject) {
    let ada = ada(&subject);
    for number in 0..3 {
        subject.put(into_set(Set::Dead, 5.0, job(number))).await;
    }
    let mut ids: Vec<_> = subject
        .all(&Set::Dead.into())
        .await
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    let mut gone = ids[0].clone();
    gone.position = 77.0;
    ids.push(gone);
    let why = ada.because(Some(" the gateway is back ")).unwrap();
    let report = why.act(Action::Retry, &ids).await.unwrap();
    let event = last(&subject).await;
    assert_eq!(event.actor, *ada.actor());
    assert_eq!(event.actor.from.as_deref(), Some("192.0.2.7"));
    assert_eq!(event.action, AuditAction::Retry);
    assert_eq!(event.places, ["dead"]);
    assert_eq!(event.class, "Publish");
    assert_eq!(event.count, Some(4));
    assert_eq!(event.jids.len(), 3);
    assert_eq!(event.reason, "the gateway is back");
    assert_eq!(event.outcome, AuditOutcome::Done);
    assert_eq!((event.done, event.gone, event.refused), (3, 1, 0));
    // By this it can be undone.
    assert!(report.operation.is_some());
    assert_eq!(event.operation, report.operation);
    assert!(ada.because(Some(&"x".repeat(501))).is_err());

    ada.set_paused("mail", true).await.unwrap();
    ada.set_paused("mail", false).await.unwrap();
    subject.put(into_queue("mail", job(7))).await;
    ada.clear_queue("mail").await.unwrap();
    let jids = ada
        .enqueue(&[NewJob::new("Greet").on_queue("mail")])
        .await
        .unwrap();
    ada.mark_deploy("v2").await.unwrap();
    let change = GroupChange {
        state: Some(GroupState::Resolved),
        note: Some("mended".to_owned()),
    };
    ada.change_group(GroupDigest(5), change).await.unwrap();
    let events = told(&subject).await;
    let tail: Vec<_> = events[1..]
        .iter()
        .map(|event| (event.action, event.in_words(), event.result_in_words()))
        .collect();
    let expected = [
        (AuditAction::PauseQueue, "Pause queue mail", "done"),
        (AuditAction::ResumeQueue, "Resume queue mail", "done"),
        (AuditAction::ClearQueue, "Remove queue mail", "1 done"),
        (AuditAction::AddJobs, "Add 1 job of class Greet", "1 done"),
        (AuditAction::MarkDeploy, "Mark deploy v2", "done"),
        (
            AuditAction::ChangeGroup,
            "Failure group 0000000000000005, resolved, note: mended",
            "done",
        ),
    ];
    assert_eq!(
        tail,
        expected.map(|(action, words, result)| (action, words.to_owned(), result.to_owned()))
    );
    assert_eq!(events[4].jids, jids);
    assert_eq!(events[4].places, ["queue:mail"]);
    // What was not acceptable, or not there, has changed nothing.
    assert!(ada.mark_deploy(&"x".repeat(300)).await.is_err());
    assert!(ada.cancel("nowhere").await.is_err());
    assert!(ada.run_periodic("nothing").await.is_err());
    assert!(ada.stop_operation("nothing").await.is_err());
    assert!(ada.start_operation(&delete_dead("")).await.is_err());
    assert_eq!(told(&subject).await.len(), 7);
}

pub(crate) async fn an_operation_is_told_at_its_beginning_and_once_at_its_end(subject: Subject) {
    let ada = ada(&subject);
    for number in 0..30 {
        subject.put(into_set(Set::Dead, 5.0, job(number))).await;
    }
    let operation = ada.start_operation(&delete_dead("Publish")).await.unwrap();
    let begun = last(&subject).await;
    assert_eq!(begun.action, AuditAction::StartOperation);
    assert_eq!(begun.operation.as_deref(), Some(operation.id.as_str()));
    assert_eq!(begun.reason, "spring cleaning");
    assert!(begun.filter.contains("`Publish`"), "{}", begun.filter);
    ada.pause_operation(&operation.id).await.unwrap();
    ada.resume_operation(&operation.id).await.unwrap();
    let never = CancellationToken::new();
    OperationRunner::new(ada.clone())
        .finish(&operation.id, &never)
        .await
        .unwrap();
    let end = last(&subject).await;
    assert_eq!(end.action, AuditAction::EndOperation);
    assert_eq!(end.actor, Actor::program());
    assert_eq!((end.done, end.outcome), (30, AuditOutcome::Done));
    assert_eq!(end.operation, begun.operation);
    // Others that start now, or again, tell it no second time; what they would tell first comes behind all of that.
    for _ in 0..2 {
        let shutdown = CancellationToken::new();
        let process = tokio::spawn(OperationRunner::new(admin(&subject)).run(shutdown.clone()));
        let undo = ada.start_operation(&delete_dead("Publish")).await.unwrap();
        wait_until("it is over", async || {
            let event = last(&subject).await;
            event.action == AuditAction::EndOperation
                && event.operation.as_deref() == Some(undo.id.as_str())
        })
        .await;
        shutdown.cancel();
        process.await.unwrap();
    }
    let ends = told(&subject)
        .await
        .into_iter()
        .filter(|event| event.action == AuditAction::EndOperation)
        .filter(|event| event.operation == begun.operation)
        .count();
    assert_eq!(ends, 1);
    // An undo, and one that is stopped: that is its end.
    let undo = ada
        .undo_operation(&operation.id, Some("too much"))
        .await
        .unwrap();
    let event = last(&subject).await;
    assert_eq!(event.action, AuditAction::UndoOperation);
    assert_eq!(event.object, operation.id);
    assert_eq!(event.reason, "too much");
    ada.stop_operation(&undo.id).await.unwrap();
    let shutdown = CancellationToken::new();
    let process = tokio::spawn(OperationRunner::new(admin(&subject)).run(shutdown.clone()));
    let other = ada.start_operation(&delete_dead("Publish")).await.unwrap();
    wait_until("it is over", async || {
        last(&subject).await.operation.as_deref() == Some(other.id.as_str())
            && last(&subject).await.action == AuditAction::EndOperation
    })
    .await;
    shutdown.cancel();
    process.await.unwrap();
    let of_undo: Vec<_> = told(&subject)
        .await
        .into_iter()
        .filter(|event| event.operation.as_deref() == Some(undo.id.as_str()))
        .map(|event| event.action)
        .collect();
    assert_eq!(
        of_undo,
        [AuditAction::UndoOperation, AuditAction::StopOperation]
    );
}

pub(crate) async fn a_hold_is_told_from_its_beginning_to_its_end(subject: Subject) {
    let ada = ada(&subject);
    let now = subject.now().await.unwrap();
    let request = HoldRequest {
        query: "class:Publish".to_owned(),
        until: now.plus_milliseconds(3_600_000),
        reason: Some("the gateway is down".to_owned()),
    };
    let (status, operation) = ada.start_hold(&request).await.unwrap();
    let event = last(&subject).await;
    assert_eq!(event.action, AuditAction::StartHold);
    assert_eq!(event.object, status.hold.id);
    assert_eq!(event.operation, Some(operation.id));
    assert_eq!(event.reason, "the gateway is down");
    assert_eq!(event.filter, "class:Publish");
    ada.release_hold(&status.hold.id, Release::default())
        .await
        .unwrap();
    let event = last(&subject).await;
    assert_eq!(event.action, AuditAction::ReleaseHold);
    assert_eq!(event.filter, "class:Publish");
    let over = jobdeck::model::Hold {
        id: "over".to_owned(),
        query: "class:Old".to_owned(),
        until: Timestamp(now.0 - 1),
        ..status.hold
    };
    subject.put_hold(&over).await.unwrap();
    let (status, _) = ada.start_hold(&request).await.unwrap();
    let actions: Vec<_> = told(&subject)
        .await
        .iter()
        .rev()
        .take(2)
        .map(|event| (event.action, event.actor.to_string()))
        .collect();
    assert_eq!(
        actions,
        [
            (AuditAction::StartHold, "user ada".to_owned()),
            (AuditAction::HoldOver, "jobdeck".to_owned())
        ]
    );
    ada.end_hold(&status.hold.id).await.unwrap();
    assert_eq!(last(&subject).await.action, AuditAction::EndHold);
}

pub(crate) async fn what_a_role_may_not_is_told_and_not_again_and_again(subject: Subject) {
    let door = admin(&subject);
    let eve = door.acting_as(Actor::token("eve", Role::Viewer));
    for _ in 0..500 {
        let refused = eve.set_paused("mail", true).await;
        assert!(matches!(refused, Err(AdminError::Forbidden { .. })));
    }
    assert!(eve.clear_queue("mail").await.is_err());
    for number in 0..500 {
        let name = format!("guess{number}");
        let from = Some("203.0.113.9".to_owned());
        door.note_refused_log_in(&name, from, "no").await;
    }
    let events = told(&subject).await;
    assert!(events.len() < 20, "{}", events.len());
    let first = &events[0];
    assert_eq!(first.outcome, AuditOutcome::Refused);
    assert_eq!(first.actor.to_string(), "token eve");
    assert_eq!(first.in_words(), "Pause queue mail");
    assert!(first.message.contains("may not pause"), "{}", first.message);
    assert_eq!(events[1].action, AuditAction::ClearQueue);
    assert_eq!(events[2].action, AuditAction::LogIn);
    // Who may not change may not read either who did.
    let read = eve.audit(&AuditRequest::default()).await;
    assert!(matches!(read, Err(AdminError::Forbidden { .. })));
    let operator = door.acting_as(Actor::token("ci", Role::Operator));
    assert!(operator.audit(&AuditRequest::default()).await.is_ok());
}

/// The numbers of the queues of these events.
fn numbers(entries: &[AuditEntry]) -> Vec<usize> {
    entries
        .iter()
        .map(|entry| entry.event.places[0].trim_start_matches("queue:q").parse())
        .collect::<Result<_, _>>()
        .unwrap()
}

pub(crate) async fn pages_go_back_and_forth_and_hold_what_is_asked_for(subject: Subject) {
    let ada = ada(&subject);
    let bob = ada.acting_as(Actor::token("bob", Role::Admin));
    for number in 0..25 {
        let door = if number % 5 == 0 { &bob } else { &ada };
        door.set_paused(&format!("q{number}"), number % 2 == 0)
            .await
            .unwrap();
    }
    let page = async |filter: AuditFilter, after, before| {
        let request = AuditRequest {
            filter,
            after,
            before,
            limit: 10,
        };
        ada.audit(&request).await.unwrap()
    };
    let all = AuditFilter::default();
    let first = page(all.clone(), None, None).await;
    assert_eq!(numbers(&first.entries), (15..25).rev().collect::<Vec<_>>());
    assert_eq!(first.previous, None);
    // What comes meanwhile moves nothing.
    ada.set_paused("q25", true).await.unwrap();
    let second = page(all.clone(), first.next, None).await;
    assert_eq!(numbers(&second.entries), (5..15).rev().collect::<Vec<_>>());
    let third = page(all.clone(), second.next, None).await;
    assert_eq!(numbers(&third.entries), (0..5).rev().collect::<Vec<_>>());
    assert_eq!(third.next, None);
    let back = page(all.clone(), None, third.previous).await;
    assert_eq!(back.entries, second.entries);
    assert_eq!(back.next, second.entries.last().map(|entry| entry.id));
    let newest = page(all.clone(), None, back.previous).await;
    assert_eq!(numbers(&newest.entries), (15..25).rev().collect::<Vec<_>>());
    let newer = page(all, None, newest.previous).await;
    assert_eq!(numbers(&newer.entries), [25]);
    assert_eq!(newer.previous, None);

    let filter = |change: fn(&mut AuditFilter)| {
        let mut filter = AuditFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, expected) in [
        (
            filter(|it| it.who = "BOB".to_owned()),
            vec![20, 15, 10, 5, 0],
        ),
        (
            filter(|it| it.who = "token b".to_owned()),
            vec![20, 15, 10, 5, 0],
        ),
        (
            filter(|it| {
                it.who = "192.0.2.7".to_owned();
                it.action = Some(AuditAction::ResumeQueue);
                it.text = "queue Q1".to_owned();
            }),
            vec![19, 17, 13, 11, 1],
        ),
        (filter(|it| it.place = "q7".to_owned()), vec![7]),
        (filter(|it| it.place = "queue:q7".to_owned()), vec![7]),
        (filter(|it| it.place = "q".to_owned()), vec![]),
        (filter(|it| it.text = "nothing".to_owned()), vec![]),
        (filter(|it| it.to = Some(Timestamp(5))), vec![]),
        (filter(|it| it.from = Some(Timestamp::YEAR_10000)), vec![]),
    ] {
        let found = page(filter.clone(), None, None).await;
        assert_eq!(numbers(&found.entries), expected, "{filter:?}");
        assert!(!found.partial);
    }
    let at = second.entries[3].id.at();
    let within = AuditFilter {
        from: Some(at),
        to: Some(at),
        ..AuditFilter::default()
    };
    let found = page(within, None, None).await;
    assert!(found.entries.contains(&second.entries[3]));
    assert!(found.entries.iter().all(|entry| entry.id.at() == at));
}

pub(crate) async fn who_goes_away_half_way_is_told_of_too(subject: Subject) {
    let ada = ada(&subject);
    subject.put(into_set(Set::Dead, 5.0, job(1))).await;
    let entries = subject.all(&Place::Set(Set::Dead)).await;
    let ids: Vec<_> = entries.into_iter().map(|entry| entry.id).collect();
    // It has asked the store for something, and nobody waits for its end any more.
    tokio::select! {
        biased;
        report = ada.act(Action::Retry, &ids) => panic!("it did not wait for its store: {report:?}"),
        () = std::future::ready(()) => {}
    }
    wait_until("it is told", async || !told(&subject).await.is_empty()).await;
    let event = told(&subject).await.remove(0);
    assert_eq!(event.action, AuditAction::Retry);
    assert_eq!(event.outcome, AuditOutcome::Unknown);
    assert_eq!((event.count, event.done), (Some(1), 0));
}
