//! What people say to alerts.

use crate::harness::Subject;
use crate::inbox::Inbox;
use crate::watch::{Watcher, deep, fill, receiver};
use jobdeck::{
    admin::{AdminError, AuditRequest, SnoozeEnd},
    alerts::AlertSettings,
    model::{Alert, AlertState, Timestamp},
};
use std::time::Duration;

/// A watcher of a queue that is too deep, of which somebody was told.
async fn fired(store: &Subject, inbox: &Inbox) -> (Watcher, Alert) {
    let settings = AlertSettings {
        rules: vec![deep()],
        receivers: vec![receiver("ops", &inbox.url)],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(store, settings).await;
    fill(store, 3).await;
    let alert = watcher
        .alert("it is told", |alert| !alert.told.is_empty())
        .await;
    (watcher, alert)
}

pub(crate) async fn what_is_acknowledged_is_told_no_more_and_its_end_is(store: Subject) {
    let inbox = Inbox::open().await;
    let (watcher, alert) = fired(&store, &inbox).await;
    let admin = watcher.admin().because(Some("I look at it")).unwrap();
    let known = admin.acknowledge_alert(&alert.id).await.unwrap();
    let known = known.acknowledged.unwrap();
    assert_eq!(known.reason.as_deref(), Some("I look at it"));
    store.clear_queue("mail").await.unwrap();
    watcher
        .until("its end is told", async || {
            store.alerts().await.unwrap().is_empty()
        })
        .await;
    assert_eq!(inbox.events(), ["firing", "resolved"]);
    let episode = store.alert_episodes().await.unwrap().remove(0);
    assert_eq!(episode.acknowledged, Some(known));
    let audit = admin.audit(&AuditRequest::default()).await.unwrap();
    let event = &audit.entries[0].event;
    assert_eq!(event.in_words(), "Acknowledge alert deep (queue mail)");
    assert_eq!(event.reason, "I look at it");
}

pub(crate) async fn what_is_snoozed_is_told_again_when_it_is_woken(store: Subject) {
    let inbox = Inbox::open().await;
    let (watcher, alert) = fired(&store, &inbox).await;
    let admin = watcher.admin();
    let past = admin
        .snooze_alert(&alert.id, SnoozeEnd::At(Timestamp(5)))
        .await;
    assert!(matches!(
        past,
        Err(AdminError::Field { field: "until", .. })
    ));
    let long = admin
        .snooze_alert(&alert.id, SnoozeEnd::After(i64::MAX))
        .await;
    assert!(matches!(
        long,
        Err(AdminError::Field { field: "until", .. })
    ));
    let snoozed = admin
        .snooze_alert(&alert.id, SnoozeEnd::After(3_600))
        .await
        .unwrap();
    assert!(snoozed.is_snoozed(store.now().await.unwrap()));
    admin.wake_alert(&alert.id).await.unwrap();
    watcher
        .until("it is told again", async || inbox.events().len() == 2)
        .await;
    assert_eq!(inbox.events(), ["firing", "reminder"]);
    // A snooze ends by itself, too.
    admin
        .snooze_alert(&alert.id, SnoozeEnd::After(1))
        .await
        .unwrap();
    watcher
        .until("it is told once more", async || inbox.events().len() == 3)
        .await;
    assert_eq!(inbox.events()[2], "reminder");
}

pub(crate) async fn what_does_not_fire_cannot_be_answered(store: Subject) {
    let mut rule = deep();
    rule.held_for = Duration::from_secs(3_600);
    let settings = AlertSettings {
        rules: vec![rule],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    let admin = watcher.admin();
    let none = admin.acknowledge_alert("0123456789abcdef").await;
    assert!(matches!(none, Err(AdminError::NotFound(_))), "{none:?}");
    fill(&store, 3).await;
    let alert = watcher
        .alert("it is pending", |alert| alert.state == AlertState::Pending)
        .await;
    let pending = admin.acknowledge_alert(&alert.id).await;
    assert!(
        matches!(pending, Err(AdminError::Refused(_))),
        "{pending:?}"
    );
    store.clear_queue("mail").await.unwrap();
    watcher
        .until("it is gone", async || {
            store.alerts().await.unwrap().is_empty()
        })
        .await;
    // It never fired.
    assert_eq!(store.alert_episodes().await.unwrap(), []);
}
