//! What the parts of a running worker share.

use super::{
    builder::Settings, capsule::Capsule, clock::Clock, identity, metrics::Metrics,
    registry::Registry, reporter::Reporter, running::RunningTable, settlement::Waiting,
};
use crate::{model::Timestamp, store::SharedStore};
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What the parts of a running worker share.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) store: SharedStore,
    pub(super) settings: Settings,
    pub(super) registry: Registry,
    pub(super) identity: String,
    pub(super) hostname: String,
    pub(super) clock: Clock,
    pub(super) running: RunningTable,
    pub(super) metrics: Metrics,
    /// What runs have told that the store has not been told yet.
    pub(super) reporter: Reporter,
    /// Settlements that the store refuses.
    pub(super) waiting: Waiting,
    /// The first heartbeat, by the store's clock.
    pub(super) started_at: OnceLock<Timestamp>,
    /// How long the last heartbeat took, microseconds; 0 before the first.
    round_trip_us: AtomicU64,
    /// Asks for a heartbeat before its time: something changed that people watch for.
    pub(super) beat_soon: Notify,
    /// Fetch no more.
    pub(super) quiet: CancellationToken,
    /// Finish or hand back what runs, then end.
    pub(super) stopping: CancellationToken,
    /// The time for finishing is over.
    pub(super) aborting: CancellationToken,
    /// No job runs any more; heartbeat, scheduler and recovery end too.
    pub(super) ended: CancellationToken,
}

impl Runtime {
    pub(super) fn new(
        store: SharedStore,
        settings: Settings,
        registry: Registry,
        hostname: String,
    ) -> Self {
        let clock = Clock::skewed(settings.clock_skew_ms);
        let slots = if registry.is_empty() {
            0
        } else {
            settings.concurrency()
        };
        Self {
            store,
            settings,
            registry,
            identity: identity::new_identity(&hostname),
            hostname,
            clock,
            running: RunningTable::new(slots),
            metrics: Metrics::default(),
            reporter: Reporter::default(),
            waiting: Waiting::default(),
            started_at: OnceLock::new(),
            round_trip_us: AtomicU64::new(0),
            beat_soon: Notify::new(),
            quiet: CancellationToken::new(),
            stopping: CancellationToken::new(),
            aborting: CancellationToken::new(),
            ended: CancellationToken::new(),
        }
    }

    /// The capsules; none without handlers: what would be fetched could only fail.
    pub(super) fn capsules(&self) -> &[Capsule] {
        if self.registry.is_empty() {
            &[]
        } else {
            &self.settings.capsules
        }
    }

    /// Jobs run at a time.
    pub(super) fn concurrency(&self) -> usize {
        self.capsules()
            .iter()
            .map(|capsule| capsule.concurrency)
            .sum()
    }

    pub(super) fn note_round_trip(&self, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.round_trip_us
            .store(microseconds.max(1), Ordering::Relaxed);
    }

    pub(super) fn round_trip_us(&self) -> Option<u64> {
        match self.round_trip_us.load(Ordering::Relaxed) {
            0 => None,
            microseconds => Some(microseconds),
        }
    }

    pub(super) fn go_quiet(&self) {
        if !self.quiet.is_cancelled() {
            tracing::info!(identity = %self.identity, "worker is quiet: it fetches no more jobs");
            self.quiet.cancel();
            self.beat_soon.notify_one();
        }
    }

    pub(super) fn begin_stop(&self) {
        self.go_quiet();
        if !self.stopping.is_cancelled() {
            tracing::info!(identity = %self.identity, running = self.running.len(), "worker stops");
            self.stopping.cancel();
            self.beat_soon.notify_one();
        }
    }
}
