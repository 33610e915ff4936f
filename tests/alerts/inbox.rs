//! An address that takes what is posted.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// What was posted, and what is answered to it.
#[derive(Clone, Default)]
struct Kept {
    posts: Arc<Mutex<Vec<Post>>>,
    refuse: Arc<Mutex<bool>>,
}

/// Something that was posted.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A server that listens.
pub(crate) struct Inbox {
    pub(crate) url: String,
    kept: Kept,
    server: JoinHandle<()>,
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Inbox {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let kept = Kept::default();
        let router = Router::new()
            .route("/hook", post(take))
            .with_state(kept.clone());
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, kept, server }
    }

    /// From now on what is posted is refused, or not.
    pub(crate) fn refuse(&self, refuse: bool) {
        *self.kept.refuse.lock().unwrap() = refuse;
    }

    /// What was posted and not refused.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.kept.posts.lock().unwrap().clone()
    }

    /// What of it is told of each, such as `firing`.
    pub(crate) fn events(&self) -> Vec<String> {
        let posts = self.posts();
        let event = |post: &Post| post.json()["event"].as_str().unwrap().to_owned();
        posts.iter().map(event).collect()
    }
}

impl Post {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn take(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if *kept.refuse.lock().unwrap() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let text = String::from_utf8(body.to_vec()).unwrap();
    kept.posts.lock().unwrap().push(Post { headers, text });
    StatusCode::NO_CONTENT
}
