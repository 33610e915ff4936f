//! Tells somebody what a process has claimed, and notes what came of it.

use super::{AlertSettings, message::Message, watcher::Shared};
use crate::model::{Alert, AlertEvent, AlertNotice, AlertState, Timestamp};
use crate::store::{SharedStore, StoreResult};
use std::{sync::Arc, time::Duration};

/// Seconds to wait after a try that failed; the last one after all further ones.
const BACKOFF: [i64; 6] = [5, 15, 45, 120, 300, 600];

/// After so many tries, about six hours, nobody is tried any more.
const MOST_TRIES: u32 = 40;

/// How often the store is tried, when what came of a try cannot be noted.
const NOTE_TRIES: u32 = 10;

/// Tells a receiver, and notes what came of it. The store decides who does so: the notice is this process's for the time of its claim.
pub(super) async fn tell(
    shared: Arc<Shared>,
    settings: Arc<AlertSettings>,
    alert: Alert,
    notice: AlertNotice,
) {
    let Some(receiver) = settings.receiver(&notice.receiver) else {
        return;
    };
    let message = Message::new(&alert, &notice, &settings);
    let answer = receiver.send(&message).await;
    shared.board().answered(&notice.receiver, &answer);
    let (rule, queue, event) = (&alert.rule, &alert.queue, notice.event.name());
    match &answer {
        Ok(()) => tracing::info!(
            rule,
            queue,
            event,
            receiver = notice.receiver,
            "told of an alert"
        ),
        Err(error) => tracing::warn!(
            rule,
            queue,
            event,
            receiver = notice.receiver,
            attempt = notice.attempts + 1,
            %error,
            "somebody could not be told of an alert"
        ),
    }
    let mut failures = 0;
    loop {
        match note(&shared.store, &alert.id, &notice, answer.as_ref().err()).await {
            Ok(true) => return,
            // Somebody else has changed the alert meanwhile: as often as there are others, each of whom is done then.
            Ok(false) => tokio::task::yield_now().await,
            Err(_) if failures < NOTE_TRIES => {
                failures += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(error) => {
                tracing::warn!(
                    rule, queue, %error,
                    "the store could not be told what came of a notice; it may be sent once more"
                );
                return;
            }
        }
    }
}

/// Notes what came of it; `false` when the alert was changed meanwhile.
async fn note(
    store: &SharedStore,
    id: &str,
    notice: &AlertNotice,
    error: Option<&String>,
) -> StoreResult<bool> {
    let alerts = store.alerts().await?;
    let Some(mut alert) = alerts.into_iter().find(|alert| alert.id == id) else {
        return Ok(true);
    };
    let is_this = |other: &AlertNotice| {
        other.receiver == notice.receiver
            && other.event == notice.event
            && other.created_at == notice.created_at
    };
    let Some(at) = alert.notices.iter().position(is_this) else {
        return Ok(true);
    };
    let version = alert.version;
    match error {
        None => {
            alert.notices.remove(at);
            if matches!(notice.event, AlertEvent::Firing | AlertEvent::Reminder) {
                alert.note_told(&notice.receiver);
            }
        }
        Some(error) => {
            let now = store.now().await?;
            let left = put_off(&mut alert.notices[at], error, now);
            if !left {
                alert.notices.remove(at);
            }
        }
    }
    if alert.state == AlertState::Resolved && alert.notices.is_empty() {
        return store.change_alert(id, version, None, None).await;
    }
    alert.version += 1;
    store.change_alert(id, version, Some(&alert), None).await
}

/// A try has failed: when the next one is; `false` when there is none.
fn put_off(notice: &mut AlertNotice, error: &str, now: Timestamp) -> bool {
    notice.attempts += 1;
    let step = usize::try_from(notice.attempts - 1).unwrap_or(usize::MAX);
    let wait = BACKOFF[step.min(BACKOFF.len() - 1)];
    notice.due_at = now.plus_milliseconds(wait * 1_000);
    notice.claimed_until = None;
    notice.error = Some(error.to_owned());
    notice.attempts < MOST_TRIES
}

#[cfg(test)]
mod tests {
    use super::put_off;
    use crate::model::{AlertNotice, Timestamp};

    #[test]
    fn tries_come_more_and_more_seldom_until_they_end() {
        let mut notice = AlertNotice::default();
        let mut waits = Vec::new();
        while put_off(&mut notice, "away", Timestamp(0)) {
            waits.push(notice.due_at.0 / 1_000);
        }
        assert_eq!(waits[..7], [5, 15, 45, 120, 300, 600, 600]);
        assert_eq!(waits.len(), 39);
        assert_eq!(notice.error.as_deref(), Some("away"));
    }
}
