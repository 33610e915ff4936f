//! Putting back what an operation has changed.

use crate::changing::{fill, of_class};
use crate::harness::{Subject, into_set, job, queue};
use crate::runs::{act, admin, all_of, assert_same, dead, everything, request, retries, run, undo};
use jobdeck::model::{Action, Change, Kept, OperationState, Set, Timestamp};

const JOBS: usize = 1_100;

pub(crate) async fn every_change_of_a_set_is_undone_to_the_byte_and_score(subject: Subject) {
    let places = [
        dead(),
        retries(),
        Set::Scheduled.into(),
        queue("default"),
        queue("low"),
    ];
    fill(&subject, Set::Dead, JOBS).await;
    for number in 0..150 {
        let text = job(10_000 + number);
        subject.put(into_set(Set::Retries, 5_000.0, text)).await;
    }
    let before = everything(&subject, &places).await;
    let reschedule = Action::Reschedule {
        at: Timestamp(1_900_000_000_000),
        spread_seconds: 500,
    };
    for change in [
        Change::Act(Action::Retry),
        Change::Act(Action::Delete),
        Change::Act(reschedule),
        Change::Act(Action::Kill),
        Change::MoveTo {
            queue: "low".to_owned(),
        },
        Change::Edit {
            path: "args.0".to_owned(),
            value: r#"{"a":1.0}"#.to_owned(),
        },
    ] {
        let done = run(
            &subject,
            &request(change.clone(), all_of(&[dead(), retries()])),
        )
        .await;
        assert!(done.progress.done >= 150, "{change:?}: {done:?}");
        assert!(
            everything(&subject, &places).await != before,
            "{change:?} changes something"
        );
        assert!(done.kept.bytes > 0 && done.kept.until.is_some());
        let undone = undo(&subject, &done.id).await;
        assert_eq!(undone.progress.done, done.progress.done, "{change:?}");
        assert_eq!(undone.progress.refused_total(), 0, "{change:?}");
        let after = everything(&subject, &places).await;
        assert_same(&after, &before, change.name());
        let operation = admin(&subject).operation(&done.id).await.unwrap();
        assert_eq!((operation.kept.entries, operation.kept.bytes), (0, 0));
        assert_eq!(operation.undone_by, Some(undone.id));
    }
}

pub(crate) async fn jobs_of_a_queue_go_back_in_their_order(subject: Subject) {
    subject.enqueue("default", 0..JOBS).await;
    let places = [queue("default")];
    let before = everything(&subject, &places).await;
    for action in [Action::Delete, Action::Kill] {
        let done = run(&subject, &act(action, &places)).await;
        assert_eq!(done.progress.done, u64::try_from(JOBS).unwrap());
        // Some that were enqueued meanwhile: they stand behind those.
        subject.enqueue("default", JOBS..JOBS + 3).await;
        undo(&subject, &done.id).await;
        let after = everything(&subject, &places).await;
        assert_same(&after[..JOBS], &before, "in their order");
        assert_eq!(after.len(), JOBS + 3);
        // All of them out of the way, for the next round: a fetch takes a thousand at most.
        let taken = [
            subject.take(&["default"], 1_000).await.len(),
            subject.take(&["default"], 1_000).await.len(),
        ];
        assert_eq!(taken, [1_000, JOBS + 3 - 1_000]);
        for entry in &before {
            let raw = entry.2.clone();
            subject
                .put(crate::harness::into_queue("default", raw))
                .await;
        }
    }
}

pub(crate) async fn what_has_run_since_is_said_by_count(subject: Subject) {
    fill(&subject, Set::Dead, 500).await;
    let done = run(&subject, &act(Action::Retry, &[dead()])).await;
    // A worker takes the first, and somebody enqueues others behind them.
    assert_eq!(subject.take(&["default"], 30).await.len(), 30);
    subject.enqueue("default", 1_000..1_100).await;
    let undone = undo(&subject, &done.id).await;
    assert_eq!(undone.progress.done, 470);
    assert_eq!(undone.progress.refused.len(), 1);
    let (reason, count) = &undone.progress.refused[0];
    assert_eq!(*count, 30);
    assert!(reason.contains("has run since"), "{reason}");
    assert_eq!(subject.size(&dead()).await, 470);
    assert_eq!(subject.size(&queue("default")).await, 100);
}

pub(crate) async fn only_what_is_over_can_be_undone_and_only_once(subject: Subject) {
    fill(&subject, Set::Dead, 20).await;
    let admin = admin(&subject);
    let begun = admin
        .start_operation(&request(
            Change::Act(Action::Delete),
            of_class(&[dead()], "Report"),
        ))
        .await
        .unwrap();
    let refused = admin.undo_operation(&begun.id, None).await.unwrap_err();
    assert!(refused.to_string().contains("stop it"), "{refused}");
    crate::runs::finish(&admin, &begun.id).await;
    let undo = admin.undo_operation(&begun.id, None).await.unwrap();
    let refused = admin.free_operation(&begun.id).await.unwrap_err();
    assert!(refused.to_string().contains("is needed"), "{refused}");
    let refused = admin.undo_operation(&begun.id, None).await.unwrap_err();
    assert!(refused.to_string().contains("being undone"), "{refused}");
    crate::runs::finish(&admin, &undo.id).await;
    let refused = admin.undo_operation(&begun.id, None).await.unwrap_err();
    assert!(refused.to_string().contains("nothing is kept"), "{refused}");
    let refused = admin.undo_operation(&undo.id, None).await.unwrap_err();
    assert!(refused.to_string().contains("an undo itself"), "{refused}");
    let missing = admin.undo_operation("nonsense", None).await.unwrap_err();
    assert!(
        missing.to_string().contains("no operation nonsense"),
        "{missing}"
    );
}

pub(crate) async fn what_was_freed_cannot_be_undone(subject: Subject) {
    fill(&subject, Set::Dead, 600).await;
    let admin = admin(&subject);
    let done = run(&subject, &act(Action::Delete, &[dead()])).await;
    let freed = admin.free_operation(&done.id).await.unwrap();
    assert_eq!((freed.entries, freed.bytes), (600, done.kept.bytes));
    assert_eq!(admin.operation(&done.id).await.unwrap().kept.entries, 0);
    assert!(admin.undo_operation(&done.id, None).await.is_err());
    assert_eq!(
        admin.free_operation(&done.id).await.unwrap(),
        Kept::default()
    );
    assert_eq!(subject.size(&dead()).await, 0);
}

pub(crate) async fn what_is_done_to_ticked_jobs_at_once_is_undone_too(subject: Subject) {
    fill(&subject, Set::Dead, 250).await;
    subject.enqueue("default", 1_000..1_030).await;
    let places = [dead(), retries(), queue("default")];
    let before = everything(&subject, &places).await;
    let ids: Vec<_> = subject
        .all(&dead())
        .await
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    let admin = admin(&subject);
    let later = Action::Reschedule {
        at: Timestamp(1_900_000_000_000),
        spread_seconds: 60,
    };
    for action in [Action::Delete, Action::Retry, later] {
        let report = admin.act(action, &ids).await.unwrap();
        assert_eq!(report.done(), 250);
        let operation = admin.operation(&report.operation.unwrap()).await.unwrap();
        assert_eq!(operation.state, OperationState::Done);
        assert_eq!(
            (operation.progress.done, operation.kept.entries),
            (250, 250)
        );
        undo(&subject, &operation.id).await;
        assert_same(&everything(&subject, &places).await, &before, "undone");
    }
    // What is gone already leaves nothing to undo.
    admin.act(Action::Delete, &ids).await.unwrap();
    let report = admin.act(Action::Delete, &ids).await.unwrap();
    assert_eq!((report.done(), report.operation), (0, None));
}
