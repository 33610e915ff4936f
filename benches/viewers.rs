//! What a server costs its store and its machine while nobody looks, while one does, and while 500 do.
//!
//! `cargo bench --bench viewers` (or `make bench`). It fills a private Redis with 300 000 jobs in 12 queues, the retry set and the dead
//! set, runs the binary on it with 0, 1 and 500 open live streams, and prints for half a minute of each: commands that Redis was sent and
//! the time that it took for them, the processor's time of the server, and its memory. It fails when 500 viewers cost the store more than
//! one, or more memory than 200 MB, or nobody more than half a percent of a core.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};
use support::{Jobdeck, RedisServer, fill_queue, fill_set};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How long each is watched.
const WATCHED: Duration = Duration::from_secs(30);
/// Until what happens once, at the start and with a new viewer, is over.
const SETTLED: Duration = Duration::from_secs(8);
const QUEUES: usize = 12;
const JOBS: usize = 100_000;
/// Most of a core while nobody looks, in percent.
const MOST_IDLE_PERCENT: f64 = 0.5;
/// Most kilobytes with 500 viewers.
const MOST_KILOBYTES: u64 = 200 * 1024;

/// What a while cost.
struct Cost {
    commands: f64,
    redis_milliseconds: f64,
    core_percent: f64,
    kilobytes: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let redis = RedisServer::start().await;
    let mut connection = redis.connection().await;
    for number in 0..QUEUES {
        fill_queue(&mut connection, &format!("queue{number}"), JOBS / QUEUES).await;
    }
    for set in ["retry", "dead"] {
        // The year 2100: nothing comes due meanwhile.
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let score = |number: usize| 4_102_444_800.0 + number as f64;
        fill_set(&mut connection, set, JOBS, score).await;
    }
    println!("viewers  commands/s  Redis ms/s  % of a core  memory");
    let mut costs = Vec::new();
    for viewers in [0, 1, 500] {
        let cost = watch(&redis, viewers).await;
        println!(
            "{viewers:>7}  {:>10.1}  {:>10.2}  {:>11.2}  {:>4} MB",
            cost.commands,
            cost.redis_milliseconds,
            cost.core_percent,
            cost.kilobytes / 1024
        );
        costs.push(cost);
    }
    let [nobody, one, many] = &costs[..] else {
        return ExitCode::FAILURE;
    };
    // Whether one more of what happens each second falls into the half minute is chance.
    let is_dear = many.commands > one.commands * 1.05
        || many.kilobytes > MOST_KILOBYTES
        || nobody.core_percent > MOST_IDLE_PERCENT;
    if is_dear {
        println!("\nToo much.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn watch(redis: &RedisServer, viewers: usize) -> Cost {
    let server = Jobdeck::serve(&["--store", &redis.url(), "--no-worker"]).await;
    let process = server.process.id().expect("it runs");
    let host = server.address.trim_start_matches("http://").to_owned();
    let streams: Vec<_> = futures::future::join_all((0..viewers).map(|_| view(&host))).await;
    tokio::time::sleep(SETTLED).await;
    let _: String = redis.command(&["CONFIG", "RESETSTAT"]).await;
    let (started, before) = (Instant::now(), core_seconds(process));
    tokio::time::sleep(WATCHED).await;
    let seconds = started.elapsed().as_secs_f64();
    let used = core_seconds(process) - before;
    let (mut commands, mut microseconds) = (0, 0);
    for (name, calls, spent) in redis.command_stats().await {
        // Not what this benchmark asks itself.
        if !name.starts_with("config") && !name.starts_with("info") {
            commands += calls;
            microseconds += spent;
        }
    }
    for stream in &streams {
        stream.abort();
    }
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let (commands, microseconds) = (commands as f64, microseconds as f64);
    Cost {
        commands: commands / seconds,
        redis_milliseconds: microseconds / 1_000.0 / seconds,
        core_percent: used / seconds * 100.0,
        kilobytes: resident_kilobytes(process),
    }
}

/// Opens a live stream, and reads it until it is told to stop.
async fn view(host: &str) -> tokio::task::JoinHandle<()> {
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    let request =
        format!("GET /live HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.expect("an answer");
    assert_eq!(&start, b"HTTP/1.1 200");
    tokio::spawn(async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(1..) = stream.read(&mut buffer).await {}
    })
}

/// The processor's time that a process has used: `utime` and `stime` of proc(5), in hundredths of a second.
fn core_seconds(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    let (_, fields) = text.rsplit_once(')').expect("its name");
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().expect("a number"))
        .sum();
    ticks / 100.0
}

fn resident_kilobytes(process: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .expect("a number")
}
