//! Asking running jobs to end.

use crate::harness::{LOOKER, OTHER, Subject, WORKER, beat, job, queue};
use crate::verbs::admin;
use jobdeck::{
    admin::AdminError,
    job::{self, Job},
    model::{CancelReport, Timestamp, Whereabouts},
    store::{Heartbeat, RunReport},
};

fn jid(number: usize) -> String {
    format!("{number:024}")
}

/// A process of this version that runs these jobs.
fn runs(identity: &str, version: &str, numbers: &[usize]) -> Heartbeat {
    let mut heartbeat = beat(identity);
    heartbeat.process.version = version.to_owned();
    heartbeat.running = numbers
        .iter()
        .map(|number| {
            let payload = Job::new(job(*number));
            let thread = format!("t{number}");
            job::running(identity, &thread, "low", &payload, Timestamp(5_000))
        })
        .collect();
    heartbeat
}

fn run(number: usize) -> RunReport {
    RunReport {
        jid: jid(number),
        started_at: Timestamp(5_000),
        ..RunReport::default()
    }
}

pub(crate) async fn a_request_to_end_is_left_for_those_who_run_the_job(subject: Subject) {
    let ours = runs(WORKER, "jobdeck 1.0.0", &[1, 2]);
    let sidekiqs = runs(OTHER, "8.1.7", &[2, 3]);
    for heartbeat in [ours, sidekiqs] {
        subject.heartbeat(&heartbeat).await.unwrap();
    }
    let admin = admin(&subject);
    let expected = |number: usize, processes: &[&str], sidekiq_processes: &[&str]| CancelReport {
        jid: jid(number),
        processes: processes.iter().map(ToString::to_string).collect(),
        sidekiq_processes: sidekiq_processes.iter().map(ToString::to_string).collect(),
    };
    for (number, report) in [
        (1, expected(1, &[WORKER], &[])),
        (2, expected(2, &[WORKER], &[OTHER])),
        (3, expected(3, &[], &[OTHER])),
    ] {
        assert_eq!(admin.cancel(&jid(number)).await.unwrap(), report);
        let report = admin.report(&jid(number)).await.unwrap().unwrap();
        assert!(report.cancel_requested_at.is_some());
    }
    let asked = subject.check_in(&[run(1), run(2), run(4)]).await.unwrap();
    assert_eq!(asked, [0, 1]);
    let running = admin.running().await.unwrap();
    assert!(running.iter().all(|job| job.cancel_requested_at.is_some()));
}

pub(crate) async fn what_does_not_run_cannot_be_cancelled(subject: Subject) {
    subject
        .heartbeat(&runs(WORKER, "jobdeck 1.0.0", &[1]))
        .await
        .unwrap();
    subject.enqueue("low", [5]).await;
    for unknown in [jid(5), "nobody".to_owned(), String::new()] {
        let refused = admin(&subject).cancel(&unknown).await.unwrap_err();
        assert!(matches!(refused, AdminError::NotFound(_)), "{refused}");
        assert_eq!(admin(&subject).report(&unknown).await.unwrap(), None);
    }
}

pub(crate) async fn a_job_whose_process_is_gone_is_found_but_cannot_be_cancelled(subject: Subject) {
    subject.heartbeat(&beat(LOOKER)).await.unwrap();
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("low", [5]).await;
    subject.take_one("low").await;
    subject.expire_heartbeat(WORKER).await;
    let detail = admin(&subject).job(&jid(5), None).await.unwrap();
    assert_eq!(detail.locations.len(), 1);
    let Whereabouts::Running(run) = &detail.locations[0].whereabouts else {
        panic!("{detail:?}")
    };
    assert!(run.owner_gone);
    assert_eq!((run.process.as_str(), run.queue.as_str()), (WORKER, "low"));
    assert_eq!(detail.locations[0].payload, job(5));
    let refused = admin(&subject).cancel(&jid(5)).await.unwrap_err();
    assert!(
        matches!(&refused, AdminError::Refused(text) if text.contains(WORKER) && text.contains("90 s")),
        "{refused}"
    );
    assert_eq!(subject.recover_noted().await, 0);
    assert_eq!(subject.recover_noted().await, 1);
    let detail = admin(&subject).job(&jid(5), None).await.unwrap();
    assert_eq!(detail.locations.len(), 1);
    assert_eq!(detail.locations[0].whereabouts, Whereabouts::Stored);
    assert_eq!(subject.size(&queue("low")).await, 1);
}
