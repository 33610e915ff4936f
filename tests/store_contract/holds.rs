//! Holds: which retries wait, and until when.

use super::harness::{Subject, into_set, job};
use jobdeck::model::{Hold, Limit, NamePattern, Set, Timestamp, held_score, held_scores};

const END: Timestamp = Timestamp(1_795_480_000_437);

fn hold(id: &str, until: Timestamp) -> Hold {
    Hold {
        id: id.to_owned(),
        query: "class:\"A b\" message:é".to_owned(),
        name: "A b".to_owned(),
        until,
        reason: Some("the \"gateway\"\nis down".to_owned()),
        created_at: Timestamp(5),
        limit: Limit::to([NamePattern::new("mail*").unwrap()]),
    }
}

pub(crate) async fn a_hold_is_kept_until_it_is_removed(store: Subject) {
    assert_eq!(store.holds().await.unwrap(), []);
    assert!(!store.delete_hold("one").await.unwrap());
    let (one, other) = (hold("one", END), hold("other", Timestamp(9)));
    store.put_hold(&one).await.unwrap();
    store.put_hold(&other).await.unwrap();
    let mut holds = store.holds().await.unwrap();
    holds.sort_by_key(|hold| hold.until);
    assert_eq!(holds, [other.clone(), one.clone()]);
    let longer = hold("one", END.plus_milliseconds(1));
    store.put_hold(&longer).await.unwrap();
    assert!(store.delete_hold("other").await.unwrap());
    assert!(!store.delete_hold("other").await.unwrap());
    assert_eq!(store.holds().await.unwrap(), [longer]);
    assert_eq!(store.again().await.holds().await.unwrap().len(), 1);
}

pub(crate) async fn what_waits_for_the_end_of_a_hold_is_counted(store: Subject) {
    let (first, last) = held_scores(END);
    let later = END.plus_milliseconds(1);
    let mut number = 0;
    let mut put = async |set: Set, score: f64| {
        number += 1;
        store.put(into_set(set, score, job(number))).await;
    };
    for score in [first, held_score(END, 500), held_score(END, 500), last] {
        put(Set::Retries, score).await;
    }
    put(Set::Retries, held_score(later, 0)).await;
    // Due in the same millisecond, in the one before and behind it, and of another set: these wait for nothing.
    for milliseconds in [-1, 0, 2] {
        put(Set::Retries, END.plus_milliseconds(milliseconds).seconds()).await;
    }
    put(Set::Scheduled, first).await;
    put(Set::Dead, first).await;
    let holds = [hold("b", later), hold("a", END), hold("c", Timestamp(9))];
    assert_eq!(store.held(&holds).await.unwrap(), [1, 4, 0]);
    assert_eq!(store.held(&[]).await.unwrap(), [0; 0]);
}
