//! `/metrics`: the numbers of the store and of this process, for Prometheus.

use super::{AppState, auth::Door};
use crate::alerts::Alerts;
use crate::model::{AlertSeverity, AlertState, OperationState, Overview, Set, StoreState};
use crate::store::StoreCost;
use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::{Registry, Unit},
};
use std::sync::atomic::{AtomicI64, AtomicU64};

/// OpenMetrics, which Prometheus asks for first.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A number for each of several things of a kind.
type Each<N, A> = Family<[(&'static str, String); 1], Gauge<N, A>>;

/// A counter for each of several things of a kind.
type CountEach = Family<[(&'static str, String); 1], Counter>;

/// The numbers of the store and of this process, in the OpenMetrics format. While the store is lost, only what needs no store is told.
#[utoipa::path(get, path = "/metrics", tag = "health", servers((url = "/")), responses(
    (status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"),
))]
pub(super) async fn metrics(Door(admin): Door, State(state): State<AppState>) -> Response {
    let frame = state.live.probe(admin.limit()).await;
    let snapshot = frame.snapshot();
    let is_up = snapshot.state == StoreState::Connected;
    let mut registry = Registry::with_prefix("jobdeck");
    own(&mut registry, state.live.watchers());
    audit(&mut registry, admin.lost_audit_events());
    cost(&mut registry, admin.cost());
    // Who is told is nobody's who is limited.
    if let Some(alerts) = state.live.alerts().filter(|_| admin.limit().is_none()) {
        deliveries(&mut registry, alerts);
    }
    let up = ConstGauge::new(i64::from(is_up));
    registry.register("store_up", "Whether the store answers", up);
    if is_up {
        numbers(&mut registry, &snapshot.overview);
        if let Some(groups) = snapshot.failure_groups {
            let help = "Groups of failures that are to be looked at: neither muted nor resolved";
            registry.register("failure_groups", help, gauge(groups));
        }
        if let Ok(alerts) = admin.alerts().await {
            let firing = alerts.iter().filter(|it| it.state == AlertState::Firing);
            let severities: Vec<_> = firing.map(|alert| alert.severity).collect();
            firing_alerts(&mut registry, &severities);
        }
        // Only those that are not over: there are few.
        if let Ok(states) = admin.current_states().await {
            operations(&mut registry, &states);
        }
    }
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// This process.
fn own(registry: &mut Registry, viewers: usize) {
    let help = "The version of Jobdeck that answers";
    let version = Each::<i64, AtomicI64>::default();
    version
        .get_or_create(&[("version", env!("CARGO_PKG_VERSION").to_owned())])
        .set(1);
    registry.register("build", help, version);
    let help = "Open live streams: one a visible tab, and those of scripts";
    registry.register(
        "viewers",
        help,
        gauge(u64::try_from(viewers).unwrap_or(u64::MAX)),
    );
}

/// What the audit lacks.
fn audit(registry: &mut Registry, lost: u64) {
    let help =
        "Events of the audit that this process could not write to the store; its log has them";
    registry.register("audit_events_lost", help, ConstCounter::new(lost));
}

/// What this process has asked of the store.
fn cost(registry: &mut Registry, cost: StoreCost) {
    let StoreCost {
        commands,
        failures,
        waited,
    } = cost;
    let help = "Commands sent to the store; transactions of an embedded one";
    registry.register("store_commands", help, ConstCounter::new(commands));
    let help = "Requests to the store that failed, were not answered in time, or were given up";
    registry.register("store_failures", help, ConstCounter::new(failures));
    let help = "Time spent waiting for the store's answers, those at the same time added up";
    let waited = ConstCounter::new(waited.as_secs_f64());
    registry.register_with_unit("store_wait", help, Unit::Seconds, waited);
}

/// How those who are told of alerts have answered this process.
fn deliveries(registry: &mut Registry, alerts: &Alerts) {
    let sent = CountEach::default();
    let failed = CountEach::default();
    for receiver in alerts.receivers() {
        let label = [("receiver", receiver.name)];
        sent.get_or_create(&label).inc_by(receiver.sent);
        failed.get_or_create(&label).inc_by(receiver.failed);
    }
    let help = "Notices of alerts that have reached their receiver, by this process";
    registry.register("alert_notices_sent", help, sent);
    let help = "Tries to tell a receiver of an alert that failed, by this process";
    registry.register("alert_notices_failed", help, failed);
}

/// The alerts that fire.
fn firing_alerts(registry: &mut Registry, severities: &[AlertSeverity]) {
    let counts = counted(
        "severity",
        AlertSeverity::ALL,
        AlertSeverity::name,
        severities,
    );
    registry.register("alerts_firing", "Alerts that fire", counts);
}

/// What the store holds.
fn numbers(registry: &mut Registry, overview: &Overview) {
    let help = "Executions since the store began to count, failed ones included";
    registry.register(
        "jobs_processed",
        help,
        ConstCounter::new(overview.processed),
    );
    let help = "Executions that failed, since the store began to count";
    registry.register("jobs_failed", help, ConstCounter::new(overview.failed));
    let help = "Jobs that run, as of the processes' last heartbeats";
    registry.register("running_jobs", help, gauge(overview.running));
    let help = "Worker processes with a heartbeat";
    registry.register("processes", help, gauge(overview.processes));
    let help = "Jobs that all processes together can run at a time";
    registry.register("concurrency", help, gauge(overview.concurrency));

    let sets = Each::<i64, AtomicI64>::default();
    for (set, size) in [
        (Set::Scheduled, overview.scheduled),
        (Set::Retries, overview.retrying),
        (Set::Dead, overview.dead),
    ] {
        sets.get_or_create(&[("set", set.name().to_owned())])
            .set(whole(size));
    }
    registry.register("set_jobs", "Jobs in a set", sets);

    let sizes = Each::<i64, AtomicI64>::default();
    let latencies = Each::<f64, AtomicU64>::default();
    let pauses = Each::<i64, AtomicI64>::default();
    for queue in &overview.queues {
        let label = [("queue", queue.name.clone())];
        sizes.get_or_create(&label).set(whole(queue.size));
        latencies.get_or_create(&label).set(queue.latency_seconds);
        pauses.get_or_create(&label).set(i64::from(queue.paused));
    }
    registry.register("queue_jobs", "Jobs in a queue", sizes);
    let help = "How long the job that is next to run has waited; 0 when the queue is empty";
    registry.register_with_unit("queue_latency", help, Unit::Seconds, latencies);
    registry.register("queue_paused", "Whether a queue is paused", pauses);
}

/// The operations that are not over.
fn operations(registry: &mut Registry, states: &[OperationState]) {
    let kinds = OperationState::ALL.into_iter();
    let kinds = kinds.filter(|state| !state.is_over());
    let counts = counted("state", kinds, OperationState::name, states);
    registry.register("operations", "Operations that are not over", counts);
}

/// How many of all there are of each kind.
fn counted<T: Copy + PartialEq>(
    label: &'static str,
    kinds: impl IntoIterator<Item = T>,
    name: fn(T) -> &'static str,
    all: &[T],
) -> Each<i64, AtomicI64> {
    let counts = Each::<i64, AtomicI64>::default();
    for kind in kinds {
        let count = all.iter().filter(|other| **other == kind).count();
        counts
            .get_or_create(&[(label, name(kind).to_owned())])
            .set(i64::try_from(count).unwrap_or(i64::MAX));
    }
    counts
}

fn gauge(value: u64) -> ConstGauge<i64> {
    ConstGauge::new(whole(value))
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
