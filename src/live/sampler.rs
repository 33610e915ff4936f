//! Reads a store once an interval, however many watch.

use super::{Frame, alerts, failures, history::History, holds, narrow::Beside};
use crate::admin::shown_operation;
use crate::alerts::Alerts;
use crate::groups::Groups;
use crate::job;
use crate::model::{
    AlertSummary, HoldStatus, JobEntry, Limit, OperationSummary, Overview, RunningJob, Snapshot,
    StoreInfo, StoreState, Timestamp,
};
use crate::redaction::{Redactor, SharedRedactor};
use crate::store::{OperationRecord, SharedStore, StoreError};
use futures::{Stream, StreamExt};
use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;

/// A store that says nothing for this long is taken for lost: with one reading a second, the pages say so within two.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an operation that is over is still told of.
const ENDED: Duration = Duration::from_secs(60);
/// Oldest numbers that a probe is told.
const PROBE_AGE: Duration = Duration::from_secs(1);
/// Distance of two readings while nobody watches: one a point of the charts.
const UNWATCHED: Duration = Duration::from_secs(Snapshot::STEP_SECONDS as u64);

/// How the sampler works.
#[derive(Clone, Debug)]
pub struct SamplerOptions {
    /// Time between two readings while somebody watches.
    pub interval: Duration,
    /// What takes secrets out of the jobs that are shown. Default: nothing is taken out.
    pub redactor: Redactor,
}

impl Default for SamplerOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
            redactor: Redactor::none(),
        }
    }
}

/// A handle to a store's sampler. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    frames: watch::Sender<Arc<Frame>>,
    wanted: Arc<Notify>,
    /// Milliseconds between two readings while somebody watches.
    interval: Arc<AtomicU64>,
    /// When the last reading was begun, whatever came of it.
    round: Arc<Mutex<Instant>>,
    groups: Arc<OnceLock<Groups>>,
    alerts: Arc<OnceLock<Alerts>>,
    /// What takes secrets out of the jobs that are shown.
    redactor: SharedRedactor,
}

impl Live {
    /// Starts the sampler on the current runtime; it ends at `shutdown`.
    #[must_use]
    pub fn start(store: SharedStore, options: SamplerOptions, shutdown: CancellationToken) -> Self {
        let live = Self {
            frames: watch::Sender::new(Arc::new(Frame::new(
                Snapshot::default(),
                Arc::default(),
                Instant::now(),
                false,
            ))),
            wanted: Arc::new(Notify::new()),
            interval: Arc::new(AtomicU64::new(milliseconds(options.interval))),
            round: Arc::new(Mutex::new(Instant::now())),
            groups: Arc::default(),
            alerts: Arc::default(),
            redactor: options.redactor.into(),
        };
        let sampler = Sampler {
            store,
            live: live.clone(),
            history: History::default(),
            snapshot: Snapshot::default(),
            beside: Arc::default(),
            clock: None,
            failures_seen: None,
            is_introduced: false,
        };
        tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sampler.run() => {}
            }
        });
        live
    }

    /// From now on this index of failure groups is told what the sampler reads, and its count stands in the snapshots. Only the first
    /// one is taken.
    pub fn accompany(&self, groups: Groups) {
        let _ = self.groups.set(groups);
    }

    /// From now on what watches for alerts is told what the sampler reads. Only the first one is taken.
    pub fn accompany_alerts(&self, alerts: Alerts) {
        let _ = self.alerts.set(alerts);
    }

    /// What watches for alerts, if something does.
    #[must_use]
    pub fn alerts(&self) -> Option<&Alerts> {
        self.alerts.get()
    }

    /// Time between two readings while somebody watches.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_millis(self.interval.load(Ordering::Relaxed))
    }

    /// What takes secrets out of the jobs that are shown; another one counts from the next reading on.
    #[must_use]
    pub fn redactor(&self) -> &SharedRedactor {
        &self.redactor
    }

    /// From the next reading on there is so much time between two.
    pub fn set_interval(&self, interval: Duration) {
        self.interval
            .store(milliseconds(interval), Ordering::Relaxed);
    }

    /// Whether the sampler goes on: it begins a reading every few seconds, also while the store is lost.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let round = *self.round.lock().unwrap_or_else(PoisonError::into_inner);
        round.elapsed() < 4 * (UNWATCHED.max(self.interval()) + PATIENCE)
    }

    /// A snapshot no older than the interval (reads the store if nobody watched), for somebody who is limited like that; when the store is
    /// lost, the last known numbers with the reason.
    pub async fn snapshot(&self, limit: &Limit) -> Snapshot {
        let frame = self.frame_within(self.interval()).await;
        self.narrowed(&frame, limit).snapshot().clone()
    }

    /// As [`Live::snapshot`], for probes: no older than a second, whatever the interval is.
    pub async fn probe(&self, limit: &Limit) -> Arc<Frame> {
        let frame = self.frame_within(self.interval().min(PROBE_AGE)).await;
        self.narrowed(&frame, limit)
    }

    /// As [`Live::probe`], but a store that is known to be lost is not waited for: it is tried again all the time.
    pub async fn glance(&self, limit: &Limit) -> Arc<Frame> {
        if self.loss().is_some() {
            self.latest(limit)
        } else {
            self.probe(limit).await
        }
    }

    /// The latest frame, however old, for somebody who is limited like that. Waits for nothing.
    #[must_use]
    pub fn latest(&self, limit: &Limit) -> Arc<Frame> {
        self.narrowed(&self.newest(), limit)
    }

    fn newest(&self) -> Arc<Frame> {
        self.frames.borrow().clone()
    }

    fn narrowed(&self, frame: &Arc<Frame>, limit: &Limit) -> Arc<Frame> {
        frame.within(limit, self.groups.get())
    }

    async fn frame_within(&self, age: Duration) -> Arc<Frame> {
        let mut frames = self.frames.subscribe();
        let fresh = timeout(PATIENCE * 2, async {
            loop {
                let frame = frames.borrow_and_update().clone();
                if frame.is_fresh(age) {
                    return frame;
                }
                self.wanted.notify_one();
                // The sender lives as long as this handle.
                let _ = frames.changed().await;
            }
        });
        match fresh.await {
            Ok(frame) => frame,
            // The sampler has ended.
            Err(_) => self.newest(),
        }
    }

    /// Something was changed: whoever asks from now on gets numbers that are read again, and the streams get them at once.
    pub fn outdate(&self) {
        self.frames.send_if_modified(|frame| {
            *frame = Arc::new(frame.outdated());
            // Nobody needs the old numbers once more.
            false
        });
        self.wanted.notify_one();
    }

    /// Why the store is lost, as far as the last reading knows; nothing while it answers. Waits for nothing.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        match &self.frames.borrow().snapshot().state {
            StoreState::Lost { reason, .. } => Some(reason.clone()),
            StoreState::Starting | StoreState::Connected => None,
        }
    }

    /// How many streams are open.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.frames.receiver_count()
    }

    /// The latest frame at once, then each new one, for ever, for somebody who is limited like that. A slow reader skips to the latest.
    pub fn stream(&self, limit: &Limit) -> impl Stream<Item = Arc<Frame>> + Send + use<> {
        let changes = WatchStream::from_changes(self.frames.subscribe());
        let live = self.clone();
        // What is there may be fresh, so that nobody asks for a reading; but from now on they come once an interval.
        self.wanted.notify_one();
        let first = async move { live.frame_within(live.interval()).await };
        let (live, limit) = (self.clone(), limit.clone());
        futures::stream::once(first)
            .chain(changes)
            .map(move |frame| live.narrowed(&frame, &limit))
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

struct Sampler {
    store: SharedStore,
    live: Live,
    history: History,
    snapshot: Snapshot,
    /// What was read beside it.
    beside: Arc<Beside>,
    /// The store's time, and when it was read.
    clock: Option<(Timestamp, Instant)>,
    /// Counters at the last reading of the failures: while they stand, so does the list.
    failures_seen: Option<((u64, u64, u64), Redactor)>,
    /// Whether the store has said what it is since it was there last.
    is_introduced: bool,
}

/// What one reading found.
struct Reading {
    overview: Overview,
    /// What the store is, when it was asked and said so.
    store: Option<StoreInfo>,
    /// What only viewers want; nothing when nobody watches.
    lists: Option<Lists>,
}

/// What only viewers want.
struct Lists {
    running: Vec<RunningJob>,
    /// The failures, if they can have changed.
    failures: Option<Vec<JobEntry>>,
    /// What took the secrets out of them.
    redactor: Redactor,
    operations: Vec<OperationSummary>,
    holds: Vec<HoldStatus>,
    alerts: Vec<AlertSummary>,
}

impl Sampler {
    async fn run(mut self) {
        loop {
            let started = Instant::now();
            *self
                .live
                .round
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = started;
            let watched = self.live.frames.receiver_count() > 0;
            let reading = timeout(PATIENCE, self.read(watched)).await;
            self.take(reading.unwrap_or_else(|_| Err(silence())), watched);
            let lost = self.snapshot.state.is_lost();
            self.live.frames.send_replace(Arc::new(Frame::new(
                self.snapshot.clone(),
                Arc::clone(&self.beside),
                Instant::now(),
                watched || lost,
            )));
            self.wait(started).await;
        }
    }

    /// Waits for the next reading: an interval while somebody watches or the store is lost, else until somebody does or the chart needs a point.
    async fn wait(&self, started: Instant) {
        let soon = started + self.live.interval();
        loop {
            let watched = self.live.frames.receiver_count() > 0;
            let lost = self.snapshot.state.is_lost();
            let next = if watched || lost {
                soon
            } else {
                started + UNWATCHED.max(self.live.interval())
            };
            tokio::select! {
                () = tokio::time::sleep_until(next) => return,
                () = self.live.wanted.notified() => {
                    // Somebody asks, and what was there was too old for him; another may have caused a reading meanwhile.
                    let age = self.live.interval().min(PROBE_AGE);
                    if !self.live.frames.borrow().is_fresh(age) {
                        return;
                    }
                }
            }
        }
    }

    async fn read(&self, watched: bool) -> Result<Reading, StoreError> {
        let overview = self.store.overview().await?;
        // A store that answers but does not say what it is (it may be forbidden) is asked again the next time.
        let store = if self.is_introduced {
            None
        } else {
            self.store.info().await.ok()
        };
        if !watched {
            return Ok(Reading {
                overview,
                store,
                lists: None,
            });
        }
        let now = overview.sampled_at;
        let redactor = self.live.redactor.get();
        let unchanged = self.failures_seen.as_ref().is_some_and(|(counters, by)| {
            *counters == failure_counters(&overview) && by.is(&redactor)
        });
        let failures = async {
            if unchanged {
                Ok(None)
            } else {
                failures::latest(&self.store, now, &redactor)
                    .await
                    .map(Some)
            }
        };
        let (running, failures, operations, holds, alerts) = tokio::try_join!(
            self.store.running(),
            failures,
            self.store.current_operations(ENDED),
            holds::watched(&self.store, now),
            alerts::watched(&self.store, now)
        )?;
        Ok(Reading {
            overview,
            store,
            lists: Some(Lists {
                running,
                failures,
                redactor,
                operations: watched_operations(operations),
                holds,
                alerts,
            }),
        })
    }

    fn take(&mut self, reading: Result<Reading, StoreError>, watched: bool) {
        match reading {
            Ok(Reading {
                overview,
                store,
                lists,
            }) => {
                if let StoreState::Lost { .. } = self.snapshot.state {
                    tracing::info!("the store answers again");
                }
                self.clock = Some((overview.sampled_at, Instant::now()));
                self.history.record(&overview);
                if let Some(store) = store {
                    self.introduce(store);
                }
                if let Some(Lists {
                    running,
                    failures,
                    redactor,
                    operations,
                    holds,
                    alerts,
                }) = lists
                {
                    self.snapshot.operations = operations;
                    self.snapshot.holds = holds;
                    self.snapshot.alerts = alerts;
                    let known = failures.map(Arc::new);
                    let is_new = known.is_some();
                    let known = known.unwrap_or_else(|| self.beside.all_failures());
                    let beside = Beside::new(running, known, &redactor);
                    let all = Limit::none();
                    (
                        self.snapshot.running,
                        self.snapshot.running_total,
                        self.snapshot.orphans,
                    ) = beside.running(&all);
                    if is_new {
                        self.snapshot.failures = beside.failures(&all);
                        self.failures_seen = Some((failure_counters(&overview), redactor));
                    }
                    self.beside = Arc::new(beside);
                }
                if let Some(groups) = self.live.groups.get() {
                    groups.observe(&overview, watched);
                    self.snapshot.failure_groups = groups.open_count(&Limit::none());
                }
                if let Some(alerts) = self.live.alerts.get() {
                    alerts.observe(&overview);
                }
                self.snapshot.overview = overview;
                self.snapshot.state = StoreState::Connected;
            }
            Err(error) => {
                let since = match self.snapshot.state {
                    StoreState::Lost { since, .. } => since,
                    StoreState::Starting | StoreState::Connected => {
                        tracing::warn!(%error, watched, "the store is lost");
                        job::now()
                    }
                };
                self.history.record_loss(self.now());
                // It may come back as another one.
                self.is_introduced = false;
                self.snapshot.state = StoreState::Lost {
                    reason: error.to_string(),
                    since,
                };
            }
        }
        self.snapshot.history = self.history.points();
        self.snapshot.trends = self.history.trends();
    }

    /// What the store is. A replica is asked again, because it may become a master at any time.
    fn introduce(&mut self, store: StoreInfo) {
        let was_read_only = self
            .snapshot
            .store
            .as_ref()
            .is_some_and(|it| it.is_read_only);
        if store.is_read_only && !was_read_only {
            tracing::warn!(
                address = store.address,
                "the store is a read-only replica: all can be looked at, but changes are refused, and nothing is kept (the audit, alerts); give the master's address, or the Sentinels'"
            );
        }
        self.is_introduced = !store.is_read_only;
        self.snapshot.store = Some(store);
    }

    /// The store's clock as far as it is known, else this machine's.
    fn now(&self) -> Timestamp {
        self.clock.map_or_else(job::now, |(time, read_at)| {
            let passed = i64::try_from(read_at.elapsed().as_millis()).unwrap_or(i64::MAX);
            time.plus_milliseconds(passed)
        })
    }
}

/// The operations that somebody who watches wants to know of.
fn watched_operations(records: Vec<OperationRecord>) -> Vec<OperationSummary> {
    records
        .into_iter()
        .filter_map(shown_operation)
        // What was done to ticked jobs at once was told to who did it.
        .filter(|operation| !operation.plan.at_once)
        .map(OperationSummary::from)
        .collect()
}

fn failure_counters(overview: &Overview) -> (u64, u64, u64) {
    (overview.failed, overview.retrying, overview.dead)
}

fn silence() -> StoreError {
    StoreError::Unavailable {
        address: "the store".to_owned(),
        reason: format!("no answer within {} s", PATIENCE.as_secs()),
    }
}
