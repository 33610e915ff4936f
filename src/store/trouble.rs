//! A store that is away is told once, and once more when it is back.

use super::StoreError;
use tokio::time::Instant;

/// Remembers since when something fails, so that the log is not filled.
#[derive(Debug)]
pub(crate) struct Trouble {
    doing: &'static str,
    since: Option<Instant>,
}

impl Trouble {
    /// `doing` says what fails: `fetching jobs`.
    pub(crate) fn new(doing: &'static str) -> Self {
        Self { doing, since: None }
    }

    /// It failed: told if it did not fail before.
    pub(crate) fn note(&mut self, error: &StoreError) {
        if self.since.is_none() {
            tracing::warn!(%error, "{} failed; trying again until it works", self.doing);
            self.since = Some(Instant::now());
        }
    }

    /// It works: told if it did not before.
    pub(crate) fn is_over(&mut self) {
        if let Some(since) = self.since.take() {
            let downtime_seconds = since.elapsed().as_secs_f64();
            tracing::info!(downtime_seconds, "{} works again", self.doing);
        }
    }
}
