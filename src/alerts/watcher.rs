//! Looks at what the sampler reads, changes alerts in the store, and has people told.

use super::{
    AlertSettings, Rule,
    board::Board,
    course::{Step, step, without_rule},
    gauges::{Gauges, Reading},
    settle::tell,
};
use crate::model::{
    Alert, AlertReceiver, AlertRule, AlertState, AlertWatch, Overview, ProcessInfo, Timestamp,
};
use crate::store::{SharedStore, StoreResult, Trouble};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Most that are told at a time; the others wait for the next look.
const MOST_TELLING: usize = 16;

/// Who listens on queues is read so seldom: no overview has it.
const PROCESSES_KEPT: Duration = Duration::from_secs(5);

/// Without rules, alerts that others have left are looked for so seldom.
const IDLE: Duration = Duration::from_secs(60);

/// How it watches.
#[derive(Clone, Copy, Debug)]
pub struct AlertOptions {
    /// How long a process may take to tell somebody what it has claimed; then another one does. Default: 30 s.
    pub claim: Duration,
    /// Least time between two looks. Default: 1 s.
    pub pace: Duration,
}

impl Default for AlertOptions {
    fn default() -> Self {
        Self {
            claim: Duration::from_secs(30),
            pace: Duration::from_secs(1),
        }
    }
}

/// A handle to what watches a store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Alerts {
    shared: Arc<Shared>,
}

/// What the handle and the watching share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: SharedStore,
    settings: RwLock<Arc<AlertSettings>>,
    seen: watch::Sender<Option<Arc<Overview>>>,
    /// Told when the settings are others.
    renewed: Notify,
    board: Mutex<Board>,
    options: AlertOptions,
}

impl Shared {
    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> Arc<AlertSettings> {
        let settings = self.settings.read();
        Arc::clone(&settings.unwrap_or_else(PoisonError::into_inner))
    }
}

impl Alerts {
    /// Starts to watch on the current runtime, until `shutdown`; it looks whenever it is told what was read ([`Alerts::observe`]).
    #[must_use]
    pub fn start(
        store: SharedStore,
        settings: AlertSettings,
        options: AlertOptions,
        shutdown: CancellationToken,
    ) -> Self {
        let alerts = Self {
            shared: Arc::new(Shared {
                store,
                settings: RwLock::new(Arc::new(settings)),
                seen: watch::Sender::new(None),
                renewed: Notify::new(),
                board: Mutex::default(),
                options,
            }),
        };
        let watcher = Watcher::new(Arc::clone(&alerts.shared));
        tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = watcher.run() => {}
            }
        });
        alerts
    }

    /// What the sampler has just read. Waits for nothing. A store that is away is not observed: then nothing fires, and nothing is over.
    pub fn observe(&self, overview: &Overview) {
        self.shared
            .seen
            .send_replace(Some(Arc::new(overview.clone())));
    }

    /// From now on these rules hold.
    pub fn set(&self, settings: AlertSettings) {
        *self
            .shared
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
        self.shared.renewed.notify_one();
    }

    /// The rules, with what they see.
    #[must_use]
    pub fn rules(&self) -> Vec<AlertRule> {
        let settings = self.shared.settings();
        self.shared.board().rules(&settings)
    }

    /// The receivers, with how they have answered this process.
    #[must_use]
    pub fn receivers(&self) -> Vec<AlertReceiver> {
        let settings = self.shared.settings();
        self.shared.board().receivers(&settings)
    }
}

struct Watcher {
    shared: Arc<Shared>,
    gauges: Gauges,
    /// Since when what fires was seen to be over, by alert.
    clear: HashMap<String, Option<Timestamp>>,
    processes: Option<(Instant, Vec<ProcessInfo>)>,
    /// When it last looked what is in the store.
    looked: Option<Instant>,
    telling: JoinSet<()>,
}

impl Watcher {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            gauges: Gauges::default(),
            clear: HashMap::new(),
            processes: None,
            looked: None,
            telling: JoinSet::new(),
        }
    }

    async fn run(mut self) {
        let mut seen = self.shared.seen.subscribe();
        let mut trouble = Trouble::new("watching for alerts");
        loop {
            tokio::select! {
                changed = seen.changed() => if changed.is_err() {
                    return;
                },
                () = self.shared.renewed.notified() => {}
            }
            let Some(overview) = seen.borrow_and_update().clone() else {
                continue;
            };
            let started = Instant::now();
            match Box::pin(self.turn(&overview)).await {
                Ok(()) => trouble.is_over(),
                Err(error) => trouble.note(&error),
            }
            tokio::time::sleep_until(started + self.shared.options.pace).await;
        }
    }

    /// Looks at all rules, and has told what there is to tell.
    async fn turn(&mut self, overview: &Overview) -> StoreResult<()> {
        let settings = self.shared.settings();
        self.gauges
            .keep(settings.rules.iter().map(|rule| rule.within));
        self.gauges.observe(overview);
        let is_idle =
            settings.rules.is_empty() && self.looked.is_some_and(|looked| looked.elapsed() < IDLE);
        if is_idle {
            self.shared.board().read(HashMap::new());
            return Ok(());
        }
        self.looked = Some(Instant::now());
        let now = overview.sampled_at;
        let stored = self.shared.store.alerts().await?;
        let mut alerts: HashMap<String, Alert> = stored
            .into_iter()
            .map(|alert| (alert.id.clone(), alert))
            .collect();
        self.read_processes(&settings.rules).await;
        let seen = self.look(&settings.rules, overview, &alerts);
        let mut tended = HashSet::new();
        for rule in &settings.rules {
            for reading in seen.get(&rule.name).into_iter().flatten() {
                let id = rule.alert_id(&reading.queue);
                let known = alerts.get(&id);
                let clear_since = self.clear.entry(id.clone()).or_default();
                let step = step(rule, reading, now, known, clear_since);
                carry_out(&self.shared.store, &id, step, &mut alerts).await?;
                tended.insert(id);
            }
        }
        self.clear
            .retain(|id, since| since.is_some() && tended.contains(id));
        let others: Vec<Alert> = alerts
            .values()
            .filter(|alert| !tended.contains(&alert.id))
            .cloned()
            .collect();
        for alert in others {
            let step = without_rule(&alert, now);
            carry_out(&self.shared.store, &alert.id, step, &mut alerts).await?;
        }
        self.shared.board().read(seen);
        for alert in alerts.into_values() {
            self.have_told(&settings, alert, now).await?;
        }
        Ok(())
    }

    /// What each rule sees.
    fn look(
        &self,
        rules: &[Rule],
        overview: &Overview,
        alerts: &HashMap<String, Alert>,
    ) -> HashMap<String, Vec<Reading>> {
        let processes = self.processes.as_ref().map(|(_, known)| known.as_slice());
        let rules = rules.iter().map(|rule| {
            let own = alerts
                .values()
                .filter(|alert| alert.rule == rule.name && alert.watch == rule.watch);
            let alerted: Vec<&str> = own.map(|alert| alert.queue.as_str()).collect();
            let readings = self.gauges.read(rule, overview, processes, &alerted);
            (rule.name.clone(), readings)
        });
        rules.collect()
    }

    /// Who listens, if some rule wants to know. What is not known neither fires nor ends anything.
    async fn read_processes(&mut self, rules: &[Rule]) {
        if !rules.iter().any(|rule| rule.watch == AlertWatch::NoProcess) {
            self.processes = None;
            return;
        }
        let known = self.processes.as_ref();
        if known.is_some_and(|(read, _)| read.elapsed() < PROCESSES_KEPT) {
            return;
        }
        let read = self.shared.store.processes().await;
        self.processes = read.ok().map(|processes| (Instant::now(), processes));
    }

    /// Claims what is to be told of an alert now, and has it told.
    async fn have_told(
        &mut self,
        settings: &Arc<AlertSettings>,
        mut alert: Alert,
        now: Timestamp,
    ) -> StoreResult<()> {
        let rule_is_quiet = settings
            .rule(&alert.rule)
            .is_some_and(|rule| rule.is_quiet(now));
        let severity = alert.severity;
        let until = now.plus_milliseconds(
            i64::try_from(self.shared.options.claim.as_millis()).unwrap_or(i64::MAX),
        );
        while self.telling.try_join_next().is_some() {}
        let mut room = MOST_TELLING.saturating_sub(self.telling.len());
        let mut claimed = Vec::new();
        for notice in &mut alert.notices {
            let is_free = notice.claimed_until.is_none_or(|until| until <= now);
            let listens = settings
                .receiver(&notice.receiver)
                .is_some_and(|receiver| !receiver.is_quiet(severity, now));
            if room > 0 && notice.due_at <= now && is_free && listens && !rule_is_quiet {
                room -= 1;
                notice.claimed_until = Some(until);
                claimed.push(notice.clone());
            }
        }
        if claimed.is_empty() {
            return Ok(());
        }
        let version = alert.version;
        alert.version += 1;
        let store = &self.shared.store;
        if !store
            .change_alert(&alert.id, version, Some(&alert), None)
            .await?
        {
            // Another one has it.
            return Ok(());
        }
        for notice in claimed {
            let told = tell(
                Arc::clone(&self.shared),
                Arc::clone(settings),
                alert.clone(),
                notice,
            );
            self.telling.spawn(told);
        }
        Ok(())
    }
}

/// Makes a step in the store, if nobody has made another one meanwhile, and in what is known of it.
async fn carry_out(
    store: &SharedStore,
    id: &str,
    step: Step,
    alerts: &mut HashMap<String, Alert>,
) -> StoreResult<()> {
    let known = alerts.get(id);
    let version = known.map_or(0, |alert| alert.version);
    let before = known.map(|alert| alert.state);
    let (alert, episode) = match step {
        Step::Stay => return Ok(()),
        Step::Put(alert, episode) => (Some(*alert), episode),
        Step::End(episode) => (None, episode),
    };
    let is_done = store
        .change_alert(id, version, alert.as_ref(), episode.as_deref())
        .await?;
    alerts.remove(id);
    if !is_done {
        // Another one was first: what it has made of it is read the next time.
        return Ok(());
    }
    if let Some(episode) = &episode {
        let (rule, queue) = (&episode.rule, &episode.queue);
        if episode.is_forgotten {
            tracing::warn!(
                rule,
                queue,
                "an alert was given up: no Jobdeck has its rule any more"
            );
        } else {
            tracing::info!(rule, queue, "an alert is over");
        }
    }
    if let Some(alert) = alert {
        if alert.state == AlertState::Firing && before != Some(AlertState::Firing) {
            let (rule, queue, severity) = (&alert.rule, &alert.queue, alert.severity.name());
            tracing::warn!(rule, queue, severity, "an alert fires: {}", alert.words());
        }
        alerts.insert(id.to_owned(), alert);
    }
    Ok(())
}
