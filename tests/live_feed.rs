//! The live streams, on a real port: the first event, later ones, the end, a store that goes and returns.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/mod.rs"]
mod support;

use futures::StreamExt;
use jobdeck::{
    admin::Admin,
    job::NewJob,
    live::{Live, SamplerOptions},
    model::Limit,
    store::SharedStore,
    web::{AppState, serve},
};
use reqwest::Response;
use serde_json::Value;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use support::{RedisServer, Watched, open};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    admin: Admin,
    shutdown: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(store: SharedStore) -> Self {
        let shutdown = CancellationToken::new();
        let live = Live::start(store.clone(), SamplerOptions::default(), shutdown.clone());
        let admin = Admin::new(store);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = AppState::new(admin.clone(), live, shutdown.clone());
        let task = tokio::spawn(serve(listener, state, shutdown.clone()));
        Self {
            address,
            admin,
            shutdown,
            task,
        }
    }

    async fn open(&self, path: &str) -> Feed {
        let response = reqwest::get(format!("http://{}{path}", self.address))
            .await
            .expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert!(response.headers().get("content-encoding").is_none());
        Feed::new(response)
    }
}

/// Reads a stream of events.
struct Feed {
    response: Response,
    text: String,
}

impl Feed {
    fn new(response: Response) -> Self {
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event's name and data; nothing at the end of the stream.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                };
                let parsed = field("data").map(|data| {
                    let name = field("event").unwrap_or("message").to_owned();
                    (name, serde_json::from_str(data).expect("JSON"))
                });
                self.text = rest.to_owned();
                // What has no data is a sign of life.
                if parsed.is_some() {
                    return parsed;
                }
            }
            let bytes = timeout(PATIENCE, self.response.chunk())
                .await
                .expect("something in time")
                .ok()??;
            self.text
                .push_str(std::str::from_utf8(&bytes).expect("text"));
        }
    }

    /// The first event whose data is like this.
    async fn until(&mut self, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (_, data) = self
                .next()
                .await
                .unwrap_or_else(|| panic!("the stream ended before {what}"));
            if condition(&data) {
                return data;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain until {what}: {data}"
            );
        }
    }
}

async fn sqlite() -> (tempfile::TempDir, SharedStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
    let store = open(&url).await;
    (folder, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_gets_the_state_at_once_and_then_what_changes() {
    let (_folder, store) = sqlite().await;
    let server = Server::start(store).await;
    let mut feed = server.open("/live").await;
    let (name, first) = feed.next().await.expect("an event");
    assert_eq!(name, "snapshot");
    assert_eq!(first["state"]["state"], "connected");
    assert_eq!(first["overview"]["enqueued"], 0);

    server
        .admin
        .enqueue(&[NewJob::new("A"), NewJob::new("A")])
        .await
        .expect("enqueued");
    let later = feed
        .until("the jobs are seen", |data| {
            data["overview"]["enqueued"] == 2
        })
        .await;
    assert_eq!(later["overview"]["queues"][0]["name"], "default");
    server.shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_the_numbers_with_readable_times() {
    let (_folder, store) = sqlite().await;
    let server = Server::start(store).await;
    let mut feed = server.open("/api/v1/live").await;
    let (name, data) = feed.next().await.expect("an event");
    assert_eq!(name, "overview");
    assert!(
        data["sampled_at"].as_str().expect("a time").ends_with('Z'),
        "{data}"
    );
    let (name, _) = feed.next().await.expect("another");
    assert_eq!(name, "overview");
    server.shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_server_stops() {
    let (_folder, store) = sqlite().await;
    let server = Server::start(store).await;
    let mut feeds = futures::future::join_all((0..5).map(|_| server.open("/live"))).await;
    for feed in &mut feeds {
        feed.next().await.expect("an event");
    }
    server.shutdown.cancel();
    for feed in &mut feeds {
        while feed.next().await.is_some() {}
    }
    // It does not wait out the time that open requests have.
    timeout(Duration::from_secs(8), server.task)
        .await
        .expect("it ends")
        .expect("no panic")
        .expect("no error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_goes_and_returns_is_told_with_the_last_numbers_kept() {
    let mut redis = RedisServer::start().await;
    let store = open(&redis.url()).await;
    let server = Server::start(store).await;
    server
        .admin
        .enqueue(&[NewJob::new("A")])
        .await
        .expect("enqueued");
    let mut feed = server.open("/live").await;
    feed.until("the job is seen", |data| data["overview"]["enqueued"] == 1)
        .await;

    redis.stop().await;
    let lost = feed
        .until("the loss is told", |data| data["state"]["state"] == "lost")
        .await;
    assert_eq!(lost["overview"]["enqueued"], 1);
    let reason = lost["state"]["reason"].as_str().expect("a reason");
    assert!(reason.contains("does not answer"), "{reason}");
    // Scripts are told too, and so are people who open a page now.
    let mut scripts = server.open("/api/v1/live").await;
    assert_eq!(scripts.next().await.expect("an event").0, "lost");

    redis.restart().await;
    feed.until("it is back", |data| data["state"]["state"] == "connected")
        .await;
    server.shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_goes_on_with_the_new_master_after_a_failover() {
    let mut watched = Watched::around(RedisServer::start().await).await;
    let server = Server::start(open(&watched.url()).await).await;
    let enqueue = async |class: &str| server.admin.enqueue(&[NewJob::new(class)]).await;
    enqueue("Before").await.expect("the old master takes it");
    let mut feed = server.open("/live").await;
    let enqueued = |data: &Value, number: u64| data["overview"]["enqueued"] == number;
    feed.until("the job is seen", |data| enqueued(data, 1))
        .await;
    // The replica has it before the master is gone.
    support::wait_until("the replica has the job", async || {
        support::attempt(&watched.replica, &["LLEN", "queue:default"]).await == Some(1)
    })
    .await;
    watched.master.kill();
    let lost = feed
        .until("the loss is told", |data| data["state"]["state"] == "lost")
        .await;
    // What was known stays in sight meanwhile.
    assert!(enqueued(&lost, 1), "{lost}");
    // The same stream, without anybody's doing.
    feed.until("the new master is read", |data| {
        data["state"]["state"] == "connected" && enqueued(data, 1)
    })
    .await;
    support::wait_until("the new master takes changes", async || {
        enqueue("After").await.is_ok()
    })
    .await;
    feed.until("what came after it is seen", |data| enqueued(data, 2))
        .await;
    server.shutdown.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_that_leaves_is_forgotten() {
    let (_folder, store) = sqlite().await;
    let shutdown = CancellationToken::new();
    let live = Live::start(store, SamplerOptions::default(), shutdown.clone());
    let mut stream = Box::pin(live.stream(&Limit::none()));
    assert!(stream.next().await.is_some());
    drop(stream);
    assert_eq!(live.watchers(), 0);
    shutdown.cancel();
}
