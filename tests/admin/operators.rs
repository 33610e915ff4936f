//! Several operators at the same entries.

use crate::harness::{Subject, into_set, job, queue, raws};
use crate::verbs::{RESCHEDULE, act, admin};
use bytes::Bytes;
use jobdeck::model::{Action, ActionOutcome, EntryId, Set};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};

async fn fill(subject: &Subject, set: Set, count: usize) -> Vec<EntryId> {
    let entries: Vec<_> = (0..count)
        .map(|number| into_set(set, 5.0, job(number)))
        .collect();
    subject.add(&entries).await.unwrap();
    let stored = subject.all(&set.into()).await;
    stored.into_iter().map(|entry| entry.id).collect()
}

/// Which of the entries each operator did, all beginning at once.
async fn done_by_each(
    subject: &Subject,
    actions: &[Action],
    ids: &[EntryId],
) -> Vec<BTreeSet<String>> {
    let barrier = Arc::new(Barrier::new(actions.len()));
    let mut operators = JoinSet::new();
    for &action in actions {
        let (admin, barrier, ids) = (admin(subject), Arc::clone(&barrier), ids.to_vec());
        operators.spawn(async move {
            barrier.wait().await;
            let report = admin.act(action, &ids).await.unwrap();
            report
                .outcomes
                .into_iter()
                .filter_map(|(id, outcome)| {
                    assert!(!matches!(outcome, ActionOutcome::Refused(_)));
                    (outcome == ActionOutcome::Done).then(|| id.to_string())
                })
                .collect()
        });
    }
    operators.join_all().await
}

pub(crate) async fn two_operators_retry_each_job_once(subject: Subject) {
    let ids = fill(&subject, Set::Dead, 250).await;
    let done = done_by_each(&subject, &[Action::Retry, Action::Retry], &ids).await;
    assert_eq!(done[0].intersection(&done[1]).count(), 0);
    assert_eq!(done[0].len() + done[1].len(), 250);
    assert_eq!(subject.size(&Set::Dead.into()).await, 0);
    let jids: BTreeSet<String> = subject
        .all(&queue("default"))
        .await
        .into_iter()
        .map(|entry| jobdeck::job::Job::new(entry.raw).jid().unwrap())
        .collect();
    assert_eq!(jids.len(), 250);
    assert_eq!(subject.size(&queue("default")).await, 250);
}

pub(crate) async fn of_two_different_verbs_one_wins(subject: Subject) {
    let ids = fill(&subject, Set::Retries, 150).await;
    let actions = [Action::Delete, Action::Kill, Action::Retry];
    let done = done_by_each(&subject, &actions, &ids).await;
    assert_eq!(done.iter().map(BTreeSet::len).sum::<usize>(), 150);
    let all: BTreeSet<&String> = done.iter().flatten().collect();
    assert_eq!(all.len(), 150, "each is done by one of them");
    let (dead, queued) = (
        subject.size(&Set::Dead.into()).await,
        subject.size(&queue("default")).await,
    );
    let deleted = 150 - dead - queued;
    let counts: BTreeSet<u64> = done.iter().map(|done| done.len() as u64).collect();
    assert_eq!(counts, BTreeSet::from([deleted, dead, queued]));
}

pub(crate) async fn an_entry_named_twice_is_done_once(subject: Subject) {
    let ids = fill(&subject, Set::Dead, 1).await;
    let twice = [ids[0].clone(), ids[0].clone()];
    let report = admin(&subject).act(Action::Retry, &twice).await.unwrap();
    let outcomes: Vec<_> = report.outcomes.into_iter().map(|(_, it)| it).collect();
    assert_eq!(outcomes, [ActionOutcome::Done, ActionOutcome::Gone]);
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn the_address_before_a_move_is_gone(subject: Subject) {
    let ids = fill(&subject, Set::Dead, 1).await;
    assert_eq!(
        act(&subject, RESCHEDULE, &ids[0]).await,
        ActionOutcome::Done
    );
    for action in [Action::Retry, RESCHEDULE, Action::Delete] {
        assert_eq!(act(&subject, action, &ids[0]).await, ActionOutcome::Gone);
    }
    let left = raws(&subject.all(&Set::Retries.into()).await);
    assert_eq!(left, [Bytes::from(job(0))]);
}
