//! What the index notices.

use crate::harness::Subject;
use crate::support::wait_until;
use crate::{before_now, counts, fail, index, list, observe};
use jobdeck::{
    admin::Admin,
    model::{Action, Completeness, GroupOrder, Order, Place, Set, Timestamp},
    store::Start,
};

/// The first entries of a set.
async fn first(store: &Subject, set: Set, most: usize) -> Vec<jobdeck::model::EntryId> {
    let slice = store
        .slice(&Place::Set(set), &Start::Edge, Order::Ascending, most)
        .await
        .unwrap();
    slice.entries.into_iter().map(|entry| entry.id).collect()
}

pub(crate) async fn what_dies_is_counted_without_reading_all_again(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Dead,
        &[("A", 1, now - 90.0), ("A", 2, now - 80.0)],
    )
    .await;
    let groups = index(&store).await;
    fail(
        &store,
        Set::Dead,
        &[("A", 3, now - 70.0), ("B", 4, now - 60.0)],
    )
    .await;
    wait_until("what died is counted", async || {
        observe(&store, &groups).await;
        counts(&list(&groups, GroupOrder::Count).await) == [("A", 0, 3), ("B", 0, 1)]
    })
    .await;
    assert_eq!(
        list(&groups, GroupOrder::Count).await.index.completeness,
        Completeness::Exact
    );
}

pub(crate) async fn what_is_removed_is_not_counted_any_more(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Dead,
        &[
            ("A", 1, now - 90.0),
            ("A", 2, now - 80.0),
            ("B", 3, now - 70.0),
        ],
    )
    .await;
    fail(&store, Set::Retries, &[("C", 4, now + 60.0)]).await;
    let groups = index(&store).await;
    let admin = Admin::new(store.store.clone());
    let dead = first(&store, Set::Dead, 1).await;
    admin.act(Action::Delete, &dead).await.unwrap();
    let retries = first(&store, Set::Retries, 1).await;
    admin.act(Action::Retry, &retries).await.unwrap();
    wait_until("what was removed is gone", async || {
        observe(&store, &groups).await;
        counts(&list(&groups, GroupOrder::Newest).await) == [("B", 0, 1), ("A", 0, 1)]
    })
    .await;
    groups.refresh().await;
    let list = list(&groups, GroupOrder::Count).await;
    assert_eq!(
        (list.entries, list.index.completeness),
        (2, Completeness::Exact)
    );
}

pub(crate) async fn a_retry_that_is_moved_is_counted_where_it_is(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Retries,
        &[("A", 1, now + 60.0), ("A", 2, now + 70.0)],
    )
    .await;
    let groups = index(&store).await;
    let retries = first(&store, Set::Retries, 1).await;
    Admin::new(store.store.clone())
        .act(Action::Kill, &retries)
        .await
        .unwrap();
    wait_until("it is counted among the dead", async || {
        observe(&store, &groups).await;
        counts(&list(&groups, GroupOrder::Count).await) == [("A", 1, 1)]
    })
    .await;
}

pub(crate) async fn an_unchanged_store_is_not_read_again(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(&store, Set::Dead, &[("A", 1, now)]).await;
    let groups = index(&store).await;
    let before = list(&groups, GroupOrder::Count).await.index.as_of.unwrap();
    // Nothing has changed: a look is enough for the numbers to be as of now.
    wait_until("it was looked again", async || {
        let index = list(&groups, GroupOrder::Count).await.index;
        index.completeness == Completeness::Exact && index.as_of > Some(before)
    })
    .await;
}

pub(crate) async fn one_that_takes_the_place_of_another_is_seen(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Dead,
        &[("A", 1, now - 90.0), ("A", 2, now - 80.0)],
    )
    .await;
    let groups = index(&store).await;
    // As many as before, and no failure was counted.
    let dead = first(&store, Set::Dead, 1).await;
    Admin::new(store.store.clone())
        .act(Action::Delete, &dead)
        .await
        .unwrap();
    fail(&store, Set::Dead, &[("B", 3, now - 70.0)]).await;
    wait_until("both are seen", async || {
        let list = list(&groups, GroupOrder::Newest).await;
        counts(&list) == [("B", 0, 1), ("A", 0, 1)]
            && list.index.completeness == Completeness::Exact
    })
    .await;
}

pub(crate) async fn several_viewers_share_one_index(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(&store, Set::Dead, &[("A", 1, now)]).await;
    let groups = index(&store).await;
    let other = groups.clone();
    fail(&store, Set::Dead, &[("A", 2, now)]).await;
    groups.refresh().await;
    assert_eq!(
        counts(&list(&other, GroupOrder::Count).await),
        [("A", 0, 2)]
    );
    assert!(list(&other, GroupOrder::Count).await.now >= Timestamp(0));
}
