//! Everything that can be asked for over HTTP, asked without a socket: status, headers, bodies, refusals.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

#[path = "http/access.rs"]
mod access;
#[path = "http/alerts.rs"]
mod alerts;
#[path = "http/audit.rs"]
mod audit;
#[path = "http/base_path.rs"]
mod base_path;
#[path = "http/crawl.rs"]
mod crawl;
#[path = "http/document.rs"]
mod document;
#[path = "http/failures.rs"]
mod failures;
#[path = "http/files.rs"]
mod files;
#[path = "http/guards.rs"]
mod guards;
#[path = "http/holds.rs"]
mod holds;
#[path = "http/hostile.rs"]
mod hostile;
#[path = "http/jobs.rs"]
mod jobs;
#[path = "http/limited.rs"]
mod limited;
#[path = "http/lists.rs"]
mod lists;
#[path = "http/lost.rs"]
mod lost;
#[path = "http/metrics.rs"]
mod metrics;
#[path = "http/network.rs"]
mod network;
#[path = "http/operations.rs"]
mod operations;
#[path = "http/pages.rs"]
mod pages;
#[path = "http/periodic.rs"]
mod periodic;
#[path = "http/processes.rs"]
mod processes;
#[path = "http/proxied.rs"]
mod proxied;
#[path = "http/redaction.rs"]
mod redaction;
#[path = "http/reports.rs"]
mod reports;
#[path = "http/searching.rs"]
mod searching;
#[path = "http/secure.rs"]
mod secure;
#[path = "http/stores.rs"]
mod stores;
#[path = "http/wrong.rs"]
mod wrong;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use futures::StreamExt;
use http_body_util::BodyExt;
use jobdeck::{
    admin::{Admin, OperationRunner},
    job::Job,
    live::{Live, SamplerOptions},
    model::{Limit, ProcessInfo, Set, Signal, Timestamp},
    store::{Destination, Heartbeat, SharedStore},
    web::{AppState, Hosts, router},
};
use redis::AsyncCommands;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use support::{RedisServer, open};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Every page.
const PAGES: [&str; 18] = [
    "/audit",
    "/",
    "/search",
    "/search?q=nothing",
    "/queues",
    "/queues/default",
    "/running",
    "/scheduled",
    "/retries",
    "/dead",
    "/processes",
    "/periodic",
    "/failures",
    "/holds",
    "/alerts",
    "/holds/new?query=class:A",
    "/import",
    "/jobs/0123456789abcdef01234567",
];

/// A server over a store of its own.
struct Site {
    router: Router,
    store: SharedStore,
    live: Live,
    shutdown: CancellationToken,
    _folder: TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no `{name}` in {:?}", self.headers))
            .to_str()
            .expect("text")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of an error body, whose form is checked.
    fn code(&self) -> String {
        let body = self.json();
        assert!(body["error"]["message"].is_string(), "{body}");
        body["error"]["code"].as_str().expect("a code").to_owned()
    }
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        Self::on(&url, folder).await
    }

    /// On a store of its own, with something of its state changed.
    async fn with(change: impl FnOnce(&mut AppState)) -> Self {
        let mut site = Self::new().await;
        site.changed(change);
        site
    }

    /// The same store with something of the server's state changed.
    fn changed(&mut self, change: impl FnOnce(&mut AppState)) {
        let mut state = self.state();
        change(&mut state);
        self.router = router(state);
    }

    /// Works on an operation until it is over or paused.
    async fn finish(&self, id: &str) {
        OperationRunner::new(Admin::new(self.store.clone()))
            .finish(id, &CancellationToken::new())
            .await
            .expect("it can be worked on");
    }

    /// Over a Redis that is not there.
    async fn lost() -> Self {
        // Taken and let go: nobody listens there.
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        drop(socket);
        let folder = tempfile::tempdir().expect("a folder");
        Self::on(&format!("redis://127.0.0.1:{port}/0"), folder).await
    }

    async fn on(url: &str, folder: TempDir) -> Self {
        let store = open(url).await;
        let shutdown = CancellationToken::new();
        let live = Live::start(store.clone(), SamplerOptions::default(), shutdown.clone());
        let mut site = Self {
            router: Router::new(),
            store,
            live,
            shutdown,
            _folder: folder,
        };
        let mut state = site.state();
        state.hosts = Hosts::for_address(([127, 0, 0, 1], 8080).into(), &[]);
        site.router = router(state);
        site
    }

    /// The state of another server over the same store.
    fn state(&self) -> AppState {
        AppState::new(
            Admin::new(self.store.clone()),
            self.live.clone(),
            self.shutdown.clone(),
        )
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Body::from(body.to_owned());
        self.send(request.body(body).expect("a request")).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    async fn page(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[("accept", "text/html")], "")
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.ask(Method::POST, path, &headers, &body.to_string())
            .await
    }

    /// Enqueues jobs; answers their jids.
    async fn enqueue(&self, jobs: Value) -> Vec<String> {
        let answer = self.post("/api/v1/jobs", &jobs).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let jids = answer.json()["jids"].clone();
        serde_json::from_value(jids).expect("jids")
    }

    /// The entries of a list.
    async fn entries(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["entries"]
            .as_array()
            .expect("entries")
            .clone()
    }
}
