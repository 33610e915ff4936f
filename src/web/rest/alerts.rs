//! Alerts: what fires, and what is said to it.

use super::{
    end::end,
    error::{Answer, ErrorBody},
    extract::{Json as JsonBody, MaybeJson, Path},
};
use crate::admin::SnoozeEnd;
use crate::model::{Alert, AlertEpisode, AlertState};
use crate::web::auth::Door;
use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is said to an alert; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AcknowledgeBody {
    /// Why, shown with the alert and in the audit; at most 500 characters.
    reason: Option<String>,
}

/// Until when nobody is reminded of an alert: one of both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SnoozeBody {
    /// Until when, RFC 3339; 30 days from now at most.
    until: Option<String>,
    /// For so many seconds from now.
    seconds: Option<i64>,
}

/// Alerts, and what was over last.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertsBody {
    /// Those that are not over: first those that fire, of these the worst.
    alerts: Vec<AlertBody>,
    /// Those that were over last, the newest first; 200 at most.
    resolved: Vec<EpisodeBody>,
}

/// An alert that is not over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertBody {
    /// Name: of the rule with this queue.
    id: String,
    /// The rule.
    rule: String,
    /// What it watches: `latency`, `depth`, `failures`, `dead_growth`, `no_process` or `throughput_zero`.
    when: &'static str,
    /// The queue, if it is about one.
    queue: Option<String>,
    /// `info`, `warning` or `critical`.
    severity: &'static str,
    /// `pending` (not for long enough yet) or `firing`.
    state: &'static str,
    /// What is wrong, in words.
    summary: String,
    /// What was measured last; seconds for `latency`.
    value: f64,
    /// The limit.
    above: Option<f64>,
    /// Since when it is so.
    #[schema(format = DateTime)]
    since: String,
    /// Since when it fires.
    #[schema(format = DateTime)]
    fired_at: Option<String>,
    /// Who knows of it.
    acknowledged: Option<AcknowledgedBody>,
    /// Until when nobody is reminded of it.
    #[schema(format = DateTime)]
    snoozed_until: Option<String>,
    /// What could not be told yet.
    undelivered: Vec<UndeliveredBody>,
}

/// Who knows of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcknowledgedBody {
    /// Who.
    by: String,
    /// Since when.
    #[schema(format = DateTime)]
    at: String,
    /// What they say to it.
    reason: Option<String>,
}

/// What a receiver could not be told yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UndeliveredBody {
    /// Who.
    receiver: String,
    /// `firing`, `reminder` or `resolved`.
    event: &'static str,
    /// Tries so far.
    attempts: u32,
    /// Why the last one failed.
    error: Option<String>,
}

/// An alert that is over.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EpisodeBody {
    /// Name.
    id: String,
    /// The rule.
    rule: String,
    /// What it watched.
    when: &'static str,
    /// The queue, if it was about one.
    queue: Option<String>,
    /// `info`, `warning` or `critical`.
    severity: &'static str,
    /// When it began to fire.
    #[schema(format = DateTime)]
    fired_at: String,
    /// When it was over.
    #[schema(format = DateTime)]
    resolved_at: String,
    /// Whether nobody knows if it is over: no running Jobdeck has its rule any more.
    forgotten: bool,
}

fn named(queue: String) -> Option<String> {
    Some(queue).filter(|queue| !queue.is_empty())
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        let undelivered = alert.notices.iter().map(|notice| UndeliveredBody {
            receiver: notice.receiver.clone(),
            event: notice.event.name(),
            attempts: notice.attempts,
            error: notice.error.clone(),
        });
        Self {
            undelivered: undelivered.collect(),
            summary: alert.words(),
            id: alert.id,
            rule: alert.rule,
            when: alert.watch.name(),
            queue: named(alert.queue),
            severity: alert.severity.name(),
            state: alert.state.name(),
            value: alert.value,
            above: alert.watch.has_limit().then_some(alert.above),
            since: alert.since.to_string(),
            fired_at: alert
                .fired_at
                .filter(|_| alert.state == AlertState::Firing)
                .map(|at| at.to_string()),
            acknowledged: alert.acknowledged.map(|known| AcknowledgedBody {
                by: known.by,
                at: known.at.to_string(),
                reason: known.reason,
            }),
            snoozed_until: alert.snoozed.map(|snooze| snooze.until.to_string()),
        }
    }
}

impl From<AlertEpisode> for EpisodeBody {
    fn from(episode: AlertEpisode) -> Self {
        Self {
            id: episode.id,
            rule: episode.rule,
            when: episode.watch.name(),
            queue: named(episode.queue),
            severity: episode.severity.name(),
            fired_at: episode.fired_at.to_string(),
            resolved_at: episode.resolved_at.to_string(),
            forgotten: episode.is_forgotten,
        }
    }
}

impl AlertsBody {
    /// As it is answered.
    pub(super) fn new(alerts: Vec<Alert>, episodes: Vec<AlertEpisode>) -> Self {
        Self {
            alerts: alerts.into_iter().map(AlertBody::from).collect(),
            resolved: episodes.into_iter().map(EpisodeBody::from).collect(),
        }
    }
}

/// The alerts that are not over, and those that were over last.
#[utoipa::path(get, path = "/alerts", tag = "alerts", responses(
    (status = 200, body = AlertsBody),
    (status = "default", description = "It failed", body = ErrorBody),
))]
pub(super) async fn alerts(Door(admin): Door) -> Answer<Json<AlertsBody>> {
    let alerts = admin.alerts().await?;
    Ok(Json(AlertsBody::new(alerts, admin.alert_episodes().await?)))
}

/// Say that somebody knows of an alert that fires: nobody is reminded of it any more.
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", tag = "alerts",
    params(("id" = String, Path, description = "The alert")),
    request_body(content = Option<AcknowledgeBody>),
    responses(
        (status = 200, body = AlertBody),
        (status = 409, description = "It does not fire yet", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn acknowledge(
    Door(admin): Door,
    Path(id): Path<String>,
    MaybeJson(body): MaybeJson<AcknowledgeBody>,
) -> Answer<Json<AlertBody>> {
    let admin = admin.because(body.reason.as_deref())?;
    Ok(Json(admin.acknowledge_alert(&id).await?.into()))
}

/// Have nobody reminded of an alert that fires for a while; then it is told again, if it still fires.
#[utoipa::path(post, path = "/alerts/{id}/snooze", tag = "alerts",
    params(("id" = String, Path, description = "The alert")),
    request_body = SnoozeBody,
    responses(
        (status = 200, body = AlertBody),
        (status = 409, description = "It does not fire yet", body = ErrorBody),
        (status = 422, description = "The request is wrong", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn snooze(
    Door(admin): Door,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SnoozeBody>,
) -> Answer<Json<AlertBody>> {
    let end = SnoozeEnd::At(end(&admin, body.until, body.seconds).await?);
    Ok(Json(admin.snooze_alert(&id, end).await?.into()))
}

/// Take back that an alert was acknowledged or snoozed: its receivers are told of it again, if it still fires.
#[utoipa::path(post, path = "/alerts/{id}/wake", tag = "alerts",
    params(("id" = String, Path, description = "The alert")),
    responses(
        (status = 200, body = AlertBody),
        (status = 409, description = "It is neither acknowledged nor snoozed", body = ErrorBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn wake(Door(admin): Door, Path(id): Path<String>) -> Answer<Json<AlertBody>> {
    Ok(Json(admin.wake_alert(&id).await?.into()))
}
