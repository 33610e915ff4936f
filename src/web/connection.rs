//! One connection, from its first byte to its last. HTTP/1.1 only: browsers get HTTP/2 from the proxy, if there is one.

use super::{Limits, client_address::BySecureWay};
use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service;

/// Most bytes of a request's line and headers.
const HEADER_BYTES: usize = 32 * 1024;
/// Most headers.
const HEADERS: usize = 100;
/// Most bytes that are held for one who reads slowly, or writes fast.
const BUFFER_BYTES: usize = 128 * 1024;

/// How a connection is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    first_headers: Duration,
    next_headers: Duration,
    stalled_reader: Duration,
    is_kept: bool,
}

impl Manner {
    /// Request after request.
    pub(super) fn kept(limits: &Limits) -> Self {
        Self {
            first_headers: limits.first_headers,
            next_headers: limits.next_headers,
            stalled_reader: limits.stalled_reader,
            is_kept: true,
        }
    }

    /// For one request, and without much patience.
    pub(super) fn short(limits: &Limits) -> Self {
        Self {
            first_headers: limits.first_headers / 4,
            stalled_reader: limits.stalled_reader / 4,
            is_kept: false,
            ..Self::kept(limits)
        }
    }
}

/// Answers what comes over a connection until it is closed; after `stop` what has begun is still answered.
pub(super) async fn attend(
    socket: TcpStream,
    tls: Option<TlsAcceptor>,
    peer: SocketAddr,
    router: Router,
    manner: Manner,
    stop: CancellationToken,
) {
    let mut stream = TimeoutStream::new(socket);
    stream.set_write_timeout(Some(manner.stalled_reader));
    let stream = Box::pin(stream);
    let Some(tls) = tls else {
        return converse(stream, None, peer, router, manner, stop).await;
    };
    let shaken = tokio::select! {
        shaken = timeout(manner.first_headers, tls.accept(stream)) => shaken,
        () = stop.cancelled() => return,
    };
    match shaken {
        Ok(Ok(stream)) => {
            converse(stream, Some(BySecureWay(true)), peer, router, manner, stop).await;
        }
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
        Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
    }
}

/// Requests and answers, until it is closed.
async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    way: Option<BySecureWay>,
    peer: SocketAddr,
    router: Router,
    manner: Manner,
    stop: CancellationToken,
) {
    let has_asked = Arc::new(AtomicBool::new(false));
    let asked = has_asked.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(peer));
        if let Some(way) = way {
            extensions.insert(way);
        }
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(manner.next_headers)
        .max_header_size(HEADER_BYTES)
        .max_headers(HEADERS)
        .max_buf_size(BUFFER_BYTES)
        .keep_alive(manner.is_kept)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = Box::pin(connection);
    let patience = tokio::time::sleep(manner.first_headers);
    tokio::pin!(patience);
    let (mut is_patient, mut is_stopping) = (true, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    // The client's doing, all of it.
                    tracing::debug!(%peer, %error, "a connection broke");
                }
                return;
            }
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            () = patience.as_mut(), if is_patient => {
                is_patient = false;
                if !has_asked.load(Ordering::Relaxed) {
                    tracing::debug!(%peer, "a connection asked for nothing in time");
                    return;
                }
            }
        }
    }
}
