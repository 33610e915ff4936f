//! Who is limited to queues does in them what anybody does, and nothing beyond.

use crate::harness::{Subject, into_queue, into_set, queue};
use jobdeck::{
    admin::{Admin, AdminError, ImportRequest, OperationRunner},
    job::{Job, NewJob},
    model::{
        Action, ActionOutcome, Actor, AuditOutcome, Change, EntryId, HoldRequest, Limit,
        NamePattern, Operation, OperationRequest, Place, Role, Scope, Selection, Set,
    },
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn limited(admin: &Admin, role: Role, patterns: &[&str]) -> Admin {
    let patterns = patterns.iter().map(|text| NamePattern::new(text).unwrap());
    let scope = Scope {
        queues: Limit::to(patterns),
        ..Scope::all()
    };
    admin.acting_as(Actor::user("ada", role).within(scope))
}

fn job(queue: &str, jid: &str) -> String {
    format!(
        r#"{{"class":"A","args":[],"jid":"{jid}","queue":"{queue}","failed_at":1.5,"retry_count":1}}"#
    )
}

/// In each set, and in its queue, a job of `mail` and one of `photos`.
async fn fill(subject: &Subject) {
    let mut entries = Vec::new();
    for name in ["mail", "photos"] {
        entries.push(into_queue(name, job(name, &format!("{name}-queue"))));
        for set in Set::ALL {
            let jid = format!("{name}-{}", set.name());
            entries.push(into_set(set, 5.0, job(name, &jid)));
        }
    }
    subject.add(&entries).await.unwrap();
}

async fn id(subject: &Subject, place: &Place, jid: &str) -> EntryId {
    let all = subject.all(place).await;
    let found = all
        .into_iter()
        .find(|entry| Job::new(entry.raw.clone()).jid().as_deref() == Some(jid));
    found.unwrap_or_else(|| panic!("{jid} in {place}")).id
}

async fn jids(subject: &Subject, place: &Place) -> Vec<String> {
    let all = subject.all(place).await.into_iter();
    let mut jids: Vec<String> = all
        .map(|entry| Job::new(entry.raw).jid().unwrap_or_default())
        .collect();
    jids.sort();
    jids
}

/// Has an operation done to these places.
async fn operate(admin: &Admin, change: Change, places: &[Place]) -> Operation {
    let request = OperationRequest {
        change,
        selection: Selection {
            places: places.to_vec(),
            ..Selection::default()
        },
        before: None,
        rate: None,
        canary: None,
        reason: None,
    };
    let preview = admin
        .preview_operation(&request, Duration::from_secs(30))
        .await
        .unwrap();
    let begun = admin.start_operation(&request).await.unwrap();
    finish(admin, &begun.id).await;
    let done = admin.operation(&begun.id).await.unwrap();
    assert_eq!(
        done.progress.done + done.progress.refused_total(),
        preview.matched
    );
    done
}

async fn finish(admin: &Admin, id: &str) {
    // Whoever carries it out has no limit.
    let runner = OperationRunner::new(admin.acting_as(Actor::program()));
    runner.finish(id, &CancellationToken::new()).await.unwrap();
}

pub(crate) async fn their_own_jobs_are_changed_and_the_others_are_not_there(subject: Subject) {
    fill(&subject).await;
    let all = Admin::new(subject.store.clone());
    let ada = limited(&all, Role::Operator, &["mai*"]);
    let dead = Place::Set(Set::Dead);
    let (own, foreign) = (
        id(&subject, &dead, "mail-dead").await,
        id(&subject, &dead, "photos-dead").await,
    );
    let report = ada
        .act(Action::Retry, &[own.clone(), foreign.clone()])
        .await;
    let outcomes: Vec<_> = report.unwrap().outcomes;
    assert_eq!(
        outcomes,
        [(own, ActionOutcome::Done), (foreign, ActionOutcome::Gone)]
    );
    assert_eq!(
        jids(&subject, &queue("mail")).await,
        ["mail-dead", "mail-queue"]
    );
    assert_eq!(jids(&subject, &dead).await, ["photos-dead"]);

    // What names their queue is refused, and told of.
    let waiting = id(&subject, &queue("photos"), "photos-queue").await;
    let beyond = |error: AdminError| {
        assert!(matches!(error, AdminError::Beyond(_)), "{error:?}");
        error.to_string()
    };
    let refused = ada.act(Action::Delete, &[waiting]).await.unwrap_err();
    assert_eq!(
        beyond(refused),
        "you are limited to queues: mai*; `photos` is none of them"
    );
    beyond(
        ada.page(&queue("photos"), &Default::default())
            .await
            .unwrap_err(),
    );
    beyond(ada.set_paused("photos", true).await.unwrap_err());
    let elsewhere = NewJob::new("A").on_queue("photos");
    beyond(
        ada.enqueue(&[NewJob::new("A").on_queue("mail"), elsewhere])
            .await
            .unwrap_err(),
    );
    let request = ImportRequest {
        to: Some(queue("photos")),
        ..ImportRequest::default()
    };
    beyond(ada.import(&request, &b""[..], |_| {}).await.unwrap_err());
    beyond(ada.audit(&Default::default()).await.unwrap_err());
    beyond(ada.mark_deploy("v1").await.unwrap_err());
    let told = all.audit(&Default::default()).await.unwrap().entries;
    let refused = told
        .iter()
        .filter(|it| it.event.outcome == AuditOutcome::Refused);
    assert_eq!(refused.count(), 5, "{told:#?}");
    assert_eq!(jids(&subject, &queue("photos")).await, ["photos-queue"]);
    assert_eq!(subject.size(&queue("mail")).await, 2, "nothing was added");

    ada.set_paused("mail", true).await.unwrap();
    ada.enqueue(&[NewJob::new("A").on_queue("mail")])
        .await
        .unwrap();
    let admin = limited(&all, Role::Admin, &["mail"]);
    beyond(admin.clear_queue("photos").await.unwrap_err());
    assert_eq!(admin.clear_queue("mail").await.unwrap(), 3);
}

pub(crate) async fn an_operation_stays_within_the_limit_of_who_began_it(subject: Subject) {
    fill(&subject).await;
    let all = Admin::new(subject.store.clone());
    let ada = limited(&all, Role::Operator, &["mai*"]);
    let sets = Set::ALL.map(Place::Set);
    let delete = Change::Act(Action::Delete);
    let deleted = operate(&ada, delete.clone(), &sets).await;
    assert_eq!(deleted.progress.done, 3);
    for set in Set::ALL {
        let jid = format!("photos-{}", set.name());
        assert_eq!(jids(&subject, &set.into()).await, [jid]);
    }

    // Who is limited to other queues neither sees nor undoes it; who has no narrower limit does.
    for other in [&["photos"][..], &["mail"]] {
        let bob = limited(&all, Role::Admin, other);
        assert_eq!(bob.operations().await.unwrap(), []);
        for undone in [
            bob.undo_operation(&deleted.id, None).await.map(drop),
            bob.stop_operation(&deleted.id).await.map(drop),
            bob.free_operation(&deleted.id).await.map(drop),
        ] {
            assert!(matches!(undone, Err(AdminError::NotFound(_))), "{undone:?}");
        }
    }
    let eve = limited(&all, Role::Operator, &["ma*", "other"]);
    let undo = eve.undo_operation(&deleted.id, None).await.unwrap();
    finish(&all, &undo.id).await;
    assert_eq!(ada.operation(&undo.id).await.unwrap().progress.done, 3);
    assert_eq!(
        jids(&subject, &Set::Dead.into()).await,
        ["mail-dead", "photos-dead"]
    );

    // Nothing becomes the others'.
    let into = |queue: &str| Change::MoveTo {
        queue: queue.to_owned(),
    };
    let request = OperationRequest {
        change: into("photos"),
        selection: Selection {
            places: vec![queue("mail")],
            ..Selection::default()
        },
        before: None,
        rate: None,
        canary: None,
        reason: None,
    };
    let refused = ada.start_operation(&request).await.unwrap_err();
    assert!(matches!(refused, AdminError::Beyond(_)), "{refused:?}");
    let moved = operate(&ada, into("mail_slow"), &[queue("mail")]).await;
    assert_eq!(moved.progress.done, 1);
    // One of somebody without a limit is about all, and is not theirs.
    let whole = operate(&all, delete, &sets).await;
    assert_eq!(whole.progress.done, 6);
    assert!(ada.operation(&whole.id).await.is_err());
}

pub(crate) async fn a_hold_keeps_the_retries_of_who_made_it_alone(subject: Subject) {
    fill(&subject).await;
    let all = Admin::new(subject.store.clone());
    let ada = limited(&all, Role::Operator, &["mail"]);
    let until = all.now().await.unwrap().plus_milliseconds(3_600_000);
    let request = HoldRequest {
        query: "class:A".to_owned(),
        until,
        reason: None,
    };
    let (whole, _) = limited(&all, Role::Operator, &["photos"])
        .start_hold(&HoldRequest {
            query: "class:Nothing".to_owned(),
            ..request.clone()
        })
        .await
        .unwrap();
    let (own, operation) = ada.start_hold(&request).await.unwrap();
    finish(&all, &operation.id).await;
    let shown = ada.holds().await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!((&shown[0].hold.id, shown[0].held), (&own.hold.id, 1));
    assert!(ada.end_hold(&whole.hold.id).await.is_err());
    assert_eq!(all.holds().await.unwrap().len(), 2);
    let photos = id(&subject, &Set::Retries.into(), "photos-retries").await;
    assert!(photos.position < 6.0, "it is not held");
}

pub(crate) async fn what_the_others_saw_is_told_to_nobody_who_is_limited(subject: Subject) {
    fill(&subject).await;
    let all = Admin::new(subject.store.clone());
    let (ada, bob) = (
        limited(&all, Role::Viewer, &["mail"]),
        limited(&all, Role::Viewer, &["photos"]),
    );
    for admin in [&all, &ada, &bob] {
        admin
            .page(&Set::Dead.into(), &Default::default())
            .await
            .unwrap();
    }
    let queues = |admin: &Admin| {
        let completions = admin.complete("queue:", 6, |_| Vec::new());
        let items = completions.items.into_iter();
        let mut texts: Vec<String> = items.map(|item| item.text.trim().to_owned()).collect();
        texts.sort();
        texts
    };
    assert_eq!(queues(&all), ["mail", "photos"]);
    assert_eq!(
        (queues(&ada), queues(&bob)),
        (vec!["mail".to_owned()], vec!["photos".to_owned()])
    );

    let scan = |admin: &Admin| {
        admin
            .follow_search("class:A", None, None, 0)
            .unwrap()
            .news()
            .scan
    };
    let scans = [scan(&all), scan(&ada), scan(&bob)];
    assert!(scans[0] != scans[1] && scans[1] != scans[2] && scans[0] != scans[2]);
    assert_eq!(
        scan(&ada),
        scans[1],
        "those who are limited to the same follow the same"
    );
    // Its name does not help either.
    let followed = ada
        .follow_search("class:A", None, Some(&scans[0]), 0)
        .unwrap();
    let found = followed.part(Duration::from_secs(10)).await;
    let found: Vec<String> = found.hits.into_iter().map(|hit| hit.queue).collect();
    assert_eq!(found, ["mail"; 4]);

    assert_eq!(ada.job("photos-dead", None).await.unwrap().locations, []);
    assert_eq!(ada.job("mail-dead", None).await.unwrap().locations.len(), 1);
    let foreign = id(&subject, &Set::Dead.into(), "photos-dead").await;
    assert_eq!(ada.entry(&foreign).await.unwrap(), None);
    assert!(bob.entry(&foreign).await.unwrap().is_some());
    let overview = ada.overview().await.unwrap();
    assert_eq!(overview.queues.len(), 1);
    assert_eq!((overview.enqueued, overview.dead), (1, 2));
}
