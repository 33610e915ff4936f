//! Alerts: who changes one, and what is over.

use super::harness::Subject;
use futures::future::join_all;
use jobdeck::{
    model::{Alert, AlertEpisode, AlertNotice, AlertState, Timestamp},
    store::ALERT_EPISODES,
};

fn alert(id: &str, version: u64) -> Alert {
    Alert {
        id: id.to_owned(),
        version,
        rule: "mail:\"deep\"\n é".to_owned(),
        queue: "mail".to_owned(),
        above: 2.5,
        state: AlertState::Firing,
        since: Timestamp(5),
        notices: vec![AlertNotice {
            receiver: "ops".to_owned(),
            claimed_until: Some(Timestamp(9)),
            ..AlertNotice::default()
        }],
        ..Alert::default()
    }
}

pub(crate) async fn an_alert_is_changed_from_the_version_that_is_there(store: Subject) {
    assert_eq!(store.alerts().await.unwrap(), []);
    let first = alert("a", 1);
    // There is none to change or to remove.
    assert!(
        !store
            .change_alert("a", 1, Some(&alert("a", 2)), None)
            .await
            .unwrap()
    );
    assert!(!store.change_alert("a", 1, None, None).await.unwrap());
    assert!(
        store
            .change_alert("a", 0, Some(&first), None)
            .await
            .unwrap()
    );
    assert_eq!(store.again().await.alerts().await.unwrap(), [first]);
    // Who knows of no version, or of an old one, changes nothing, and nothing is over by that.
    let over = AlertEpisode::default();
    assert!(
        !store
            .change_alert("a", 0, Some(&alert("a", 1)), None)
            .await
            .unwrap()
    );
    assert!(!store.change_alert("a", 7, None, Some(&over)).await.unwrap());
    let second = alert("a", 2);
    assert!(
        store
            .change_alert("a", 1, Some(&second), None)
            .await
            .unwrap()
    );
    assert!(
        !store
            .change_alert("a", 1, Some(&second), None)
            .await
            .unwrap()
    );
    assert!(
        store
            .change_alert("b", 0, Some(&alert("b", 1)), None)
            .await
            .unwrap()
    );
    assert_eq!(store.alert_episodes().await.unwrap(), []);
    assert!(store.change_alert("a", 2, None, Some(&over)).await.unwrap());
    assert_eq!(store.alerts().await.unwrap(), [alert("b", 1)]);
    assert_eq!(store.alert_episodes().await.unwrap(), [over]);
}

pub(crate) async fn of_many_who_change_an_alert_one_does(store: Subject) {
    store
        .change_alert("a", 0, Some(&alert("a", 1)), None)
        .await
        .unwrap();
    let handles = join_all((0..4).map(|_| store.again())).await;
    for version in 1..=20 {
        let new = alert("a", version + 1);
        let changes = handles
            .iter()
            .map(|handle| handle.change_alert("a", version, Some(&new), None));
        let changed = join_all(changes).await;
        let done = changed.iter().filter(|it| *it.as_ref().unwrap()).count();
        assert_eq!(done, 1, "version {version}");
    }
}

pub(crate) async fn the_alerts_that_were_over_last_are_kept(store: Subject) {
    let most = i64::try_from(ALERT_EPISODES).unwrap();
    for number in 0..most + 5 {
        let version = u64::try_from(number).unwrap();
        let over = AlertEpisode {
            fired_at: Timestamp(number),
            ..AlertEpisode::default()
        };
        let next = alert("a", version + 1);
        assert!(
            store
                .change_alert("a", version, Some(&next), Some(&over))
                .await
                .unwrap()
        );
    }
    let kept = store.alert_episodes().await.unwrap();
    let fired: Vec<i64> = kept.iter().map(|episode| episode.fired_at.0).collect();
    let expected: Vec<i64> = (5..most + 5).rev().collect();
    assert_eq!(fired, expected);
}
