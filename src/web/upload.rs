//! A file that somebody sends, handed on piece by piece to whoever reads it on a thread of their own.

use axum::http::Method;
use bytes::{Buf, Bytes};
use futures::{Stream, StreamExt};
use std::{
    fmt::Display,
    io::{self, Read},
    time::Duration,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait to be read.
const WAITING: usize = 4;

/// Longest time between two pieces of a file, or of the form that it comes with.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nothing came for as long as anybody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing came for a minute")]
pub(super) struct Late;

/// What comes in time.
pub(super) async fn in_time<T>(coming: impl Future<Output = T>) -> Result<T, Late> {
    tokio::time::timeout(PATIENCE, coming)
        .await
        .map_err(|_| Late)
}

/// Whether a request sends a file, which may take longer than other requests.
pub(super) fn is_one(method: &Method, path: &str) -> bool {
    *method == Method::POST && matches!(path, "/import" | "/api/v1/import")
}

/// The file, as it comes.
pub(super) struct Upload {
    pieces: Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl Upload {
    /// An empty one, and what sends pieces to it: [`forward`].
    pub(super) fn new() -> (Sender<io::Result<Bytes>>, Self) {
        let (sender, pieces) = channel(WAITING);
        let upload = Self {
            pieces,
            current: Bytes::new(),
        };
        (sender, upload)
    }
}

/// Hands pieces on until there are no more, or nobody reads.
pub(super) async fn forward<E: Display>(
    pieces: impl Stream<Item = Result<Bytes, E>>,
    to: Sender<io::Result<Bytes>>,
) {
    let mut pieces = std::pin::pin!(pieces);
    loop {
        let broken =
            |error: &dyn Display| io::Error::other(format!("the file did not come whole: {error}"));
        let piece = match in_time(pieces.next()).await {
            Ok(None) => return,
            Ok(Some(Ok(piece))) => Ok(piece),
            Ok(Some(Err(error))) => Err(broken(&error)),
            Err(late) => Err(broken(&late)),
        };
        let is_over = piece.is_err();
        if to.send(piece).await.is_err() || is_over {
            return;
        }
    }
}

impl Read for Upload {
    /// Must not be called on a thread of the runtime: it waits.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
