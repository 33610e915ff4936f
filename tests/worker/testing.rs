//! The helpers for the tests of programs with handlers.

use crate::harness::{Subject, into_queue, queue};
use jobdeck::{
    Client, Worker,
    job::NewJob,
    model::{Place, Set},
    testing::{DrainError, Drained, TestWorker},
    worker::{Capsule, JobError, WorkerBuilder},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

type Runs = Arc<Mutex<Vec<String>>>;

/// Notes what runs. `Album` enqueues three photos, of which the second always fails, and a reminder for tomorrow.
fn builder(subject: &Subject, runs: &Runs) -> WorkerBuilder {
    Worker::builder(subject.store.clone())
        .queue("albums", 1)
        .capsule(Capsule::new("photos").queue("photos", 5))
        .state(Client::new(subject.store.clone()))
        .state(Arc::clone(runs))
        .layer(|job, next| async move {
            let run = format!("{} {}", job.class(), job.job().field("args").unwrap());
            job.state::<Runs>()?.lock().unwrap().push(run);
            next.run(job).await
        })
        .handler("Album", |job, (): ()| async move {
            let client: &Client = job.state()?;
            for photo in 1..=3 {
                let photo = NewJob::new("Photo").with_args((photo,))?.retry(2);
                client.push(photo.on_queue("photos")).await?;
            }
            let day = Duration::from_secs(86_400);
            let reminder = NewJob::new("Reminder").on_queue("albums");
            client.push_in(day, reminder).await?;
            job.log("three photos");
            Ok(())
        })
        .handler("Photo", |_, photo: u32| async move {
            assert!(photo != 2, "photo {photo} is too dark");
            Ok(())
        })
        .handler("Reminder", |_, (): ()| async { Ok(()) })
}

async fn push(subject: &Subject, job: NewJob) -> String {
    let client = Client::new(subject.store.clone());
    client.push(job).await.unwrap()
}

fn taken(runs: &Runs) -> Vec<String> {
    std::mem::take(&mut *runs.lock().unwrap())
}

pub(crate) async fn the_queues_are_drained_with_what_their_jobs_enqueue(subject: Subject) {
    let runs = Runs::default();
    let worker = TestWorker::new(builder(&subject, &runs)).unwrap();
    push(&subject, NewJob::new("Album").on_queue("albums")).await;
    push(&subject, NewJob::new("Elsewhere").on_queue("elsewhere")).await;
    let drained = worker.drain().await.unwrap();
    assert_eq!((drained.done, drained.too_late), (3, 0));
    let [failed] = drained.failed.as_slice() else {
        panic!("{drained:?}")
    };
    assert_eq!(
        (failed.class.as_str(), failed.error.class()),
        ("Photo", "Panic")
    );
    assert!(
        failed
            .error
            .message()
            .starts_with("photo 2 is too dark (tests/")
    );
    assert_eq!(failed.jid.len(), 24);
    assert_eq!(
        taken(&runs),
        ["Album []", "Photo [1]", "Photo [2]", "Photo [3]"]
    );
    assert_eq!(subject.counters().await, (4, 1));
    for (place, size) in [
        (Place::Set(Set::Retries), 1),
        (Place::Set(Set::Scheduled), 1),
        (queue("photos"), 0),
        (queue("elsewhere"), 1),
    ] {
        assert_eq!(subject.size(&place).await, size, "{place}");
    }
    // Nothing is left of the process.
    assert!(subject.processes().await.unwrap().is_empty());
    assert_eq!(worker.drain().await.unwrap(), Drained::default());
}

pub(crate) async fn everything_is_drained_as_if_its_time_had_come(subject: Subject) {
    let runs = Runs::default();
    let worker = TestWorker::new(builder(&subject, &runs)).unwrap();
    push(&subject, NewJob::new("Album").on_queue("albums")).await;
    let drained = worker.drain_all().await.unwrap();
    // The photo has two retries, both due before tomorrow.
    assert_eq!((drained.done, drained.failed.len()), (4, 3));
    let runs = taken(&runs);
    assert_eq!(runs[4..], ["Photo [2]", "Photo [2]", "Reminder []"]);
    assert_eq!(subject.size(&Place::Set(Set::Dead)).await, 1);
    assert_eq!(subject.counters().await, (7, 3));

    // An hour of retries passes, too.
    let photo = NewJob::new("Photo").with_args((2,)).unwrap();
    let photo = photo
        .on_queue("photos")
        .retry_for(Duration::from_secs(3600));
    push(&subject, photo).await;
    let drained = worker.drain_all().await.unwrap();
    assert!((3..20).contains(&drained.failed.len()), "{drained:?}");
    assert_eq!(subject.size(&Place::Set(Set::Dead)).await, 2);
}

pub(crate) async fn jobs_that_no_handler_sees_are_told(subject: Subject) {
    let runs = Runs::default();
    let worker = TestWorker::new(builder(&subject, &runs)).unwrap();
    let unknown = push(&subject, NewJob::new("Unknown").on_queue("albums").retry(0)).await;
    subject.put(into_queue("albums", "no job")).await;
    let late = r#"{"class":"Reminder","args":[],"queue":"albums","expiry":1}"#;
    subject.put(into_queue("albums", late)).await;
    let drained = worker.drain().await.unwrap();
    assert!(taken(&runs).is_empty());
    assert_eq!((drained.done, drained.too_late), (0, 1));
    let [first, second] = drained.failed.as_slice() else {
        panic!("{drained:?}")
    };
    assert_eq!(
        (first.jid.as_str(), first.error.class()),
        (unknown.as_str(), "NameError")
    );
    assert_eq!(second.error.class(), "Jobdeck::NoJob");
}

pub(crate) async fn a_job_that_enqueues_itself_is_no_endless_loop(subject: Subject) {
    let client = Client::new(subject.store.clone());
    client.enqueue("Again", ()).await.unwrap();
    let again = move |_, (): ()| {
        let client = client.clone();
        async move {
            client.enqueue("Again", ()).await?;
            Ok::<(), JobError>(())
        }
    };
    let builder = Worker::builder(subject.store.clone()).handler("Again", again);
    let worker = TestWorker::new(builder).unwrap().most_runs(20);
    let error = worker.drain().await.unwrap_err();
    assert_eq!(
        error,
        DrainError::Endless {
            runs: 20,
            class: "Again".to_owned()
        }
    );
    assert_eq!(subject.size(&queue("default")).await, 1);
}

pub(crate) async fn a_job_runs_inline_without_the_store(subject: Subject) {
    let runs = Runs::default();
    let worker = TestWorker::new(builder(&subject, &runs)).unwrap();
    assert_eq!(worker.run("Photo", (1,)).await, Ok(()));
    let error = worker.run("Photo", 2).await.unwrap_err();
    assert_eq!(error.class(), "Panic");
    let error = worker.run("Photo", ("x",)).await.unwrap_err();
    assert!(
        error
            .message()
            .contains("argument 1: invalid type: string \"x\", expected u32"),
        "{error}"
    );
    let error = worker.run("Unknown", ()).await.unwrap_err();
    assert_eq!(error.message(), "uninitialized constant Unknown");
    assert_eq!(
        worker.run("", ()).await.unwrap_err().message(),
        "class: it is empty; name the class to run, such as `PublishPhoto`"
    );
    let traced = NewJob::new("Photo").with_args((2,)).unwrap().backtrace(50);
    let error = worker.run_job(traced).await.unwrap_err();
    assert!(
        error.trace()[0].contains(" at tests/worker/testing.rs:"),
        "{error:?}"
    );
    assert_eq!(taken(&runs).len(), 4);
    assert_eq!(subject.counters().await, (0, 0));
}
