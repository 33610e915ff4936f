//! Workers, the dashboard and the store are killed while thousands of jobs are done.

use crate::{
    PATIENCE,
    crew::Crew,
    ground::Ground,
    journal::Journal,
    producer::Producer,
    random,
    support::wait_until,
    verdict::{judge, missing},
    work,
};
use jobdeck::Client;
use rand::{RngExt, rngs::StdRng};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Jobs that are there at the beginning.
const FIRST: u64 = 2_000;

/// Jobs in all: the others are enqueued through the dashboard.
const ALL: u64 = 2_500;

/// Worker processes.
const WORKERS: usize = 3;

/// Lines of the journal between two blows, and between two requests to the dashboard.
const LINES: (std::ops::Range<usize>, usize) = (40..160, 40);

/// Most jobs that may happen to be with so many processes that are killed that they end up dead.
const MOST_DEAD: u64 = 10;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blow {
    KillWorker,
    StopWorker,
    KillDashboard,
    KillStore,
}

impl Blow {
    fn any(random: &mut StdRng, has_server: bool) -> Self {
        match random.random_range(0..10) {
            0 => Self::StopWorker,
            1 | 2 => Self::KillDashboard,
            3 | 4 if has_server => Self::KillStore,
            _ => Self::KillWorker,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite_whoever_is_killed() {
    run(Ground::sqlite().await, random("sqlite")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_redis_whoever_is_killed() {
    run(Ground::redis().await, random("redis")).await;
}

async fn run(mut ground: Ground, mut random: StdRng) {
    enqueue_first(&ground, &mut random).await;
    let mut journal = Journal::open(&ground.journal());
    let mut crew = Crew::start(&ground, WORKERS).await;
    let producer = Producer::start(&crew.dashboard.address, FIRST..ALL);
    let deadline = Instant::now() + PATIENCE;
    let mut expired = Instant::now();
    let (mut next_blow, mut next_request) = (LINES.0.start, 0);
    let mut blows: Vec<Blow> = Vec::new();
    loop {
        journal.read();
        if journal.lines >= next_request || producer.is_done() {
            producer.allow(1);
            next_request += LINES.1;
        }
        let is_dry = journal.done.len() as u64 >= FIRST;
        if producer.is_done() && is_dry && is_drained(&ground).await {
            let dead = ground.dead().await;
            if missing(&journal, required(&producer), &dead).is_empty() {
                break;
            }
        }
        if Instant::now() > deadline {
            let dead = ground.dead().await;
            let missing = missing(&journal, required(&producer), &dead);
            let overview = ground.overview().await;
            panic!(
                "after {blows:?} {} attempts have not ended, among them {:?}; the store holds {overview:?}, {} in progress; {}",
                missing.len(),
                &missing[..missing.len().min(5)],
                ground.in_progress().await,
                judge(&journal, &dead),
            );
        }
        if journal.lines < next_blow {
            // A request of a dead process may have been carried out after the last look at it.
            if expired.elapsed() > Duration::from_millis(500) {
                ground.expire(&journal.dead()).await;
                expired = Instant::now();
            }
            producer.allow(u64::from(is_dry));
            sleep(Duration::from_millis(5)).await;
            continue;
        }
        next_blow = journal.lines + random.random_range(LINES.0);
        let blow = Blow::any(&mut random, ground.server().is_some());
        blows.push(blow);
        strike(
            blow,
            &mut ground,
            &mut crew,
            &producer,
            &mut journal,
            &mut random,
        )
        .await;
    }
    crew.stop().await;
    journal.read();
    let dead = ground.dead().await;
    let verdict = judge(&journal, &dead);
    let (count, blown) = (dead.len() as u64, blows.len());
    println!("{verdict}; {count} are dead; {blown} blows: {blows:?}");
    verdict.assert_right();
    assert!(
        blows
            .iter()
            .filter(|blow| **blow == Blow::KillWorker)
            .count()
            > 5,
        "too little was done to the workers: {blows:?}"
    );
    assert!(is_drained(&ground).await, "nothing has come back");
    let overview = ground.overview().await;
    let failures = journal
        .executions
        .keys()
        .filter(|(jid, attempt)| *attempt == -1 && jid.parse().is_ok_and(work::stumbles));
    let (attempts, failures) = (verdict.attempts as u64, failures.count() as u64);
    // One that was with too many processes that were killed is not tried again; that may count as a failure.
    assert!(count <= MOST_DEAD, "{dead:?}");
    assert!(
        (attempts - count..=attempts).contains(&overview.processed)
            && (failures.saturating_sub(count)..=failures + count).contains(&overview.failed),
        "each attempt is counted once: {attempts} with {failures} failures, and not {overview:?}"
    );
}

/// Numbers of the jobs that must be done.
fn required(producer: &Producer) -> impl Iterator<Item = u64> + use<> {
    (0..FIRST).chain(producer.answered())
}

async fn enqueue_first(ground: &Ground, random: &mut StdRng) {
    let now = ground.store.now().await.unwrap();
    let jobs = (0..FIRST).map(|number| {
        let mut job = work::job(number);
        // Some are for later, most of them due while there is still work.
        if number % 8 == 5 {
            job.at = Some(now.plus_milliseconds(random.random_range(1_000..8_000)));
        }
        job
    });
    let client = Client::new(ground.store.clone());
    client.push_many(jobs.collect()).await.unwrap();
}

/// Whether nothing is left to do.
async fn is_drained(ground: &Ground) -> bool {
    let overview = ground.overview().await;
    let left = overview.enqueued + overview.scheduled + overview.retrying;
    left == 0 && ground.in_progress().await == 0
}

async fn strike(
    blow: Blow,
    ground: &mut Ground,
    crew: &mut Crew,
    producer: &Producer,
    journal: &mut Journal,
    random: &mut StdRng,
) {
    // At any moment of what the others do.
    sleep(Duration::from_micros(random.random_range(0..20_000))).await;
    let worker = random.random_range(0..WORKERS);
    match blow {
        Blow::KillWorker => crew.kill_worker(ground, journal, worker).await,
        Blow::StopWorker => crew.stop_worker(ground, journal, worker).await,
        Blow::KillDashboard => {
            producer.allow(3);
            sleep(Duration::from_micros(random.random_range(0..20_000))).await;
            crew.kill_dashboard().await;
            producer.moved(&crew.dashboard.address);
        }
        Blow::KillStore => {
            if let Some(server) = ground.server() {
                server.kill();
                sleep(Duration::from_millis(random.random_range(0..200))).await;
                server.restart().await;
            }
            wait_until("the store is back", async || {
                ground.store.overview().await.is_ok()
            })
            .await;
        }
    }
}
