//! New jobs.

use crate::harness::{OTHER, Subject, WORKER, beat, queue};
use crate::verbs::{LATER, admin};
use jobdeck::{
    admin::{Admin, AdminError, AdminOptions},
    job::{Job, NewJob, TimeUnit},
    model::{Set, Timestamp},
};

fn new_job(number: usize) -> NewJob {
    NewJob {
        args: format!("[{number}]"),
        queue: "photos".to_owned(),
        ..NewJob::new("Publish")
    }
}

/// The JSON text of `created_at` of a job that this admin enqueues.
async fn written_time(subject: &Subject, admin: &Admin) -> String {
    let jids = admin.enqueue(&[NewJob::new("A")]).await.unwrap();
    assert_eq!(jids.len(), 1);
    let job = Job::new(subject.take_one("default").await.raw);
    assert_eq!(job.field("created_at"), job.field("enqueued_at"));
    job.field("created_at").unwrap().to_owned()
}

pub(crate) async fn new_jobs_stand_in_their_queue_in_order(subject: Subject) {
    let jobs: Vec<NewJob> = (0..1_100).map(new_job).collect();
    let before = subject.store.now().await.unwrap();
    let jids = admin(&subject).enqueue(&jobs).await.unwrap();
    let after = subject.store.now().await.unwrap();
    let stored = subject.all(&queue("photos")).await;
    assert_eq!(stored.len(), 1_100);
    assert!(subject.summary("photos").await.is_some(), "it is known");
    for (number, (entry, jid)) in stored.iter().zip(&jids).enumerate() {
        let job = Job::new(entry.raw.clone());
        let at = job.field("enqueued_at").unwrap();
        assert_eq!(
            entry.raw,
            format!(
                r#"{{"retry":true,"queue":"photos","args":[{number}],"class":"Publish","jid":"{jid}","created_at":{at},"enqueued_at":{at}}}"#
            )
        );
        assert!((before..=after).contains(&job.time("enqueued_at").unwrap()));
    }
}

pub(crate) async fn a_job_for_later_waits_in_the_scheduled_set(subject: Subject) {
    let now = subject.store.now().await.unwrap();
    let jobs = [Some(LATER), Some(now), None].map(|at| NewJob { at, ..new_job(0) });
    let jids = admin(&subject).enqueue(&jobs).await.unwrap();
    let waiting = subject.only(&Set::Scheduled.into()).await;
    assert_eq!(Timestamp::from_seconds(waiting.id.position), LATER);
    let job = Job::new(waiting.raw);
    assert_eq!(job.jid().as_deref(), Some(jids[0].as_str()));
    assert_eq!((job.field("at"), job.field("enqueued_at")), (None, None));
    assert_eq!(subject.size(&queue("photos")).await, 2);
}

pub(crate) async fn what_is_not_acceptable_is_said_and_nothing_is_added(subject: Subject) {
    for (wrong, field) in [
        (NewJob::new(" "), "class"),
        (
            NewJob {
                args: "{}".to_owned(),
                ..new_job(1)
            },
            "args",
        ),
        (
            NewJob {
                queue: String::new(),
                ..new_job(1)
            },
            "queue",
        ),
        (
            NewJob {
                extra: vec![("tags".to_owned(), "1".to_owned())],
                ..new_job(1)
            },
            "tags",
        ),
    ] {
        let jobs = [new_job(0), wrong, new_job(2)];
        let error = admin(&subject).enqueue(&jobs).await.unwrap_err();
        let AdminError::Job { index: 1, error } = error else {
            panic!("{error:?}")
        };
        assert_eq!(error.field, field);
        assert_eq!(subject.size(&queue("photos")).await, 0);
    }
}

pub(crate) async fn times_are_written_as_the_processes_alive_read_them(subject: Subject) {
    let alone = admin(&subject);
    let time = written_time(&subject, &alone).await;
    assert!(time.contains('.'), "all versions read seconds: {time}");

    subject.heartbeat(&beat(WORKER)).await.unwrap();
    let new = admin(&subject);
    let time = written_time(&subject, &new).await;
    assert!(!time.contains('.'), "Sidekiq 8 takes milliseconds: {time}");

    let mut old = beat(OTHER);
    old.process.version = "7.3.10".to_owned();
    subject.heartbeat(&old).await.unwrap();
    let time = written_time(&subject, &admin(&subject)).await;
    assert!(time.contains('.'), "one that does not is enough: {time}");
    let time = written_time(&subject, &new).await;
    assert!(!time.contains('.'), "the processes are not asked each time");
}

pub(crate) async fn the_unit_of_times_can_be_set(subject: Subject) {
    subject.heartbeat(&beat(WORKER)).await.unwrap();
    for (unit, fraction) in [(TimeUnit::Seconds, true), (TimeUnit::Milliseconds, false)] {
        let options = AdminOptions {
            time_unit: Some(unit),
            ..AdminOptions::default()
        };
        let admin = Admin::with_options(subject.store.clone(), options);
        let time = written_time(&subject, &admin).await;
        assert_eq!(time.contains('.'), fraction, "{time}");
    }
}
