//! `jobdeck check`: is everything as it should be.

use super::{
    Failure, access, alert_settings, handlers,
    options::{Common, open, settings},
    output,
    serve::{configs, is_worker, tls},
    worker,
};
use crate::{
    auth::{Oidc, OidcFound},
    config::{Config, DEFAULT_FILE, OidcConfig, Sources},
    job,
    model::Overview,
    store::SharedStore,
    telemetry,
};
use clap::Args;
use ipnet::IpNet;
use std::path::Path;

/// Check the configuration and the connection to the store
///
/// Says what is in force, and what is in the store. Changes nothing: a file that is not there yet is not made.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let sources = self.common.sources_of_several();
        let config = sources.load()?;
        telemetry::check(&config.log).map_err(Failure::usage)?;
        // It says by itself what is wrong.
        let quiet = sources.clone().flag("log.filter", "--log", Some("error"));
        settings(&if self.common.log.is_some() {
            sources.clone()
        } else {
            quiet
        })?;
        for line in in_force(&sources, &config)
            .into_iter()
            .chain(periodic(&config))
        {
            output::line(line);
        }
        if let Some(tls) = tls(&config)? {
            output::line(format_args!("tls: {tls}"));
        }
        config.otlp.headers().map_err(Failure::usage)?;
        if let Some(endpoint) = &config.otlp.endpoint {
            output::line(format_args!("otlp: to {endpoint}"));
        }
        let auth = access::auth(&config)?;
        if let Some(oidc) = auth.oidc() {
            output::line(provider(&config.auth.oidc, oidc).await?);
        }
        handlers::check(&config)?;
        alert_settings::read(&config)?;
        worker::queues(&config.worker)?;
        for trouble in handlers::troubles(&config.handlers).await {
            output::line(format_args!("warning: {trouble}"));
        }
        let mut failed = None;
        for config in configs(&config) {
            let name = config.stores.first().map(|store| &store.sign.name);
            let name = name.map(|name| format!(" {name}")).unwrap_or_default();
            match look(&config).await {
                Ok(found) => {
                    for line in found {
                        output::line(line.replacen(':', &format!("{name}:"), 1));
                    }
                }
                // All that is wrong is told.
                Err(failure) if name.is_empty() => return Err(failure),
                Err(failure) => {
                    let failure = Failure::new(format!("store{name}: {failure}"));
                    if let Some(earlier) = failed.replace(failure) {
                        output::error(&earlier);
                    }
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// What there is to say of a store.
async fn look(config: &Config) -> Result<Vec<String>, Failure> {
    if let Some(path) = config.store.file().filter(|path| !path.exists()) {
        return Ok(vec![absent(path)?]);
    }
    let store = open(config).await?;
    worker::build(store.clone(), config, worker::log_redactor(config), true).await?;
    let overview = store.overview().await?;
    Ok(vec![
        format!("store: {}", described(&store, config).await?),
        contents(&overview),
    ])
}

/// The settings that decide what `serve` and `worker` do.
fn in_force(sources: &Sources, config: &Config) -> Vec<String> {
    let file = sources.path().map_or_else(
        || format!("no {DEFAULT_FILE} here, defaults"),
        |path| path.display().to_string(),
    );
    let mut lines = vec![
        format!("configuration: {file}"),
        format!("listen: {}", config.server.listen),
    ];
    if !config.server.base_path.is_empty() {
        lines.push(format!("base path: {}", config.server.base_path));
    }
    if !config.server.hosts.is_empty() {
        lines.push(format!("hosts: {}", config.server.hosts.join(", ")));
    }
    if let Some(environment) = &config.server.environment {
        lines.push(format!("environment: {environment}"));
    }
    if !config.auth.proxy_addresses.is_empty() {
        let addresses: Vec<_> = config
            .auth
            .proxy_addresses
            .iter()
            .map(IpNet::to_string)
            .collect();
        let users = config.auth.proxy_header.as_ref();
        let users = users.map(|header| format!(", users in `{header}`"));
        let users = users.unwrap_or_default();
        lines.push(format!("proxies: {}{users}", addresses.join(", ")));
    }
    let own = if config.worker.queues.is_empty() {
        "the queues of its capsules only".to_owned()
    } else {
        at_a_time(config.worker.concurrency, &config.worker.queues)
    };
    lines.push(if is_worker(config) {
        format!("worker: with `serve`, {own}")
    } else {
        "worker: not with `serve`".to_owned()
    });
    lines.extend(config.capsules.iter().map(|capsule| {
        let own = at_a_time(capsule.concurrency, &capsule.queues);
        format!("capsule: {}, {own}", capsule.name)
    }));
    lines.extend(handlers::described(config));
    lines.extend(alert_settings::described(config));
    lines
}

/// The provider at which people log in, and what it says of itself.
async fn provider(config: &OidcConfig, oidc: &Oidc) -> Result<String, Failure> {
    let issuer = config.issuer.as_deref().unwrap_or_default();
    let found = Box::pin(oidc.look()).await.map_err(|error| {
        Failure::new(format!(
            "OpenID Connect with {issuer}: {}",
            error.for_the_log()
        ))
    })?;
    let OidcFound {
        authorization,
        keys,
        logs_out,
    } = found;
    let kind = if config.client_secret.is_some() || config.client_secret_file.is_some() {
        "with a secret"
    } else {
        "a public client"
    };
    let log_out = if logs_out {
        "with a log-out of its own"
    } else {
        "without a log-out of its own"
    };
    Ok(format!(
        "openid connect: {issuer} as `{}`, {kind}; people log in at {authorization}; {keys} keys, {log_out}",
        config.client_id.as_deref().unwrap_or_default()
    ))
}

fn at_a_time(concurrency: u16, queues: &[String]) -> String {
    format!("{concurrency} jobs at a time, queues {}", queues.join(", "))
}

/// What is enqueued by the calendar, and when next by this machine's clock.
fn periodic(config: &Config) -> Vec<String> {
    let now = job::now();
    let jobs = config.periodic.iter().map(|job| {
        let next = match job.next_after(now) {
            Some(next) => format!("next at {next}"),
            None => "comes no more".to_owned(),
        };
        format!(
            "periodic: {} (`{}` in {}), {next}",
            job.effective_name(),
            job.cron(),
            job.timezone_name()
        )
    });
    jobs.collect()
}

/// A store that would be made: is there a place for it.
fn absent(path: &Path) -> Result<String, Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Failure::new(format!(
            "sqlite:{}: there is no folder {}: make it, or name another file with `--store`",
            path.display(),
            folder.display()
        )));
    }
    Ok(format!(
        "store: sqlite:{}, not there yet; it is made when something is enqueued or served",
        path.display()
    ))
}

async fn described(store: &SharedStore, config: &Config) -> Result<String, Failure> {
    let info = store.info().await?;
    let prefix = config
        .store
        .key_prefix
        .as_ref()
        .map(|prefix| format!(", keys after `{prefix}:`"))
        .unwrap_or_default();
    let read_only = if info.is_read_only {
        "; a read-only replica: all can be looked at, but changes are refused: give the master's address, or the Sentinels'"
    } else {
        ""
    };
    Ok(format!(
        "{} ({}{prefix}), it answers{read_only}",
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
