//! An endpoint that notes what it is sent, and answers as its path says.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt,
};
use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) requests: Mutex<Vec<(HeaderMap, Bytes)>>,
    pub(crate) connections: AtomicUsize,
    /// Requests that are being answered now, and the most that were so at a time.
    pub(crate) now: AtomicUsize,
    pub(crate) most: AtomicUsize,
}

pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) seen: Arc<Seen>,
    /// `/gate` answers one request for each permit.
    pub(crate) gate: Arc<Semaphore>,
    server: JoinHandle<()>,
}

type Shared = (Arc<Seen>, Arc<Semaphore>);

impl Endpoint {
    pub(crate) async fn start() -> Self {
        let seen = Arc::new(Seen::default());
        let gate = Arc::new(Semaphore::new(0));
        let router = Router::new()
            .route("/note", post(note))
            .route("/gate", post(pass))
            .route("/silent", post(silent))
            .route("/dribble", post(dribble))
            .route("/large", post(large))
            .route("/moved", post(moved))
            .route("/busy", post(busy))
            .with_state((Arc::clone(&seen), Arc::clone(&gate)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let counted = Arc::clone(&seen);
        let listener = listener.tap_io(move |_| {
            counted.connections.fetch_add(1, Ordering::SeqCst);
        });
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            seen,
            gate,
            server,
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn note(State((seen, _)): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    seen.requests.lock().unwrap().push((headers, body));
    StatusCode::NO_CONTENT
}

async fn pass(State((seen, gate)): State<Shared>, _body: Bytes) -> StatusCode {
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    gate.acquire().await.unwrap().forget();
    seen.now.fetch_sub(1, Ordering::SeqCst);
    StatusCode::OK
}

async fn silent(State((seen, _)): State<Shared>) -> StatusCode {
    seen.now.fetch_add(1, Ordering::SeqCst);
    pending().await
}

/// A status, and a body that never ends.
async fn dribble() -> Response {
    let body = futures::stream::pending::<Result<Bytes, std::io::Error>>();
    (StatusCode::CREATED, axum::body::Body::from_stream(body)).into_response()
}

async fn large() -> Response {
    let parts = std::iter::repeat_n(Bytes::from(vec![b'x'; 1024 * 1024]), 100);
    let body = futures::stream::iter(parts.map(Ok::<_, std::io::Error>));
    let body = axum::body::Body::from_stream(body);
    (StatusCode::BAD_REQUEST, body).into_response()
}

async fn moved() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "/note")]).into_response()
}

async fn busy() -> Response {
    let headers = [(header::RETRY_AFTER, "Tue, 01 Jan 2999 00:00:00 GMT")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "full").into_response()
}
