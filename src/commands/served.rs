//! One of the stores that `jobdeck serve` serves, with all that goes on beside it.

use super::{
    Failure, alert_settings, handlers,
    options::{served_admin, served_options},
    serve::is_worker,
    worker,
};
use crate::{
    admin::{Admin, AdminOptions, HoldKeeper, OperationRunner},
    alerts::{AlertOptions, AlertSettings, Alerts},
    config::Config,
    live::{Live, SamplerOptions},
    redaction::SharedRedactor,
    store::SharedStore,
    worker::Worker,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// A store whose settings are all understood, and on whose behalf nothing runs yet.
pub(super) struct Ready {
    config: Config,
    store: SharedStore,
    worker: Option<Worker>,
    alerts: AlertSettings,
}

/// A store that is served.
pub(super) struct Part {
    /// The settings, as if there was no other store.
    pub(super) config: Config,
    pub(super) admin: Admin,
    pub(super) live: Live,
    running: Vec<JoinHandle<()>>,
}

/// What of it takes up another configuration.
pub(super) struct ServedPart {
    admin: Admin,
    live: Live,
}

impl Ready {
    /// Reads what the settings say of a store, and begins nothing. The log of its worker goes through `log_redactor`.
    pub(super) async fn new(
        config: Config,
        store: SharedStore,
        log_redactor: &SharedRedactor,
    ) -> Result<Self, Failure> {
        let worker = if is_worker(&config) {
            let worker = worker::build(store.clone(), &config, log_redactor.clone(), true).await?;
            handlers::warn(&config);
            Some(worker)
        } else {
            if config.store.is_embedded()
                && config.stores.first().is_some_and(|it| it.works.is_none())
            {
                tracing::warn!(
                    store = config.store.shown_url(),
                    "nobody here enqueues what is due in this store: let it have `worker = true`, or run `jobdeck worker` on it"
                );
            }
            None
        };
        Ok(Self {
            alerts: alert_settings::read(&config)?,
            worker,
            store,
            config,
        })
    }

    /// Begins all that goes on beside the store, until `shutdown`.
    pub(super) fn start(self, shutdown: &CancellationToken) -> Part {
        let Self {
            config,
            store,
            worker,
            alerts,
        } = self;
        let admin = served_admin(&config, store.clone());
        let options = SamplerOptions {
            interval: config.live.interval,
            redactor: admin.shown_redactor(),
        };
        let live = Live::start(store.clone(), options, shutdown.clone());
        live.accompany_alerts(Alerts::start(
            store,
            alerts,
            AlertOptions::default(),
            shutdown.clone(),
        ));
        // Of several stores the log says which.
        let name = config.stores.first().map(|store| store.sign.name.clone());
        let span = match &name {
            Some(name) => tracing::error_span!("store", name),
            None => tracing::Span::none(),
        };
        let operations = OperationRunner::new(admin.clone()).run(shutdown.clone());
        let holds = HoldKeeper::new(admin.clone()).run(shutdown.clone());
        let mut running = vec![
            tokio::spawn(operations.instrument(span.clone())),
            tokio::spawn(holds.instrument(span)),
        ];
        running.extend(worker.map(|worker| {
            let (stop, store) = (shutdown.clone(), config.store.shown_url());
            tokio::spawn(async move {
                if let Err(error) = worker.run(stop).await {
                    tracing::error!(%error, store, "the worker has ended; nobody here enqueues what is due");
                }
            })
        }));
        Part {
            config,
            admin,
            live,
            running,
        }
    }
}

impl Part {
    /// What of it takes up another configuration.
    pub(super) fn store(&self) -> ServedPart {
        ServedPart {
            admin: self.admin.clone(),
            live: self.live.clone(),
        }
    }

    /// Waits until all that goes on beside it has ended behind what it is at.
    pub(super) async fn ended(self) {
        for running in self.running {
            let _ = running.await;
        }
    }
}

impl ServedPart {
    /// Takes up what of these settings, which are this store's, can change while it runs.
    pub(super) fn take_up(&self, config: &Config, alerts: AlertSettings) {
        if let Some(watching) = self.live.alerts() {
            watching.set(alerts);
        }
        self.live.set_interval(config.live.interval);
        self.admin.set_options(AdminOptions {
            time_unit: self.admin.options().time_unit,
            ..served_options(config)
        });
        self.live.redactor().set(self.admin.shown_redactor());
    }
}
