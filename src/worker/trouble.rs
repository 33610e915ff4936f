//! A store that is away is told once, and once more when it is back.

use crate::store::StoreError;
use tokio::time::Instant;

/// Remembers since when something fails, so that the log is not filled.
#[derive(Debug)]
pub(super) struct Trouble {
    doing: &'static str,
    since: Option<Instant>,
}

impl Trouble {
    /// `doing` says what fails: `fetching jobs`.
    pub(super) fn new(doing: &'static str) -> Self {
        Self { doing, since: None }
    }

    pub(super) fn note(&mut self, error: &StoreError) {
        if self.since.is_none() {
            tracing::warn!(%error, "{} failed; trying again until it works", self.doing);
            self.since = Some(Instant::now());
        }
    }

    pub(super) fn is_over(&mut self) {
        if let Some(since) = self.since.take() {
            let downtime_seconds = since.elapsed().as_secs_f64();
            tracing::info!(downtime_seconds, "{} works again", self.doing);
        }
    }
}
