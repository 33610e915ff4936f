//! `jobdeck worker`: a worker alone.

use super::{
    Failure, handlers,
    options::{Common, admin, lasting_settings, open},
    reload::Reload,
    service, signals,
};
use crate::{
    config::{Config, WorkerConfig, parse_queues},
    redaction::SharedRedactor,
    store::SharedStore,
    worker::{Capsule, Worker, WorkerBuilder},
};
use clap::Args;

/// Work alone, without the dashboard
///
/// Enqueues what is due, recovers jobs of processes that are gone, and runs the jobs that the configuration names handlers for: HTTP
/// endpoints and commands (`[handlers.CLASS]`, see docs/HANDLERS.md). Without any it leaves jobs in their queues. Programs written in Rust
/// bring their handlers along with the library (`jobdeck::Worker`).
#[derive(Debug, Args)]
pub(super) struct WorkerCommand {
    #[command(flatten)]
    common: Common,
    /// Fetch from this queue; may be repeated. With a weight it is asked more often than others.
    #[arg(long = "queue", value_name = "NAME[=WEIGHT]")]
    queues: Vec<String>,
    /// Jobs that run at a time [default: 10].
    #[arg(long, value_name = "N")]
    concurrency: Option<u16>,
}

impl WorkerCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let queues = (!self.queues.is_empty()).then_some(self.queues);
        let sources = self
            .common
            .sources()
            .flag("worker.queues", "--queue", queues)
            .flag("worker.concurrency", "--concurrency", self.concurrency);
        let loaded = lasting_settings(&sources)?;
        let config = loaded.config.clone();
        self::queues(&config.worker)?;
        let shutdown = signals::shutdown()?;
        let reload = Reload::new(sources, loaded, &["log", "redaction"])?;
        let redactor = log_redactor(&config);
        let worker = build(open(&config).await?, &config, redactor.clone(), false).await?;
        if config.handlers.is_empty() {
            tracing::warn!(
                "no handlers: due jobs are enqueued and lost ones recovered, but none is run here"
            );
        }
        handlers::warn(&config);
        // Settings of handlers count from the next start, but that is to succeed.
        let status = format!("Working on {}", config.store.shown_url());
        let take_up = move |config: &Config| {
            handlers::check(config)?;
            redactor.set(log_redactor(config).get());
            Ok(())
        };
        tokio::spawn(reload.run(status.clone(), take_up, shutdown.clone()));
        service::ready(&status);
        tokio::spawn(service::attend(
            status,
            service::Health::default,
            shutdown.clone(),
        ));
        let ended = worker.run(shutdown.clone()).await;
        shutdown.cancel();
        ended.map_err(|error| Failure::new(error.to_string()))
    }
}

/// What takes the secrets out of what a worker logs. Whether its rules can be read was looked at when the settings were.
pub(super) fn log_redactor(config: &Config) -> SharedRedactor {
    config.redaction.redactor().unwrap_or_default().into()
}

/// A worker as the settings say, whose log goes through `redactor`; `embedded` in a server.
pub(super) async fn build(
    store: SharedStore,
    config: &Config,
    redactor: SharedRedactor,
    embedded: bool,
) -> Result<Worker, Failure> {
    let queues = queues(&config.worker)?;
    // Asked once: jobs that show a unit keep it, whatever this is.
    let time_unit = admin(config, store.clone()).fleet_unit().await;
    let capsules = config.capsules.iter().map(|capsule| {
        let own = Capsule::new(&capsule.name).queues(capsule.weighted()?);
        Ok(own.concurrency(capsule.concurrency.into()))
    });
    let capsules = capsules.collect::<Result<Vec<_>, Failure>>()?;
    let builder = config
        .periodic
        .iter()
        .cloned()
        .fold(Worker::builder(store), WorkerBuilder::periodic)
        .queues(queues)
        .concurrency(config.worker.concurrency.into())
        .timeout(config.worker.shutdown_timeout)
        .cancel_grace(config.worker.cancel_grace)
        .time_unit(time_unit.unwrap_or_default())
        .only_known_classes(config.worker.only_known_classes)
        .max_retries(config.worker.max_retries)
        .redactor(redactor)
        .max_payload(usize::try_from(config.worker.max_payload.as_u64()).unwrap_or(usize::MAX))
        .embedded(embedded);
    let builder = capsules.into_iter().fold(builder, WorkerBuilder::capsule);
    handlers::register(builder, config)?
        .build()
        .map_err(|error| handlers::failure(&error, config))
}

/// The worker's own queues, with their weights.
pub(super) fn queues(config: &WorkerConfig) -> Result<Vec<(String, u64)>, Failure> {
    parse_queues(&config.queues)
        .map_err(|reason| Failure::usage(format!("`worker.queues`: {reason}")))
}
