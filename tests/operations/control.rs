//! Pausing, stopping, ending and sharing the work on operations.

use crate::changing::fill;
use crate::harness::{Subject, into_set, queue};
use crate::runs::{
    PATIENCE, Process, act, admin, dead, finish, request, retries, run, undo, wait_for_state,
};
use crate::support::wait_until;
use jobdeck::{
    job::Job,
    model::{Action, Canary, Change, OperationState, Selection, Set},
};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

const JOBS: usize = 3_000;

pub(crate) async fn a_paused_operation_stands_still_until_it_is_resumed(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let admin = admin(&subject);
    let mut slow = act(Action::Delete, &[dead()]);
    slow.rate = Some(500);
    let id = admin.start_operation(&slow).await.unwrap().id;
    let process = Process::start(admin.clone());
    wait_until("something is done", async || {
        admin.operation(&id).await.unwrap().progress.done > 0
    })
    .await;
    admin.pause_operation(&id).await.unwrap();
    wait_until("nobody is at work on it", async || {
        !admin.operation(&id).await.unwrap().attended
    })
    .await;
    let paused = admin.operation(&id).await.unwrap();
    assert_eq!(paused.state, OperationState::Paused);
    let size = subject.size(&dead()).await;
    assert_eq!(size + paused.progress.done, u64::try_from(JOBS).unwrap());
    assert!(admin.pause_operation(&id).await.is_err());
    admin.resume_operation(&id).await.unwrap();
    wait_for_state(&admin, &id, OperationState::Done).await;
    assert_eq!(subject.size(&dead()).await, 0);
    for over in [
        admin.pause_operation(&id).await,
        admin.resume_operation(&id).await,
        admin.stop_operation(&id).await,
    ] {
        assert!(over.unwrap_err().to_string().contains("is done"));
    }
    process.end().await;
}

pub(crate) async fn a_stopped_one_leaves_the_rest_and_what_it_did_can_be_undone(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let admin = admin(&subject);
    let mut slow = act(Action::Retry, &[dead()]);
    slow.rate = Some(500);
    let id = admin.start_operation(&slow).await.unwrap().id;
    let process = Process::start(admin.clone());
    wait_until("something is done", async || {
        admin.operation(&id).await.unwrap().progress.done > 0
    })
    .await;
    let stopped = admin.stop_operation(&id).await.unwrap();
    assert!(stopped.finished_at.is_some());
    process.end().await;
    let stopped = admin.operation(&id).await.unwrap();
    assert_eq!(stopped.progress.done, subject.size(&queue("default")).await);
    assert!(stopped.progress.done < u64::try_from(JOBS).unwrap());
    undo(&subject, &id).await;
    assert_eq!(subject.size(&dead()).await, u64::try_from(JOBS).unwrap());
}

pub(crate) async fn another_process_goes_on_where_one_has_ended(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let admin = admin(&subject);
    let mut slow = act(Action::Retry, &[dead()]);
    slow.rate = Some(1_000);
    let id = admin.start_operation(&slow).await.unwrap().id;
    for _ in 0..3 {
        let before = admin.operation(&id).await.unwrap().progress.done;
        let process = Process::start(admin.clone());
        wait_until("it goes on", async || {
            admin.operation(&id).await.unwrap().progress.done > before
        })
        .await;
        process.end().await;
        assert!(!admin.operation(&id).await.unwrap().attended);
    }
    let done = finish(&admin, &id).await;
    assert_eq!(done.progress.done, u64::try_from(JOBS).unwrap());
    let jids: BTreeSet<String> = subject
        .all(&queue("default"))
        .await
        .into_iter()
        .map(|entry| Job::new(entry.raw).jid().unwrap())
        .collect();
    assert_eq!(jids.len(), JOBS);
    assert_eq!(
        subject.size(&queue("default")).await,
        u64::try_from(JOBS).unwrap()
    );
}

pub(crate) async fn two_processes_share_no_job(subject: Subject) {
    fill(&subject, Set::Dead, JOBS).await;
    let one = admin(&subject);
    let other = jobdeck::admin::Admin::new(subject.again().await);
    let processes = [Process::start(one.clone()), Process::start(other)];
    // Two operations for the same jobs, and two processes.
    let retry = one
        .start_operation(&act(Action::Retry, &[dead()]))
        .await
        .unwrap();
    let delete = one
        .start_operation(&act(Action::Delete, &[dead()]))
        .await
        .unwrap();
    let retried = wait_for_state(&one, &retry.id, OperationState::Done).await;
    let deleted = wait_for_state(&one, &delete.id, OperationState::Done).await;
    assert_eq!(
        retried.progress.done + deleted.progress.done,
        u64::try_from(JOBS).unwrap()
    );
    assert_eq!(subject.size(&queue("default")).await, retried.progress.done);
    assert_eq!(subject.size(&dead()).await, 0);
    for process in processes {
        process.end().await;
    }
}

pub(crate) async fn a_rate_is_kept_to(subject: Subject) {
    fill(&subject, Set::Dead, 300).await;
    let mut slow = act(Action::Delete, &[dead()]);
    slow.rate = Some(200);
    let begun = Instant::now();
    let done = run(&subject, &slow).await;
    assert_eq!(done.progress.done, 300);
    // All but the last step's pause: not sooner than that, however quick the store is.
    assert!(begun.elapsed() >= Duration::from_millis(1_300));
    assert!(begun.elapsed() < PATIENCE);
}

pub(crate) async fn the_first_few_decide(subject: Subject) {
    let canary = Canary {
        jobs: 10,
        wait_seconds: 1,
        percent: 90,
    };
    let mut retry = act(Action::Retry, &[dead()]);
    retry.canary = Some(canary);
    let admin = admin(&subject);

    // They fail again.
    fill(&subject, Set::Dead, 300).await;
    let id = admin.start_operation(&retry).await.unwrap().id;
    let process = Process::start(admin.clone());
    let waiting = wait_for_state(&admin, &id, OperationState::Waiting).await;
    assert_eq!(waiting.progress.done, 10);
    let tried = subject.take(&["default"], 100).await;
    assert_eq!(tried.len(), 10);
    for job in tried.iter().take(2) {
        let text = String::from_utf8(job.raw.to_vec()).unwrap();
        let failed = text.trim_end_matches('}').to_owned() + r#","error_class":"Timeout"}"#;
        subject
            .put(into_set(Set::Retries, 2_000_000_000.0, failed))
            .await;
    }
    let stopped = wait_for_state(&admin, &id, OperationState::Stopped).await;
    let message = stopped.message.unwrap();
    assert!(
        message.contains("of the first 10 jobs 8 have succeeded"),
        "{message}"
    );
    assert!(message.contains("(Timeout)"), "{message}");
    assert_eq!(subject.size(&dead()).await, 290);

    // They succeed: it goes on.
    let id = admin.start_operation(&retry).await.unwrap().id;
    wait_for_state(&admin, &id, OperationState::Waiting).await;
    assert_eq!(subject.take(&["default"], 100).await.len(), 10);
    let done = wait_for_state(&admin, &id, OperationState::Done).await;
    assert_eq!(done.progress.done, 290);
    process.end().await;
}

pub(crate) async fn ticked_jobs_are_counted_once_although_a_few_are_tried_first(subject: Subject) {
    fill(&subject, Set::Dead, 20).await;
    let entries = subject.all(&dead()).await;
    assert!(
        subject
            .shift(&entries[1], jobdeck::store::Destination::Nowhere)
            .await
    );
    let selection = Selection {
        entries: entries.into_iter().map(|entry| entry.id).collect(),
        ..Selection::default()
    };
    let mut retry = request(Change::Act(Action::Retry), selection);
    retry.canary = Some(Canary {
        jobs: 5,
        wait_seconds: 1,
        percent: 90,
    });
    let admin = admin(&subject);
    let id = admin.start_operation(&retry).await.unwrap().id;
    let process = Process::start(admin.clone());
    let waiting = wait_for_state(&admin, &id, OperationState::Waiting).await;
    assert_eq!((waiting.progress.done, waiting.progress.gone), (5, 1));
    assert_eq!(subject.take(&["default"], 100).await.len(), 5);
    let done = wait_for_state(&admin, &id, OperationState::Done).await;
    let progress = done.progress;
    assert_eq!((progress.done, progress.gone), (19, 1));
    assert_eq!((progress.scanned, done.plan.total), (20, 20));
    process.end().await;
}

pub(crate) async fn what_goes_on_is_told_from_what_is_over(subject: Subject) {
    fill(&subject, Set::Dead, 20).await;
    let admin = admin(&subject);
    let names = async |ended_within| {
        let current = subject.store.current_operations(ended_within).await;
        let current = current.unwrap().into_iter();
        current.map(|operation| operation.id).collect::<Vec<_>>()
    };
    let first = run(&subject, &act(Action::Delete, &[retries()])).await;
    let second = admin
        .start_operation(&act(Action::Delete, &[dead()]))
        .await
        .unwrap();
    assert_eq!(
        names(Duration::ZERO).await,
        std::slice::from_ref(&second.id)
    );
    assert_eq!(
        names(PATIENCE).await,
        [second.id.clone(), first.id.clone()],
        "the newest first"
    );
    admin.pause_operation(&second.id).await.unwrap();
    assert_eq!(
        names(Duration::ZERO).await,
        std::slice::from_ref(&second.id)
    );
    admin.stop_operation(&second.id).await.unwrap();
    // As soon as a millisecond has passed.
    wait_until("nothing goes on", async || {
        names(Duration::ZERO).await.is_empty()
    })
    .await;
    let all = admin.operations().await.unwrap().into_iter();
    let all: Vec<_> = all.map(|operation| operation.id).collect();
    assert_eq!(all, [second.id, first.id]);
}
