//! `jobdeck serve`: the dashboard.

use super::{
    Failure, access, alert_settings, handlers,
    options::{Common, lasting_settings, open},
    output,
    reload::Reload,
    served::{Part, Ready, ServedPart},
    service, signals, worker,
};
use crate::{
    auth::Auth,
    config::{AuthConfig, Config, LimitsConfig},
    live::Live,
    redaction::SharedRedactor,
    store::SharedStore,
    web::{AppState, Hosts, Limiter, Limits, Tls, TrustedProxies, serve, serve_tls},
};
use clap::Args;
use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serve the dashboard
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    common: Common,
    /// Address and port to listen on [default: 127.0.0.1:8080].
    ///
    /// Beyond this machine it needs a log-in in the configuration: users, tokens, a provider or a proxy.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Serve everything below this path, such as /jobs, for a proxy that passes it on.
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
    /// Listen beyond this machine although nobody is asked who they are: whoever reaches the address may do everything.
    #[arg(long)]
    insecure_no_auth: bool,
    /// Answer over TLS, with the certificate in this PEM file. It is read again when it changes.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<String>,
    /// The certificate's private key, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<String>,
    /// Work as well, even on Redis.
    #[arg(long, overrides_with = "no_worker")]
    worker: bool,
    /// Do not work, even on SQLite (then nobody enqueues what is due).
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let worker = match (self.worker, self.no_worker) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let sources = self
            .common
            .sources_of_several()
            .flag("server.listen", "--listen", self.listen)
            .flag("server.base_path", "--base-path", self.base_path)
            .flag(
                "server.insecure_no_auth",
                "--insecure-no-auth",
                self.insecure_no_auth.then_some(true),
            )
            .flag(
                "server.tls_certificate",
                "--tls-certificate",
                self.tls_certificate,
            )
            .flag("server.tls_key", "--tls-key", self.tls_key)
            .flag("worker.enabled", "--worker", worker);
        let loaded = lasting_settings(&sources)?;
        let config = loaded.config.clone();
        worker::queues(&config.worker)?;
        let shutdown = signals::shutdown()?;
        let reload = Reload::new(sources, loaded, &[])?;
        let listener = listen(config.server.listen).await?;
        let stores = open_all(&config).await?;
        Box::pin(dashboard(&config, listener, stores, Some(reload), shutdown)).await
    }
}

/// Listens on this address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => {
                "another program listens there; choose another port with `--listen`"
            }
            ErrorKind::PermissionDenied => "choose a port above 1023 with `--listen`",
            ErrorKind::AddrNotAvailable => "this machine does not have that address",
            _ => "choose another address with `--listen`",
        };
        Failure::new(format!("cannot listen on {address}: {error}: {hint}"))
    })
}

/// Serves the dashboard of the stores, those that the settings name, until shutdown; says on standard output, and to systemd, where it is. With
/// `reload` it takes up what has changed in the configuration.
pub(super) async fn dashboard(
    config: &Config,
    listener: TcpListener,
    stores: Vec<SharedStore>,
    reload: Option<Reload>,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("the socket has no address: {error}")))?;
    let auth = access::auth(config)?;
    access::check(config, address, auth.is_open())?;
    let tls = tls(config)?;
    let log_redactor = worker::log_redactor(config);
    // Before anything runs: its settings may be wrong.
    let mut ready = Vec::new();
    for (config, store) in configs(config).into_iter().zip(stores) {
        ready.push(Ready::new(config, store, &log_redactor).await?);
    }
    let parts: Vec<Part> = ready
        .into_iter()
        .map(|ready| ready.start(&shutdown))
        .collect();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let status = format!(
        "Serving {} at {scheme}://{address}{}",
        shown_stores(config),
        config.server.base_path
    );
    let mut state = state(&parts, &shutdown)?;
    state.base_path.clone_from(&config.server.base_path);
    state.hosts = Hosts::for_address(address, &config.server.hosts);
    state.auth = Arc::new(auth);
    state.proxies = TrustedProxies::new(&config.auth.proxy_addresses);
    state.limiter = Arc::new(Limiter::new(limits(&config.limits)));
    if let Some(reload) = reload {
        let server = Server {
            started: config.clone(),
            address,
            auth: Arc::clone(&state.auth),
            hosts: state.hosts.clone(),
            stores: parts.iter().map(Part::store).collect(),
            log_redactor,
        };
        let stop = shutdown.clone();
        let take_up = move |config: &Config| server.take_up(config);
        tokio::spawn(reload.run(status.clone(), take_up, stop));
    }
    output::line(format_args!(
        "Jobdeck is at {scheme}://{}{}",
        reachable(address),
        config.server.base_path
    ));
    // Connections are taken from the moment of `listen` on.
    service::ready(&status);
    let watched: Vec<Live> = parts.iter().map(|part| part.live.clone()).collect();
    tokio::spawn(service::attend(
        status,
        move || service::Health {
            is_alive: watched.iter().all(Live::is_alive),
            trouble: watched.iter().find_map(Live::loss),
        },
        shutdown.clone(),
    ));
    let served = match tls {
        Some(tls) => serve_tls(listener, tls, state, shutdown.clone()).await,
        None => serve(listener, state, shutdown.clone()).await,
    };
    shutdown.cancel();
    for part in parts {
        part.ended().await;
    }
    served.map_err(|error| Failure::new(format!("the server failed: {error}")))
}

/// The settings of each store, as if there was no other.
pub(super) fn configs(config: &Config) -> Vec<Config> {
    if config.stores.is_empty() {
        return vec![config.clone()];
    }
    let stores = config.stores.iter();
    stores.map(|store| config.of_store(store)).collect()
}

/// The stores that the settings name.
async fn open_all(config: &Config) -> Result<Vec<SharedStore>, Failure> {
    let mut stores = Vec::new();
    for config in configs(config) {
        let name = config.stores.first().map(|store| &store.sign.name);
        let store = open(&config).await.map_err(|failure| match name {
            Some(name) => Failure::new(format!("store {name}: {failure}")),
            None => failure,
        });
        stores.push(store?);
    }
    Ok(stores)
}

/// What is served, for people: the address of the one store, or the names of several.
fn shown_stores(config: &Config) -> String {
    let names = config.stores.iter().map(|store| store.sign.name.as_str());
    match config.stores.len() {
        0 | 1 => config.store.shown_url(),
        _ => names.collect::<Vec<_>>().join(", "),
    }
}

fn state(parts: &[Part], shutdown: &CancellationToken) -> Result<AppState, Failure> {
    let named: Option<Vec<_>> = parts
        .iter()
        .map(|part| {
            let sign = part.config.stores.first()?.sign.clone();
            Some((sign, part.admin.clone(), part.live.clone()))
        })
        .collect();
    let several = named.and_then(|stores| AppState::with_stores(stores, shutdown.clone()));
    let state = several.or_else(|| {
        let part = parts.first()?;
        let (admin, live) = (part.admin.clone(), part.live.clone());
        let mut state = AppState::new(admin, live, shutdown.clone());
        state
            .environment
            .clone_from(&part.config.server.environment);
        Some(state)
    });
    state.ok_or_else(|| Failure::new("there is no store to serve".to_owned()))
}

/// The certificate that the settings name, if they name one.
pub(super) fn tls(config: &Config) -> Result<Option<Tls>, Failure> {
    let Some((certificate, key)) = config.server.tls() else {
        return Ok(None);
    };
    Tls::open(certificate, key)
        .map(Some)
        .map_err(|error| Failure::new(format!("no TLS: {error}")))
}

/// How much one may ask for, as the settings say.
fn limits(config: &LimitsConfig) -> Limits {
    let most = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Limits {
        connections: most(config.connections),
        connections_per_address: most(config.connections_per_address),
        streams_per_user: most(config.streams_per_user),
        requests_per_second: config.requests_per_second,
        ..Limits::default()
    }
}

/// What takes up another configuration.
struct Server {
    /// The configuration that it was started with.
    started: Config,
    address: SocketAddr,
    auth: Arc<Auth>,
    hosts: Hosts,
    stores: Vec<ServedPart>,
    /// That of the workers.
    log_redactor: SharedRedactor,
}

impl Server {
    /// Takes up what of these settings can change while it runs: all of that, or nothing.
    fn take_up(&self, config: &Config) -> Result<(), Failure> {
        let mut config = config.clone();
        // What counts from the next start has no say until then.
        config.server.insecure_no_auth = self.started.server.insecure_no_auth;
        config
            .server
            .tls_certificate
            .clone_from(&self.started.server.tls_certificate);
        config
            .server
            .tls_key
            .clone_from(&self.started.server.tls_key);
        config
            .server
            .environment
            .clone_from(&self.started.server.environment);
        config.auth = AuthConfig {
            session_idle: config.auth.session_idle,
            session_lifetime: config.auth.session_lifetime,
            ..self.started.auth.clone()
        };
        let who = access::accounts(&config)?;
        access::check(&config, self.address, who.is_empty())?;
        if is_worker(&config) {
            handlers::check(&config)?;
        }
        // Which stores there are counts from the next start, too.
        config.stores.clone_from(&self.started.stores);
        let mut of_stores = Vec::new();
        for config in configs(&config) {
            let alerts = alert_settings::read(&config)?;
            of_stores.push((config, alerts));
        }
        if who.is_empty() && !self.auth.is_open() {
            tracing::warn!(
                "there are no users and tokens any more: whoever reaches this address may do everything"
            );
        }
        self.auth.replace(who.users, who.tokens, who.limits);
        self.hosts
            .replace(&Hosts::for_address(self.address, &config.server.hosts));
        for (store, (config, alerts)) in self.stores.iter().zip(of_stores) {
            store.take_up(&config, alerts);
        }
        self.log_redactor.set(worker::log_redactor(&config).get());
        Ok(())
    }
}

/// Whether the server also works: on an embedded store nobody else would take care of what is due, and handlers are named to be used.
pub(super) fn is_worker(config: &Config) -> bool {
    config
        .worker
        .enabled
        .unwrap_or_else(|| config.store.is_embedded() || !config.handlers.is_empty())
}

/// The address to open: for a server on every address, the one of this machine itself.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
