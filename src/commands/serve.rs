//! `jobdeck serve`: the dashboard.

use super::{
    Failure, access, handlers,
    options::{Common, open, served_admin, settings},
    output, signals, worker,
};
use crate::{
    admin::{HoldKeeper, OperationRunner},
    config::{Config, LimitsConfig},
    live::{Live, SamplerOptions},
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
    /// Beyond this machine it needs users or tokens in the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
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
            .sources()
            .flag("server.listen", "--listen", self.listen)
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
        let config = settings(&sources)?;
        worker::queues(&config.worker)?;
        let shutdown = signals::shutdown()?;
        let listener = listen(config.server.listen).await?;
        let store = open(&config).await?;
        dashboard(&config, listener, store, shutdown).await
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

/// Serves the dashboard of a store until shutdown; says on standard output where it is.
pub(super) async fn dashboard(
    config: &Config,
    listener: TcpListener,
    store: SharedStore,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("the socket has no address: {error}")))?;
    let auth = access::auth(config)?;
    access::check(config, address, &auth)?;
    let tls = tls(config)?;
    // Before anything runs: its settings may be wrong.
    let worker = if is_worker(config) {
        let worker = worker::build(store.clone(), config, true).await?;
        handlers::warn(config);
        Some(worker)
    } else {
        None
    };
    let admin = served_admin(config, store.clone());
    let options = SamplerOptions {
        interval: config.live.interval,
        redactor: admin.shown_redactor().clone(),
    };
    let live = Live::start(store.clone(), options, shutdown.clone());
    let worker = worker.map(|worker| {
        let stop = shutdown.clone();
        tokio::spawn(async move {
            if let Err(error) = worker.run(stop).await {
                tracing::error!(%error, "the worker has ended; nobody here enqueues what is due");
            }
        })
    });
    let operations = tokio::spawn(OperationRunner::new(admin.clone()).run(shutdown.clone()));
    let keeper = tokio::spawn(HoldKeeper::new(admin.clone()).run(shutdown.clone()));
    let mut state = AppState::new(admin, live, shutdown.clone());
    state.hosts = Hosts::for_address(address, &config.server.hosts);
    state.auth = Arc::new(auth);
    state.proxies = TrustedProxies::new(&config.auth.proxy_addresses);
    state.limiter = Arc::new(Limiter::new(limits(&config.limits)));
    state.environment.clone_from(&config.server.environment);
    let scheme = if tls.is_some() { "https" } else { "http" };
    output::line(format_args!(
        "Jobdeck is at {scheme}://{}",
        reachable(address)
    ));
    let served = match tls {
        Some(tls) => serve_tls(listener, tls, state, shutdown.clone()).await,
        None => serve(listener, state, shutdown.clone()).await,
    };
    shutdown.cancel();
    // All end behind what they are at.
    let _ = operations.await;
    let _ = keeper.await;
    if let Some(worker) = worker {
        let _ = worker.await;
    }
    served.map_err(|error| Failure::new(format!("the server failed: {error}")))
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
