//! Queues with a concurrency of their own, as the settings name them.

use super::*;

const SETTINGS: &str = "[capsules.photos]\nqueues = [\"photos=3\", \"thumbnails\"]\nconcurrency = 2\n\
    [handlers.Nothing]\ncommand = [\"true\"]\n";

fn configured(settings: &str) -> Place {
    let place = Place::new();
    std::fs::write(place.path().join("jobdeck.toml"), settings).expect("it is written");
    place
}

#[tokio::test]
async fn check_shows_capsules_and_says_what_is_wrong_with_them() {
    let said = configured(SETTINGS).run(&["check"]).await.done();
    for line in [
        "worker: with `serve`, 10 jobs at a time, queues default",
        "capsule: photos, 2 jobs at a time, queues photos=3, thumbnails",
    ] {
        assert!(said.lines().any(|said| said == line), "{said}");
    }
    let only = format!("[worker]\nqueues = []\n{SETTINGS}");
    let said = configured(&only).run(&["check"]).await.done();
    assert!(said.contains("the queues of its capsules only"), "{said}");
    let wrong = configured("[capsules.photos]\nqueue = [\"photos\"]\n");
    for command in ["check", "serve", "worker"] {
        wrong
            .run(&[command])
            .await
            .failed(2, "jobdeck.toml:2: there is no setting `queue`");
    }
}

#[tokio::test]
async fn a_worker_runs_the_jobs_of_its_capsules_and_of_its_own_queues() {
    let place = configured(SETTINGS);
    for queue in ["photos", "thumbnails", "default"] {
        let run = place.run(&["enqueue", "Nothing", "--queue", queue]).await;
        run.done();
    }
    let mut worker = place
        .command(&["worker"])
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    wait_until("all are done", async || {
        let said = place.run(&["check"]).await.done();
        said.contains("with 0 jobs, 0 scheduled, 0 to retry, 0 dead, 1 processes that run 0 jobs")
    })
    .await;
    terminate(&worker);
    let status = timeout(PATIENCE, worker.wait()).await.expect("in time");
    assert_eq!(status.expect("it ends").code(), Some(0));
}
