//! Periodic jobs: each tick once, whoever tries; the newest configuration counts.

use crate::harness::{OTHER, Subject, WORKER, job, queue};
use bytes::Bytes;
use jobdeck::{
    model::Timestamp,
    store::{
        Announcement, Deletion, NewRun, PeriodicEntry, RUNS_KEPT, SharedStore, Standing, Standings,
        StoreError, Tick,
    },
};
use std::{collections::BTreeSet, sync::Arc};
use tokio::{sync::Barrier, task::JoinSet};

const NAME: &str = "a digest: \"daily\"";

fn announcement(definition: &str, fresh: bool) -> Announcement {
    Announcement {
        name: NAME.to_owned(),
        definition: definition.to_owned(),
        schedule: "UTC * * * * *".to_owned(),
        fresh,
    }
}

/// What a process is told of the periodic job that it announces.
async fn announce(store: &SharedStore, identity: &str, job: Announcement) -> (Timestamp, Standing) {
    let Standings { now, standings } = store.announce_periodic(identity, &[job]).await.unwrap();
    assert_eq!(standings.len(), 1);
    (now, standings[0])
}

/// The time until when ticks are done with, of the definition `one`.
async fn last_tick(subject: &Subject) -> Timestamp {
    announce(&subject.store, WORKER, announcement("one", false))
        .await
        .1
        .last_tick
}

fn run(number: usize, tick: Option<Timestamp>) -> NewRun {
    NewRun {
        tick,
        jid: format!("{number:024}"),
        queue: "mail".to_owned(),
        raw: Bytes::from(job(number)),
    }
}

/// Ticks between two times, each with a job.
fn ticks(after: Timestamp, until: Timestamp, numbers: &[usize]) -> Tick {
    Tick {
        name: NAME.to_owned(),
        definition: "one".to_owned(),
        after,
        until,
        runs: numbers
            .iter()
            .map(|number| run(*number, Some(until)))
            .collect(),
    }
}

/// Waits until the store's clock has gone on.
async fn later(subject: &Subject, than: Timestamp) -> Timestamp {
    let mut now = than;
    crate::support::wait_until("the clock goes on", async || {
        now = subject.now().await.unwrap();
        now > than
    })
    .await;
    now
}

async fn only_entry(subject: &Subject) -> PeriodicEntry {
    let mut entries = subject.periodic().await.unwrap();
    assert_eq!(entries.len(), 1);
    entries.remove(0)
}

pub(crate) async fn a_new_periodic_job_is_due_from_now_on(subject: Subject) {
    let before = subject.now().await.unwrap();
    let (now, standing) = announce(&subject.store, WORKER, announcement("one", true)).await;
    assert!(now >= before);
    assert_eq!(
        standing,
        Standing {
            holds: true,
            paused: false,
            last_tick: now
        }
    );
    let entry = only_entry(&subject).await;
    assert_eq!(
        entry,
        PeriodicEntry {
            name: NAME.to_owned(),
            definition: "one".to_owned(),
            registered_at: now,
            last_tick: now,
            paused: false,
            held: true,
            last_run: None,
        }
    );
    // Said again, nothing changes; neither when it is said of nothing.
    later(&subject, now).await;
    assert_eq!(last_tick(&subject).await, now);
    assert_eq!(only_entry(&subject).await, entry);
    let nothing = subject.announce_periodic(WORKER, &[]).await.unwrap();
    assert_eq!(nothing.standings, []);
}

pub(crate) async fn a_tick_enqueues_its_jobs_in_order_and_is_noted(subject: Subject) {
    let (after, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    let until = later(&subject, after).await;
    let tick = ticks(after, until, &[1, 2, 3]);
    assert!(subject.tick_periodic(WORKER, &tick).await.unwrap());
    assert_eq!(
        subject.fetch_raws(&["mail"], 9).await,
        [job(1), job(2), job(3)]
    );
    let runs = subject.periodic_runs(NAME).await.unwrap();
    let jids: Vec<_> = runs.iter().map(|run| run.jid.as_str()).collect();
    assert_eq!(
        jids,
        [
            "000000000000000000000003",
            "000000000000000000000002",
            "000000000000000000000001"
        ]
    );
    assert_eq!(runs[0].tick, Some(until));
    assert_eq!(runs[0].by, WORKER);
    assert!(runs[0].enqueued_at >= until);
    let entry = only_entry(&subject).await;
    assert_eq!(
        (entry.last_tick, entry.last_run.as_ref()),
        (until, runs.first())
    );
    // Ticks that are skipped enqueue nothing, and are done with.
    let until_then = later(&subject, until).await;
    let skipped = ticks(until, until_then, &[]);
    assert!(subject.tick_periodic(WORKER, &skipped).await.unwrap());
    assert_eq!(last_tick(&subject).await, until_then);
    assert_eq!(subject.size(&queue("mail")).await, 0);
}

pub(crate) async fn a_tick_is_enqueued_once_by_many_processes(subject: Subject) {
    let (mut after, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    let mut stores = vec![subject.store.clone()];
    for _ in 0..3 {
        stores.push(subject.again().await);
    }
    let rounds = 15;
    for round in 0..rounds {
        let until = later(&subject, after).await;
        let barrier = Arc::new(Barrier::new(16));
        let mut processes = JoinSet::new();
        for process in 0..16 {
            let (store, barrier) = (stores[process % stores.len()].clone(), barrier.clone());
            let tick = ticks(after, until, &[round * 100 + process]);
            processes.spawn(async move {
                barrier.wait().await;
                store.tick_periodic(WORKER, &tick).await.unwrap()
            });
        }
        let done = processes.join_all().await;
        assert_eq!(done.iter().filter(|done| **done).count(), 1);
        after = until;
    }
    let raws = subject.fetch_raws(&["mail"], 1_000).await;
    assert_eq!(raws.len(), rounds);
    let different: BTreeSet<_> = raws.into_iter().collect();
    assert_eq!(different.len(), rounds);
    assert_eq!(subject.periodic_runs(NAME).await.unwrap().len(), rounds);
}

pub(crate) async fn a_tick_out_of_turn_is_refused(subject: Subject) {
    let (after, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    let until = later(&subject, after).await;
    let tick = ticks(after, until, &[1]);
    assert!(subject.tick_periodic(WORKER, &tick).await.unwrap());
    let now = later(&subject, until).await;
    let elsewhere = Tick {
        name: "elsewhere".to_owned(),
        ..ticks(until, now, &[2])
    };
    let otherwise = Tick {
        definition: "two".to_owned(),
        ..ticks(until, now, &[2])
    };
    for wrong in [
        // Again; by an older view, though later; in the future; backwards; not at all.
        tick.clone(),
        ticks(after, now, &[2]),
        ticks(until, now.plus_milliseconds(3_600_000), &[2]),
        ticks(until, after, &[2]),
        ticks(until, until, &[2]),
        elsewhere,
        otherwise,
    ] {
        assert!(!subject.tick_periodic(WORKER, &wrong).await.unwrap());
    }
    // Its jobs go to one queue.
    let mut two_queues = ticks(until, now, &[2, 3]);
    "other".clone_into(&mut two_queues.runs[1].queue);
    let error = subject
        .tick_periodic(WORKER, &two_queues)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Invalid(_)), "{error:?}");
    assert_eq!(subject.size(&queue("mail")).await, 1);
    assert_eq!(last_tick(&subject).await, until);
    assert_eq!(subject.periodic_runs(NAME).await.unwrap().len(), 1);
}

pub(crate) async fn a_paused_periodic_job_enqueues_nothing_and_makes_up_for_nothing(
    subject: Subject,
) {
    assert!(!subject.set_periodic_paused(NAME, true).await.unwrap());
    let (after, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    for _ in 0..2 {
        assert!(subject.set_periodic_paused(NAME, true).await.unwrap());
    }
    let until = later(&subject, after).await;
    let tick = ticks(after, until, &[1]);
    assert!(!subject.tick_periodic(WORKER, &tick).await.unwrap());
    assert!(only_entry(&subject).await.paused);
    let (_, standing) = announce(&subject.store, WORKER, announcement("one", false)).await;
    assert!(standing.paused && standing.holds);
    // Also when it is defined otherwise, and by another process.
    let (_, standing) = announce(&subject.store, OTHER, announcement("two", true)).await;
    assert!(standing.paused && standing.holds);
    announce(&subject.store, WORKER, announcement("one", true)).await;

    let resumed = later(&subject, until).await;
    assert!(subject.set_periodic_paused(NAME, false).await.unwrap());
    let last = last_tick(&subject).await;
    assert!(last >= resumed, "what came meanwhile is done with");
    assert!(subject.set_periodic_paused(NAME, false).await.unwrap());
    assert_eq!(last_tick(&subject).await, last);
    let until = later(&subject, last).await;
    let tick = ticks(last, until, &[1]);
    assert!(subject.tick_periodic(WORKER, &tick).await.unwrap());
}

pub(crate) async fn the_newest_definition_counts_until_its_processes_are_gone(subject: Subject) {
    let (first, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    // A process with another configuration starts; the older one is told so, and ticks no more.
    later(&subject, first).await;
    let (second, standing) = announce(&subject.store, OTHER, announcement("two", true)).await;
    assert!(standing.holds);
    assert_eq!(standing.last_tick, first, "the schedule is the same");
    assert_eq!(only_entry(&subject).await.registered_at, second);
    let (_, standing) = announce(&subject.store, WORKER, announcement("one", false)).await;
    assert!(!standing.holds);
    let until = later(&subject, second).await;
    let tick = ticks(first, until, &[1]);
    assert!(!subject.tick_periodic(WORKER, &tick).await.unwrap());
    assert_eq!(only_entry(&subject).await.definition, "two");
    // Those who hold the newer one are gone: the older one counts again.
    let names = [NAME.to_owned()];
    subject.withdraw_periodic(OTHER, &names).await.unwrap();
    assert!(!only_entry(&subject).await.held);
    let (_, standing) = announce(&subject.store, WORKER, announcement("one", false)).await;
    assert!(standing.holds);
    assert!(subject.tick_periodic(WORKER, &tick).await.unwrap());
    let entry = only_entry(&subject).await;
    assert_eq!((entry.definition.as_str(), entry.held), ("one", true));
}

pub(crate) async fn a_process_that_says_nothing_more_holds_nothing(subject: Subject) {
    announce(&subject.store, WORKER, announcement("one", true)).await;
    announce(&subject.store, OTHER, announcement("one", true)).await;
    subject.expire_periodic(NAME, OTHER).await;
    assert!(only_entry(&subject).await.held, "the other one still does");
    subject.expire_periodic(NAME, WORKER).await;
    assert!(!only_entry(&subject).await.held);
    let (_, standing) = announce(&subject.store, OTHER, announcement("two", false)).await;
    assert!(standing.holds);
}

pub(crate) async fn another_schedule_has_no_ticks_of_the_past(subject: Subject) {
    let (first, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    later(&subject, first).await;
    let other = Announcement {
        schedule: "UTC 0 * * * *".to_owned(),
        ..announcement("two", true)
    };
    let (now, standing) = announce(&subject.store, WORKER, other).await;
    assert_eq!(standing.last_tick, now);
}

pub(crate) async fn several_periodic_jobs_are_announced_at_once(subject: Subject) {
    let jobs: Vec<_> = (0..20)
        .map(|number| Announcement {
            name: format!("job {number:02}"),
            ..announcement("one", true)
        })
        .collect();
    subject.announce_periodic(WORKER, &jobs).await.unwrap();
    let other = [announcement("one", true)];
    subject.announce_periodic(OTHER, &other).await.unwrap();
    let changed = [
        Announcement {
            definition: "two".to_owned(),
            fresh: false,
            ..jobs[0].clone()
        },
        jobs[1].clone(),
    ];
    let answer = subject.announce_periodic(OTHER, &changed).await.unwrap();
    let holds: Vec<_> = answer.standings.iter().map(|one| one.holds).collect();
    assert_eq!(holds, [false, true]);
    let names: Vec<_> = jobs.iter().map(|job| job.name.clone()).collect();
    subject.withdraw_periodic(WORKER, &names).await.unwrap();
    subject.withdraw_periodic(WORKER, &[]).await.unwrap();
    let entries = subject.periodic().await.unwrap();
    assert!(entries.is_sorted_by_key(|entry| entry.name.clone()));
    let held: Vec<_> = entries
        .iter()
        .filter(|entry| entry.held)
        .map(|entry| entry.name.as_str())
        .collect();
    assert_eq!((entries.len(), held), (21, vec![NAME, "job 01"]));
}

pub(crate) async fn a_job_can_be_had_at_once_and_moves_no_tick(subject: Subject) {
    let wanted = run(7, None);
    let known = subject.run_periodic(NAME, &wanted, "run now").await;
    assert!(!known.unwrap());
    assert_eq!(subject.size(&queue("mail")).await, 0);
    let (after, _) = announce(&subject.store, WORKER, announcement("one", true)).await;
    // Also while it is paused.
    subject.set_periodic_paused(NAME, true).await.unwrap();
    let known = subject.run_periodic(NAME, &wanted, "run now").await;
    assert!(known.unwrap());
    assert_eq!(subject.fetch_raws(&["mail"], 9).await, [job(7)]);
    let runs = subject.periodic_runs(NAME).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].tick, runs[0].by.as_str()), (None, "run now"));
    assert_eq!(last_tick(&subject).await, after);
}

pub(crate) async fn the_newest_runs_are_kept(subject: Subject) {
    announce(&subject.store, WORKER, announcement("one", true)).await;
    for number in 0..RUNS_KEPT + 5 {
        let known = subject.run_periodic(NAME, &run(number, None), "me").await;
        assert!(known.unwrap());
    }
    let runs = subject.periodic_runs(NAME).await.unwrap();
    assert_eq!(runs.len(), RUNS_KEPT);
    assert_eq!(runs[0].jid, format!("{:024}", RUNS_KEPT + 4));
    assert_eq!(runs[RUNS_KEPT - 1].jid, format!("{:024}", 5));
    assert_eq!(subject.periodic_runs("other").await.unwrap(), []);
}

pub(crate) async fn a_periodic_job_is_deleted_when_no_process_has_it(subject: Subject) {
    let delete = async || subject.delete_periodic(NAME).await.unwrap();
    assert_eq!(delete().await, Deletion::Gone);
    announce(&subject.store, WORKER, announcement("one", true)).await;
    let known = subject.run_periodic(NAME, &run(1, None), "me").await;
    assert!(known.unwrap());
    assert_eq!(delete().await, Deletion::Held);
    assert_eq!(subject.periodic_runs(NAME).await.unwrap().len(), 1);
    let names = [NAME.to_owned()];
    subject.withdraw_periodic(WORKER, &names).await.unwrap();
    assert_eq!(delete().await, Deletion::Done);
    assert_eq!(delete().await, Deletion::Gone);
    assert_eq!(subject.periodic().await.unwrap(), []);
    assert_eq!(subject.periodic_runs(NAME).await.unwrap(), []);
    assert_eq!(subject.size(&queue("mail")).await, 1, "its job stays");
    // As if it had never been there.
    let (now, standing) = announce(&subject.store, WORKER, announcement("one", false)).await;
    assert_eq!((standing.last_tick, standing.holds), (now, true));
}
