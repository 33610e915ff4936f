//! Connections between workers and Redis that stall, break, and answer late.

use crate::{
    PATIENCE,
    ground::Ground,
    journal::{Journal, Pen},
    random,
    support::{Cut, Proxy, Weather, open},
    verdict::{judge, missing},
    work,
};
use jobdeck::Client;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

const JOBS: u64 = 2_000;

/// Workers, each behind a proxy of its own.
const WORKERS: u64 = 3;

/// Lines of the journal between two misbehaviours of a proxy.
const LINES: std::ops::Range<u64> = 150..600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_run_twice_however_connections_break() {
    let mut random = random("cuts");
    let mut ground = Ground::redis().await;
    let port = ground.server().unwrap().port();
    let client = Client::new(ground.store.clone());
    client
        .push_many((0..JOBS).map(work::job).collect())
        .await
        .unwrap();

    let path = ground.journal();
    let mut journal = Journal::open(&path);
    let lines = Arc::new(AtomicU64::new(0));
    let done = CancellationToken::new();
    let (mut workers, mut proxies) = (JoinSet::new(), JoinSet::new());
    for life in 1..=WORKERS {
        let proxy = Proxy::start(port).await;
        workers.spawn(behind(proxy.url(), path.clone(), life, done.clone()));
        let random = StdRng::seed_from_u64(random.random());
        proxies.spawn(misbehave(proxy, random, Arc::clone(&lines), done.clone()));
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        journal.read();
        lines.store(journal.lines as u64, Ordering::Relaxed);
        let left = missing(&journal, 0..JOBS, &BTreeSet::new());
        if left.is_empty() && ground.in_progress().await == 0 {
            break;
        }
        if Instant::now() > deadline {
            let overview = ground.overview().await;
            panic!(
                "{} attempts have not ended, among them {:?}; the store holds {overview:?}, {} in progress; {}",
                left.len(),
                &left[..left.len().min(5)],
                ground.in_progress().await,
                judge(&journal, &BTreeSet::new()),
            );
        }
        sleep(Duration::from_millis(20)).await;
    }
    done.cancel();
    // The proxies go on until their workers have ended well.
    let (_proxies, misbehaviours): (Vec<Proxy>, Vec<_>) =
        proxies.join_all().await.into_iter().unzip();
    workers.join_all().await;
    journal.read();
    let verdict = judge(&journal, &BTreeSet::new());
    println!("{verdict}; {misbehaviours:?}");
    verdict.assert_right();
    assert_eq!(verdict.executions, verdict.attempts, "none twice");
    let overview = ground.overview().await;
    let failures = (0..JOBS).filter(|number| work::stumbles(*number)).count();
    assert_eq!(
        (overview.processed, overview.failed),
        (verdict.attempts as u64, failures as u64),
        "each attempt is counted once"
    );
    assert_eq!(
        (overview.enqueued, overview.retrying, overview.dead),
        (0, 0, 0)
    );
}

async fn behind(url: String, journal: PathBuf, life: u64, done: CancellationToken) {
    let pen = Arc::new(Pen::new(&journal, life));
    let worker = work::worker(open(&url).await, &pen).build().unwrap();
    pen.born(worker.identity());
    worker.run(done).await.unwrap();
}

/// Misbehaves now and then until all is done; answers with the proxy, which still works, how.
async fn misbehave(
    proxy: Proxy,
    mut random: StdRng,
    lines: Arc<AtomicU64>,
    done: CancellationToken,
) -> (Proxy, Vec<String>) {
    let mut told = Vec::new();
    let mut next = random.random_range(0..LINES.start);
    loop {
        while lines.load(Ordering::Relaxed) < next {
            tokio::select! {
                () = done.cancelled() => return (proxy, told),
                () = sleep(Duration::from_millis(5)) => {}
            }
        }
        // Shorter and longer than the second that a client waits for an answer.
        let span = Duration::from_millis(random.random_range(50..2_000));
        let hold = |requests, answers| Weather::Hold { requests, answers };
        let how = if random.random() {
            Cut::Reset
        } else {
            Cut::Close
        };
        let weather = match random.random_range(0..6) {
            0 => hold(true, false),
            1 => hold(false, true),
            2 => hold(true, true),
            3 => Weather::Late(Duration::from_millis(random.random_range(20..1_500))),
            _ => Weather::Fair,
        };
        told.push(format!("{weather:?} {span:?}"));
        if weather == Weather::Fair {
            // In the middle of an answer: right before it, within the next one, or some answers later.
            let after = [
                0,
                random.random_range(0..200),
                random.random_range(0..5_000),
            ];
            proxy.cut(after[random.random_range(0..3)], how);
        } else {
            proxy.set(weather);
            sleep(span).await;
            if random.random_bool(0.3) {
                proxy.cut(0, how);
            }
            proxy.set(Weather::Fair);
        }
        next = lines.load(Ordering::Relaxed) + random.random_range(LINES);
    }
}
