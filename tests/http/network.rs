//! Over real sockets: clients that are slow, greedy or hostile, and what others notice of them.

use super::*;
use jobdeck::web::{Limiter, Limits, TrustedProxies, serve};
use std::{net::SocketAddr, time::Duration};
use support::wait_until;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// So long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server on a port, with these limits; this machine is a trusted proxy, so that tests can come from other addresses.
struct Port {
    address: SocketAddr,
    site: Site,
}

impl Port {
    async fn open(limits: Limits) -> Self {
        let site = Site::new().await;
        let mut state = site.state();
        state.limiter = Arc::new(Limiter::new(limits));
        state.proxies = TrustedProxies::new(&["127.0.0.1/32".parse().expect("an address")]);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve(listener, state, site.shutdown.clone()));
        Self { address, site }
    }

    async fn connect(&self) -> Connection {
        Connection(TcpStream::connect(self.address).await.expect("connected"))
    }

    /// Asks over a connection that stays open; its answer's head, and what has come of the body with it.
    async fn ask(&self, path: &str, from: &str) -> (Connection, String) {
        let mut connection = self.connect().await;
        connection
            .send(&format!(
                "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {from}\r\n\r\n"
            ))
            .await;
        let head = connection.head().await;
        (connection, head)
    }

    async fn status(&self, path: &str, from: &str) -> u16 {
        status(&self.ask(path, from).await.1)
    }
}

/// The status of an answer; 0 where there is none.
fn status(head: &str) -> u16 {
    head.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0)
}

struct Connection(TcpStream);

impl Connection {
    /// A server that has closed already is noticed when something is read.
    async fn send(&mut self, text: &str) {
        let _ = self.0.write_all(text.as_bytes()).await;
    }

    /// What comes until the end of the headers, or of the connection.
    async fn head(&mut self) -> String {
        self.until("\r\n\r\n", String::new()).await
    }

    /// The same answer, read on until this stands in it, or the connection ends.
    async fn until(&mut self, what: &str, mut answer: String) -> String {
        let reading = async {
            let mut buffer = [0; 4096];
            while !answer.contains(what) {
                match self.0.read(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => answer.push_str(&String::from_utf8_lossy(&buffer[..length])),
                }
            }
            answer
        };
        timeout(PATIENCE, reading).await.expect("a body in time")
    }

    /// All that comes until the server closes.
    async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        let reading = self.0.read_to_end(&mut rest);
        let _ = timeout(PATIENCE, reading).await.expect("closed in time");
        String::from_utf8_lossy(&rest).into_owned()
    }
}

#[tokio::test]
async fn a_connection_that_never_ends_its_headers_is_closed() {
    let port = Port::open(Limits {
        first_headers: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let mut silent = port.connect().await;
    assert_eq!(silent.rest().await, "");
    let mut slow = port.connect().await;
    slow.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        .await;
    assert_eq!(slow.rest().await, "");
}

#[tokio::test]
async fn a_connection_that_asks_no_more_is_closed() {
    let port = Port::open(Limits {
        next_headers: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let (mut idle, head) = port.ask("/healthz", "192.0.2.1").await;
    assert_eq!(status(&head), 200);
    idle.rest().await;
}

#[tokio::test]
async fn headers_have_a_largest_size_and_number() {
    let port = Port::open(Limits::default()).await;
    let large = format!("X-Large: {}\r\n", "a".repeat(40_000));
    let many: String = (0..150)
        .map(|number| format!("X-{number}: a\r\n"))
        .collect();
    for headers in [large, many] {
        let mut connection = port.connect().await;
        connection
            .send(&format!(
                "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n"
            ))
            .await;
        assert_eq!(status(&connection.head().await), 431);
        connection.rest().await;
    }
    let path = format!("/api/v1/overview?{}", "a".repeat(40_000));
    assert_ne!(port.status(&path, "192.0.2.1").await, 200);
    assert_eq!(port.status("/api/v1/overview", "192.0.2.1").await, 200);
}

#[tokio::test]
async fn with_too_many_connections_others_are_told_and_health_is_answered() {
    let port = Port::open(Limits {
        connections: 2,
        ..Limits::default()
    })
    .await;
    let (one, head) = port.ask("/api/v1/queues", "192.0.2.1").await;
    assert_eq!(status(&head), 200);
    let (_two, head) = port.ask("/live", "192.0.2.1").await;
    assert_eq!(status(&head), 200);

    let (mut third, head) = port.ask("/api/v1/queues", "192.0.2.2").await;
    assert_eq!(status(&head), 503);
    assert!(head.contains("retry-after: 1"), "{head}");
    assert!(head.contains("connection: close"), "{head}");
    let body = head + &third.rest().await;
    assert!(body.contains(r#""code":"too_many_connections""#), "{body}");
    let (mut page, head) = port.ask("/queues", "192.0.2.2").await;
    let body = head + &page.rest().await;
    assert!(body.contains("limits.connections"), "{body}");
    assert_eq!(port.status("/healthz", "192.0.2.2").await, 200);

    drop(one);
    wait_until("there is room again", async || {
        port.status("/api/v1/queues", "192.0.2.2").await == 200
    })
    .await;
}

#[tokio::test]
async fn one_address_has_so_many_streams_and_others_have_theirs() {
    let port = Port::open(Limits {
        streams_per_user: 2,
        ..Limits::default()
    })
    .await;
    let (one, head) = port.ask("/live", "192.0.2.1").await;
    assert_eq!(status(&head), 200);
    let (_two, head) = port.ask("/live/search?q=a", "192.0.2.1").await;
    assert_eq!(status(&head), 200);
    let (mut third, head) = port.ask("/api/v1/live", "192.0.2.1").await;
    assert_eq!(status(&head), 429);
    assert!(head.contains("retry-after: "), "{head}");
    let body = third.until("too_many_streams", head).await;
    assert!(body.contains("limits.streams_per_user"), "{body}");
    // What is no stream is answered, and so is somebody else.
    assert_eq!(port.status("/api/v1/queues", "192.0.2.1").await, 200);
    assert_eq!(port.status("/live", "192.0.2.2").await, 200);

    drop(one);
    wait_until("a closed one makes room", async || {
        port.status("/live", "192.0.2.1").await == 200
    })
    .await;
}

#[tokio::test]
async fn who_asks_too_often_waits_and_others_do_not() {
    let port = Port::open(Limits {
        requests_per_second: 1,
        ..Limits::default()
    })
    .await;
    let ask = async |path: &str, from: &str| port.ask(path, from).await;
    let mut refused = None;
    for _ in 0..100 {
        let (connection, head) = ask("/api/v1/queues", "192.0.2.1").await;
        if status(&head) == 429 {
            refused = Some((connection, head));
            break;
        }
    }
    let (mut connection, head) = refused.expect("at some time it is too much");
    assert!(head.contains("retry-after: "), "{head}");
    let body = connection.until("too_many_requests", head).await;
    assert!(body.contains("limits.requests_per_second"), "{body}");
    // Probes and the files of pages are always answered, and others are not touched.
    assert_eq!(port.status("/healthz", "192.0.2.1").await, 200);
    assert_eq!(port.status("/favicon.svg", "192.0.2.1").await, 200);
    assert_eq!(port.status("/api/v1/queues", "192.0.2.2").await, 200);
    // All addresses of an IPv6 network are one.
    let mut last = 200;
    for number in 0..100 {
        last = port
            .status("/api/v1/queues", &format!("2001:db8::{number:x}"))
            .await;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    // A proxy that does not say for whom it asks is nobody's address.
    for _ in 0..20 {
        assert_eq!(port.status("/api/v1/queues", "unknown").await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_what_was_asked_for_is_let_go() {
    let port = Port::open(Limits {
        connections: 1,
        stalled_reader: Duration::from_millis(100),
        ..Limits::default()
    })
    .await;
    let large = json!({"class": "A", "args": ["a".repeat(1_000_000)]});
    for _ in 0..3 {
        port.site
            .enqueue(Value::from(vec![large.clone(); 10]))
            .await;
    }
    let (stalled, head) = port
        .ask("/api/v1/export?from=queue:default", "192.0.2.1")
        .await;
    assert_eq!(status(&head), 200);
    wait_until("its place is free", async || {
        port.status("/api/v1/queues", "192.0.2.1").await == 200
    })
    .await;
    drop(stalled);
}
