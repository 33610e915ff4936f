//! Settings: one struct a concern, from flags over the environment over a file.
//!
//! | file | owns |
//! | --- | --- |
//! | `settings`, `setting` | the list of all settings, and what there is to say about one |
//! | `section` | the same of sections, and of tables that people name themselves |
//! | `manual` | `docs/SETTINGS.md` and the example, written from those |
//! | `sources`, `file`, `named` | where values come from, and what is wrong with them |
//! | `accounts`, `groups`, `alerts` (with `quiet`), `receivers`, `capsules`, `handlers`, `periodic` | the tables that people name themselves |
//! | `oidc` | people who log in at a provider |
//! | `otlp` | where traces and logs are sent |
//! | `check` | what types alone do not tell |
//! | `store`, `stores` | where the jobs are: one store, or several |
//! | `secret_file` | secrets in files of their own |
//! | `in_force` | what is in force and where it was said, for people |

mod accounts;
mod alerts;
mod capsules;
mod check;
mod duration;
mod error;
mod file;
mod groups;
mod handlers;
mod in_force;
mod limits;
mod manual;
mod named;
mod oidc;
mod otlp;
mod periodic;
mod proxy;
mod queues;
mod quiet;
mod receivers;
mod secret_file;
mod section;
mod setting;
mod settings;
mod size;
mod sources;
mod store;
mod stores;

use crate::{
    model::{BasePath, Role, Scope},
    periodic::PeriodicJob,
    redaction::{Redactor, RuleError},
    store::AuditBounds,
};
use bytesize::ByteSize;
use ipnet::IpNet;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

pub use accounts::{TokenConfig, UserConfig};
pub use alerts::AlertConfig;
pub use capsules::CapsuleConfig;
pub use error::{ConfigError, Problem};
pub use groups::GroupConfig;
pub use handlers::{HandlerConfig, HandlerKind};
pub use in_force::{Change, InForce, Loaded, NamedInForce};
pub use limits::LimitsConfig;
pub use manual::{example, page};
pub use oidc::OidcConfig;
pub use otlp::OtlpConfig;
pub use queues::parse_queues;
pub use receivers::ReceiverConfig;
pub use setting::Setting;
pub use settings::SETTINGS;
pub use sources::Sources;
pub use store::{StoreConfig, TimeUnitChoice};
pub use stores::NamedStoreConfig;

/// The file that is read when no other is named.
pub const DEFAULT_FILE: &str = "jobdeck.toml";

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How the server is reached.
    pub server: ServerConfig,
    /// Where the jobs are.
    pub store: StoreConfig,
    /// What the worker runs.
    pub worker: WorkerConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Where traces and logs are sent.
    pub otlp: OtlpConfig,
    /// How fresh pages are.
    pub live: LiveConfig,
    /// Changes of many jobs.
    pub operations: OperationsConfig,
    /// Who did what.
    pub audit: AuditConfig,
    /// What exported jobs lose.
    pub redaction: RedactionConfig,
    /// Sessions of those who log in.
    pub auth: AuthConfig,
    /// How much one may ask for.
    pub limits: LimitsConfig,
    /// The stores, where they have names: `[stores.NAME]` in the file, or as flags say. The first one is `store` as well.
    #[serde(skip)]
    pub stores: Vec<NamedStoreConfig>,
    /// Who may log in: `[users.NAME]`, in the file only.
    #[serde(skip)]
    pub users: Vec<UserConfig>,
    /// Which programs may come in: `[tokens.NAME]`, in the file only.
    #[serde(skip)]
    pub tokens: Vec<TokenConfig>,
    /// What members of groups are limited to: `[groups.NAME]`, in the file only.
    #[serde(skip)]
    pub groups: Vec<GroupConfig>,
    /// Who does which jobs: `[handlers.CLASS]`, in the file only. `docs/HANDLERS.md` says what stands there.
    #[serde(skip)]
    pub handlers: Vec<HandlerConfig>,
    /// Queues with a concurrency of their own: `[capsules.NAME]`, in the file only.
    #[serde(skip)]
    pub capsules: Vec<CapsuleConfig>,
    /// Jobs that are enqueued by the calendar: `[[periodic]]`, in the file only.
    #[serde(skip)]
    pub periodic: Vec<PeriodicJob>,
    /// Rules that watch: `[alerts.NAME]`, in the file only. `docs/ALERTS.md` says what stands there.
    #[serde(skip)]
    pub alerts: Vec<AlertConfig>,
    /// Who is told: `[receivers.NAME]`, in the file only.
    #[serde(skip)]
    pub receivers: Vec<ReceiverConfig>,
}

impl Config {
    /// What members of groups are limited to.
    #[must_use]
    pub fn group_scopes(&self) -> BTreeMap<String, Scope> {
        let groups = self.groups.iter();
        groups
            .map(|group| (group.name.clone(), group.scope.clone()))
            .collect()
    }
}

/// How the server is reached: `[server]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port to listen on (`server.listen`, `JOBDECK_LISTEN`, `--listen`). Default: `127.0.0.1:8080`, this machine only. Others
    /// need a log-in (users, tokens, a provider, a proxy), or `insecure_no_auth`.
    pub listen: SocketAddr,
    /// What stands before the paths of everything that it serves (`server.base_path`, `JOBDECK_BASE_PATH`, `--base-path`): `/jobs`. Default:
    /// nothing.
    pub base_path: BasePath,
    /// Names under which it may be asked, besides IP addresses and `localhost` (`server.hosts`, `JOBDECK_HOSTS` with commas). Default: none,
    /// which means: on loopback no other name, elsewhere any. Needed behind a proxy on the same machine.
    pub hosts: Vec<String>,
    /// A word in the header, so that nobody takes production for a test (`server.environment`, `JOBDECK_ENVIRONMENT`). Default: none.
    pub environment: Option<String>,
    /// Whether other machines may reach it although nobody is asked who they are (`server.insecure_no_auth`, `JOBDECK_INSECURE_NO_AUTH`,
    /// `--insecure-no-auth`): whoever does may do everything. Default: `false`.
    pub insecure_no_auth: bool,
    /// The PEM file with the server's certificate and those between it and an authority (`server.tls_certificate`, `JOBDECK_TLS_CERTIFICATE`,
    /// `--tls-certificate`): it answers over TLS then. Default: none.
    pub tls_certificate: Option<PathBuf>,
    /// The PEM file with the certificate's private key (`server.tls_key`, `JOBDECK_TLS_KEY`, `--tls-key`). Default: none.
    pub tls_key: Option<PathBuf>,
    /// The address under which people reach the pages, for links in messages (`server.public_url`, `JOBDECK_PUBLIC_URL`). Default: none.
    pub public_url: Option<String>,
}

impl ServerConfig {
    /// The files of certificate and key, if it answers over TLS.
    #[must_use]
    pub fn tls(&self) -> Option<(&Path, &Path)> {
        Some((self.tls_certificate.as_deref()?, self.tls_key.as_deref()?))
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            base_path: BasePath::default(),
            hosts: Vec::new(),
            environment: None,
            insecure_no_auth: false,
            tls_certificate: None,
            tls_key: None,
            public_url: None,
        }
    }
}

/// What the worker runs: `[worker]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerConfig {
    /// Whether `serve` also works (`worker.enabled`, `JOBDECK_WORKER`, `--worker`, `--no-worker`). Default: on SQLite, where nobody else
    /// would enqueue what is due, and when the file names handlers; otherwise not.
    pub enabled: Option<bool>,
    /// Queues, each with an optional weight: `critical=3` (`worker.queues`, `JOBDECK_WORKER_QUEUES` with commas, `--queue`). Default: `default`;
    /// none when a capsule has that queue. None may be set where there are capsules.
    pub queues: Vec<String>,
    /// Jobs at a time (`worker.concurrency`, `JOBDECK_WORKER_CONCURRENCY`, `--concurrency`). Default: 10.
    pub concurrency: u16,
    /// How long running jobs may take to end when the worker stops; then they are handed back (`worker.shutdown_timeout`,
    /// `JOBDECK_WORKER_SHUTDOWN_TIMEOUT`). Default: `25s`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub shutdown_timeout: Duration,
    /// Whether jobs of classes without a handler are left in their queues for other processes, rather than to fail as in Sidekiq
    /// (`worker.only_known_classes`, `JOBDECK_WORKER_ONLY_KNOWN_CLASSES`). Default: `false`.
    pub only_known_classes: bool,
    /// Retries of a job whose `retry` is `true` (`worker.max_retries`, `JOBDECK_WORKER_MAX_RETRIES`). Default: 25; from 0 to 1000.
    pub max_retries: u32,
    /// The largest job that is run (`worker.max_payload`, `JOBDECK_WORKER_MAX_PAYLOAD`); a larger one goes to the dead set. Default: `16 MiB`;
    /// from `1 KiB` to `512 MiB`.
    #[serde(deserialize_with = "size::deserialize")]
    pub max_payload: ByteSize,
    /// How long a running job that somebody cancels may take to end by itself; then it is aborted (`worker.cancel_grace`,
    /// `JOBDECK_WORKER_CANCEL_GRACE`). Default: `10s`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub cancel_grace: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            enabled: None,
            queues: vec!["default".to_owned()],
            concurrency: 10,
            shutdown_timeout: Duration::from_secs(25),
            only_known_classes: false,
            max_retries: 25,
            max_payload: ByteSize::mib(16),
            cancel_grace: Duration::from_secs(10),
        }
    }
}

/// What is logged, on standard error: `[log]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// Which messages: a level (`error`, `warn`, `info`, `debug`, `trace`) or a filter such as `info,jobdeck::store=debug`
    /// (`log.filter`, `JOBDECK_LOG`, `--log`). Default: `info`.
    pub filter: String,
    /// `text` or `json` (`log.format`, `JOBDECK_LOG_FORMAT`). Default: `text`.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How fresh pages are: `[live]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveConfig {
    /// Time between two readings of the store while somebody watches (`live.interval`, `JOBDECK_LIVE_INTERVAL`). Default: `1s`; from `100ms` to `5s`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub interval: Duration,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
        }
    }
}

/// Changes of many jobs: `[operations]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OperationsConfig {
    /// How long what an operation has changed is kept, so that it can be undone (`operations.undo_kept`, `JOBDECK_UNDO_KEPT`). Default: `24h`;
    /// from `1m` to `30d`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub undo_kept: Duration,
}

impl Default for OperationsConfig {
    fn default() -> Self {
        Self {
            undo_kept: Duration::from_secs(24 * 3_600),
        }
    }
}

/// Who did what: `[audit]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// How long what was changed, and by whom, is kept (`audit.kept`, `JOBDECK_AUDIT_KEPT`). Default: `90d`; from `1d` to `3650d`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub kept: Duration,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            kept: AuditBounds::default().kept,
        }
    }
}

/// Sessions of those who log in: `[auth]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// How long a session lasts without a request (`auth.session_idle`, `JOBDECK_SESSION_IDLE`). Default: `8h`; from `1m`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub session_idle: Duration,
    /// How long a session lasts at most (`auth.session_lifetime`, `JOBDECK_SESSION_LIFETIME`). Default: `7d`; up to `90d`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub session_lifetime: Duration,
    /// Whether browsers send the session by TLS only (`auth.secure_cookies`, `JOBDECK_SECURE_COOKIES`): set it where a proxy with TLS stands in
    /// front. Default: `false`; with `server.tls_certificate` they always do.
    pub secure_cookies: bool,
    /// The header in which a proxy names the user that it has asked (`auth.proxy_header`, `JOBDECK_PROXY_HEADER`). Default: none.
    pub proxy_header: Option<String>,
    /// Addresses of proxies (`auth.proxy_addresses`, `JOBDECK_PROXY_ADDRESSES` with commas): only from these `proxy_header` counts, and what
    /// they say of the client (`X-Forwarded-For`, `X-Forwarded-Proto`). Default: none.
    #[serde(deserialize_with = "proxy::addresses")]
    pub proxy_addresses: Vec<IpNet>,
    /// What everybody may do whom the proxy names (`auth.proxy_role`, `JOBDECK_PROXY_ROLE`). Default: nothing, only members of groups come in.
    pub proxy_role: Option<Role>,
    /// The header in which the proxy names the user's groups, with commas (`auth.proxy_groups_header`, `JOBDECK_PROXY_GROUPS_HEADER`). Default: none.
    pub proxy_groups_header: Option<String>,
    /// What members of groups may do (`auth.proxy_roles`, `JOBDECK_PROXY_ROLES` as `ops=operator,root=admin`); the highest counts. Default: none.
    #[serde(deserialize_with = "proxy::roles")]
    pub proxy_roles: BTreeMap<String, Role>,
    /// People who log in at an OpenID Connect provider: `[auth.oidc]`.
    pub oidc: OidcConfig,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_secs(8 * 3_600),
            session_lifetime: Duration::from_secs(7 * 86_400),
            secure_cookies: false,
            proxy_header: None,
            proxy_addresses: Vec::new(),
            proxy_role: None,
            proxy_groups_header: None,
            proxy_roles: BTreeMap::new(),
            oidc: OidcConfig::default(),
        }
    }
}

/// What jobs lose that are shown or exported: `[redaction]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedactionConfig {
    /// Whether jobs that are exported over HTTP lose their secrets (`redaction.exports`, `JOBDECK_REDACTION_EXPORTS`). Those that had some cannot
    /// be imported again. Default: `true`.
    pub exports: bool,
    /// Whether jobs on pages, in REST and in live streams lose their secrets (`redaction.pages`, `JOBDECK_REDACTION_PAGES`). Default: `true`.
    pub pages: bool,
    /// Names of secrets beside the usual ones (`redaction.keys`, `JOBDECK_REDACTION_KEYS` with commas). Default: none.
    pub keys: Vec<String>,
    /// Places in jobs whose values are secrets, such as `args.0.email`, of some classes `Billing::* args.1` (`redaction.paths`,
    /// `JOBDECK_REDACTION_PATHS` with commas). Default: none.
    pub paths: Vec<String>,
    /// Regular expressions of what is a secret in any text (`redaction.patterns`, `JOBDECK_REDACTION_PATTERNS` with commas, so none may have
    /// one there). Default: none.
    pub patterns: Vec<String>,
}

impl RedactionConfig {
    /// What takes the secrets out of jobs.
    ///
    /// # Errors
    /// The setting that cannot be read, and why.
    pub fn redactor(&self) -> Result<Redactor, (&'static str, RuleError)> {
        Redactor::new(&self.keys)
            .with_paths(&self.paths)
            .map_err(|error| ("redaction.paths", error))?
            .with_patterns(&self.patterns)
            .map_err(|error| ("redaction.patterns", error))
    }
}

impl Default for RedactionConfig {
    fn default() -> Self {
        Self {
            exports: true,
            pages: true,
            keys: Vec::new(),
            paths: Vec::new(),
            patterns: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
