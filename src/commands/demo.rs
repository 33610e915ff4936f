//! `jobdeck demo`: the album example, live.

use super::{
    Failure,
    options::{Common, open, settings},
    serve::{dashboard, listen},
    signals,
};
use crate::{
    config::{Config, ServerConfig, StoreConfig},
    demo::DemoOptions,
};
use clap::Args;
use std::{io::ErrorKind, net::SocketAddr};
use tokio::net::TcpListener;

/// Where the demo's jobs are unless said otherwise.
const STORE: &str = "sqlite:jobdeck-demo.db";
/// Unlike other commands, this one takes no store from its surroundings.
const STORE_HELP: &str = "Where the jobs are: sqlite:PATH, redis://…, rediss://…, redis+unix://… or redis-sentinel://…\n\n\
    [default: sqlite:jobdeck-demo.db]";
/// How many ports are tried when the usual one is taken.
const PORTS: u16 = 100;

/// Show the album example, live
///
/// Albums of photos are published, one job a photo, through a small HTTP service that behaves like a bad third party. The store is
/// `sqlite:jobdeck-demo.db` unless `--store` names another; JOBDECK_STORE, REDIS_URL and the configuration's store are left alone, because
/// the demo fills its store with jobs.
#[derive(Debug, Args)]
#[command(mut_arg("store", |store| store.long_help(STORE_HELP)))]
pub(super) struct Demo {
    #[command(flatten)]
    common: Common,
    /// Address and port to listen on [default: 127.0.0.1:8080, or the next free port].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Serve everything below this path, such as /jobs, for a proxy that passes it on.
    #[arg(long, value_name = "PATH")]
    base_path: Option<String>,
    /// Listen beyond this machine although nobody is asked who they are: whoever reaches the address may do everything.
    #[arg(long)]
    insecure_no_auth: bool,
    /// How many times faster than usual everything goes.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|speed| (0.01..=100.0).contains(speed))
        .ok_or_else(|| "write a number from 0.01 to 100".to_owned())
}

impl Demo {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self {
            mut common,
            listen,
            base_path,
            insecure_no_auth,
            speed,
        } = self;
        let is_said = listen.is_some();
        if common.store.is_empty() {
            common.store.push(STORE.to_owned());
        }
        let mut sources = common
            .sources()
            .seal("store")
            .flag("server.listen", "--listen", listen)
            .flag("server.base_path", "--base-path", base_path)
            .flag(
                "server.insecure_no_auth",
                "--insecure-no-auth",
                insecure_no_auth.then_some(true),
            );
        if common.log.is_none() {
            // What goes wrong here is meant to: the pages show it.
            sources = sources.flag("log.filter", "--log", Some("warn,jobdeck::worker=error"));
        }
        let mut config = settings(&sources)?;
        // The demo brings its own workers.
        config.worker.enabled = Some(false);
        let listener = port(&config, is_said).await?;
        let shutdown = signals::shutdown()?;
        let store = open(&config).await?;
        let demo = async {
            let options = DemoOptions {
                speed,
                enqueue: enqueue_command(&config.store),
                ..DemoOptions::default()
            };
            let result = crate::demo::run(store.clone(), options, shutdown.clone()).await;
            shutdown.cancel();
            result.map_err(|error| Failure::new(error.to_string()))
        };
        let (shown, ran) = tokio::join!(
            dashboard(
                &config,
                listener,
                vec![store.clone()],
                None,
                shutdown.clone()
            ),
            demo
        );
        ran.and(shown)
    }
}

/// How jobs are added to this store from a shell, as this program was called. A password is left out: people know theirs.
fn enqueue_command(store: &StoreConfig) -> Vec<String> {
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "jobdeck".to_owned());
    let mut words = vec![program, "enqueue".to_owned()];
    words.extend(["--store".to_owned(), store.shown_url()]);
    if let Some(prefix) = &store.key_prefix {
        words.extend(["--key-prefix".to_owned(), prefix.clone()]);
    }
    words
}

/// The port that was asked for; when none was, and the usual one is taken, the next that is free.
async fn port(config: &Config, is_said: bool) -> Result<TcpListener, Failure> {
    let usual = ServerConfig::default().listen;
    let wanted = config.server.listen;
    if is_said || wanted != usual {
        return listen(wanted).await;
    }
    for port in usual.port()..usual.port().saturating_add(PORTS) {
        let address = SocketAddr::new(usual.ip(), port);
        match TcpListener::bind(address).await {
            Ok(listener) => {
                if address != usual {
                    tracing::warn!("port {} is taken, so the demo is on {port}", usual.port());
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(_) => return listen(address).await,
        }
    }
    listen(usual).await
}
