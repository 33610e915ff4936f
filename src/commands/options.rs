//! Options that several commands share.

use super::Failure;
use crate::{
    admin::{Admin, AdminOptions},
    config::{Config, ConfigError, Loaded, Sources, TimeUnitChoice},
    job::TimeUnit,
    model::Actor,
    store::{SharedStore, connect},
    telemetry,
};
use clap::Args;
use std::path::PathBuf;

/// Options of a command that acts once and says what came of it.
#[derive(Debug, Args)]
pub(super) struct Plain {
    /// As JSON, the form that REST answers.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

impl Plain {
    /// The door to the store.
    pub(super) async fn admin(&self) -> Result<Admin, Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        Ok(admin(&config, store))
    }
}

/// Where the settings and the jobs are.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Where the jobs are: sqlite:PATH, redis://…, rediss://…, redis+unix://… or redis-sentinel://…; or the NAME of one of the
    /// configuration's [stores.NAME].
    ///
    /// Default: sqlite:jobdeck.db, unless JOBDECK_STORE, REDIS_URL or the configuration says otherwise. `serve` and `check` take it
    /// more than once, also as NAME=URL.
    #[arg(long, value_name = "URL")]
    pub(super) store: Vec<String>,
    /// Redis: put this and a colon before every key (an old namespace).
    #[arg(long, value_name = "PREFIX")]
    pub(super) key_prefix: Option<String>,
    /// Read the configuration from this file [default: jobdeck.toml, if there is one].
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Which messages to log: error, warn, info, debug, trace, or a filter such as info,jobdeck::store=debug.
    #[arg(long, value_name = "FILTER")]
    pub(super) log: Option<String>,
}

impl Common {
    /// The sources of the settings, with these flags.
    pub(super) fn sources(&self) -> Sources {
        let sources = Sources {
            file: self.config.clone(),
            ..Sources::of_process()
        };
        let stores = self.store.iter().cloned().map(Some);
        let sources = stores.fold(sources, |sources, store| {
            sources.flag("store.url", "--store", store)
        });
        sources
            .flag("store.key_prefix", "--key-prefix", self.key_prefix.clone())
            .flag("log.filter", "--log", self.log.clone())
    }

    /// The same for a command that is about all stores that are named.
    pub(super) fn sources_of_several(&self) -> Sources {
        Sources {
            takes_several_stores: true,
            ..self.sources()
        }
    }
}

/// The settings, and the log that they want.
pub(super) fn settings(sources: &Sources) -> Result<Config, Failure> {
    let config = sources.load()?;
    telemetry::start(&config.log, None).map_err(Failure::usage)?;
    Ok(config)
}

/// The same for what goes on until it is stopped: with where each was said, and what is seen is sent to a collector.
pub(super) fn lasting_settings(sources: &Sources) -> Result<Loaded, Failure> {
    let loaded = sources.load_with_places()?;
    let Config { log, otlp, .. } = &loaded.config;
    telemetry::start(log, Some(otlp)).map_err(Failure::usage)?;
    Ok(loaded)
}

/// The store that the settings name.
pub(super) async fn open(config: &Config) -> Result<SharedStore, Failure> {
    Ok(connect(&config.store.url, &config.store.options()).await?)
}

/// The door to the store for the command line, as the settings say: jobs are shown with their secrets, as whoever uses it can read the store.
pub(super) fn admin(config: &Config, store: SharedStore) -> Admin {
    let admin = Admin::with_options(store, admin_options(config));
    match system_user() {
        Some(name) => admin.acting_as(Actor::command_of(name)),
        None => admin,
    }
}

/// The door to the store for those who come over the network, as the settings say.
pub(super) fn served_admin(config: &Config, store: SharedStore) -> Admin {
    Admin::with_options(store, served_options(config))
}

/// How that door works.
pub(super) fn served_options(config: &Config) -> AdminOptions {
    let mut options = admin_options(config);
    if config.redaction.pages {
        options.shown_redactor = options.redactor.clone();
    }
    options
}

/// How doors to the store work, as the settings say.
fn admin_options(config: &Config) -> AdminOptions {
    AdminOptions {
        time_unit: time_unit(config),
        undo_kept: config.operations.undo_kept,
        audit_kept: config.audit.kept,
        // Whether its rules can be read was looked at when the settings were.
        redactor: config.redaction.redactor().unwrap_or_default(),
        redacts_exports: config.redaction.exports,
        ..AdminOptions::default()
    }
}

/// Who runs the command, as the shell says.
fn system_user() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .filter_map(|variable| std::env::var(variable).ok())
        .find(|name| !name.is_empty())
}

/// How times are written, if the settings say so.
fn time_unit(config: &Config) -> Option<TimeUnit> {
    match config.store.time_unit {
        TimeUnitChoice::Auto => None,
        TimeUnitChoice::Seconds => Some(TimeUnit::Seconds),
        TimeUnitChoice::Milliseconds => Some(TimeUnit::Milliseconds),
    }
}

/// The settings and the store, for commands that act once.
pub(super) async fn settings_and_store(common: &Common) -> Result<(Config, SharedStore), Failure> {
    let mut sources = common.sources();
    if common.log.is_none() {
        // A command that ends at once says by itself what went wrong.
        sources = quiet(sources)?;
    }
    let config = settings(&sources)?;
    let store = open(&config).await?;
    Ok((config, store))
}

fn quiet(sources: Sources) -> Result<Sources, ConfigError> {
    let said = sources.load()?.log.filter != crate::config::LogConfig::default().filter;
    Ok(if said {
        sources
    } else {
        sources.flag("log.filter", "--log", Some("error"))
    })
}
