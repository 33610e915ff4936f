//! Worker processes, and a dashboard, that are killed and started again.

use crate::{
    ground::Ground,
    journal::{Journal, Pen},
    support::{Jobdeck, open},
    work,
};
use std::{path::PathBuf, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

const STORE: &str = "JOBDECK_CHAOS_STORE";
const JOURNAL: &str = "JOBDECK_CHAOS_JOURNAL";
const LIFE: &str = "JOBDECK_CHAOS_LIFE";

/// A worker in a process of its own: this test program, started again. It stops when its input ends.
struct Process {
    child: Child,
    life: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test by itself: what the worker processes of the other tests do"]
async fn worker_process() {
    let Ok(url) = std::env::var(STORE) else {
        return;
    };
    let journal = PathBuf::from(std::env::var(JOURNAL).unwrap());
    let life = std::env::var(LIFE).unwrap().parse().unwrap();
    let pen = Arc::new(Pen::new(&journal, life));
    let worker = work::worker(open(&url).await, &pen).build().unwrap();
    pen.born(worker.identity());
    let end_of_input = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    worker.run_until(end_of_input).await.unwrap();
}

/// All processes of a test.
pub(crate) struct Crew {
    url: String,
    journal: PathBuf,
    pen: Pen,
    workers: Vec<Process>,
    lives: u64,
    pub(crate) dashboard: Jobdeck,
}

impl Crew {
    /// So many workers, and a dashboard.
    pub(crate) async fn start(ground: &Ground, workers: usize) -> Self {
        let mut crew = Self {
            url: ground.url.clone(),
            journal: ground.journal(),
            pen: Pen::new(&ground.journal(), 0),
            workers: Vec::new(),
            lives: 0,
            dashboard: dashboard(&ground.url).await,
        };
        for _ in 0..workers {
            let worker = crew.new_worker();
            crew.workers.push(worker);
        }
        crew
    }

    fn new_worker(&mut self) -> Process {
        self.lives += 1;
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "crew::worker_process",
                "--ignored",
                "--nocapture",
            ])
            .env(STORE, &self.url)
            .env(JOURNAL, &self.journal)
            .env(LIFE, self.lives.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Process {
            child,
            life: self.lives,
        }
    }

    /// Kills this worker, and starts another in its place.
    pub(crate) async fn kill_worker(&mut self, ground: &Ground, journal: &mut Journal, at: usize) {
        let worker = &mut self.workers[at];
        let ended = worker.child.try_wait().unwrap();
        assert!(ended.is_none(), "a worker has ended by itself: {ended:?}");
        worker.child.kill().await.unwrap();
        self.replace(ground, journal, at).await;
    }

    /// Tells this worker to stop, and starts another in its place.
    pub(crate) async fn stop_worker(&mut self, ground: &Ground, journal: &mut Journal, at: usize) {
        self.pen.told(self.workers[at].life);
        stop(&mut self.workers[at]).await;
        self.replace(ground, journal, at).await;
    }

    async fn replace(&mut self, ground: &Ground, journal: &mut Journal, at: usize) {
        self.pen.over(self.workers[at].life);
        journal.read();
        ground.expire(&journal.dead()).await;
        self.workers[at] = self.new_worker();
    }

    /// Kills the dashboard and starts it again.
    pub(crate) async fn kill_dashboard(&mut self) {
        self.dashboard.process.kill().await.unwrap();
        self.dashboard = dashboard(&self.url).await;
    }

    /// Tells all workers to stop.
    pub(crate) async fn stop(&mut self) {
        for worker in &mut self.workers {
            self.pen.told(worker.life);
            stop(worker).await;
            self.pen.over(worker.life);
        }
    }
}

async fn stop(worker: &mut Process) {
    drop(worker.child.stdin.take());
    let ended = timeout(Duration::from_secs(60), worker.child.wait()).await;
    let status = ended.expect("a worker that is told to stop ends").unwrap();
    assert!(status.success(), "a worker has ended badly: {status}");
}

async fn dashboard(url: &str) -> Jobdeck {
    Jobdeck::serve(&["--no-worker", "--store", url, "--log", "error"]).await
}
