//! What an operation says before it is confirmed.

use crate::changing::{fill, of_class};
use crate::harness::{Subject, into_set, job, queue};
use crate::runs::{PATIENCE, act, admin, dead, everything, request};
use jobdeck::model::{Action, Canary, Change, OperationRequest, Selection, Set, Timestamp};

pub(crate) async fn a_preview_counts_shows_and_changes_nothing(subject: Subject) {
    fill(&subject, Set::Dead, 700).await;
    let before = everything(&subject, &[dead()]).await;
    let edit = Change::Edit {
        path: "args.0".to_owned(),
        value: "[]".to_owned(),
    };
    let preview = admin(&subject)
        .preview_operation(&request(edit, of_class(&[dead()], "Report")), PATIENCE)
        .await
        .unwrap();
    assert!(preview.complete);
    assert_eq!(
        (preview.matched, preview.scanned, preview.total),
        (234, 700, 700)
    );
    assert_eq!(preview.samples.len(), 5);
    assert_eq!(
        preview.samples[1].edit,
        Some(("3".to_owned(), "[]".to_owned()))
    );
    assert!(everything(&subject, &[dead()]).await == before);
    let preview = admin(&subject)
        .preview_operation(&act(Action::Retry, &[dead()]), std::time::Duration::ZERO)
        .await
        .unwrap();
    assert!(!preview.complete);
    assert_eq!((preview.matched, preview.total), (preview.scanned, 700));
    assert_eq!(preview.samples[0].to.as_deref(), Some("queue:default"));
}

pub(crate) async fn a_preview_warns_of_what_an_operator_may_not_know(subject: Subject) {
    for (number, more) in [r#","bid":"b1""#, r#","unique_for":60"#, ""]
        .into_iter()
        .enumerate()
    {
        let raw = job(number).trim_end_matches('}').to_owned() + more + "}";
        subject.put(into_set(Set::Dead, 1_000.0, raw)).await;
    }
    subject
        .put(into_set(Set::Dead, 1_000.0, r#"{"class":"A","args":5}"#))
        .await;
    subject
        .put(into_set(
            Set::Dead,
            1_000.0,
            r#"{"class":"Gone","queue":"default","args":[],"error_class":"NameError","error_message":"uninitialized constant Gone"}"#,
        ))
        .await;
    // Somebody has enqueued the work of one of them again.
    subject.enqueue("default", [2]).await;
    let preview = admin(&subject)
        .preview_operation(&act(Action::Retry, &[dead()]), PATIENCE)
        .await
        .unwrap();
    let said = preview.warnings.join("\n");
    for part in [
        "1 are members of a batch",
        "1 are unique jobs",
        "`default` (4 jobs)",
        "no process knew the class `Gone` (1 job)",
        "1 have the same class and arguments",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(preview.refused.len(), 1);
    assert_eq!(preview.matched, 5);
}

fn with(change: impl FnOnce(&mut OperationRequest)) -> OperationRequest {
    let mut request = act(Action::Retry, &[dead()]);
    change(&mut request);
    request
}

pub(crate) async fn a_request_that_makes_no_sense_is_refused(subject: Subject) {
    let admin = admin(&subject);
    let far = Action::Reschedule {
        at: Timestamp(i64::MAX),
        spread_seconds: 0,
    };
    let canary = Canary {
        jobs: 10,
        wait_seconds: 1,
        percent: 101,
    };
    for (request, part) in [
        (
            with(|it| it.selection = Selection::default()),
            "names no place",
        ),
        (
            with(|it| it.selection.places = vec![queue("a")]),
            "means nothing",
        ),
        (with(|it| it.rate = Some(0)), "0 jobs a second"),
        (with(|it| it.canary = Some(canary)), "100 %"),
        (with(|it| it.change = Change::Act(far)), "9999"),
        (
            with(|it| {
                it.change = Change::MoveTo {
                    queue: " ".to_owned(),
                }
            }),
            "which queue",
        ),
        (
            with(|it| {
                it.change = Change::Edit {
                    path: "jid".to_owned(),
                    value: "1".to_owned(),
                }
            }),
            "`jid`",
        ),
        (
            with(|it| {
                it.change = Change::Edit {
                    path: "args.0".to_owned(),
                    value: "{".to_owned(),
                }
            }),
            "not JSON",
        ),
        (with(|it| it.reason = Some("x".repeat(501))), "500"),
        (
            with(|it| {
                it.change = Change::Act(Action::Delete);
                it.canary = Some(Canary {
                    percent: 5,
                    ..canary
                });
            }),
            "retried or enqueued",
        ),
    ] {
        for error in [
            admin.start_operation(&request).await.unwrap_err(),
            admin
                .preview_operation(&request, PATIENCE)
                .await
                .unwrap_err(),
        ] {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
    }
    assert_eq!(admin.operations().await.unwrap(), []);
}
