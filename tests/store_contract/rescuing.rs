//! Jobs of processes that are gone, and how often each was rescued.

use crate::{
    harness::{LOOKER, OTHER, Subject, WORKER, beat, into_queue, into_set, job, queue},
    support::put_back,
};
use jobdeck::{
    model::Set,
    store::{Orphan, Rescue},
};
use std::time::Duration;

const JID: &str = "000000000000000000000001";

/// Has a process fetch the one job of `default`, and be gone.
async fn lose(subject: &Subject, identity: &str) {
    subject.heartbeat(&beat(identity)).await.unwrap();
    let queues = ["default".to_owned()];
    let fetched = subject.fetch(identity, &queues, 1, Duration::ZERO).await;
    assert_eq!(fetched.unwrap().len(), 1);
    subject.expire_heartbeat(identity).await;
}

/// What a look at processes that are gone answers after they were noted.
async fn orphans(subject: &Subject) -> Vec<Orphan> {
    for _ in 0..2 {
        let orphans = subject.orphans(LOOKER, Duration::ZERO).await.unwrap();
        if !orphans.is_empty() {
            return orphans;
        }
    }
    Vec::new()
}

async fn only_orphan(subject: &Subject) -> Orphan {
    let mut orphans = orphans(subject).await;
    assert_eq!(orphans.len(), 1);
    orphans.remove(0)
}

pub(crate) async fn rescues_of_a_job_are_counted(subject: Subject) {
    subject.enqueue("default", [1]).await;
    for (rescues, identity) in [WORKER, OTHER, WORKER, "host-4:4:444444444444"]
        .into_iter()
        .enumerate()
    {
        lose(&subject, identity).await;
        let orphan = only_orphan(&subject).await;
        assert_eq!(orphan.owner, identity);
        assert_eq!(orphan.job.raw, job(1));
        assert_eq!(orphan.rescues, u32::try_from(rescues).unwrap());
        assert_eq!(subject.rescue(&[put_back(orphan)]).await.unwrap(), 1);
        assert_eq!(subject.only(&queue("default")).await.raw, job(1));
    }
    // Each job for itself; and what was not rescued does not count.
    subject.take(&["default"], 1).await;
    subject.enqueue("default", [2]).await;
    lose(&subject, OTHER).await;
    for orphan in orphans(&subject).await {
        if orphan.job.raw == job(2) {
            assert_eq!(orphan.rescues, 0);
        }
    }
}

pub(crate) async fn rescues_of_long_ago_do_not_count(subject: Subject) {
    let hours = 3_600;
    subject.note_rescue(JID, 100 * hours).await;
    subject.note_rescue(JID, 73 * hours).await;
    subject.note_rescue(JID, 71 * hours).await;
    subject.enqueue("default", [1]).await;
    lose(&subject, WORKER).await;
    let orphan = only_orphan(&subject).await;
    assert_eq!(orphan.rescues, 1);
    assert_eq!(subject.rescue(&[put_back(orphan)]).await.unwrap(), 1);
    lose(&subject, OTHER).await;
    assert_eq!(only_orphan(&subject).await.rescues, 2);
}

pub(crate) async fn two_rescues_of_one_job_happen_once(subject: Subject) {
    subject.enqueue("default", [1]).await;
    lose(&subject, WORKER).await;
    let rescue = put_back(only_orphan(&subject).await);
    let calls = (0..8).map(|_| {
        let (store, rescue) = (subject.again(), rescue.clone());
        async move { store.await.rescue(&[rescue]).await.unwrap() }
    });
    let rescued: u64 = futures::future::join_all(calls).await.into_iter().sum();
    assert_eq!(rescued, 1);
    assert_eq!(subject.rescue(&[rescue]).await.unwrap(), 0);
    assert_eq!(subject.only(&queue("default")).await.raw, job(1));
    // And it was noted once.
    lose(&subject, OTHER).await;
    assert_eq!(only_orphan(&subject).await.rescues, 1);
}

pub(crate) async fn a_process_that_has_come_back_keeps_its_jobs(subject: Subject) {
    subject.enqueue("default", [1]).await;
    lose(&subject, WORKER).await;
    let rescue = put_back(only_orphan(&subject).await);
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(
        subject.rescue(std::slice::from_ref(&rescue)).await.unwrap(),
        0
    );
    assert_eq!(subject.size(&queue("default")).await, 0);
    // Also when it is away again, as long as it is not gone again.
    subject.expire_heartbeat(WORKER).await;
    assert_eq!(subject.rescue(&[rescue]).await.unwrap(), 0);
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert_eq!(only_orphan(&subject).await.rescues, 0);
}

pub(crate) async fn a_rescued_job_goes_where_it_is_said(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("default", 0..3).await;
    subject.take(&["default"], 3).await;
    subject.expire_heartbeat(WORKER).await;
    let orphans = orphans(&subject).await;
    // The latest first, so that those that go back stand in their order.
    let raws: Vec<_> = orphans
        .iter()
        .map(|orphan| orphan.job.raw.clone())
        .collect();
    assert_eq!(raws, [job(2), job(1), job(0)]);
    let places = [
        into_queue("other", "one"),
        into_set(Set::Dead, 17.5, "two"),
        into_set(Set::Retries, 18.5, "three"),
    ];
    let rescues: Vec<Rescue> = orphans
        .into_iter()
        .zip(places)
        .map(|(orphan, to)| Rescue { orphan, to })
        .collect();
    assert_eq!(subject.rescue(&rescues).await.unwrap(), 3);
    assert_eq!(subject.only(&queue("other")).await.raw, "one");
    assert_eq!(subject.only(&Set::Dead.into()).await.raw, "two");
    assert_eq!(subject.only(&Set::Retries.into()).await.raw, "three");
    assert_eq!(subject.counters().await, (0, 0));
    assert_eq!(subject.recover_noted().await, 0);
}
