//! Somebody who watches a store.

use crate::harness::{Subject, into_queue};
use crate::support::wait_until;
use jobdeck::{
    admin::Admin,
    alerts::{AlertOptions, AlertSettings, Alerts, Channel, Receiver, Rule, Webhook},
    model::{Alert, AlertSeverity, AlertWatch, NamePattern},
    store::{Destination, SharedStore},
};
use std::time::Duration;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A Jobdeck that watches a store, as often as it is told to.
pub(crate) struct Watcher {
    pub(crate) store: SharedStore,
    pub(crate) alerts: Alerts,
    _running: DropGuard,
}

impl Watcher {
    pub(crate) async fn of(subject: &Subject, settings: AlertSettings) -> Self {
        let store = subject.again().await;
        let shutdown = CancellationToken::new();
        let options = AlertOptions {
            pace: Duration::from_millis(10),
            ..AlertOptions::default()
        };
        let alerts = Alerts::start(store.clone(), settings, options, shutdown.clone());
        Self {
            store,
            alerts,
            _running: shutdown.drop_guard(),
        }
    }

    /// Has it look once more at what is in the store.
    pub(crate) async fn look(&self) {
        let overview = self.store.overview().await.unwrap();
        self.alerts.observe(&overview);
    }

    /// Has it look until this holds.
    pub(crate) async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        wait_until(what, async || {
            self.look().await;
            holds().await
        })
        .await;
    }

    /// The only alert, when it is as it should be.
    pub(crate) async fn alert(&self, what: &str, is: impl Fn(&Alert) -> bool) -> Alert {
        let mut found = None;
        self.until(what, async || {
            let alerts = self.store.alerts().await.unwrap();
            found = alerts.into_iter().find(&is);
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::new(self.store.clone())
    }
}

/// A rule about a queue that fires at once.
pub(crate) fn rule(name: &str, watch: AlertWatch, queue: &str, above: f64) -> Rule {
    Rule {
        name: name.to_owned(),
        watch,
        queues: NamePattern::new(queue).unwrap(),
        above,
        within: Duration::from_secs(60),
        held_for: Duration::ZERO,
        severity: AlertSeverity::Warning,
        repeat: None,
        to: vec!["ops".to_owned()],
        quiet: None,
        zone: chrono_tz::UTC,
    }
}

/// More than two jobs in the queue `mail`.
pub(crate) fn deep() -> Rule {
    rule("deep", AlertWatch::Depth, "mail", 2.0)
}

/// Somebody who is posted to.
pub(crate) fn receiver(name: &str, url: &str) -> Receiver {
    Receiver {
        name: name.to_owned(),
        channel: Channel::Webhook(Webhook::new(url).unwrap()),
        quiet: None,
    }
}

/// Puts so many jobs into the queue `mail`.
pub(crate) async fn fill(store: &Subject, jobs: usize) {
    let entries: Vec<Destination> = (0..jobs)
        .map(|number| {
            let raw = format!(r#"{{"class":"A","args":["secret"],"jid":"{number:024}"}}"#);
            into_queue("mail", raw)
        })
        .collect();
    store.add(&entries).await.unwrap();
}
