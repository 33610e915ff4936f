//! Processes, what they run, and signals.

use crate::harness::{OTHER, Subject, WORKER, beat, job};
use jobdeck::{
    model::{RunningJob, Signal, Timestamp},
    store::Heartbeat,
};

fn running(identity: &str, thread: &str, number: usize, run_at: i64) -> RunningJob {
    RunningJob {
        process: identity.to_owned(),
        thread: thread.to_owned(),
        queue: "default".to_owned(),
        jid: format!("{number:024}"),
        class: "Publish".to_owned(),
        args: format!("[{number}]"),
        run_at: Timestamp(run_at * 1_000),
        payload: job(number),
        // The heartbeats here say that they are Sidekiq's.
        foreign: true,
        ..RunningJob::default()
    }
}

fn busy(identity: &str, jobs: Vec<RunningJob>) -> Heartbeat {
    let mut heartbeat = beat(identity);
    heartbeat.process.busy = jobs.len() as u64;
    heartbeat.running = jobs;
    heartbeat
}

pub(crate) async fn a_heartbeat_shows_its_process(subject: Subject) {
    let mut heartbeat = beat(WORKER);
    let process = &mut heartbeat.process;
    process.tag = "album".to_owned();
    process.labels = vec!["reliable".to_owned(), "é".to_owned()];
    process.queues = vec![("critical".to_owned(), 5), ("default".to_owned(), 1)];
    process.capsules = vec![(
        "default".to_owned(),
        5,
        vec!["critical".to_owned(), "default".to_owned()],
    )];
    process.rss_kib = Some(42_744);
    process.rtt_us = Some(154);
    process.busy = 2;
    let before = subject.now().await.unwrap();
    let pulse = subject.heartbeat(&heartbeat).await.unwrap();
    assert_eq!(pulse.signal, None);
    assert!(before <= pulse.now && pulse.now <= subject.now().await.unwrap());
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    let shown = subject.processes().await.unwrap();
    let identities: Vec<_> = shown
        .iter()
        .map(|process| process.identity.as_str())
        .collect();
    assert_eq!(identities, [WORKER, OTHER]);
    let (shown, said) = (&shown[0], &heartbeat.process);
    assert_eq!(shown.hostname, said.hostname);
    assert_eq!(shown.pid, said.pid);
    assert_eq!(shown.tag, said.tag);
    assert_eq!(shown.labels, said.labels);
    assert_eq!(shown.queues, said.queues);
    assert_eq!(shown.concurrency, said.concurrency);
    assert_eq!(shown.busy, 2);
    assert_eq!(shown.started_at, said.started_at);
    assert_eq!(shown.rss_kib, said.rss_kib);
    assert_eq!(shown.rtt_us, said.rtt_us);
    assert_eq!(shown.version, said.version);
    assert!(!shown.quiet && !shown.embedded);
    assert!(shown.beat_at.is_some());
    let overview = subject.overview().await.unwrap();
    assert_eq!(
        (overview.processes, overview.concurrency, overview.running),
        (2, 10, 2)
    );
    heartbeat.process.quiet = true;
    heartbeat.process.busy = 0;
    subject.heartbeat(&heartbeat).await.unwrap();
    let shown = subject.processes().await.unwrap().remove(0);
    assert!(shown.quiet);
    assert_eq!(shown.busy, 0);
    assert_eq!(subject.overview().await.unwrap().running, 0);
}

pub(crate) async fn a_process_without_heartbeat_is_not_shown(subject: Subject) {
    subject
        .heartbeat(&busy(WORKER, vec![running(WORKER, "a", 1, 1_795_469_606)]))
        .await
        .unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.expire_heartbeat(WORKER).await;
    let shown = subject.processes().await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].identity, OTHER);
    assert!(subject.running().await.unwrap().is_empty());
    let overview = subject.overview().await.unwrap();
    assert_eq!((overview.processes, overview.running), (1, 0));
    // It comes back with its next heartbeat.
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(subject.processes().await.unwrap().len(), 2);
}

pub(crate) async fn a_leaving_process_is_not_shown(subject: Subject) {
    subject
        .heartbeat(&busy(WORKER, vec![running(WORKER, "a", 1, 1_795_469_606)]))
        .await
        .unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.leave(WORKER).await.unwrap();
    let shown = subject.processes().await.unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].identity, OTHER);
    assert!(subject.running().await.unwrap().is_empty());
    assert_eq!(subject.overview().await.unwrap().processes, 1);
    assert!(!subject.signal(WORKER, Signal::Quiet).await.unwrap());
    // Leaving twice, or without having been there, is no error.
    subject.leave(WORKER).await.unwrap();
    subject.leave("nobody:1:2").await.unwrap();
}

pub(crate) async fn running_jobs_are_shown_longest_first(subject: Subject) {
    subject
        .heartbeat(&busy(
            WORKER,
            vec![
                running(WORKER, "9iy", 1, 1_795_469_630),
                running(WORKER, "9iz", 2, 1_795_469_610),
            ],
        ))
        .await
        .unwrap();
    subject
        .heartbeat(&busy(OTHER, vec![running(OTHER, "a", 3, 1_795_469_620)]))
        .await
        .unwrap();
    let shown = subject.running().await.unwrap();
    let expected = [
        running(WORKER, "9iz", 2, 1_795_469_610),
        running(OTHER, "a", 3, 1_795_469_620),
        running(WORKER, "9iy", 1, 1_795_469_630),
    ];
    assert_eq!(shown, expected);
    assert_eq!(subject.overview().await.unwrap().running, 3);
}

pub(crate) async fn a_later_heartbeat_replaces_what_runs(subject: Subject) {
    let first = running(WORKER, "a", 1, 1_795_469_610);
    let second = running(WORKER, "b", 2, 1_795_469_620);
    subject
        .heartbeat(&busy(WORKER, vec![first.clone(), second.clone()]))
        .await
        .unwrap();
    subject
        .heartbeat(&busy(WORKER, vec![second.clone()]))
        .await
        .unwrap();
    assert_eq!(subject.running().await.unwrap(), [second]);
    subject.heartbeat(&busy(WORKER, vec![])).await.unwrap();
    assert!(subject.running().await.unwrap().is_empty());
    subject
        .heartbeat(&busy(WORKER, vec![first.clone()]))
        .await
        .unwrap();
    assert_eq!(subject.running().await.unwrap(), [first]);
}

pub(crate) async fn signals_are_taken_once_and_in_order(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    for signal in [Signal::Dump, Signal::Quiet, Signal::Stop] {
        assert!(subject.signal(WORKER, signal).await.unwrap());
    }
    assert_eq!(subject.heartbeat(&beat(OTHER)).await.unwrap().signal, None);
    for expected in [
        Some(Signal::Dump),
        Some(Signal::Quiet),
        Some(Signal::Stop),
        None,
    ] {
        assert_eq!(
            subject.heartbeat(&beat(WORKER)).await.unwrap().signal,
            expected
        );
    }
}

pub(crate) async fn a_signal_needs_a_process(subject: Subject) {
    assert!(!subject.signal(WORKER, Signal::Stop).await.unwrap());
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert_eq!(
        subject.heartbeat(&beat(WORKER)).await.unwrap().signal,
        None,
        "a signal left for nobody is not kept"
    );
    subject.expire_heartbeat(WORKER).await;
    assert!(!subject.signal(WORKER, Signal::Stop).await.unwrap());
    assert!(!subject.signal("", Signal::Stop).await.unwrap());
}

pub(crate) async fn the_store_says_what_it_is(subject: Subject) {
    let info = subject.info().await.unwrap();
    assert!(["redis", "sqlite"].contains(&info.kind.as_str()));
    assert!(info.address.starts_with(&info.kind), "{}", info.address);
    assert!(
        info.version.contains(char::is_numeric),
        "{:?}",
        info.version
    );
}
