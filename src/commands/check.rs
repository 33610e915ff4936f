//! `jobdeck check`: is everything as it should be.

use super::{
    Failure,
    options::{Common, open, settings},
    output,
};
use crate::{
    config::{Config, DEFAULT_FILE},
    model::Overview,
    store::SharedStore,
};
use clap::Args;

/// Check the configuration and the connection to the store
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let sources = self.common.sources().flag(
            "log.filter",
            "--log",
            self.common.log.clone().or(Some("error".to_owned())),
        );
        let config = settings(&sources)?;
        output::line(format_args!("configuration: {}", described(&self.common)));
        output::line(format_args!("listen: {}", config.server.listen));
        super::worker::queues(&config.worker)?;
        let store = open(&config).await?;
        let overview = reach(&store).await?;
        output::line(format_args!(
            "store: {}",
            self::store(&store, &config).await?
        ));
        output::line(contents(&overview));
        Ok(())
    }
}

fn described(common: &Common) -> String {
    match &common.config {
        Some(path) => path.display().to_string(),
        None if std::path::Path::new(DEFAULT_FILE).exists() => DEFAULT_FILE.to_owned(),
        None => format!("no {DEFAULT_FILE} here, defaults"),
    }
}

async fn reach(store: &SharedStore) -> Result<Overview, Failure> {
    Ok(store.overview().await?)
}

async fn store(store: &SharedStore, config: &Config) -> Result<String, Failure> {
    let info = store.info().await?;
    let prefix = config
        .store
        .key_prefix
        .as_ref()
        .map(|prefix| format!(", keys after `{prefix}:`"))
        .unwrap_or_default();
    Ok(format!(
        "{} ({}{prefix}), it answers",
        info.address, info.version
    ))
}

fn contents(overview: &Overview) -> String {
    format!(
        "found: {} queues with {} jobs, {} scheduled, {} to retry, {} dead, {} processes that run {} jobs",
        overview.queues.len(),
        overview.enqueued,
        overview.scheduled,
        overview.retrying,
        overview.dead,
        overview.processes,
        overview.running
    )
}
