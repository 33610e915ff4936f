//! What runs tell, requests that they end, and jobs whose process is gone.

use crate::{
    harness::{OTHER, Subject, WORKER, beat, into_queue, job},
    support::wait_until,
};
use jobdeck::{
    model::{JobReport, LogLine, Progress, RunningJob, Timestamp},
    store::{Heartbeat, LOG_BYTES, LOG_LINES, RunReport},
};

const JID: &str = "a/b é%";

fn run(jid: &str) -> RunReport {
    RunReport {
        jid: jid.to_owned(),
        ..RunReport::default()
    }
}

fn progress(percent: f64, message: &str) -> Progress {
    Progress {
        percent,
        message: message.to_owned(),
        at: Timestamp(1_795_469_606_500),
    }
}

fn line(at: i64, text: &str) -> LogLine {
    LogLine {
        at: Timestamp(at),
        text: text.to_owned(),
    }
}

async fn report(subject: &Subject, jid: &str) -> JobReport {
    subject.report(jid).await.unwrap().expect("a report")
}

pub(crate) async fn what_a_run_tells_is_kept_with_its_job(subject: Subject) {
    assert_eq!(subject.report(JID).await.unwrap(), None);
    assert!(subject.check_in(&[run(JID)]).await.unwrap().is_empty());
    assert_eq!(subject.report(JID).await.unwrap(), None, "it told nothing");
    let told = RunReport {
        progress: Some(progress(33.4, "photo 4 of 12\t“é”")),
        log: vec![line(5, "first"), line(6, " second  "), line(6, "")],
        ..run(JID)
    };
    let before = subject.now().await.unwrap();
    subject.check_in(&[run("other"), told]).await.unwrap();
    let kept = report(&subject, JID).await;
    assert_eq!(kept.progress, Some(progress(33.4, "photo 4 of 12\t“é”")));
    assert_eq!(
        kept.log,
        [line(5, "first"), line(6, " second  "), line(6, "")]
    );
    assert!(kept.updated_at.unwrap() >= before);
    assert_eq!(kept.cancel_requested_at, None);
    // One part after the other, by another handle.
    let more = RunReport {
        log: vec![line(7, "third")],
        ..run(JID)
    };
    let again = subject.again().await;
    again.check_in(&[more]).await.unwrap();
    let further = RunReport {
        progress: Some(progress(100.0, "")),
        done: true,
        ..run(JID)
    };
    again.check_in(&[further]).await.unwrap();
    let kept = report(&subject, JID).await;
    assert_eq!(kept.progress, Some(progress(100.0, "")));
    assert_eq!(kept.log.len(), 4);
    assert_eq!(subject.report("other").await.unwrap(), None);
}

pub(crate) async fn a_log_keeps_its_last_lines_within_bounds(subject: Subject) {
    let tell = async |lines: Vec<LogLine>| {
        let report = RunReport {
            log: lines,
            ..run(JID)
        };
        subject.check_in(&[report]).await.unwrap();
    };
    for chunk in 0..5 {
        let lines = (0..90).map(|number| line(1, &format!("{}", chunk * 90 + number)));
        tell(lines.collect()).await;
    }
    let kept = report(&subject, JID).await.log;
    let numbers: Vec<_> = kept.iter().map(|line| line.text.clone()).collect();
    let expected: Vec<_> = (450 - LOG_LINES..450)
        .map(|number| number.to_string())
        .collect();
    assert_eq!(numbers, expected);
    let long = "é".repeat(4_000);
    tell((0..12).map(|_| line(2, &long)).collect()).await;
    let kept = report(&subject, JID).await.log;
    let bytes: usize = kept.iter().map(|line| line.text.len()).sum();
    assert!((LOG_BYTES - 8_100..=LOG_BYTES).contains(&bytes), "{bytes}");
    assert!(kept.iter().all(|line| line.text == long));
    tell(vec![line(3, "last")]).await;
    let kept = report(&subject, JID).await.log;
    assert_eq!(kept.last(), Some(&line(3, "last")));
    assert!(kept.len() > 5, "{}", kept.len());
}

pub(crate) async fn a_request_to_end_reaches_the_run_that_is_on_its_way(subject: Subject) {
    let now = subject.now().await.unwrap();
    let on_its_way = RunReport {
        started_at: now.plus_milliseconds(-1_000),
        ..run(JID)
    };
    let runs = [run("other"), on_its_way.clone()];
    assert!(subject.check_in(&runs).await.unwrap().is_empty());
    for in_sidekiq in [false, true] {
        subject.request_cancel(JID, in_sidekiq).await.unwrap();
    }
    let requested_at = report(&subject, JID).await.cancel_requested_at.unwrap();
    assert!(requested_at >= now);
    // Each time it is asked: an answer may get lost. Also while it tells something.
    for told in [None, Some(progress(1.0, "a"))] {
        let mut runs = runs.clone();
        runs[1].progress = told;
        assert_eq!(subject.check_in(&runs).await.unwrap(), [1]);
    }
    // A run that began later, such as a retry of the same job, was not meant.
    let later = RunReport {
        started_at: requested_at.plus_milliseconds(1),
        ..on_its_way
    };
    assert!(subject.check_in(&[later]).await.unwrap().is_empty());
    assert!(subject.check_in(&[]).await.unwrap().is_empty());
}

pub(crate) async fn running_jobs_are_shown_with_what_they_tell(subject: Subject) {
    let now = subject.now().await.unwrap();
    let running = |number: usize, run_at: Timestamp| RunningJob {
        process: WORKER.to_owned(),
        thread: number.to_string(),
        queue: "default".to_owned(),
        jid: format!("{number:024}"),
        payload: job(number),
        run_at,
        ..RunningJob::default()
    };
    let second = Timestamp(now.0 / 1000 * 1000);
    let mut heartbeat = beat(WORKER);
    heartbeat.process.version = "jobdeck 1.0.0".to_owned();
    heartbeat.running = (1..4).map(|number| running(number, second)).collect();
    subject.heartbeat(&heartbeat).await.unwrap();
    let at = |number: usize, at: Timestamp| RunReport {
        progress: Some(Progress {
            at,
            ..progress(50.0, "half")
        }),
        ..run(&format!("{number:024}"))
    };
    // The second has told nothing in this run, only in an earlier one.
    let told = [at(1, now), at(2, now.plus_milliseconds(-60_000))];
    subject.check_in(&told).await.unwrap();
    subject
        .request_cancel(&format!("{:024}", 3), false)
        .await
        .unwrap();
    let shown = subject.running().await.unwrap();
    assert_eq!(shown[0].progress, told[0].progress);
    assert_eq!(
        (shown[1].progress.clone(), shown[2].progress.clone()),
        (None, None)
    );
    let requested: Vec<bool> = shown
        .iter()
        .map(|job| job.cancel_requested_at.is_some())
        .collect();
    assert_eq!(requested, [false, false, true]);
    assert!(shown.iter().all(|job| !job.foreign && !job.owner_gone));
}

pub(crate) async fn jobs_of_a_process_that_is_gone_are_shown_until_they_are_recovered(
    subject: Subject,
) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.heartbeat(&beat(OTHER)).await.unwrap();
    subject.enqueue("low", 0..3).await;
    subject.put(into_queue("low", "no JSON")).await;
    subject
        .put(into_queue("low", format!("[{}]", "1,".repeat(1 << 20))))
        .await;
    assert_eq!(subject.take(&["low"], 10).await.len(), 5);
    assert!(
        subject.running().await.unwrap().is_empty(),
        "its process lives"
    );
    subject.expire_heartbeat(WORKER).await;
    let shown = subject.running().await.unwrap();
    assert_eq!(shown.len(), 5);
    assert!(
        shown
            .iter()
            .all(|job| job.owner_gone && job.process == WORKER && job.run_at == Timestamp(0))
    );
    let payloads: Vec<_> = shown.iter().map(|job| job.payload.clone()).collect();
    let expected = [job(0), job(1), job(2), "no JSON".to_owned(), String::new()];
    assert_eq!(
        payloads, expected,
        "what is too large is shown without its bytes"
    );
    assert_eq!(
        (shown[0].queue.as_str(), shown[0].jid.as_str()),
        ("low", format!("{:024}", 0).as_str())
    );
    // It was only late.
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    assert!(subject.running().await.unwrap().is_empty());
    subject.leave(WORKER).await.unwrap();
    assert_eq!(subject.running().await.unwrap().len(), 5);
    assert_eq!(subject.recover_noted().await, 5);
    assert!(subject.running().await.unwrap().is_empty());
}

pub(crate) async fn of_very_many_jobs_without_a_process_some_are_shown(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    subject.enqueue("low", 0..1_200).await;
    assert_eq!(subject.take(&["low"], 1_000).await.len(), 1_000);
    assert_eq!(subject.take(&["low"], 1_000).await.len(), 200);
    subject.expire_heartbeat(WORKER).await;
    let heartbeat = Heartbeat {
        running: vec![RunningJob {
            process: OTHER.to_owned(),
            thread: "t".to_owned(),
            run_at: Timestamp(1_795_469_606_000),
            ..RunningJob::default()
        }],
        ..beat(OTHER)
    };
    subject.heartbeat(&heartbeat).await.unwrap();
    let shown = subject.running().await.unwrap();
    assert_eq!(shown.len(), 301);
    assert_eq!(shown.last().unwrap().process, OTHER);
    wait_until("all are recovered", async || {
        subject.recover_noted().await;
        subject.running().await.unwrap().len() == 1
    })
    .await;
}
