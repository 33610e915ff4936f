//! Alerts, and what an operator says to them.

use super::ApiError;
use crate::model::{Alert, AlertEpisode, AlertReceiver, AlertRule};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// Usual spans of a snooze: name in the form, words, and seconds; without these it ends tomorrow.
pub const SNOOZE_SPANS: [(&str, &str, Option<i64>); 3] = [
    ("1h", "for 1 hour", Some(3_600)),
    ("4h", "for 4 hours", Some(4 * 3_600)),
    ("tomorrow", "until tomorrow, 8:00", None),
];

/// What the page of alerts shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertsView {
    /// Those that are not over.
    pub alerts: Vec<Alert>,
    /// Those that were over last.
    pub episodes: Vec<AlertEpisode>,
    /// Whether it is not told what is watched and who is told: whoever asks is limited to queues.
    #[serde(default)]
    pub is_limited: bool,
    /// What is watched, by the server that answers.
    pub rules: Vec<AlertRule>,
    /// Who is told, by the server that answers.
    pub receivers: Vec<AlertReceiver>,
}

/// Every alert, and what watches.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "alerts", input = GetUrl)]
pub async fn get_alerts() -> Result<AlertsView, ApiError> {
    use super::respond;
    /// Of what is over, the page shows so many.
    const SHOWN: usize = 50;
    let admin = respond::admin_for_page()?;
    let is_limited = !admin.limit().is_none();
    let watching = respond::live()?.alerts().cloned().filter(|_| !is_limited);
    respond::once("alerts", async || {
        let alerts = admin.alerts().await.map_err(respond::failed)?;
        let mut episodes = admin.alert_episodes().await.map_err(respond::failed)?;
        episodes.truncate(SHOWN);
        let (rules, receivers) = match &watching {
            Some(watching) => (watching.rules(), watching.receivers()),
            None => Default::default(),
        };
        Ok(AlertsView {
            alerts,
            episodes,
            is_limited,
            rules,
            receivers,
        })
    })
    .await
}

/// Says that somebody knows of an alert; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one; the store's.
#[server(prefix = "/api/ui", endpoint = "acknowledge_alert")]
pub async fn acknowledge_alert(
    /// Its name.
    id: String,
    /// What is said to it.
    #[server(default)]
    reason: String,
) -> Result<String, ApiError> {
    use super::respond;
    let admin = respond::admin()?
        .because(Some(&reason))
        .map_err(respond::failed)?;
    let alert = admin
        .acknowledge_alert(&id)
        .await
        .map_err(respond::failed)?;
    let done = format!("Acknowledged {}: nobody is reminded of it.", alert.rule);
    respond::notice(&done);
    Ok(done)
}

/// Has nobody reminded of an alert for a while; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one, [`ApiError::Invalid`] for an end that cannot be; the store's.
#[server(prefix = "/api/ui", endpoint = "snooze_alert")]
pub async fn snooze_alert(
    /// Its name.
    id: String,
    /// One of [`SNOOZE_SPANS`].
    #[server(default)]
    span: String,
    /// Until when; in place of the span.
    #[server(default)]
    at: String,
) -> Result<String, ApiError> {
    use super::{parse_time, respond};
    use crate::admin::SnoozeEnd;
    let end = match at.trim() {
        "" => match SNOOZE_SPANS.iter().find(|(name, ..)| *name == span) {
            Some((_, _, Some(seconds))) => SnoozeEnd::After(*seconds),
            Some((_, _, None)) => SnoozeEnd::Tomorrow,
            None => {
                return Err(respond::invalid(
                    "that is no span that can be chosen: give a time to snooze until",
                ));
            }
        },
        at => SnoozeEnd::At(parse_time(at).map_err(respond::invalid)?),
    };
    let alert = respond::admin()?
        .snooze_alert(&id, end)
        .await
        .map_err(respond::failed)?;
    let until = alert.snoozed.map(|snooze| snooze.until).unwrap_or_default();
    let done = format!("Snoozed {} until {until}.", alert.rule);
    respond::notice(&done);
    Ok(done)
}

/// Takes back that an alert was acknowledged or snoozed; answers in words what was done.
///
/// # Errors
/// [`ApiError::NotFound`] when there is no such one; the store's.
#[server(prefix = "/api/ui", endpoint = "wake_alert")]
pub async fn wake_alert(
    /// Its name.
    id: String,
) -> Result<String, ApiError> {
    use super::respond;
    let alert = respond::admin()?
        .wake_alert(&id)
        .await
        .map_err(respond::failed)?;
    let done = format!("{} is told again, if it still fires.", alert.rule);
    respond::notice(&done);
    Ok(done)
}
