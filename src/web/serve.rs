//! Answers on a socket until told to stop.

use super::{
    AppState, Tls, TrustedProxies,
    base_path::below,
    connection::{Manner, attend},
    connections::{Admission, Connections, Full, refusing},
    router,
};
use axum::{Router, serve::Listener};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How long open requests may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Answers on `listener` until `shutdown`, then lets open requests end (for at most ten seconds); streams end at once.
///
/// # Errors
/// The socket's.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> io::Result<()> {
    serve_on(listener, None, state, shutdown).await
}

/// The same over TLS. The certificate is read again when its files have changed.
///
/// # Errors
/// The socket's.
pub async fn serve_tls(
    listener: TcpListener,
    tls: Tls,
    state: AppState,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let acceptor = tls.acceptor();
    let watching = tokio::spawn(tls.watch(shutdown.clone()));
    let served = serve_on(listener, Some(acceptor), state, shutdown).await;
    watching.abort();
    served
}

async fn serve_on(
    mut listener: TcpListener,
    tls: Option<TlsAcceptor>,
    state: AppState,
    shutdown: CancellationToken,
) -> io::Result<()> {
    // Streams end with the server, whatever token the state was made with.
    let streams = state.shutdown.clone();
    let server = Server::new(tls, state, shutdown.clone());
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            // Waits a moment where the system has no more of them.
            (socket, peer) = Listener::accept(&mut listener) => server.take(socket, peer, &mut open),
            Some(_) = open.join_next() => {}
        }
    }
    drop(listener);
    streams.cancel();
    let ended = async { while open.join_next().await.is_some() {} };
    if timeout(DRAIN, ended).await.is_err() {
        tracing::warn!(
            "some requests were still open after {} s and are dropped",
            DRAIN.as_secs()
        );
    }
    Ok(())
}

/// What every connection gets.
struct Server {
    tls: Option<TlsAcceptor>,
    router: Router,
    all_full: Router,
    address_full: Router,
    connections: Connections,
    kept: Manner,
    short: Manner,
    shutdown: CancellationToken,
}

impl Server {
    fn new(tls: Option<TlsAcceptor>, state: AppState, shutdown: CancellationToken) -> Self {
        let limits = state.limiter.limits().clone();
        let proxies: TrustedProxies = state.proxies.clone();
        let base = state.base_path.clone();
        Self {
            tls,
            router: router(state),
            all_full: below(vec![(base.clone(), refusing(Full::All))]),
            address_full: below(vec![(base, refusing(Full::Address))]),
            connections: Connections::new(&limits, proxies),
            kept: Manner::kept(&limits),
            short: Manner::short(&limits),
            shutdown,
        }
    }

    /// Serves a connection, if there is room for one.
    fn take(&self, socket: TcpStream, peer: SocketAddr, open: &mut JoinSet<()>) {
        let (router, manner, held) = match self.connections.admit(peer.ip()) {
            Admission::Served(held) => (&self.router, self.kept, held),
            Admission::Full(Full::All, held) => (&self.all_full, self.short, held),
            Admission::Full(Full::Address, held) => (&self.address_full, self.short, held),
            Admission::Dropped => return,
        };
        // Fails only for what is closed already.
        let _ = socket.set_nodelay(true);
        let serving = attend(
            socket,
            self.tls.clone(),
            peer,
            router.clone(),
            manner,
            self.shutdown.clone(),
        );
        open.spawn(async move {
            serving.await;
            drop(held);
        });
    }
}
