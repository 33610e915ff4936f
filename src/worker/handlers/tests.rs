//! Runs that somebody wants to end, and handlers that are dropped half-way: what only the worker itself can do to them.

use super::{CommandHandler, Commands, HttpClients, HttpHandler, process_group::kill_commands};
use crate::{
    job::Job,
    model::Timestamp,
    store::FetchedJob,
    worker::{JobContext, handler::Handler, run::Run},
};
use futures::FutureExt;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(30);

fn run() -> Arc<Run> {
    let raw = bytes::Bytes::from_static(br#"{"class":"A","args":[1],"jid":"j"}"#);
    let fetched = FetchedJob {
        queue: "default".into(),
        raw: raw.clone(),
        lease: String::new(),
    };
    let stopping = CancellationToken::new();
    Arc::new(Run::new(
        Job::new(raw),
        Arc::new(fetched),
        Timestamp(0),
        stopping,
        None,
    ))
}

async fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "waited in vain until {what}");
}

/// A command that notes its number and its child's in a file and goes on; and the two numbers.
struct Sleeper {
    folder: tempfile::TempDir,
    commands: Commands,
}

impl Sleeper {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            commands: Commands::default(),
        }
    }

    fn handler(&self) -> Handler {
        let script = "sleep 1000 & echo $$ $! > note; mv note pids; wait";
        CommandHandler::new(["sh", "-c", script])
            .expect("a command")
            .directory(self.folder.path())
            .into_handler(&self.commands)
    }

    fn pids(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("pids"));
        let text = text.unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }

    async fn started(&self) {
        wait_until("the command has started", || self.pids().len() == 2).await;
    }

    /// Waits until neither is there, not even as a remainder that its parent has not asked for.
    async fn gone(&self) {
        let leader = &self.pids()[0];
        wait_until("the command is gone", || {
            !Path::new("/proc").join(leader).exists()
                && !self.pids().iter().any(|pid| is_running(pid))
        })
        .await;
    }
}

fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn what_a_command_writes_goes_to_the_job_s_log() {
    let script = "echo one; echo two >&2; printf 'three, without an end'";
    let handler = CommandHandler::new(["sh", "-c", script])
        .expect("a command")
        .into_handler(&Commands::default());
    let run = run();
    handler(JobContext::new(Arc::clone(&run)))
        .await
        .expect("it is done");
    let told = run.take_report().lines.into_iter();
    let mut lines: Vec<String> = told.map(|line| line.what).collect();
    // Two pipes: which is read first is nobody's promise.
    lines.sort();
    assert_eq!(lines, ["one", "three, without an end", "two"]);
}

#[tokio::test]
async fn a_cancelled_command_is_ended() {
    let sleeper = Sleeper::new();
    let run = run();
    let running = tokio::spawn(sleeper.handler()(JobContext::new(Arc::clone(&run))));
    sleeper.started().await;
    run.cancellation().cancel();
    let error = running.await.expect("no panic").expect_err("a failure");
    assert_eq!(error.class(), "Cancelled");
    sleeper.gone().await;
}

#[tokio::test]
async fn the_command_of_a_dropped_handler_is_ended() {
    let sleeper = Sleeper::new();
    let running = tokio::spawn(sleeper.handler()(JobContext::new(run())));
    sleeper.started().await;
    running.abort();
    sleeper.gone().await;
}

#[test]
fn the_commands_of_a_runtime_that_ends_are_killed() {
    let sleeper = Sleeper::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.spawn(sleeper.handler()(JobContext::new(run())));
    runtime.block_on(sleeper.started());
    drop(runtime);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(wait_until("both are dead", || {
        !sleeper.pids().iter().any(|pid| is_running(pid))
    }));
}

#[test]
fn a_command_that_nobody_has_seen_to_yet_is_killed_as_well() {
    let sleeper = Sleeper::new();
    // Of one thread, which waits here: the task that sees to the command does not begin.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut running = sleeper.handler()(JobContext::new(run()));
    let begun = runtime.block_on(async { (&mut running).now_or_never() });
    assert!(begun.is_none());
    let elsewhere = tokio::runtime::Runtime::new().expect("a runtime");
    elsewhere.block_on(sleeper.started());
    drop(runtime);
    elsewhere.block_on(wait_until("both are dead", || {
        !sleeper.pids().iter().any(|pid| is_running(pid))
    }));
}

/// Kills the commands of other tests, too: run by itself.
#[tokio::test]
#[ignore = "run in a process of its own by the test below"]
async fn kill_all() {
    let sleeper = Sleeper::new();
    let running = tokio::spawn(sleeper.handler()(JobContext::new(run())));
    sleeper.started().await;
    kill_commands();
    let error = running.await.expect("no panic").expect_err("a failure");
    assert_eq!(error.class(), "Signal SIGKILL");
    sleeper.gone().await;
}

#[tokio::test]
async fn a_program_that_ends_at_once_kills_its_commands() {
    let program = std::env::current_exe().expect("this program");
    let output = tokio::process::Command::new(program)
        .args(["--exact", "worker::handlers::tests::kill_all", "--ignored"])
        .output();
    let output = output.await.expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test]
async fn a_cancelled_request_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let handler = HttpHandler::new(&format!("http://{address}/"))
        .expect("an address")
        .into_handler(&mut HttpClients::default())
        .expect("no TLS");
    let run = run();
    let running = tokio::spawn(handler(JobContext::new(Arc::clone(&run))));
    let (connection, _) = listener.accept().await.expect("a connection");
    connection.readable().await.expect("a request");
    run.cancellation().cancel();
    let error = running.await.expect("no panic").expect_err("a failure");
    assert_eq!(error.class(), "Cancelled");
    // Nobody holds the other end any more.
    let end = async {
        let mut buffer = [0; 4096];
        loop {
            connection.readable().await.expect("it can be read");
            match connection.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    tokio::time::timeout(PATIENCE, end).await.expect("in time");
}

#[tokio::test]
async fn who_waits_for_a_limit_can_be_cancelled() {
    let sleeper = Sleeper::new();
    let handler = CommandHandler::new(["true"])
        .expect("a command")
        .rate("1/h".parse().expect("a rate"))
        .into_handler(&sleeper.commands);
    handler(JobContext::new(run()))
        .await
        .expect("the first runs");
    let second = run();
    let running = tokio::spawn(handler(JobContext::new(Arc::clone(&second))));
    second.cancellation().cancel();
    let error = running.await.expect("no panic").expect_err("a failure");
    assert_eq!(error.class(), "Cancelled");
}
