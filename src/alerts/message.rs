//! What a receiver is told: of the rule and of numbers, never of what is in jobs.

use super::AlertSettings;
use crate::model::{Alert, AlertEvent, AlertNotice, Timestamp};
use serde::Serialize;

/// What a webhook is sent. `docs/ALERTS.md` says what it means.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Message {
    version: u32,
    /// The same for each try of the same notice.
    pub(super) delivery: String,
    event: &'static str,
    id: String,
    alert: String,
    severity: &'static str,
    when: &'static str,
    queue: Option<String>,
    value: f64,
    above: Option<f64>,
    summary: String,
    since: String,
    fired_at: Option<String>,
    resolved_at: Option<String>,
    environment: Option<String>,
    store: Option<String>,
    url: Option<String>,
}

impl Message {
    /// What `notice` tells of an alert.
    pub(super) fn new(alert: &Alert, notice: &AlertNotice, settings: &AlertSettings) -> Self {
        let text = |time: Timestamp| time.to_string();
        let url = settings.public_url.as_ref();
        Self {
            version: 1,
            delivery: format!(
                "{}{}-{}-{}",
                // The same rule has the same id in each of several stores.
                settings
                    .store
                    .as_ref()
                    .map(|store| format!("{}-", store.name))
                    .unwrap_or_default(),
                alert.id,
                notice.created_at.0,
                notice.event.name()
            ),
            event: notice.event.name(),
            id: alert.id.clone(),
            alert: alert.rule.clone(),
            severity: alert.severity.name(),
            when: alert.watch.name(),
            queue: Some(alert.queue.clone()).filter(|queue| !queue.is_empty()),
            value: alert.value,
            above: alert.watch.has_limit().then_some(alert.above),
            summary: summary(alert, notice.event),
            since: text(alert.since),
            fired_at: alert.fired_at.map(text),
            resolved_at: alert.resolved_at.map(text),
            environment: settings.environment.clone(),
            store: settings.store.as_ref().map(|store| store.label.clone()),
            url: url.map(|url| format!("{}/alerts#alert-{}", url.trim_end_matches('/'), alert.id)),
        }
    }

    /// What is sent to see whether a receiver can be reached.
    pub(super) fn test(now: Timestamp, settings: &AlertSettings) -> Self {
        let alert = Alert {
            id: "test".to_owned(),
            rule: "test".to_owned(),
            since: now,
            ..Alert::default()
        };
        let notice = AlertNotice {
            event: AlertEvent::Test,
            created_at: now,
            ..AlertNotice::default()
        };
        let url = settings.public_url.as_ref();
        Self {
            summary: "this is a test: nothing is wrong".to_owned(),
            severity: "info",
            when: "test",
            above: None,
            url: url.map(|url| format!("{}/alerts", url.trim_end_matches('/'))),
            ..Self::new(&alert, &notice, settings)
        }
    }

    /// In a line: `[firing] critical: mail-latency: latency of queue mail above 5 min: 7 min (production)`.
    pub(super) fn title(&self) -> String {
        let places = [&self.environment, &self.store].into_iter().flatten();
        let places: Vec<&str> = places.map(String::as_str).collect();
        let places = match places.join(", ") {
            places if places.is_empty() => places,
            places => format!(" ({places})"),
        };
        // A subject has one line.
        let title = format!(
            "[{}] {}: {}: {}{places}",
            self.event, self.severity, self.alert, self.summary
        );
        title
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect()
    }

    /// In some lines, for people.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.title(), String::new()];
        if let Some(at) = &self.fired_at {
            lines.push(format!("Fires since: {at}"));
        }
        if let Some(at) = &self.resolved_at {
            lines.push(format!("Over at: {at}"));
        }
        if let Some(url) = &self.url {
            lines.push(url.clone());
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// Where to look.
    pub(super) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

fn summary(alert: &Alert, event: AlertEvent) -> String {
    let words = alert.words();
    match event {
        AlertEvent::Firing | AlertEvent::Test => words,
        AlertEvent::Reminder => format!("still {words}"),
        AlertEvent::Resolved => {
            let condition =
                alert
                    .watch
                    .condition_words(&alert.queue, alert.above, alert.within_seconds);
            format!("over: {condition}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Message;
    use crate::alerts::AlertSettings;
    use crate::model::{
        Alert, AlertEvent, AlertNotice, AlertSeverity, AlertState, AlertWatch, StoreSign, Timestamp,
    };

    fn alert() -> Alert {
        Alert {
            id: "00ab".to_owned(),
            rule: "mail-latency".to_owned(),
            watch: AlertWatch::Latency,
            queue: "mail\r\nBcc: eve@example.com".to_owned(),
            severity: AlertSeverity::Critical,
            above: 300.0,
            value: 420.0,
            state: AlertState::Firing,
            fired_at: Some(Timestamp(0)),
            ..Alert::default()
        }
    }

    #[test]
    fn a_title_is_one_line_whatever_a_queue_is_called() {
        let settings = AlertSettings {
            environment: Some("production".to_owned()),
            public_url: Some("https://jobs.example.com/".to_owned()),
            ..AlertSettings::default()
        };
        let message = Message::new(&alert(), &AlertNotice::default(), &settings);
        assert_eq!(
            message.title(),
            "[firing] critical: mail-latency: latency of queue mail  Bcc: eve@example.com above 5 min: 7 min (production)"
        );
        assert_eq!(
            message.url(),
            Some("https://jobs.example.com/alerts#alert-00ab")
        );
        assert!(message.text().contains("Fires since: 1970-01-01"));
    }

    #[test]
    fn of_several_stores_the_one_is_named() {
        let settings = AlertSettings {
            environment: Some("production".to_owned()),
            store: Some(StoreSign {
                name: "emails".to_owned(),
                label: "E-mails".to_owned(),
                ..StoreSign::default()
            }),
            ..AlertSettings::default()
        };
        let message = Message::new(&alert(), &AlertNotice::default(), &settings);
        let title = message.title();
        assert!(title.ends_with("7 min (production, E-mails)"), "{title}");
        assert_eq!(message.delivery, "emails-00ab-0-firing");
    }

    #[test]
    fn each_try_of_a_notice_has_the_same_name() {
        let settings = AlertSettings::default();
        let mut notice = AlertNotice {
            event: AlertEvent::Resolved,
            created_at: Timestamp(5),
            ..AlertNotice::default()
        };
        let first = Message::new(&alert(), &notice, &settings).delivery;
        notice.attempts = 3;
        assert_eq!(Message::new(&alert(), &notice, &settings).delivery, first);
        assert_eq!(first, "00ab-5-resolved");
    }
}
