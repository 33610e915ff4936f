//! Waits for jobs without asking for them again and again.
//!
//! A connection of its own asks how long the queues are, and the server remembers that it did (`CLIENT TRACKING`): at the next change of
//! one of them it sends word. Nothing is taken that way, as blocking pops would, so nothing can get lost; and one connection watches any
//! number of queues. A server that cannot do that, or may not, is asked every so often.

use super::{RedisStore, address::Address, connection::Link, failure::server_error};
use crate::store::StoreResult;
use ::redis::{RedisResult, pipe};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

/// First and longest pause between two looks at empty queues, where the server does not send word.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

impl RedisStore {
    pub(super) async fn wait_until_ready(
        &self,
        queues: &[Arc<str>],
        wait: Duration,
    ) -> StoreResult<()> {
        let until = Instant::now() + wait;
        let mut pause = PAUSES.0;
        loop {
            // Listening before looking: what comes in between is not missed.
            let word = self.word.notified();
            tokio::pin!(word);
            word.as_mut().enable();
            let is_ready = self.is_ready(queues).await?;
            let left = until.saturating_duration_since(Instant::now());
            if is_ready || left.is_zero() {
                return Ok(());
            }
            if self.watch.sends_word() {
                // Whatever it was, the next fetch will tell.
                let _ = timeout(left, word).await;
                return Ok(());
            }
            sleep(pause.min(left)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Whether one of the queues has jobs and is not paused.
    async fn is_ready(&self, queues: &[Arc<str>]) -> StoreResult<bool> {
        if queues.is_empty() {
            return Ok(false);
        }
        let mut calls = pipe();
        for queue in queues {
            calls
                .cmd("SISMEMBER")
                .arg(self.keys.paused())
                .arg(&**queue)
                .cmd("LLEN")
                .arg(self.keys.queue(queue));
        }
        // What is no list is no queue: no reason to wake up for it.
        let answers: Vec<RedisResult<u64>> = self.watch.read(calls.ignore_errors()).await?;
        Ok(answers.chunks_exact(2).any(|pair| match pair {
            [Ok(0), Ok(length)] => *length > 0,
            [Ok(0), Err(error)] => server_error(error).is_none_or(|(code, _)| code != "WRONGTYPE"),
            [Ok(_), _] => false,
            // The next fetch will say what is wrong.
            _ => true,
        }))
    }
}

/// A connection for watching, and who is told when the server sends word, or when it is lost.
pub(super) fn watching(address: &Address) -> (Arc<Link>, Arc<Notify>) {
    let word = Arc::new(Notify::new());
    (
        Arc::new(Link::watching(address.clone(), Arc::clone(&word))),
        word,
    )
}
