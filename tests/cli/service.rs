//! What systemd is told: over a socket as it gives one to services.

use super::{watched::Watched, *};
use tokio::net::UnixDatagram;

/// What a process said, a datagram each.
struct Manager {
    socket: UnixDatagram,
    path: std::path::PathBuf,
}

impl Manager {
    fn new(place: &Place) -> Self {
        let path = place.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        Self { socket, path }
    }

    /// The next message that holds this line.
    async fn told(&self, line: &str) -> String {
        let mut passed = Vec::new();
        loop {
            let mut bytes = vec![0; 4096];
            let received = timeout(PATIENCE, self.socket.recv(&mut bytes)).await;
            let Ok(length) = received else {
                panic!("waited in vain for `{line}` behind {passed:#?}");
            };
            bytes.truncate(length.expect("a message"));
            let text = String::from_utf8(bytes).expect("text");
            if text.lines().any(|told| told.starts_with(line)) {
                return text;
            }
            passed.push(text);
        }
    }
}

#[tokio::test]
async fn a_server_tells_when_it_is_ready_reloading_alive_and_stopping() {
    let place = Place::new();
    let manager = Manager::new(&place);
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("NOTIFY_SOCKET", &manager.path)
        .env("WATCHDOG_USEC", "300000");
    let mut server = Watched::start(command);
    let ready = manager.told("READY=1").await;
    assert!(
        ready.contains("\nSTATUS=Serving sqlite:jobdeck.db at http://127.0.0.1:"),
        "{ready}"
    );
    // It was not said too early.
    let address = server.address().await;
    let status = reqwest::get(format!("{address}/healthz")).await;
    assert!(status.expect("an answer").status().is_success());
    for _ in 0..3 {
        manager.told("WATCHDOG=1").await;
    }

    server.signal("HUP");
    let reloading = manager.told("RELOADING=1").await;
    let clock = reloading
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
    let clock: u64 = clock.expect("a clock").parse().expect("a number");
    assert!(clock > 0);
    manager.told("READY=1").await;

    // Ready again also when nothing came of it, and then it says why.
    std::fs::write(place.path().join("jobdeck.toml"), "[log]\nfilters = 1\n").expect("a file");
    server.signal("HUP");
    manager.told("RELOADING=1").await;
    let ready = manager.told("READY=1").await;
    assert!(
        ready.contains("STATUS=") && ready.contains("log.filters"),
        "{ready}"
    );

    std::fs::remove_file(place.path().join("jobdeck.toml")).expect("it was there");
    server.signal("HUP");
    manager.told("RELOADING=1").await;
    let ready = manager.told("READY=1").await;
    assert!(ready.contains("STATUS=Serving"), "{ready}");

    server.signal("TERM");
    manager.told("STOPPING=1").await;
    let ended = timeout(PATIENCE, server.process.wait()).await;
    assert!(ended.expect("it ends in time").expect("it ends").success());
}

/// The unit in the repository, by systemd's own eyes where it is at hand.
#[tokio::test]
async fn the_unit_is_understood() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/systemd/jobdeck.service");
    let unit = std::fs::read_to_string(unit).expect("the unit");
    let Ok(version) = Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .await
    else {
        println!("skipped: there is no systemd-analyze");
        return;
    };
    let version = String::from_utf8(version.stdout).expect("text");
    let version = version
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse::<u32>().ok());
    let knows_reload = version.is_some_and(|version| version >= 253);
    let unit = unit.replace("/usr/local/bin/jobdeck", env!("CARGO_BIN_EXE_jobdeck"));
    let unit = if knows_reload {
        unit
    } else {
        unit.replace("Type=notify-reload", "Type=notify")
    };
    let place = Place::new();
    let path = place.path().join("jobdeck.service");
    std::fs::write(&path, unit).expect("it is written");
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&path)
        .output();
    let run = Run::from(verify.await.expect("it runs"));
    assert_eq!(run.error, "");
    assert_eq!(run.code, Some(0));
}

#[tokio::test]
async fn a_worker_tells_the_same() {
    let place = Place::new();
    let manager = Manager::new(&place);
    let mut command = place.command(&["worker"]);
    command
        .env("NOTIFY_SOCKET", &manager.path)
        .env("WATCHDOG_USEC", "300000");
    let server = Watched::start(command);
    let ready = manager.told("READY=1").await;
    assert!(
        ready.contains("STATUS=Working on sqlite:jobdeck.db"),
        "{ready}"
    );
    manager.told("WATCHDOG=1").await;
    server.signal("TERM");
    manager.told("STOPPING=1").await;
}

#[tokio::test]
async fn a_store_that_is_away_is_told_and_the_watchdog_fed_all_the_same() {
    let mut redis = RedisServer::start().await;
    let place = Place::new();
    let manager = Manager::new(&place);
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--store", &redis.url()]);
    command
        .env("NOTIFY_SOCKET", &manager.path)
        .env("WATCHDOG_USEC", "300000");
    let server = Watched::start(command);
    manager.told("READY=1").await;
    redis.stop().await;
    manager.told("STATUS=The store does not answer").await;
    manager.told("WATCHDOG=1").await;
    assert_eq!(server.stop().await, Some(0));
}
