//! One answer that is lost, at the worst moment.

use crate::{
    ground::Ground,
    journal::{Journal, Pen},
    support::{Cut, Proxy, Weather, open, wait_until},
    work,
};
use jobdeck::{Client, job::NewJob};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A worker behind a proxy, alone on a Redis.
struct Scene {
    ground: Ground,
    proxy: Arc<Proxy>,
    pen: Arc<Pen>,
    journal: Journal,
}

impl Scene {
    async fn new() -> Self {
        let mut ground = Ground::redis().await;
        let port = ground.server().unwrap().port();
        Self {
            proxy: Arc::new(Proxy::start(port).await),
            pen: Arc::new(Pen::new(&ground.journal(), 1)),
            journal: Journal::open(&ground.journal()),
            ground,
        }
    }

    async fn enqueue(&self, job: NewJob) {
        let client = Client::new(self.ground.store.clone());
        client.push(job).await.unwrap();
    }

    /// Waits until the job with this number has run, and nothing is in progress.
    async fn wait_for(&mut self, number: u64) {
        let attempt = (work::jid(number), -1);
        wait_until("the job has run", async || {
            self.journal.read();
            self.journal.done.contains(&attempt) && self.ground.in_progress().await == 0
        })
        .await;
    }

    /// Nothing is left, and so many jobs have run, each once.
    async fn assert_each_once(&mut self, jobs: u64) {
        self.journal.read();
        let executions = self.journal.executions.values().flatten().count();
        assert_eq!(executions as u64, jobs);
        let overview = self.ground.overview().await;
        assert_eq!((overview.processed, overview.failed), (jobs, 0));
        assert_eq!(
            (overview.enqueued, overview.retrying, overview.dead),
            (0, 0, 0)
        );
        assert_eq!(self.ground.in_progress().await, 0);
    }
}

struct Running {
    task: JoinHandle<()>,
    done: CancellationToken,
}

impl Running {
    fn start(worker: jobdeck::worker::WorkerBuilder) -> Self {
        let done = CancellationToken::new();
        let worker = worker.run(done.clone());
        Self {
            task: tokio::spawn(async move { worker.await.unwrap() }),
            done,
        }
    }

    async fn stop(self) {
        self.done.cancel();
        self.task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_fetch_was_not_answered_is_run_by_the_same_process() {
    let mut scene = Scene::new().await;
    let store = open(&scene.proxy.url()).await;
    let worker = Running::start(work::worker(store, &scene.pen));
    scene.enqueue(work::job(1)).await;
    scene.wait_for(1).await;
    scene.proxy.lose_answer_with(&work::jid(2));
    scene.enqueue(work::job(2)).await;
    // Its process beats, so nobody else may take it; and half a minute is not enough for one that does not.
    scene.wait_for(2).await;
    assert!(scene.proxy.has_lost_answer());
    worker.stop().await;
    scene.assert_each_once(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_settlement_was_not_answered_is_not_run_again() {
    let mut scene = Scene::new().await;
    let store = open(&scene.proxy.url()).await;
    let (pen, proxy) = (Arc::clone(&scene.pen), Arc::clone(&scene.proxy));
    let worker = work::worker(store, &scene.pen).handler("Deaf", move |context, _: u64| {
        let run = pen.start(&context.jid(), -1);
        // From here on nothing is heard of the store, which still hears everything.
        proxy.set(Weather::Hold {
            requests: false,
            answers: true,
        });
        pen.end(run);
        async { Ok(()) }
    });
    let worker = Running::start(worker);
    scene.enqueue(work::job(1)).await;
    scene.wait_for(1).await;
    let mut deaf = work::job(2);
    deaf.class = "Deaf".to_owned();
    scene.enqueue(deaf).await;
    wait_until("the job is settled in the store", async || {
        scene.ground.overview().await.processed == 2 && scene.ground.in_progress().await == 0
    })
    .await;
    scene.proxy.cut(0, Cut::Reset);
    scene.proxy.set(Weather::Fair);
    // Somebody else is there, too, who would run what were left.
    let other = work::worker(
        scene.ground.store.clone(),
        &Arc::new(Pen::new(&scene.ground.journal(), 2)),
    );
    let other = Running::start(other);
    for number in 4..13 {
        scene.enqueue(work::job(number)).await;
    }
    for number in 4..13 {
        scene.wait_for(number).await;
    }
    worker.stop().await;
    other.stop().await;
    scene.assert_each_once(11).await;
}
