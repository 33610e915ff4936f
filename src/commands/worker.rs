//! `jobdeck worker`: a worker alone.

use super::{
    Failure, handlers,
    options::{Common, admin, open, settings},
    signals,
};
use crate::{
    config::{Config, WorkerConfig},
    store::SharedStore,
    worker::{Worker, WorkerBuilder},
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
        let config = settings(&sources)?;
        self::queues(&config.worker)?;
        let shutdown = signals::shutdown()?;
        let worker = build(open(&config).await?, &config, false).await?;
        if config.handlers.is_empty() {
            tracing::warn!(
                "no handlers: due jobs are enqueued and lost ones recovered, but none is run here"
            );
        }
        handlers::warn(&config).await;
        worker
            .run(shutdown)
            .await
            .map_err(|error| Failure::new(error.to_string()))
    }
}

/// A worker as the settings say; `embedded` in a server.
pub(super) async fn build(
    store: SharedStore,
    config: &Config,
    embedded: bool,
) -> Result<Worker, Failure> {
    let queues = queues(&config.worker)?;
    // Asked once: jobs that show a unit keep it, whatever this is.
    let time_unit = admin(config, store.clone()).fleet_unit().await;
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
        .embedded(embedded);
    handlers::register(builder, config)?
        .build()
        .map_err(|error| handlers::failure(&error, config))
}

/// Names with weights; as in Sidekiq a name without one weighs 1, and if none has one, the order is strict.
pub(super) fn queues(config: &WorkerConfig) -> Result<Vec<(String, u64)>, Failure> {
    let is_weighted = config.queues.iter().any(|queue| queue.contains('='));
    let mut queues: Vec<(String, u64)> = Vec::new();
    for text in &config.queues {
        let (name, weight) = match text.rsplit_once('=') {
            None => (text.as_str(), u64::from(is_weighted)),
            Some((name, weight)) => match weight.parse() {
                Ok(weight @ 1..=1000) if !name.is_empty() => (name, weight),
                _ => {
                    return Err(Failure::usage(format!(
                        "`worker.queues`: `{text}` is no queue with a weight: write it as `critical=3`, from 1 to 1000"
                    )));
                }
            },
        };
        if queues.iter().any(|(earlier, _)| earlier == name) {
            return Err(Failure::usage(format!(
                "`worker.queues`: the queue `{name}` is named twice: name it once, with a weight if it is to be asked more often"
            )));
        }
        queues.push((name.to_owned(), weight));
    }
    Ok(queues)
}

#[cfg(test)]
mod tests {
    use super::queues;
    use crate::config::WorkerConfig;

    fn parse(names: &[&str]) -> Option<Vec<(String, u64)>> {
        let config = WorkerConfig {
            queues: names.iter().map(|&name| name.to_owned()).collect(),
            ..WorkerConfig::default()
        };
        queues(&config).ok()
    }

    #[test]
    fn queues_have_weights_or_a_strict_order() {
        let own = |pairs: &[(&str, u64)]| {
            Some(
                pairs
                    .iter()
                    .map(|&(name, weight)| (name.to_owned(), weight))
                    .collect(),
            )
        };
        assert_eq!(parse(&["a", "b"]), own(&[("a", 0), ("b", 0)]));
        assert_eq!(parse(&["a=3", "b"]), own(&[("a", 3), ("b", 1)]));
        for wrong in ["a=", "a=x", "a=0", "=3", "a=-1", "a=1001"] {
            assert_eq!(parse(&[wrong]), None, "{wrong}");
        }
        assert_eq!(parse(&["a", "b", "a"]), None);
        assert_eq!(parse(&["a=2", "a=3"]), None);
    }
}
