//! What several integration tests share: private Redis servers, real dumps, the program as it runs, a proxy, a moved clock, recovery, and
//! waiting for conditions.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "every test file compiles this module for itself and uses a part of it"
)]

mod fill;
mod hostile;
mod jobdeck;
mod process;
mod proxy;
mod recovery;
mod redis_server;
mod shifted;
mod watched;

pub use fill::{fill_queue, fill_set, job_text, load_fixture};
pub use hostile::{HOSTILE, assert_harmless};
pub use jobdeck::Jobdeck;
pub use process::{program, signal, terminate};
pub use proxy::{Cut, Proxy, Weather};
pub use recovery::{put_back, recover};
pub use redis_server::RedisServer;
pub use shifted::ShiftedClock;
pub use watched::{Watched, attempt};

use ::jobdeck::store::{SharedStore, StoreOptions, connect};
use std::time::{Duration, Instant};

/// A store by its address.
pub async fn open(url: &str) -> SharedStore {
    connect(url, &StoreOptions::default())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Waits until `condition` holds; panics with `what` when it does not within half a minute.
pub async fn wait_until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition().await {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
