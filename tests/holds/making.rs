//! Holding what there is.

use crate::harness::{Subject, into_set};
use crate::runs::{admin, assert_same, everything, finish, retries, undo};
use crate::support::ShiftedClock;
use jobdeck::{
    admin::{Admin, AdminError},
    model::{HoldRequest, HoldStatus, OperationState, QueryError, Set, Timestamp, held_scores},
    store::StoreError,
};
use std::time::Duration;

/// The store's time and so many seconds.
pub(crate) async fn in_seconds(subject: &Subject, seconds: i64) -> Timestamp {
    let now = subject.now().await.unwrap();
    now.plus_milliseconds(seconds * 1_000)
}

pub(crate) fn request(query: &str, until: Timestamp) -> HoldRequest {
    HoldRequest {
        query: query.to_owned(),
        until,
        reason: None,
    }
}

/// A retry of this class that is due in so many seconds.
pub(crate) async fn retry(subject: &Subject, class: &str, number: usize, seconds: f64) {
    let now = subject.now().await.unwrap().seconds();
    let raw = format!(
        r#"{{"class":"{class}","args":[{number}, 1.0],"jid":"{class}{number}","queue":"q","retry":true,"retry_count":1,"error_class":"E","error_message":"no {number}","failed_at":{}}}"#,
        now - 60.5
    );
    subject
        .put(into_set(Set::Retries, now + seconds, raw))
        .await;
}

/// Begins a hold and moves what there is; how it stands then.
pub(crate) async fn hold(subject: &Subject, query: &str, seconds: i64) -> HoldStatus {
    let admin = admin(subject);
    let until = in_seconds(subject, seconds).await;
    let (begun, operation) = admin.start_hold(&request(query, until)).await.unwrap();
    let operation = finish(&admin, &operation.id).await;
    assert_eq!(operation.state, OperationState::Done, "{operation:?}");
    admin.hold(&begun.hold.id).await.unwrap()
}

pub(crate) async fn what_a_hold_means_waits_for_its_end(subject: Subject) {
    for number in 0..700 {
        retry(&subject, "Held", number, 60.0 + number as f64).await;
    }
    retry(&subject, "Free", 1, 60.0).await;
    retry(&subject, "Held", 7_000, 7_000.0).await;
    let before = everything(&subject, &[retries()]).await;
    let admin = admin(&subject);
    let until = in_seconds(&subject, 3_600).await;
    let asked = HoldRequest {
        reason: Some(" the gateway is down ".to_owned()),
        ..request(" class:held ", until)
    };
    let preview = admin
        .preview_hold(&asked, Duration::from_secs(30))
        .await
        .unwrap();
    assert_eq!((preview.matched, preview.total), (700, 702));
    assert_same(
        &everything(&subject, &[retries()]).await,
        &before,
        "a preview changes nothing",
    );

    let (begun, operation) = admin.start_hold(&asked).await.unwrap();
    assert_eq!(begun.hold.reason.as_deref(), Some("the gateway is down"));
    assert_eq!(operation.plan.reason, begun.hold.reason);
    assert!(
        operation
            .plan
            .in_words()
            .starts_with("Hold jobs to be retried that the search `class:held` finds until 2"),
        "{}",
        operation.plan.in_words()
    );
    let operation = finish(&admin, &operation.id).await;
    assert_eq!(operation.progress.done, 700);
    let HoldStatus { hold, held } = admin.hold(&begun.hold.id).await.unwrap();
    assert_eq!((hold.query.as_str(), held), ("class:held", 700));
    assert!((hold.until.0 - until.0).abs() < 1_000);
    let (first, last) = held_scores(hold.until);
    let after = everything(&subject, &[retries()]).await;
    assert_eq!(after.len(), before.len());
    for (_, score, text) in &before {
        let (_, now, _) = after.iter().find(|(.., other)| other == text).unwrap();
        let is_held = text.contains("Held") && !text.contains("Held7000");
        assert_eq!((first..=last).contains(now), is_held, "{text}");
        assert!(is_held || now == score, "{text}");
    }
    // Not all of them at the same time.
    let mut scores: Vec<f64> = after.iter().map(|(_, score, _)| *score).collect();
    scores.dedup();
    assert!(scores.len() > 200, "{}", scores.len());
    undo(&subject, &operation.id).await;
    assert_same(&everything(&subject, &[retries()]).await, &before, "undone");
    assert_eq!(admin.holds().await.unwrap()[0].held, 0);
}

pub(crate) async fn the_same_can_be_held_longer_but_not_twice(subject: Subject) {
    for number in 0..5 {
        retry(&subject, "Held", number, 60.0).await;
    }
    let short = hold(&subject, "class:Held", 1_000).await;
    assert_eq!(short.held, 5);
    let admin = admin(&subject);
    let until = in_seconds(&subject, 900).await;
    let refused = admin
        .start_hold(&request("class:Held", until))
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, AdminError::Refused(text) if text.contains("already") && text.contains(&short.hold.id)),
        "{refused}"
    );
    let refused_preview = admin
        .preview_hold(&request("class:Held", until), Duration::from_secs(1))
        .await
        .unwrap_err();
    assert_eq!(refused_preview, refused);
    let longer = request("class:Held", in_seconds(&subject, 2_000).await);
    let preview = admin
        .preview_hold(&longer, Duration::from_secs(30))
        .await
        .unwrap();
    assert!(
        preview.warnings[0].contains("takes the place"),
        "{preview:?}"
    );
    let long = hold(&subject, "class:Held", 2_000).await;
    assert_eq!(long.held, 5);
    assert_eq!(admin.holds().await.unwrap(), [long]);
}

pub(crate) async fn a_longer_hold_is_not_thwarted_by_the_operation_of_the_one_before(
    subject: Subject,
) {
    for number in 0..5 {
        retry(&subject, "Held", number, 60.0).await;
    }
    let admin = admin(&subject);
    let short = request("class:Held", in_seconds(&subject, 1_000).await);
    let (_, moving) = admin.start_hold(&short).await.unwrap();
    let long = hold(&subject, "class:Held", 2_000).await;
    let moving = finish(&admin, &moving.id).await;
    assert_eq!(
        (moving.state, moving.progress.done),
        (OperationState::Stopped, 0)
    );
    assert!(
        moving
            .message
            .as_deref()
            .is_some_and(|message| message.contains("longer hold")),
        "{moving:?}"
    );
    assert_eq!(long.held, 5);
    assert_eq!(admin.holds().await.unwrap(), [long]);
}

pub(crate) async fn what_is_over_is_removed_by_the_next_hold(subject: Subject) {
    hold(&subject, "class:Short", 3_600).await;
    // For who begins one an hour later it is over.
    let later = Admin::new(ShiftedClock::of(&subject.store, 3_601_000));
    let until = in_seconds(&subject, 3 * 3_600).await;
    let (next, _) = later
        .start_hold(&request("class:Next", until))
        .await
        .unwrap();
    assert_eq!(subject.holds().await.unwrap(), [next.hold]);
}

pub(crate) async fn a_request_that_makes_no_sense_is_refused(subject: Subject) {
    let admin = admin(&subject);
    let hour = in_seconds(&subject, 3_600).await;
    let refused = async |asked: HoldRequest| {
        let error = admin.start_hold(&asked).await.unwrap_err();
        let preview = admin.preview_hold(&asked, Duration::from_secs(1)).await;
        assert_eq!(preview.unwrap_err(), error);
        error
    };
    for (query, seconds, reason, field, part) in [
        ("  ", 3_600, None, "query", "which retries"),
        ("in:dead", 3_600, None, "query", "no retry"),
        ("class:A", -5, None, "until", "is over"),
        ("class:A", 400 * 86_400, None, "until", "a year"),
        ("class:A", 3_600, Some("x".repeat(501)), "reason", "500"),
    ] {
        let asked = HoldRequest {
            reason,
            ..request(query, in_seconds(&subject, seconds).await)
        };
        let error = refused(asked).await;
        assert!(
            matches!(&error, AdminError::Field { field: named, reason } if *named == field && reason.contains(part)),
            "{query} {seconds}: {error:?}"
        );
    }
    let unreadable = refused(request("klass:A", hour)).await;
    assert!(
        matches!(
            &unreadable,
            AdminError::Store(StoreError::Query(QueryError { start: 0, .. }))
        ),
        "{unreadable:?}"
    );
    assert_eq!(subject.holds().await.unwrap(), []);
    assert_eq!(admin.operations().await.unwrap(), []);
}

pub(crate) async fn there_are_not_too_many_holds(subject: Subject) {
    let admin = admin(&subject);
    let hour = in_seconds(&subject, 3_600).await;
    for number in 0..50 {
        let asked = request(&format!("class:A{number}"), hour);
        admin.start_hold(&asked).await.unwrap();
    }
    let refused = admin.start_hold(&request("class:B", hour)).await;
    assert!(
        matches!(&refused, Err(AdminError::Refused(text)) if text.contains("50 holds")),
        "{refused:?}"
    );
    let ends: std::collections::HashSet<Timestamp> = admin
        .holds()
        .await
        .unwrap()
        .iter()
        .map(|status| status.hold.until)
        .collect();
    assert_eq!(ends.len(), 50, "no two end in the same millisecond");
}
