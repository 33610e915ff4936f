//! The embedded store as a file: files that it cannot use, sudden ends, several processes.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "sqlite_store/files.rs"]
mod files;
#[path = "sqlite_store/reports.rs"]
mod reports;

use jobdeck::{
    model::{Order, Place, Set},
    store::{
        self, Destination, FetchedJob, Heartbeat, Move, Moved, QueueEnd, Settlement, SharedStore,
        Start, StoreError, StoreOptions, StoredEntry,
    },
};
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinSet,
};

async fn open(path: &Path) -> Result<SharedStore, StoreError> {
    let url = format!("sqlite:{}", path.display());
    store::connect(&url, &StoreOptions::default()).await
}

fn queued(name: &str, raw: &str) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: raw.to_owned().into(),
        end: QueueEnd::Last,
    }
}

fn in_set(set: Set, raw: &str) -> Destination {
    Destination::Set {
        set,
        score: 1.0,
        raw: raw.to_owned().into(),
    }
}

async fn all(store: &SharedStore, place: &Place) -> Vec<StoredEntry> {
    let mut entries: Vec<StoredEntry> = Vec::new();
    let mut start = Start::Edge;
    loop {
        let slice = store.slice(place, &start, Order::Ascending, 1_000).await;
        let slice = slice.unwrap();
        let Some(last) = slice.entries.last() else {
            return entries;
        };
        start = Start::After(last.cursor.clone());
        entries.extend(slice.entries);
    }
}

#[tokio::test]
async fn jobs_are_still_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some jobs ✓.db");
    let store = open(&path).await.unwrap();
    store
        .add(&[
            queued("default", "one"),
            queued("default", "two"),
            in_set(Set::Dead, "dead"),
        ])
        .await
        .unwrap();
    store.set_paused("later", true).await.unwrap();
    let queues = ["default".to_owned()];
    let fetched = store
        .fetch("host:1:a", &queues, 1, Duration::ZERO)
        .await
        .unwrap();
    drop(store);
    let store = open(&path).await.unwrap();
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.enqueued, overview.dead), (1, 1));
    // The process that had fetched it may still say so, or it is recovered.
    let done = Settlement::Finish { failed: false };
    assert!(store.settle("host:1:a", &fetched[0], &done).await.unwrap());
    store.add(&[queued("later", "waits")]).await.unwrap();
    let later = ["later".to_owned()];
    let nothing = store.fetch("host:1:a", &later, 1, Duration::ZERO).await;
    assert!(nothing.unwrap().is_empty());
}

#[tokio::test]
async fn memory_is_no_store() {
    for url in ["sqlite::memory:", "sqlite:", "sqlite://"] {
        let error = store::connect(url, &StoreOptions::default())
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Address { .. }), "{error:?}");
        assert!(error.to_string().contains("jobdeck.db"), "{error}");
    }
}

// Other processes are this test program, started again with a task in its environment.

const TASK: &str = "JOBDECK_TEST_TASK";
const FILE: &str = "JOBDECK_TEST_FILE";

struct Helper {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Helper {
    fn start(task: &str, path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "helper_process", "--ignored", "--nocapture"])
            .env(TASK, task)
            .env(FILE, path)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next thing that it says, as words.
    async fn word(&mut self) -> Option<Vec<String>> {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            // The test harness says things, too.
            if let Some((_, said)) = line.split_once("said ") {
                return Some(said.split(' ').map(str::to_owned).collect());
            }
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test by itself: what the other processes of this file's tests do"]
async fn helper_process() {
    let (Ok(task), Ok(path)) = (std::env::var(TASK), std::env::var(FILE)) else {
        return;
    };
    let store = open(Path::new(&path)).await.unwrap();
    for identity in ["host:1:a", "host:2:a"] {
        let mut heartbeat = Heartbeat::default();
        heartbeat.process.identity = identity.to_owned();
        store.heartbeat(&heartbeat).await.unwrap();
    }
    match task.split_once(' ').unwrap() {
        ("work", name) => work(&store, name).await,
        ("run", name) => run(&store, name).await,
        other => panic!("unknown task {other:?}"),
    }
}

/// Adds, moves, fetches and settles jobs for ever, four at a time; says of each what has been acknowledged.
async fn work(store: &SharedStore, round: &str) {
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let store = SharedStore::clone(store);
        let round = round.to_owned();
        tasks.spawn(async move {
            for number in 0.. {
                let id = format!("{round}-{task}-{number}");
                match number % 3 {
                    0 => {
                        store.add(&[queued("added", &id)]).await.unwrap();
                        println!("said {id} added");
                    }
                    1 => {
                        store.add(&[in_set(Set::Retries, &id)]).await.unwrap();
                        println!("said {id} retries");
                        let entry = StoredEntry {
                            id: format!("retries~1~{}", jobdeck::job::digest(id.as_bytes()))
                                .parse()
                                .unwrap(),
                            raw: id.clone().into(),
                            cursor: jobdeck::model::Cursor(String::new()),
                        };
                        let to = in_set(Set::Dead, &id);
                        let moved = store.apply(&[Move { entry, to }]).await.unwrap();
                        assert_eq!(moved, [Moved::Done]);
                        println!("said {id} dead");
                    }
                    _ => {
                        let queue = format!("fetched-{task}");
                        store.add(&[queued(&queue, &id)]).await.unwrap();
                        println!("said {id} {queue}");
                        let fetched = fetch(&store, "host:1:a", &queue).await;
                        for job in fetched {
                            let id = String::from_utf8(job.raw.to_vec()).unwrap();
                            let to = Settlement::Fail(in_set(Set::Scheduled, &id));
                            assert!(store.settle("host:1:a", &job, &to).await.unwrap());
                            println!("said {id} scheduled");
                        }
                    }
                }
            }
        });
    }
    tasks.join_all().await;
}

async fn fetch(store: &SharedStore, identity: &str, queue: &str) -> Vec<FetchedJob> {
    let queues = [queue.to_owned()];
    store
        .fetch(identity, &queues, 1, Duration::from_secs(1))
        .await
        .unwrap()
}

/// Runs jobs until one says to end.
async fn run(store: &SharedStore, name: &str) {
    println!("said ready");
    loop {
        for job in fetch(store, &format!("host:{name}:a"), "default").await {
            let done = Settlement::Finish { failed: false };
            let identity = format!("host:{name}:a");
            assert!(store.settle(&identity, &job, &done).await.unwrap());
            let raw = String::from_utf8(job.raw.to_vec()).unwrap();
            if raw == "end" {
                return;
            }
            println!("said {raw}");
        }
    }
}

/// Where a job may be that was last acknowledged at this place, and whose next step may have been made or not.
fn may_be_at(acknowledged: &str) -> Vec<&str> {
    match acknowledged {
        "added" | "dead" | "scheduled" => vec![acknowledged],
        "retries" => vec!["retries", "dead"],
        fetched => vec![fetched, "scheduled"],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_twenty_sudden_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..20 {
        let mut helper = Helper::start(&format!("work {round}"), &path);
        // The end comes at any moment: somewhere after this many acknowledgements.
        for _ in 0..(3 + round * 7) {
            let words = helper.word().await.expect("the helper works");
            acknowledged.insert(words[0].clone(), words[1].clone());
        }
        helper.child.start_kill().unwrap();
        helper.child.wait().await.unwrap();
        while let Some(words) = helper.word().await {
            // A line may be cut off by the end.
            if let [id, place] = &words[..] {
                acknowledged.insert(id.clone(), place.clone());
            }
        }
    }
    let connection = Connection::open(&path).unwrap();
    let sound: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
    let store = open(&path).await.unwrap();
    // What was fetched and not settled is still in progress, and nobody beats for it any more.
    store.leave("host:1:a").await.unwrap();
    support::recover(&*store, "host:9:a", Duration::ZERO).await;
    let mut places: Vec<Place> = Set::ALL.into_iter().map(Place::Set).collect();
    places.push(Place::Queue("added".to_owned()));
    places.extend((0..4).map(|task| Place::Queue(format!("fetched-{task}"))));
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut total = 0;
    for place in places {
        for entry in all(&store, &place).await {
            let id = String::from_utf8(entry.raw.to_vec()).unwrap();
            let name = place.to_string();
            let name = name.strip_prefix("queue:").unwrap_or(&name).to_owned();
            found.entry(id).or_default().push(name);
            total += 1;
        }
    }
    let overview = store.overview().await.unwrap();
    let shown = overview.enqueued + overview.scheduled + overview.retrying + overview.dead;
    assert_eq!(shown, total, "sizes are right");
    assert!(acknowledged.len() > 500, "{}", acknowledged.len());
    for (id, place) in &acknowledged {
        let there = found.get(id).cloned().unwrap_or_default();
        assert_eq!(there.len(), 1, "{id}, last seen in {place}: {there:?}");
        assert!(
            may_be_at(place).contains(&there[0].as_str()),
            "{id}, last seen in {place}, is in {there:?}"
        );
    }
    assert!(found.values().all(|places| places.len() == 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_run_the_jobs_that_a_third_enqueues() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    // They open, and one of them makes, the file at the same time.
    let mut helpers = [Helper::start("run 1", &path), Helper::start("run 2", &path)];
    let store = open(&path).await.unwrap();
    for helper in &mut helpers {
        assert_eq!(helper.word().await.unwrap(), ["ready"]);
    }
    for number in 0..200 {
        let raw = format!("job-{number}");
        store.add(&[queued("default", &raw)]).await.unwrap();
    }
    support::wait_until("all are run", async || {
        store.overview().await.unwrap().processed == 200
    })
    .await;
    let ends = [queued("default", "end"), queued("default", "end")];
    store.add(&ends).await.unwrap();
    let mut run = BTreeSet::new();
    for helper in &mut helpers {
        while let Some(words) = helper.word().await {
            assert!(run.insert(words[0].clone()), "{words:?} is run once");
        }
        assert!(helper.child.wait().await.unwrap().success());
    }
    let expected: BTreeSet<_> = (0..200).map(|number| format!("job-{number}")).collect();
    assert_eq!(run, expected);
    let overview = store.overview().await.unwrap();
    assert_eq!(
        (overview.processed, overview.failed, overview.enqueued),
        (202, 0, 0)
    );
}
