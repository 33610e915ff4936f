//! Reading on a task of its own, some pieces ahead of whoever works on them: of operations and searches.

use crate::model::{Order, Place};
use crate::store::{Scan, SharedStore, Start, StoreError, StoreResult};
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinHandle,
};
use tracing::Instrument as _;

/// What is read ahead.
pub(super) struct ReadAhead<T> {
    pieces: Receiver<T>,
    reading: Option<JoinHandle<StoreResult<()>>>,
}

/// Hands over what was read.
pub(super) struct Taker<T>(Sender<T>);

impl<T> Taker<T> {
    /// Waits until there is room for it; whether anybody takes it.
    pub(super) async fn hand(&self, piece: T) -> bool {
        self.0.send(piece).await.is_ok()
    }
}

impl<T: Send + 'static> ReadAhead<T> {
    /// Reads until the end, or until nobody takes it any more.
    pub(super) fn start<F>(pieces: usize, read: impl FnOnce(Taker<T>) -> F) -> Self
    where
        F: Future<Output = StoreResult<()>> + Send + 'static,
    {
        let (sender, pieces) = channel(pieces);
        Self {
            pieces,
            reading: Some(tokio::spawn(read(Taker(sender)).in_current_span())),
        }
    }

    /// The next piece; nothing behind the last one. Reading that broke off is not taken for the end.
    pub(super) async fn next(&mut self) -> StoreResult<Option<T>> {
        if let Some(piece) = self.pieces.recv().await {
            return Ok(Some(piece));
        }
        match self.reading.take() {
            Some(reading) => joined(reading).await?.map(|()| None),
            None => Ok(None),
        }
    }
}

impl ReadAhead<Scan> {
    /// Reads a place from there on.
    pub(super) fn scan(
        pieces: usize,
        store: SharedStore,
        place: Place,
        start: Start,
        order: Order,
    ) -> Self {
        Self::start(pieces, async move |taker| {
            let mut scanner = store.scan(place, start, order);
            while let Some(scan) = scanner.next().await? {
                if !taker.hand(scan).await {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// What a task has made; its panic is this task's.
pub(super) async fn joined<T>(
    task: impl Future<Output = Result<T, tokio::task::JoinError>>,
) -> StoreResult<T> {
    task.await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => StoreError::Unavailable {
            address: String::new(),
            reason: "the process ends".to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::ReadAhead;
    use crate::store::StoreError;

    #[tokio::test]
    async fn an_error_comes_behind_what_was_read_before_it() {
        let mut ahead = ReadAhead::start(1, async |taker| {
            assert!(taker.hand(1).await);
            Err(StoreError::Invalid("no more".to_owned()))
        });
        assert_eq!(ahead.next().await, Ok(Some(1)));
        assert!(ahead.next().await.is_err());
        assert_eq!(ahead.next().await, Ok(None));
    }

    #[tokio::test]
    #[should_panic(expected = "broken")]
    async fn reading_that_breaks_off_is_not_the_end() {
        let mut ahead = ReadAhead::<u32>::start(1, async |_| panic!("broken"));
        let _ = ahead.next().await;
    }
}
