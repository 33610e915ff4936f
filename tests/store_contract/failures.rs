//! What people have said about failure groups, and deploy marks.

use super::harness::Subject;
use jobdeck::{
    model::{GroupDigest, GroupState, KeptGroup, Timestamp},
    store::DEPLOYS_KEPT,
};

const ONE: GroupDigest = GroupDigest(0x00ab_cdef_0123_4567);

fn kept(state: GroupState, note: &str) -> KeptGroup {
    KeptGroup {
        state,
        decided_at: Some(Timestamp(5)),
        note: note.to_owned(),
        noted_at: Some(Timestamp(6)),
        by: Some("ada".to_owned()),
    }
}

pub(crate) async fn what_is_said_of_a_group_is_kept(store: Subject) {
    assert_eq!(store.kept_groups().await.unwrap(), []);
    assert_eq!(store.kept_group(ONE).await.unwrap(), KeptGroup::default());
    let muted = kept(
        GroupState::Muted {
            until: Timestamp(9),
        },
        "a \"note\"\nof é",
    );
    store.keep_group(ONE, &muted).await.unwrap();
    let resolved = kept(GroupState::Resolved, "");
    store.keep_group(GroupDigest(2), &resolved).await.unwrap();
    assert_eq!(store.kept_group(ONE).await.unwrap(), muted);
    let mut all = store.kept_groups().await.unwrap();
    all.sort_by_key(|(digest, _)| *digest);
    assert_eq!(all, [(GroupDigest(2), resolved.clone()), (ONE, muted)]);
    store.keep_group(ONE, &resolved).await.unwrap();
    assert_eq!(store.kept_group(ONE).await.unwrap(), resolved);
}

pub(crate) async fn a_group_of_which_nothing_is_said_is_not_kept(store: Subject) {
    store
        .keep_group(ONE, &kept(GroupState::Open, "a note"))
        .await
        .unwrap();
    assert_eq!(store.kept_groups().await.unwrap().len(), 1);
    store
        .keep_group(ONE, &kept(GroupState::Open, ""))
        .await
        .unwrap();
    assert_eq!(store.kept_groups().await.unwrap(), []);
}

pub(crate) async fn the_newest_deploy_marks_are_kept(store: Subject) {
    assert_eq!(store.deploy_marks().await.unwrap(), []);
    let before = store.now().await.unwrap();
    for number in 0..DEPLOYS_KEPT + 3 {
        store.mark_deploy(&format!("v 1.{number}\n")).await.unwrap();
    }
    let last = store.mark_deploy("").await.unwrap();
    let marks = store.deploy_marks().await.unwrap();
    assert_eq!(marks.len(), DEPLOYS_KEPT);
    assert_eq!(marks[0], last);
    assert_eq!(marks[1].name, format!("v 1.{}\n", DEPLOYS_KEPT + 2));
    assert!(marks.is_sorted_by(|newer, older| newer.at >= older.at));
    assert!(marks[DEPLOYS_KEPT - 1].at >= before);
}
