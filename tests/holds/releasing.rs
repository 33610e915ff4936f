//! Letting go what is held.

use crate::harness::{Subject, into_set, queue};
use crate::making::{hold, in_seconds, request, retry};
use crate::runs::{admin, assert_same, everything, finish, retries, undo};
use jobdeck::{
    admin::{AdminError, Release},
    model::{Change, Operation, OperationState, Set, held_scores},
};

pub(crate) async fn what_is_released_is_tried_at_once_and_can_be_taken_back(subject: Subject) {
    for number in 0..400 {
        retry(&subject, "Held", number, 60.0).await;
        retry(&subject, "Other", number, 60.0).await;
    }
    retry(&subject, "Free", 1, 60.0).await;
    let one = hold(&subject, "class:Held", 3_600).await;
    let other = hold(&subject, "class:Other", 3_600).await;
    let before = everything(&subject, &[retries(), queue("q")]).await;
    let admin = admin(&subject);
    let operation = admin
        .release_hold(&one.hold.id, Release::default())
        .await
        .unwrap();
    assert_eq!(admin.holds().await.unwrap(), [other]);
    let reason = operation.plan.reason.clone().unwrap_or_default();
    assert_eq!(reason, "released: retries found by class:Held");
    let operation = finish(&admin, &operation.id).await;
    assert_eq!(
        (operation.state, operation.progress.done),
        (OperationState::Done, 400)
    );
    assert_eq!(subject.size(&queue("q")).await, 400);
    assert_eq!(subject.size(&retries()).await, 401);
    // A retry by hand uses up none, and neither does this.
    let first = subject.all(&queue("q")).await.remove(0);
    let text = String::from_utf8_lossy(&first.raw).into_owned();
    assert!(
        text.contains(r#""class":"Held""#) && text.contains(r#""retry_count":0"#),
        "{text}"
    );
    undo(&subject, &operation.id).await;
    let after = everything(&subject, &[retries(), queue("q")]).await;
    assert_same(&after, &before, "taken back");
}

pub(crate) async fn what_is_released_can_be_spread(subject: Subject) {
    for number in 0..50 {
        retry(&subject, "Held", number, 60.0).await;
    }
    let status = hold(&subject, "class:Held", 3_600).await;
    let admin = admin(&subject);
    let now = subject.now().await.unwrap().seconds();
    let release = Release {
        rate: Some(1_000),
        spread_seconds: 600,
    };
    let operation = admin.release_hold(&status.hold.id, release).await.unwrap();
    assert_eq!(operation.plan.rate, Some(1_000));
    assert!(matches!(operation.plan.change, Some(Change::Act(_))));
    assert_eq!(finish(&admin, &operation.id).await.progress.done, 50);
    let after = everything(&subject, &[retries()]).await;
    assert_eq!(after.len(), 50);
    assert!(
        after
            .iter()
            .all(|(_, score, _)| (now - 1.0..now + 660.0).contains(score))
    );
    let spread = after[49].1 - after[0].1;
    assert!(spread > 100.0, "{spread}");
}

pub(crate) async fn a_hold_can_end_without_a_release(subject: Subject) {
    retry(&subject, "Held", 1, 60.0).await;
    let status = hold(&subject, "class:Held", 3_600).await;
    let before = everything(&subject, &[retries()]).await;
    let admin = admin(&subject);
    assert_eq!(admin.end_hold(&status.hold.id).await.unwrap(), status);
    assert_eq!(admin.holds().await.unwrap(), []);
    assert_eq!(everything(&subject, &[retries()]).await, before);
    let gone = admin.end_hold(&status.hold.id).await.unwrap_err();
    assert!(matches!(gone, AdminError::NotFound(_)), "{gone:?}");
}

pub(crate) async fn what_is_released_is_not_moved_aside_by_the_hold_s_own_operation(
    subject: Subject,
) {
    for number in 0..20 {
        retry(&subject, "Held", number, 60.0).await;
    }
    let before = everything(&subject, &[retries()]).await;
    let admin = admin(&subject);
    let until = in_seconds(&subject, 3_600).await;
    let (status, moving) = admin
        .start_hold(&request("class:Held", until))
        .await
        .unwrap();
    // Nobody has worked on it yet, and somebody may have paused it.
    admin.pause_operation(&moving.id).await.unwrap();
    let release = admin
        .release_hold(&status.hold.id, Release::default())
        .await
        .unwrap();
    assert_eq!(
        finish(&admin, &release.id).await.state,
        OperationState::Done
    );
    assert_stopped(&finish(&admin, &moving.id).await);
    assert_eq!(subject.held(&[status.hold]).await.unwrap(), [0]);
    assert_same(
        &everything(&subject, &[retries()]).await,
        &before,
        "all are tried at their time",
    );
}

pub(crate) async fn a_hold_that_ended_moves_nothing_any_more(subject: Subject) {
    retry(&subject, "Held", 1, 60.0).await;
    let admin = admin(&subject);
    let until = in_seconds(&subject, 3_600).await;
    let (status, moving) = admin
        .start_hold(&request("class:Held", until))
        .await
        .unwrap();
    // Other operations are none of its business.
    let hour = request("class:Other", until);
    let (_, other) = admin.start_hold(&hour).await.unwrap();
    admin.end_hold(&status.hold.id).await.unwrap();
    assert_stopped(&finish(&admin, &moving.id).await);
    assert_eq!(subject.held(&[status.hold]).await.unwrap(), [0]);
    assert_eq!(finish(&admin, &other.id).await.state, OperationState::Done);
}

fn assert_stopped(operation: &Operation) {
    assert_eq!(operation.state, OperationState::Stopped, "{operation:?}");
    let message = operation.message.as_deref().unwrap_or_default();
    assert!(message.contains("released or ended"), "{message}");
}

pub(crate) async fn what_waits_is_released_whatever_its_times_say(subject: Subject) {
    let status = hold(&subject, "class:Held", 3_600).await;
    // It failed in the moment of the release, or on a machine whose clock is fast.
    let failed_at = in_seconds(&subject, 300).await.seconds();
    let raw = format!(
        r#"{{"class":"Held","args":[],"jid":"a","queue":"q","retry":true,"retry_count":1,"failed_at":{failed_at}}}"#
    );
    let (at, _) = held_scores(status.hold.until);
    subject.put(into_set(Set::Retries, at, raw)).await;
    let admin = admin(&subject);
    let release = admin
        .release_hold(&status.hold.id, Release::default())
        .await
        .unwrap();
    assert_eq!(finish(&admin, &release.id).await.progress.done, 1);
    assert_eq!(subject.size(&queue("q")).await, 1);
}

pub(crate) async fn what_cannot_be_released_is_told(subject: Subject) {
    let status = hold(&subject, "class:Held", 3_600).await;
    let admin = admin(&subject);
    let unknown = admin.release_hold("nonsense", Release::default()).await;
    assert!(
        matches!(&unknown, Err(AdminError::NotFound(text)) if text.contains("no hold nonsense")),
        "{unknown:?}"
    );
    for (release, named) in [
        (
            Release {
                rate: Some(0),
                spread_seconds: 0,
            },
            "rate",
        ),
        (
            Release {
                rate: None,
                spread_seconds: u32::MAX,
            },
            "spread_seconds",
        ),
    ] {
        let wrong = admin.release_hold(&status.hold.id, release).await;
        assert!(
            matches!(&wrong, Err(AdminError::Field { field, .. }) if *field == named),
            "{wrong:?}"
        );
    }
    assert_eq!(admin.holds().await.unwrap(), [status], "the hold goes on");
}
