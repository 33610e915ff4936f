//! What people say about groups, and deploy marks.

use crate::harness::Subject;
use crate::{before_now, counts, fail, filtered, index, list};
use jobdeck::{
    admin::{Admin, GroupChange, NOTE_CHARACTERS},
    model::{Course, GroupDigest, GroupFilter, GroupOrder, GroupState, Limit, Set},
};

fn decide(state: GroupState) -> GroupChange {
    GroupChange {
        state: Some(state),
        note: None,
    }
}

fn note(text: &str) -> GroupChange {
    GroupChange {
        state: None,
        note: Some(text.to_owned()),
    }
}

pub(crate) async fn a_resolved_group_opens_when_it_happens_again(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(&store, Set::Dead, &[("A", 1, now - 90.0)]).await;
    let groups = index(&store).await;
    let digest = list(&groups, GroupOrder::Count).await.groups[0].digest;
    let admin = Admin::new(store.store.clone());
    admin
        .change_group(digest, decide(GroupState::Resolved))
        .await
        .unwrap();
    let resolved = filtered(&groups, GroupOrder::Count, GroupFilter::Resolved).await;
    assert_eq!(counts(&resolved), [("A", 0, 1)]);
    assert_eq!(resolved.in_state, [0, 0, 1]);
    assert_eq!(groups.open_count(&Limit::none()), Some(0));
    // What failed before it was resolved does not open it, whenever it is found.
    fail(&store, Set::Dead, &[("A", 2, now - 80.0)]).await;
    groups.refresh().await;
    assert_eq!(list(&groups, GroupOrder::Count).await.in_state, [0, 0, 1]);
    let again = before_now(&store, -1.0).await;
    fail(&store, Set::Dead, &[("A", 3, again)]).await;
    groups.refresh().await;
    let open = filtered(&groups, GroupOrder::Count, GroupFilter::Open).await;
    assert_eq!(counts(&open), [("A", 0, 3)]);
    assert!(open.groups[0].reopened);
}

pub(crate) async fn a_muted_group_is_out_of_sight_until_then(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(&store, Set::Dead, &[("A", 1, now - 90.0)]).await;
    let groups = index(&store).await;
    let digest = list(&groups, GroupOrder::Count).await.groups[0].digest;
    let admin = Admin::new(store.store.clone());
    let until = store.now().await.unwrap().plus_milliseconds(3_600_000);
    admin
        .change_group(digest, decide(GroupState::Muted { until }))
        .await
        .unwrap();
    assert_eq!(
        filtered(&groups, GroupOrder::Count, GroupFilter::Open)
            .await
            .matching,
        0
    );
    let muted = filtered(&groups, GroupOrder::Count, GroupFilter::Muted).await;
    assert_eq!(muted.groups[0].state, GroupState::Muted { until });
    admin
        .change_group(digest, decide(GroupState::Open))
        .await
        .unwrap();
    assert_eq!(
        filtered(&groups, GroupOrder::Count, GroupFilter::Open)
            .await
            .matching,
        1
    );
    assert_eq!(store.kept_groups().await.unwrap(), []);
}

pub(crate) async fn a_note_is_kept_and_removed(store: Subject) {
    let groups = index(&store).await;
    let admin = Admin::new(store.store.clone());
    let digest = GroupDigest(7);
    admin
        .change_group(digest, decide(GroupState::Resolved))
        .await
        .unwrap();
    let kept = admin
        .change_group(digest, note("  ask the gateway's people\n"))
        .await
        .unwrap();
    assert_eq!(kept.note, "ask the gateway's people");
    assert_eq!(kept.state, GroupState::Resolved, "a note decides nothing");
    assert_eq!(
        groups.detail(&Limit::none(), digest).await.unwrap().kept,
        kept
    );
    let kept = admin.change_group(digest, note("")).await.unwrap();
    assert_eq!((kept.note.as_str(), kept.state), ("", GroupState::Resolved));
}

pub(crate) async fn what_is_first_seen_after_a_deploy_is_new(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Dead,
        &[("Old", 1, now - 60.0), ("Old", 2, now - 50.0)],
    )
    .await;
    let mark = Admin::new(store.store.clone())
        .mark_deploy(" v2 ")
        .await
        .unwrap();
    assert_eq!(mark.name, "v2");
    fail(&store, Set::Dead, &[("Young", 3, mark.at.seconds() + 1.0)]).await;
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    assert_eq!(list.deploy, Some(mark));
    let told: Vec<_> = list
        .groups
        .iter()
        .map(|group| (group.class.as_str(), group.is_new, group.course))
        .collect();
    assert_eq!(
        told,
        [("Old", false, Course::Steady), ("Young", true, Course::New)]
    );
}

pub(crate) async fn what_cannot_be_said_is_refused(store: Subject) {
    let admin = Admin::new(store.store.clone());
    let until = store.now().await.unwrap();
    let past = decide(GroupState::Muted { until });
    assert!(admin.change_group(GroupDigest(1), past).await.is_err());
    let long = note(&"é".repeat(NOTE_CHARACTERS + 1));
    assert!(admin.change_group(GroupDigest(1), long).await.is_err());
    assert!(admin.mark_deploy(&"x".repeat(201)).await.is_err());
    assert_eq!(store.kept_groups().await.unwrap(), []);
    assert_eq!(store.deploy_marks().await.unwrap(), []);
}
