//! Operations whose jobs or places are gone.

use crate::changing::fill;
use crate::harness::{Subject, queue};
use crate::runs::{act, admin, assert_same, dead, everything, finish, run, undo};
use jobdeck::model::{Action, OperationState, Set};

const JOBS: usize = 450;

pub(crate) async fn a_set_that_has_vanished_leaves_nothing_to_do(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let admin = admin(&subject);
    let retry = admin
        .start_operation(&act(Action::Retry, &[dead()]))
        .await
        .unwrap();
    // Before anybody has taken it up, somebody deletes them all.
    let deleted = run(&subject, &act(Action::Delete, &[dead()])).await;
    assert_eq!(deleted.progress.done, JOBS as u64);
    let retried = finish(&admin, &retry.id).await;
    assert_eq!(retried.state, OperationState::Done, "{retried:?}");
    assert_eq!((retried.progress.done, retried.progress.matched), (0, 0));
    assert_eq!(subject.size(&queue("default")).await, 0);
}

pub(crate) async fn an_undo_after_its_queue_is_gone_says_what_it_cannot_put_back(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let retried = run(&subject, &act(Action::Retry, &[dead()])).await;
    assert_eq!(retried.progress.done, JOBS as u64);
    subject.store.clear_queue("default").await.unwrap();
    let undone = undo(&subject, &retried.id).await;
    assert_eq!(
        (undone.progress.done, undone.progress.refused_total()),
        (0, JOBS as u64)
    );
    assert!(
        undone.progress.refused[0].0.contains("has run since"),
        "{undone:?}"
    );
    assert_eq!(subject.size(&dead()).await, 0);
}

pub(crate) async fn jobs_of_a_queue_that_is_gone_make_it_anew(subject: Subject) {
    subject.enqueue("default", 0..JOBS).await;
    let place = [queue("default")];
    let before = everything(&subject, &place).await;
    let deleted = run(&subject, &act(Action::Delete, &place)).await;
    assert_eq!(deleted.progress.done, JOBS as u64);
    subject.store.clear_queue("default").await.unwrap();
    undo(&subject, &deleted.id).await;
    assert_same(&everything(&subject, &place).await, &before, "put back");
    let queues = subject.store.overview().await.unwrap().queues;
    assert_eq!(queues.len(), 1, "{queues:?}");
}
