//! Worker processes that end suddenly, in the middle of jobs.

use crate::{
    bench::{PATIENCE, enqueue, quick, quick_on, start},
    harness::{Subject, queue},
    support::{open, wait_until},
};
use jobdeck::model::{Place, Set};
use std::{
    collections::BTreeSet,
    process::Stdio,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const STORE: &str = "JOBDECK_TEST_STORE";

/// A worker in a process of its own: this test program, started again.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(url: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "killed::worker_process",
                "--ignored",
                "--nocapture",
            ])
            .env(STORE, url)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next thing that it says: that it began or ended a job.
    async fn word(&mut self) -> Option<String> {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            // The test harness says things, too.
            if let Some((_, said)) = line.split_once("said ") {
                return Some(said.to_owned());
            }
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test by itself: what the other processes of this file's tests do"]
async fn worker_process() {
    let Ok(url) = std::env::var(STORE) else {
        return;
    };
    let worker = quick_on(open(&url).await).handler("Job", |_, number: u64| async move {
        println!("said began {number}");
        // Every third one does not end by itself.
        if number % 3 == 2 {
            std::future::pending::<()>().await;
        }
        println!("said ended {number}");
        Ok(())
    });
    worker.run(CancellationToken::new()).await.unwrap();
}

pub(crate) async fn jobs_of_killed_processes_run_at_least_once_and_none_is_lost(subject: Subject) {
    const JOBS: u64 = 60;
    for number in 0..JOBS {
        enqueue(&subject, "Job", number, 0).await;
    }
    let mut ran = BTreeSet::new();
    // Each one ends up with all its slots taken by jobs that do not end, and is killed there; the last in the middle of what it does.
    for round in 0..4 {
        let mut process = Process::start(&subject.url);
        let mut begun = 0;
        while begun < 4 {
            let said = timeout(PATIENCE, process.word()).await.unwrap().unwrap();
            let (what, number) = said.split_once(' ').unwrap();
            let number: u64 = number.parse().unwrap();
            match what {
                "began" if round == 3 || number % 3 == 2 => begun += 1,
                "ended" => drop(ran.insert(number)),
                _ => {}
            }
        }
        process.child.start_kill().unwrap();
        process.child.wait().await.unwrap();
        // What it has said before its end counts as well; a line may be cut off.
        while let Some(said) = process.word().await {
            if let Some(number) = said.strip_prefix("ended ")
                && let Ok(number) = number.parse()
            {
                ran.insert(number);
            }
        }
    }
    let dead = subject.processes().await.unwrap();
    assert_eq!(dead.len(), 4, "nobody has said goodbye");
    let again = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&again);
    let worker = start(quick(&subject).handler("Job", move |_, number: u64| {
        noted.lock().unwrap().push(number);
        async { Ok(()) }
    }));
    // As if the minute were over.
    for process in dead {
        subject.expire_heartbeat(&process.identity).await;
    }
    wait_until("every job has run", async || {
        let mut all = ran.clone();
        all.extend(again.lock().unwrap().iter().copied());
        all.len() as u64 == JOBS
    })
    .await;
    wait_until("nothing is left", async || {
        let overview = subject.overview().await.unwrap();
        overview.enqueued == 0 && overview.processed >= JOBS
    })
    .await;
    worker.stop().await;
    assert_eq!(subject.recover_noted().await, 0);
    assert_eq!(subject.recover_noted().await, 0);
    assert_eq!(subject.size(&queue("default")).await, 0);
    assert_eq!(subject.counters().await, (JOBS, 0), "each is settled once");
    for set in Set::ALL {
        assert_eq!(subject.size(&Place::Set(set)).await, 0);
    }
    // Those that did not end have run twice, and only what was in a killed process's hands.
    let twice = again
        .lock()
        .unwrap()
        .iter()
        .filter(|number| ran.contains(number))
        .count();
    assert!(twice <= 4 * 4, "{twice}");
}
