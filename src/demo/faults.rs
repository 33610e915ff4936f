//! How the gallery misbehaves.

use super::DemoOptions;
use axum::http::StatusCode;
use rand::RngExt;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Faults that one photo meets at most: the gallery is bad, not hopeless.
const MOST_FAULTS: u8 = 2;

/// Photos whose faults are remembered at most.
const MOST_REMEMBERED: usize = 10_000;

/// Requests that the gallery takes in a burst, and each second from then on.
const BURST: f64 = 25.0;
const PER_SECOND: f64 = 4.0;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Nothing.
    Nothing,
    /// It is answered with an error.
    Error(StatusCode, &'static str),
    /// The connection is dropped before anything was done.
    DropBefore,
    /// The connection is dropped after all was done, in place of the answer.
    DropAfter,
    /// Too many requests: come back later.
    RateLimited {
        /// Seconds of the demo's time.
        retry_after_seconds: u64,
    },
}

const ERRORS: [(StatusCode, &str); 4] = [
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "undefined method `bucket' for nil",
    ),
    (
        StatusCode::BAD_GATEWAY,
        "upstream closed the connection without an answer",
    ),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        "storage node 3 is being moved",
    ),
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "deadlock detected, the transaction was rolled back",
    ),
];

/// The gallery's moods.
#[derive(Debug)]
pub(super) struct Faults {
    options: Arc<DemoOptions>,
    // A std mutex: held for a few instructions, never over an await.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    met: HashMap<String, u8>,
    tokens: f64,
    filled_at: Instant,
}

impl Faults {
    pub(super) fn new(options: Arc<DemoOptions>) -> Self {
        Self {
            options,
            state: Mutex::new(State {
                met: HashMap::new(),
                tokens: BURST,
                filled_at: Instant::now(),
            }),
        }
    }

    /// How long a request takes, and what goes wrong with it. `key` says what it is about: one key meets few faults.
    pub(super) fn draw(&self, key: &str) -> (Duration, Fault) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let limited = state.take_token(self.options.speed);
        let met = state.met.get(key).copied().unwrap_or_default();
        if met >= MOST_FAULTS {
            return (self.delay(usual_delay_seconds()), Fault::Nothing);
        }
        let (seconds, fault) = match limited {
            Some(retry_after_seconds) => (
                0.05,
                Fault::RateLimited {
                    retry_after_seconds,
                },
            ),
            None => draw_fault(),
        };
        // Beyond the client's patience is as bad as an error.
        if fault != Fault::Nothing || seconds > SLOWEST_USUAL_SECONDS {
            if state.met.len() >= MOST_REMEMBERED {
                state.met.clear();
            }
            state.met.insert(key.to_owned(), met + 1);
        }
        (self.delay(seconds), fault)
    }

    fn delay(&self, seconds: f64) -> Duration {
        self.options.paced(seconds)
    }
}

impl State {
    /// Takes a request's token from the bucket, or says after how many seconds there are some again.
    fn take_token(&mut self, speed: f64) -> Option<u64> {
        let elapsed_seconds = self.filled_at.elapsed().as_secs_f64() * speed;
        self.filled_at = Instant::now();
        self.tokens = (self.tokens + elapsed_seconds * PER_SECOND).min(BURST);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        Some(rand::random_range(2..=6))
    }
}

/// Anything slower is meant to run into a timeout.
const SLOWEST_USUAL_SECONDS: f64 = 10.0;

fn draw_fault() -> (f64, Fault) {
    let mut random = rand::rng();
    let usual = usual_delay_seconds();
    match random.random_range(0..100) {
        0..76 => (usual, Fault::Nothing),
        76..88 => {
            let (status, reason) = ERRORS[random.random_range(0..ERRORS.len())];
            (usual / 2.0, Fault::Error(status, reason))
        }
        88..93 => (usual / 2.0, Fault::DropBefore),
        93..98 => (usual, Fault::DropAfter),
        _ => (30.0, Fault::Nothing),
    }
}

/// Mostly below a second, now and then up to [`SLOWEST_USUAL_SECONDS`].
fn usual_delay_seconds() -> f64 {
    let mut random = rand::rng();
    match random.random_range(0..100) {
        0..60 => random.random_range(0.15..0.6),
        60..92 => random.random_range(0.6..3.0),
        _ => random.random_range(3.0..9.0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, MOST_FAULTS};
    use crate::demo::DemoOptions;
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn nothing_meets_more_than_a_few_faults() {
        let faults = Faults::new(Arc::new(DemoOptions::default()));
        for photo in 0..50 {
            let met = (0..20)
                .filter(|_| faults.draw(&photo.to_string()).1 != Fault::Nothing)
                .count();
            assert!(met <= usize::from(MOST_FAULTS), "{met}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_limited_and_calm_requests_are_not() {
        let limited = |fault: &Fault| matches!(fault, Fault::RateLimited { .. });
        let burst = Faults::new(Arc::new(DemoOptions::default()));
        let refused = (0..100)
            .filter(|n| limited(&burst.draw(&n.to_string()).1))
            .count();
        assert_eq!(refused, 75);
        let calm = Faults::new(Arc::new(DemoOptions::default()));
        for request in 0..100 {
            assert!(!limited(&calm.draw(&request.to_string()).1));
            tokio::time::advance(std::time::Duration::from_secs(1)).await;
        }
    }
}
