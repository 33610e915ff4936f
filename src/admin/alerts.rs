//! Alerts: what fires, and what people say to it.

use super::audit::Deed;
use super::operations::wrong;
use super::{Admin, AdminError, AdminResult};
use crate::model::{
    Acknowledgement, Alert, AlertEpisode, AlertState, AuditAction, Snooze, Timestamp,
};
use chrono::{DateTime, Days, NaiveTime, TimeZone};
use chrono_tz::Tz;
use std::cmp::Reverse;

/// Longest snooze, milliseconds: 30 days.
const LONGEST_SNOOZE: i64 = 30 * 86_400_000;

/// How often a change is tried while others change the same alert.
const TRIES: usize = 10;

/// The hour at which a snooze until tomorrow ends.
const MORNING: u32 = 8;

/// When a snooze ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnoozeEnd {
    /// At this time.
    At(Timestamp),
    /// So many seconds from now.
    After(i64),
    /// At eight in the morning of the next day, in the time zone of the alert's rule.
    Tomorrow,
}

impl Admin {
    /// Every alert that is not over, who is limited is told of those of their queues: those that fire first, of these the worst.
    ///
    /// # Errors
    /// The store's.
    pub async fn alerts(&self) -> AdminResult<Vec<Alert>> {
        let mut alerts = self.store.alerts().await?;
        alerts.retain(|alert| {
            alert.state != AlertState::Resolved && self.limit().includes(&alert.queue)
        });
        let now = self.store.now().await?;
        for alert in &mut alerts {
            // One that is over is nobody's business any more.
            alert.snoozed = alert.snoozed.take().filter(|snooze| now < snooze.until);
            self.hide_receivers(alert);
        }
        alerts.sort_by(|one, other| {
            let order = |it: &Alert| {
                (
                    it.state != AlertState::Firing,
                    it.is_quiet(now),
                    Reverse(it.severity),
                    it.since,
                )
            };
            order(one)
                .cmp(&order(other))
                .then_with(|| one.id.cmp(&other.id))
        });
        Ok(alerts)
    }

    /// The alerts that were over last, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn alert_episodes(&self) -> AdminResult<Vec<AlertEpisode>> {
        let mut episodes = self.store.alert_episodes().await?;
        episodes.retain(|episode| self.limit().includes(&episode.queue));
        Ok(episodes)
    }

    /// Says that somebody knows of an alert: nobody is reminded of it any more. Why is what the door was told ([`Admin::because`]).
    ///
    /// # Errors
    /// [`AdminError::NotFound`] when there is no such one, [`AdminError::Refused`] when it does not fire; the store's.
    pub async fn acknowledge_alert(&self, id: &str) -> AdminResult<Alert> {
        self.change(AuditAction::AcknowledgeAlert, id, |alert, now| {
            fires(alert)?;
            alert.hush(now);
            alert.snoozed = None;
            alert.acknowledged = Some(Acknowledgement {
                by: self.actor.to_string(),
                at: now,
                reason: self.reason.as_deref().map(str::to_owned),
            });
            Ok(String::new())
        })
        .await
    }

    /// Has nobody reminded of an alert for a while; then it is told again, if it still fires.
    ///
    /// # Errors
    /// As [`Admin::acknowledge_alert`]; an end that is past, or farther than 30 days.
    pub async fn snooze_alert(&self, id: &str, end: SnoozeEnd) -> AdminResult<Alert> {
        self.change(AuditAction::SnoozeAlert, id, |alert, now| {
            fires(alert)?;
            let until = match end {
                SnoozeEnd::At(until) => until,
                SnoozeEnd::After(seconds) => {
                    now.plus_milliseconds(seconds.saturating_mul(1_000))
                }
                SnoozeEnd::Tomorrow => morning_after(now, &alert.timezone),
            };
            if until <= now {
                return Err(wrong("until", "the end is past: give a time to come"));
            }
            if until > now.plus_milliseconds(LONGEST_SNOOZE) {
                return Err(wrong(
                    "until",
                    "an alert can be snoozed for 30 days at most: acknowledge it, or change its rule",
                ));
            }
            alert.hush(now);
            alert.acknowledged = None;
            alert.snoozed = Some(Snooze {
                by: self.actor.to_string(),
                until,
            });
            Ok(format!("until {until}"))
        })
        .await
    }

    /// Takes back that an alert was acknowledged or snoozed: its receivers are told of it again at once, if it still fires.
    ///
    /// # Errors
    /// As [`Admin::acknowledge_alert`]; [`AdminError::Refused`] when it is neither.
    pub async fn wake_alert(&self, id: &str) -> AdminResult<Alert> {
        self.change(AuditAction::WakeAlert, id, |alert, now| {
            fires(alert)?;
            if alert.acknowledged.is_none() && alert.snoozed.is_none() {
                return Err(AdminError::Refused(format!(
                    "the alert {id} is neither acknowledged nor snoozed"
                )));
            }
            alert.acknowledged = None;
            // A snooze that is over: whoever watches next reminds.
            alert.snoozed = Some(Snooze {
                by: self.actor.to_string(),
                until: now,
            });
            Ok(String::new())
        })
        .await
    }

    /// Changes an alert as it is now, whoever else changes it meanwhile, and tells the audit; `to` answers what that is to know beside.
    async fn change(
        &self,
        action: AuditAction,
        id: &str,
        to: impl Fn(&mut Alert, Timestamp) -> AdminResult<String>,
    ) -> AdminResult<Alert> {
        let mut deed = self
            .begin_on(action, |event| id.clone_into(&mut event.object))
            .await?;
        let changed = self.changed(&mut deed, id, to).await;
        deed.end(changed).await
    }

    /// Who is told, and how that went, is nobody's who is limited.
    fn hide_receivers(&self, alert: &mut Alert) {
        if !self.limit().is_none() {
            alert.told.clear();
            alert.notices.clear();
        }
    }

    async fn changed(
        &self,
        deed: &mut Deed,
        id: &str,
        to: impl Fn(&mut Alert, Timestamp) -> AdminResult<String>,
    ) -> AdminResult<Alert> {
        for _ in 0..TRIES {
            let alerts = self.store.alerts().await?;
            let now = self.store.now().await?;
            let found = alerts
                .into_iter()
                .find(|alert| alert.id == id && alert.state != AlertState::Resolved)
                .filter(|alert| self.limit().includes(&alert.queue));
            let Some(mut alert) = found else {
                return Err(AdminError::NotFound(format!(
                    "there is no alert {id}, or it is over"
                )));
            };
            let version = alert.version;
            let details = to(&mut alert, now)?;
            deed.tell(|event| {
                event.object = match alert.queue.as_str() {
                    "" => alert.rule.clone(),
                    queue => format!("{} (queue {queue})", alert.rule),
                };
                event.details = details;
            });
            alert.version += 1;
            if self
                .store
                .change_alert(id, version, Some(&alert), None)
                .await?
            {
                self.hide_receivers(&mut alert);
                return Ok(alert);
            }
        }
        Err(AdminError::Refused(format!(
            "the alert {id} is being changed by others: try again"
        )))
    }
}

fn fires(alert: &Alert) -> AdminResult<()> {
    if alert.state == AlertState::Firing {
        return Ok(());
    }
    Err(AdminError::Refused(format!(
        "the alert {} does not fire yet: nobody is told of it",
        alert.id
    )))
}

/// Eight in the morning of the next day, in this zone; in UTC where there is no such zone.
fn morning_after(now: Timestamp, zone: &str) -> Timestamp {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let day_later = now.plus_milliseconds(86_400_000);
    let morning = || {
        let local = DateTime::from_timestamp_millis(now.0)?.with_timezone(&zone);
        let day = local.date_naive().checked_add_days(Days::new(1))?;
        let at = day.and_time(NaiveTime::from_hms_opt(MORNING, 0, 0)?);
        let at = zone.from_local_datetime(&at).earliest()?;
        Some(Timestamp(at.timestamp_millis()))
    };
    // A morning that clocks skip.
    morning().unwrap_or(day_later)
}

#[cfg(test)]
mod tests {
    use super::morning_after;
    use crate::model::parse_time;

    #[test]
    fn tomorrow_begins_in_the_zone_of_the_rule() {
        for (now, zone, expected) in [
            ("2026-11-28T23:30:00Z", "", "2026-11-29T08:00:00.000Z"),
            (
                "2026-11-28T23:30:00Z",
                "Europe/Berlin",
                "2026-11-30T07:00:00.000Z",
            ),
            (
                "2026-07-01T12:00:00Z",
                "America/New_York",
                "2026-07-02T12:00:00.000Z",
            ),
            (
                "2026-07-01T12:00:00Z",
                "Moon/Base",
                "2026-07-02T08:00:00.000Z",
            ),
        ] {
            let morning = morning_after(parse_time(now).unwrap(), zone);
            assert_eq!(morning.to_string(), expected, "{now} {zone}");
        }
    }
}
