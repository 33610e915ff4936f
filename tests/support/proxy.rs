//! A TCP proxy that misbehaves when told to: holds bytes back, answers late, cuts connections in the middle of an answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep_until},
};

/// Bytes passed on at a time.
const PIECE: usize = 16 * 1024;

/// What becomes of the bytes that come from now on, and of those that are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    /// They are passed on.
    #[default]
    Fair,
    /// They are held until the weather changes, then passed on, also when the client has given up meanwhile.
    Hold {
        /// Those from the client.
        requests: bool,
        /// Those from the server.
        answers: bool,
    },
    /// Requests are passed on at once, answers after this time.
    Late(Duration),
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// As by a server that closes it.
    Close,
    /// As by a machine that knows nothing of it.
    Reset,
}

/// An order to cut all connections.
#[derive(Clone, Copy, Debug)]
struct Order {
    /// Bytes of answers that are still passed on.
    after: usize,
    how: Cut,
}

#[derive(Debug, Default)]
struct State {
    weather: watch::Sender<Weather>,
    cut: watch::Sender<Option<Order>>,
    /// Connections up to this number have their requests held.
    stuck: watch::Sender<u64>,
    /// Connections that there were.
    count: AtomicU64,
    /// Connections that there are.
    open: AtomicU64,
    /// The text of an answer that is to be lost, with its connection.
    lost_text: Mutex<Option<Vec<u8>>>,
}

/// A proxy in front of a server at a port of this machine; all its connections end with it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one in front of this port.
    pub async fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(carry(client, port, Arc::clone(&shared)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            address,
            state,
            accepting,
        }
    }

    /// `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Changes the weather.
    pub fn set(&self, weather: Weather) {
        self.state.weather.send_replace(weather);
    }

    /// Holds the requests of the connections that there are, whatever the weather; those that come later are free.
    pub fn hold_present(&self) {
        let count = self.state.count.load(Ordering::Relaxed);
        self.state.stuck.send_replace(count);
    }

    /// Lets the held requests pass.
    pub fn release(&self) {
        self.state.stuck.send_replace(0);
    }

    /// Connections that there are. One that its client has given up is there until the server has had all that was sent.
    pub fn open(&self) -> u64 {
        self.state.open.load(Ordering::Relaxed)
    }

    /// Cuts every connection that there is, each after so many further bytes of answers.
    pub fn cut(&self, after: usize, how: Cut) {
        self.state.cut.send_replace(Some(Order { after, how }));
    }

    /// Loses the next answer that holds this text: it is not passed on, and its connection is reset.
    pub fn lose_answer_with(&self, text: &str) {
        *self.state.lost_text.lock().unwrap() = Some(text.as_bytes().to_vec());
    }

    /// Whether there was such an answer.
    pub fn has_lost_answer(&self) -> bool {
        self.state.lost_text.lock().unwrap().is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Carries one connection from its beginning to its end.
async fn carry(client: TcpStream, port: u16, state: Arc<State>) {
    let mut cut = state.cut.subscribe();
    cut.mark_unchanged();
    let number = state.count.fetch_add(1, Ordering::Relaxed) + 1;
    state.open.fetch_add(1, Ordering::Relaxed);
    if let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await {
        carry_both(client, server, number, cut, &state).await;
    }
    state.open.fetch_sub(1, Ordering::Relaxed);
}

async fn carry_both(
    client: TcpStream,
    server: TcpStream,
    number: u64,
    cut: watch::Receiver<Option<Order>>,
    state: &State,
) {
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let requests = carry_requests(from_client, to_server, number, state);
    let answers = carry_answers(from_server, to_client, cut, state);
    // A client that has gone does not end it: what it has sent is still on its way.
    let requests = async {
        requests.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = requests => {}
        () = answers => {}
    }
}

async fn carry_requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    number: u64,
    state: &State,
) {
    let mut weather = state.weather.subscribe();
    let mut stuck = state.stuck.subscribe();
    let mut piece = vec![0; PIECE];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let passes = |weather: &Weather| !matches!(weather, Weather::Hold { requests: true, .. });
        let is_free = |stuck: &u64| *stuck < number;
        if stuck.wait_for(is_free).await.is_err()
            || weather.wait_for(passes).await.is_err()
            || to.write_all(&piece[..length]).await.is_err()
        {
            return;
        }
    }
    let _ = to.shutdown().await;
}

async fn carry_answers(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut cut: watch::Receiver<Option<Order>>,
    state: &State,
) {
    let mut weather = state.weather.subscribe();
    let mut piece = vec![0; PIECE];
    let mut seen = Vec::new();
    let mut left: Option<Order> = None;
    loop {
        let ordered = async {
            if cut.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let piece = tokio::select! {
            biased;
            () = ordered => {
                left = *cut.borrow_and_update();
                if let Some(Order { after: 0, how }) = left {
                    return end(to, how).await;
                }
                continue;
            }
            read = from.read(&mut piece) => match read {
                Ok(length @ 1..) => &piece[..length],
                _ => return end(to, Cut::Close).await,
            },
        };
        let came = Instant::now();
        let now = *weather.borrow();
        if let Weather::Late(delay) = now {
            sleep_until(came + delay).await;
        }
        let passes = |weather: &Weather| !matches!(weather, Weather::Hold { answers: true, .. });
        let held = async { drop(weather.wait_for(passes).await) };
        tokio::select! {
            biased;
            () = held => {}
            // What is held when the connection is cut is lost.
            _ = cut.changed() => return end(to, Cut::Reset).await,
        }
        if is_to_be_lost(&mut seen, piece, state) {
            return end(to, Cut::Reset).await;
        }
        let passed = left.map_or(piece.len(), |order| order.after.min(piece.len()));
        // A client that has gone misses it; its requests may still be answered.
        let _ = to.write_all(&piece[..passed]).await;
        if let Some(order) = &mut left {
            order.after -= passed;
            if order.after == 0 {
                return end(to, order.how).await;
            }
        }
    }
}

/// Whether the text that is to be lost ends in this piece. `seen` is what came before it.
fn is_to_be_lost(seen: &mut Vec<u8>, piece: &[u8], state: &State) -> bool {
    let mut lost_text = state.lost_text.lock().unwrap();
    let Some(text) = lost_text.as_ref() else {
        seen.clear();
        return false;
    };
    seen.extend_from_slice(piece);
    if seen.windows(text.len()).any(|window| window == text) {
        *lost_text = None;
        return true;
    }
    let surplus = seen.len().saturating_sub(text.len());
    seen.drain(..surplus);
    false
}

async fn end(mut to: OwnedWriteHalf, how: Cut) {
    match how {
        Cut::Close => drop(to.shutdown().await),
        // Closing it with nothing to linger for is a reset.
        Cut::Reset => drop(to.as_ref().set_zero_linger()),
    }
}
