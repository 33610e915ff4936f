//! The command line, run as people run it.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

use serde_json::Value;
use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use support::RedisServer;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A working directory of its own, where `jobdeck.db` and `jobdeck.toml` are looked for.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jobdeck"));
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        for (name, _) in std::env::vars() {
            if name.starts_with("JOBDECK_") || name == "REDIS_URL" || name == "RUST_BACKTRACE" {
                command.env_remove(name);
            }
        }
        command
    }

    async fn run(&self, arguments: &[&str]) -> Run {
        let output = timeout(PATIENCE, self.command(arguments).output())
            .await
            .expect("it ends in time")
            .expect("it runs");
        Run::from(output)
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    output: String,
    error: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            output: String::from_utf8(output.stdout).expect("text"),
            error: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Run {
    /// It did what it was asked for; what it said.
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.output
    }

    /// It ended with this code and one line that holds this text.
    fn failed(self, code: i32, text: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.error.lines().count(), 1, "{self:?}");
        assert!(self.error.starts_with("jobdeck: "), "{self:?}");
        assert!(self.error.contains(text), "{self:?}");
    }
}

#[tokio::test]
async fn help_and_version_are_there_for_every_command() {
    let place = Place::new();
    let help = place.run(&["--help"]).await.done();
    for command in [
        "serve",
        "worker",
        "demo",
        "enqueue",
        "jobs",
        "check",
        "health",
        "completions",
    ] {
        assert!(
            help.contains(&format!("\n  {command}")),
            "{command}: {help}"
        );
        let own = place.run(&[command, "--help"]).await.done();
        assert!(own.contains("Usage: jobdeck"), "{own}");
    }
    assert!(
        place
            .run(&["--version"])
            .await
            .done()
            .starts_with("jobdeck 0.")
    );
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    let place = Place::new();
    for (arguments, text) in [
        (&["sreve"][..], "serve"),
        (&["serve", "--prot", "1"], "--prot"),
        (&["enqueue"], "<CLASS>"),
        (&["enqueue", "A", "--in", "soon"], "`30s`"),
        (&["enqueue", "A", "--in", "5m", "--at", "1"], "--at"),
        (&["enqueue", "A", "--retry", "maybe"], "`true`"),
        (&["enqueue", "A", "--count", "0"], "--count"),
        (&["jobs", "list", "morgue"], "queue:NAME"),
        (&["jobs", "reschedule", "a"], "--in"),
        (&[], "jobdeck --help"),
        (&["serve", "--prot", "1"], "see `jobdeck serve --help`"),
        (&["enqueue", ""], "CLASS: it is empty"),
        (
            &["enqueue", "A", "--at", "99999999999999999"],
            "before the year 10000",
        ),
        (
            &["enqueue", "A", "--in", "100000y"],
            "before the year 10000",
        ),
        (&["worker", "--queue", "a", "--queue", "a"], "named twice"),
        (&["check", "--log", "jobdeck=loud"], "log.filter"),
    ] {
        place.run(arguments).await.failed(2, text);
    }
    place
        .run(&["enqueue", "A", "--args", "{}"])
        .await
        .failed(2, "--args");
    place
        .run(&["enqueue", "A", "--args", "[1"])
        .await
        .failed(2, "--args");
    place
        .run(&["check", "--store", "mysql://x"])
        .await
        .failed(2, "sqlite:");
    place
        .run(&["check", "--config", "none.toml"])
        .await
        .failed(2, "none.toml");
    place
        .run(&["serve", "--listen", "8080"])
        .await
        .failed(2, "--listen");
}

#[tokio::test]
async fn an_unknown_setting_is_named_with_its_line_and_the_nearest_one() {
    let place = Place::new();
    std::fs::write(
        place.path().join("jobdeck.toml"),
        "[store]\nulr = 'sqlite:a.db'\n",
    )
    .expect("written");
    place.run(&["check"]).await.failed(
        2,
        "jobdeck.toml:2: there is no setting `store.ulr`; did you mean `store.url`?",
    );
}

#[tokio::test]
async fn check_says_what_is_in_force_and_makes_nothing() {
    let place = Place::new();
    let other = place.path().join("other.toml");
    std::fs::write(
        &other,
        "[server]\nhosts = ['jobs.internal']\nenvironment = 'staging'\n[worker]\nqueues = ['a=2', 'b']\n",
    )
    .expect("written");
    let run = place
        .command(&["check"])
        .env("JOBDECK_CONFIG", &other)
        .output()
        .await
        .expect("it runs");
    let said = Run::from(run).done();
    for text in [
        "configuration: ",
        "other.toml",
        "hosts: jobs.internal",
        "environment: staging",
        "queues a=2, b",
        "not there yet",
    ] {
        assert!(said.contains(text), "{text}: {said}");
    }
    assert!(
        !place.path().join("jobdeck.db").exists(),
        "a check makes no store"
    );
    place
        .run(&["check", "--store", "sqlite:no/such/folder/a.db"])
        .await
        .failed(1, "no folder");
    // What `serve` and `worker` would refuse.
    for (variable, value, text) in [
        ("JOBDECK_WORKER_QUEUES", "a,a", "named twice"),
        ("JOBDECK_LOG", "jobdeck::store=loud", "log.filter"),
    ] {
        for command in ["check", "serve"] {
            let run = place
                .command(&[command])
                .env(variable, value)
                .env("JOBDECK_LISTEN", "127.0.0.1:0")
                .output()
                .await
                .expect("it runs");
            Run::from(run).failed(2, text);
        }
    }
}

#[tokio::test]
async fn jobs_are_enqueued_listed_and_changed() {
    let place = Place::new();
    let jids = place
        .run(&[
            "enqueue",
            "PublishPhoto",
            "--args",
            r#"[1, "ü"]"#,
            "--queue",
            "photos",
            "--tag",
            "album",
            "--count",
            "3",
        ])
        .await
        .done();
    let jids: Vec<&str> = jids.lines().collect();
    assert_eq!(jids.len(), 3);
    assert!(jids.iter().all(|jid| jid.len() == 24), "{jids:?}");
    assert!(
        place.path().join("jobdeck.db").exists(),
        "the default store is a file here"
    );

    let list = place
        .run(&["jobs", "list", "queue:photos", "--json"])
        .await
        .done();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list["total"], 3);
    assert_eq!(list["entries"][0]["args"], serde_json::json!([1, "ü"]));
    assert_eq!(list["entries"][0]["tags"], serde_json::json!(["album"]));

    place.run(&["jobs", "kill", jids[0]]).await.done();
    let dead = place.run(&["jobs", "list", "dead"]).await.done();
    assert!(dead.contains("PublishPhoto [1,\"ü\"]"), "{dead}");
    let id = dead.split_whitespace().next().expect("an id").to_owned();
    place
        .run(&["jobs", "reschedule", &id, "--in", "1h"])
        .await
        .done();
    let again = place.run(&["jobs", "delete", &id]).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.output.contains("not there any more"), "{again:?}");
    let shown = place.run(&["jobs", "show", jids[0], "--json"]).await.done();
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["locations"][0]["entry"]["in"], "retries");
    place.run(&["jobs", "delete", jids[0]]).await.done();
    place
        .run(&["jobs", "show", jids[0]])
        .await
        .failed(1, "is in no queue and no set");

    place
        .run(&["enqueue", "A", "--in", "5m", "--retry", "false"])
        .await
        .done();
    let check = place.run(&["check"]).await.done();
    assert!(
        check.contains("2 jobs, 1 scheduled, 0 to retry, 0 dead"),
        "{check}"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_one_clear_line() {
    let place = Place::new();
    std::fs::write(
        place.path().join("jobdeck.db"),
        "this is a text and no database, whatever its name says",
    )
    .expect("written");
    place.run(&["check"]).await.failed(1, "jobdeck.db");
    // Taken and let go: nobody listens there.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = socket.local_addr().expect("an address").port();
    drop(socket);
    let url = format!("redis://user:hunter2@127.0.0.1:{port}/0");
    let run = place.run(&["check", "--store", &url]).await;
    assert!(!run.error.contains("hunter2"), "{run:?}");
    assert_eq!(
        (run.code, run.error.lines().count()),
        (Some(1), 1),
        "{run:?}"
    );
    assert!(run.error.contains(&port.to_string()), "{run:?}");
}

/// A running server, and the line that it said.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    async fn start(place: &Place, arguments: &[&str]) -> Self {
        Self::run(place.command(arguments)).await
    }

    async fn run(mut command: Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        timeout(PATIENCE, output.read_line(&mut line))
            .await
            .expect("in time")
            .expect("a line");
        let address = line
            .trim_end()
            .strip_prefix("Jobdeck is at ")
            .unwrap_or_else(|| panic!("`{line}`"))
            .to_owned();
        // The rest of the output is read to its end, so that the process never waits for a reader.
        tokio::spawn(async move {
            let mut rest = Vec::new();
            let _ = output.read_to_end(&mut rest).await;
        });
        Self { process, address }
    }

    /// Ends it as a service manager does; its exit code and its log.
    async fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.process.id().expect("it runs").to_string();
        let killed = Command::new("kill").arg(pid).status().await.expect("kill");
        assert!(killed.success());
        let mut log = String::new();
        let mut errors = self.process.stderr.take().expect("its log");
        let ended = timeout(PATIENCE, async {
            let _ = errors.read_to_string(&mut log).await;
            self.process.wait().await.expect("it ends")
        });
        let status = ended.await.expect("it ends in time");
        (status.code(), log)
    }
}

#[tokio::test]
async fn serve_says_where_it_is_answers_and_ends_cleanly() {
    let place = Place::new();
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let health = place.run(&["health", &server.address]).await.done();
    assert!(health.contains("connected"), "{health}");

    // A second server finds the port taken.
    let listen = server.address.trim_start_matches("http://").to_owned();
    place
        .run(&["serve", "--listen", &listen])
        .await
        .failed(1, "--listen");

    // Without an address the probe asks where the settings let the server listen.
    let probe = place
        .command(&["health"])
        .env("JOBDECK_LISTEN", &listen)
        .output()
        .await
        .expect("it runs");
    assert!(Run::from(probe).done().contains("connected"));

    // An open stream does not keep it from ending.
    let stream = reqwest::get(format!("{}/live", server.address))
        .await
        .expect("a stream");
    let (code, log) = server.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(
        !log.contains('\u{1b}'),
        "no colours where nobody sees them: {log}"
    );
    drop(stream);
    place
        .run(&["health", &format!("http://{listen}")])
        .await
        .failed(1, "does not answer");
}

#[tokio::test]
async fn pages_of_a_server_under_cargo_leptos_listen_to_it() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    command
        .env("LEPTOS_WATCH", "true")
        .env("LEPTOS_RELOAD_PORT", "8081");
    let server = Serving::run(command).await;
    let page = reqwest::get(&server.address).await.expect("an answer");
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(policy.contains(" ws://127.0.0.1:8081"), "{policy}");
    let text = page.text().await.expect("text");
    assert!(
        text.contains("live_reload") && text.contains("(8081,"),
        "{text}"
    );
    server.stop().await;

    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let page = reqwest::get(&server.address).await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str();
    assert!(!policy.expect("text").contains("ws:"));
    server.stop().await;
}

#[tokio::test]
async fn on_sqlite_serve_enqueues_what_is_due() {
    let place = Place::new();
    let jid = place.run(&["enqueue", "A", "--in", "1s"]).await.done();
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let url = format!("{}/api/v1/jobs/{}", server.address, jid.trim());
    let moved = timeout(PATIENCE, async {
        loop {
            let text = reqwest::get(&url)
                .await
                .expect("an answer")
                .text()
                .await
                .expect("text");
            if text.contains("\"in\":\"queue:default\"") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    moved.await.expect("it is enqueued");
    let (code, log) = server.stop().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn a_worker_alone_enqueues_what_is_due_and_leaves_the_rest() {
    let redis = RedisServer::start().await;
    let place = Place::new();
    let url = redis.url();
    let check = place.run(&["check", "--store", &url]).await.done();
    assert!(check.contains("it answers"), "{check}");
    let enqueue = async |arguments: &[&str]| {
        let mut all = vec!["enqueue", "A", "--store", &url];
        all.extend(arguments);
        place.run(&all).await.done().trim().to_owned()
    };
    let waiting = enqueue(&["--queue", "other"]).await;
    let due = enqueue(&["--in", "1s"]).await;
    let mut worker = place
        .command(&["worker", "--store", &url, "--queue", "other"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let place_of = async |jid: &str| {
        let shown = place
            .run(&["jobs", "show", jid, "--json", "--store", &url])
            .await
            .done();
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown["locations"][0]["entry"]["in"].clone()
    };
    let moved = timeout(PATIENCE, async {
        while place_of(&due).await != "queue:default" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    moved.await.expect("it is enqueued");
    assert_eq!(
        place_of(&waiting).await,
        "queue:other",
        "nobody here runs it"
    );

    let pid = worker.id().expect("it runs").to_string();
    let killed = Command::new("kill").arg(pid).status().await.expect("kill");
    assert!(killed.success());
    let status = timeout(PATIENCE, worker.wait()).await.expect("in time");
    assert_eq!(status.expect("it ends").code(), Some(0));
    let after = place.run(&["check", "--store", &url]).await.done();
    assert!(after.contains("0 processes"), "{after}");
}

#[tokio::test]
async fn the_demo_says_how_a_refused_photo_gets_published() {
    let place = Place::new();
    let demo = Serving::start(
        &place,
        &["demo", "--listen", "127.0.0.1:0", "--speed", "50"],
    )
    .await;
    let address = &demo.address;
    let ask = async |path: &str| -> Value {
        let answer = reqwest::get(format!("{address}/api/v1{path}")).await;
        let text = answer.expect("an answer").text().await.expect("text");
        serde_json::from_str(&text).expect("JSON")
    };
    // It is tried four times, among many others.
    let refused = timeout(PATIENCE * 6, async {
        loop {
            let dead = ask("/sets/dead/jobs?error=gallery::PictureTooLarge").await;
            if let Some(jid) = dead["entries"][0]["jid"].as_str() {
                return ask(&format!("/jobs/{jid}")).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let job = refused.await.expect("a photo is refused");
    let (_, command) = job["locations"][0]["entry"]["error_message"]
        .as_str()
        .expect("a message")
        .split_once("publish the photo smaller: ")
        .expect("a way out");
    let shell = Command::new("sh")
        .args(["-c", command])
        .current_dir(place.path())
        .output()
        .await
        .expect("a shell");
    let jid = Run::from(shell).done();
    // It runs on the demo's own store, and ends: not in the dead set, but published.
    let published = timeout(PATIENCE * 6, async {
        loop {
            let job = ask(&format!("/jobs/{}", jid.trim())).await;
            if job["error"]["code"] == "not_found" {
                return;
            }
            let place = &job["locations"][0]["entry"]["in"];
            assert_ne!(place, "dead", "{job}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    published.await.expect("it is published");
    assert!(
        !place.path().join("jobdeck.db").exists(),
        "no other store is touched"
    );
    demo.stop().await;
}

#[tokio::test]
async fn listening_beyond_this_machine_is_warned_about() {
    let place = Place::new();
    let server = Serving::start(&place, &["serve", "--listen", "0.0.0.0:0"]).await;
    assert!(
        server.address.starts_with("http://127.0.0.1:"),
        "{}",
        server.address
    );
    let (_, log) = server.stop().await;
    assert!(log.contains("no log-in"), "{log}");
    let server = Serving::start(&place, &["serve", "--listen", "127.0.0.1:0"]).await;
    let (_, log) = server.stop().await;
    assert!(!log.contains("no log-in"), "{log}");
}

#[tokio::test]
async fn completions_are_printed_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).await.done();
        assert!(script.contains("enqueue"), "{shell}");
    }
}
