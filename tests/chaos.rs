//! Workers, dashboard and store that are killed at random moments, and connections that break, over thousands of jobs on both stores.
//!
//! What is counted, and what must hold when nothing is left to do:
//! - **Executed**: every job whose enqueueing was answered has come to its end in a handler at least once, in each of its attempts. One
//!   whose answer was lost (its dashboard died) may not exist, but if it has begun it has come to its end, too.
//! - **Not lost**: work goes on until no job stands in a queue, in a set or in progress. What has not come to its end by then is lost,
//!   unless it stands in the dead set: there, a few may end up that were with one killed process after another.
//! - **Not twice without a cause**: an *execution* begins with the handler and ends with it. Two executions of the same attempt of a job
//!   are right only if, before the later one began, the process of the earlier one was
//!   - killed: then the earlier one had not ended, or was one of the few ([`journal::MOST_UNHEARD`]) whose end the store had not heard of
//!     yet; or
//!   - told to stop, and the earlier one had not ended: it ran out of time and was handed back.
//!
//!   The death of the store, of the dashboard, and the loss of a connection are no such cause: none of them makes a living process's job
//!   run twice.
//! - **Counted once**: the store's counters say as many processed and failed executions as there are attempts.
//!
//! Operations on many jobs have a test of their own (`chaos/operations.rs`): there no job may be lost, or be in two places, at any moment.
//!
//! The moments are random, but follow from a seed, which is printed; `JOBDECK_CHAOS_SEED` repeats one. (The machine's own timing is not
//! repeated by that.) The blows come as the work goes on, not as time passes, so that a slow machine sees as many as a fast one.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

#[path = "chaos/crew.rs"]
mod crew;
#[path = "chaos/cuts.rs"]
mod cuts;
#[path = "chaos/ground.rs"]
mod ground;
#[path = "chaos/journal.rs"]
mod journal;
#[path = "chaos/killed.rs"]
mod killed;
#[path = "chaos/lost_answers.rs"]
mod lost_answers;
#[path = "chaos/operations.rs"]
mod operations;
#[path = "chaos/producer.rs"]
mod producer;
#[path = "chaos/verdict.rs"]
mod verdict;
#[path = "chaos/work.rs"]
mod work;

mod support;

use rand::{SeedableRng, rngs::StdRng};
use std::time::Duration;

/// After this a test fails, with what is missing. None of them needs a fraction of it.
const PATIENCE: Duration = Duration::from_secs(240);

/// Random numbers for one test, and a word on how to get the same ones again.
fn random(test: &str) -> StdRng {
    let seed = std::env::var("JOBDECK_CHAOS_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random::<u64>);
    println!("{test}: JOBDECK_CHAOS_SEED={seed}");
    StdRng::seed_from_u64(seed)
}
