//! `/metrics`: the numbers of the store and of this process, for Prometheus.

mod page;

use super::{AppState, auth::Door, state::ShownStore};
use crate::admin::Admin;
use crate::alerts::Alerts;
use crate::model::{AlertSeverity, AlertState, OperationState, Overview, Set, StoreState};
use crate::store::StoreCost;
use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use page::{Labels, Page};

/// OpenMetrics, which Prometheus asks for first.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The numbers of the store and of this process, in the OpenMetrics format; of several stores each with the label `store`. While a store is lost,
/// only what needs no store is told.
#[utoipa::path(get, path = "/metrics", tag = "health", servers((url = "/")), responses(
    (status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"),
))]
pub(super) async fn metrics(State(state): State<AppState>, Door(door): Door) -> Response {
    let mut page = Page::new();
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    let help = "The version of Jobdeck that answers";
    page.gauge("build", help, &version, 1);
    for store in state.shown_stores() {
        let may_see = |name: &String| door.actor().may_enter(name);
        if store.name.as_ref().is_none_or(may_see) {
            let door = store.admin.acting_as(door.actor().clone());
            of_store(&mut page, &store, &door).await;
        }
    }
    match page.text() {
        Ok(text) => ([(CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn of_store(page: &mut Page, store: &ShownStore, door: &Admin) {
    let ShownStore { name, live, .. } = store;
    let labels: Labels = name.iter().map(|name| ("store", name.clone())).collect();
    let frame = live.glance(door.limit()).await;
    let snapshot = frame.snapshot();
    let is_up = snapshot.state == StoreState::Connected;
    let help = "Open live streams: one a visible tab, and those of scripts";
    page.gauge("viewers", help, &labels, live.watchers());
    let help =
        "Events of the audit that this process could not write to the store; its log has them";
    let lost = door.lost_audit_events();
    page.counter("audit_events_lost", help, &labels, lost);
    cost(page, &labels, door.cost());
    // Who is told is nobody's who is limited.
    if let Some(alerts) = live.alerts().filter(|_| door.limit().is_none()) {
        deliveries(page, &labels, alerts);
    }
    page.gauge(
        "store_up",
        "Whether the store answers",
        &labels,
        u64::from(is_up),
    );
    if !is_up {
        return;
    }
    numbers(page, &labels, &snapshot.overview);
    if let Some(groups) = snapshot.failure_groups {
        let help = "Groups of failures that are to be looked at: neither muted nor resolved";
        page.gauge("failure_groups", help, &labels, groups);
    }
    if let Ok(alerts) = door.alerts().await {
        let firing = alerts.iter().filter(|it| it.state == AlertState::Firing);
        let severities: Vec<_> = firing.map(|alert| alert.severity).collect();
        for severity in AlertSeverity::ALL {
            let labels = with(&labels, "severity", severity.name());
            let count = count_of(&severities, &severity);
            page.gauge("alerts_firing", "Alerts that fire", &labels, count);
        }
    }
    // Only those that are not over: there are few.
    if let Ok(states) = door.current_states().await {
        let kinds = OperationState::ALL.into_iter();
        for state in kinds.filter(|state| !state.is_over()) {
            let labels = with(&labels, "state", state.name());
            let count = count_of(&states, &state);
            page.gauge("operations", "Operations that are not over", &labels, count);
        }
    }
}

/// What this process has asked of the store.
fn cost(page: &mut Page, labels: &Labels, cost: StoreCost) {
    let StoreCost {
        commands,
        failures,
        waited,
    } = cost;
    let help = "Commands sent to the store; transactions of an embedded one";
    page.counter("store_commands", help, labels, commands);
    let help = "Requests to the store that failed, were not answered in time, or were given up";
    page.counter("store_failures", help, labels, failures);
    let help = "Time spent waiting for the store's answers, those at the same time added up";
    page.seconds_counter("store_wait", help, labels, waited);
}

/// How those who are told of alerts have answered this process.
fn deliveries(page: &mut Page, labels: &Labels, alerts: &Alerts) {
    for receiver in alerts.receivers() {
        let labels = with(labels, "receiver", &receiver.name);
        let help = "Notices of alerts that have reached their receiver, by this process";
        page.counter("alert_notices_sent", help, &labels, receiver.sent);
        let help = "Tries to tell a receiver of an alert that failed, by this process";
        page.counter("alert_notices_failed", help, &labels, receiver.failed);
    }
}

/// What the store holds.
fn numbers(page: &mut Page, labels: &Labels, overview: &Overview) {
    let help = "Executions since the store began to count, failed ones included";
    page.counter("jobs_processed", help, labels, overview.processed);
    let help = "Executions that failed, since the store began to count";
    page.counter("jobs_failed", help, labels, overview.failed);
    let help = "Jobs that run, as of the processes' last heartbeats";
    page.gauge("running_jobs", help, labels, overview.running);
    let help = "Worker processes with a heartbeat";
    page.gauge("processes", help, labels, overview.processes);
    let help = "Jobs that all processes together can run at a time";
    page.gauge("concurrency", help, labels, overview.concurrency);
    for (set, size) in [
        (Set::Scheduled, overview.scheduled),
        (Set::Retries, overview.retrying),
        (Set::Dead, overview.dead),
    ] {
        let labels = with(labels, "set", set.name());
        page.gauge("set_jobs", "Jobs in a set", &labels, size);
    }
    for queue in &overview.queues {
        let labels = with(labels, "queue", &queue.name);
        page.gauge("queue_jobs", "Jobs in a queue", &labels, queue.size);
        let help = "How long the job that is next to run has waited; 0 when the queue is empty";
        page.seconds("queue_latency", help, &labels, queue.latency_seconds);
        let help = "Whether a queue is paused";
        page.gauge("queue_paused", help, &labels, u64::from(queue.paused));
    }
}

/// The same labels and one more.
fn with(labels: &Labels, name: &'static str, value: &str) -> Labels {
    let own = [(name, value.to_owned())];
    labels.iter().cloned().chain(own).collect()
}

/// How many of all are of a kind.
fn count_of<T: PartialEq>(all: &[T], kind: &T) -> usize {
    all.iter().filter(|other| *other == kind).count()
}
