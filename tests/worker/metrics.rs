//! What runs took, as a worker tells it.

use crate::{
    bench::{command, enqueue, quick, start},
    harness::{self, Subject},
    support::wait_until,
};
use jobdeck::{
    job::NewJob,
    model::{Place, ProcessInfo},
    store::{ClassMetrics, Heartbeat},
    worker::{JobContext, JobError},
};

/// Runs, failed ones, and successful ones by class.
async fn told(subject: &Subject) -> Vec<(String, u64, u64, u64)> {
    let metrics = subject.metrics().await.into_iter();
    let told = metrics
        .map(|of: ClassMetrics| (of.class, of.processed, of.failed, of.histogram.iter().sum()));
    told.collect()
}

pub(crate) async fn runs_are_told_by_class(subject: Subject) {
    for (class, number, retries) in [
        ("Publish", 1, 0),
        ("Publish", 2, 0),
        ("Break", 3, 0),
        ("Stumble", 4, 1),
        ("Nobody", 5, 0),
    ] {
        enqueue(&subject, class, number, retries).await;
    }
    let mut wrapped = NewJob::new("Sidekiq::ActiveJob::Wrapper");
    wrapped
        .extra
        .push(("wrapped".to_owned(), r#""Inner""#.to_owned()));
    wrapped.args = r#"[{"job_class":"Inner","arguments":[6]}]"#.to_owned();
    let client = jobdeck::Client::new(subject.store.clone());
    client.push(wrapped).await.unwrap();
    let worker = start(
        quick(&subject)
            .handler("Publish", |_, _: u64| async { Ok(()) })
            .handler("Inner", |_, _: u64| async { Ok(()) })
            .handler("Break", |_, _: u64| async {
                Err(JobError::new("Broken", "always").discard())
            })
            .handler("Stumble", |job: JobContext, _: u64| async move {
                if job.retry_count().is_none() {
                    let error = JobError::new("Stumbled", "the first time");
                    return Err(error.retry_after(std::time::Duration::ZERO));
                }
                Ok(())
            }),
    );
    // With two runs of the one that stumbles; the one that nobody has a handler for counts here only.
    subject.wait_for_counters(7, 3).await;
    let expected = [
        ("Break".to_owned(), 1, 1, 0),
        ("Inner".to_owned(), 1, 0, 1),
        ("Publish".to_owned(), 2, 0, 2),
        ("Stumble".to_owned(), 2, 1, 1),
    ];
    wait_until("a heartbeat has told it", async || {
        told(&subject).await == expected
    })
    .await;
    enqueue(&subject, "Publish", 7, 0).await;
    subject.wait_for_counters(8, 3).await;
    worker.stop().await;
    let publish = told(&subject).await.remove(2);
    assert_eq!(publish, ("Publish".to_owned(), 3, 0, 3), "told at the end");
}

pub(crate) async fn a_run_that_is_handed_back_is_not_told(subject: Subject) {
    enqueue(&subject, "Endless", 1, 0).await;
    let builder = quick(&subject)
        .timeout(std::time::Duration::ZERO)
        .handler("Endless", |_, _: u64| std::future::pending());
    let worker = start(builder);
    let queue = Place::Queue("default".to_owned());
    wait_until("it runs", async || subject.size(&queue).await == 0).await;
    worker.stop().await;
    assert_eq!(subject.size(&queue).await, 1);
    assert!(subject.metrics().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_sidekiq_7_the_keys_are_those_of_7() {
    let subject = harness::redis().await;
    let ruby = Heartbeat {
        process: ProcessInfo {
            identity: "ruby-1:17:0123456789ab".to_owned(),
            version: "7.3.10".to_owned(),
            concurrency: 5,
            ..ProcessInfo::default()
        },
        running: Vec::new(),
    };
    subject.heartbeat(&ruby).await.unwrap();
    let worker = start(quick(&subject).handler("Publish", |_, _: u64| async { Ok(()) }));
    // It looks at the others once it has begun, and may have run a first job by then.
    wait_until("it writes keys of 7", async || {
        enqueue(&subject, "Publish", 1, 0).await;
        let keys: Vec<String> = command(&subject, &["KEYS", "Publish-*"]).await;
        !keys.is_empty()
    })
    .await;
    worker.stop().await;
}
