//! Log-in at an OpenID Connect provider, from the button to the session: a provider and a server on real sockets, and a browser between them.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

#[path = "oidc/browser.rs"]
mod browser;
#[path = "oidc/commands.rs"]
mod commands;
#[path = "oidc/entering.rs"]
mod entering;
#[path = "oidc/forging.rs"]
mod forging;
#[path = "oidc/leaving.rs"]
mod leaving;
#[path = "oidc/provider.rs"]
mod provider;
#[path = "oidc/trouble.rs"]
mod trouble;

use browser::Browser;
use jobdeck::{
    admin::Admin,
    auth::{Auth, GroupRoles, Oidc, OidcSettings, SessionLimits, User},
    live::{Live, SamplerOptions},
    model::Role,
    web::{AppState, TrustedProxies, serve},
};
use provider::Provider;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::{net::SocketAddr, sync::Arc};
use support::open;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

/// Jobdeck's name and secret at the provider. The secret has signs that must be escaped.
const CLIENT: &str = "jobdeck";
const SECRET: &str = "hunter2 &+%ü";

/// What a server is told of a provider.
fn settings(issuer: &str) -> OidcSettings {
    OidcSettings {
        issuer: issuer.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: Some(SECRET.to_owned()),
        scopes: vec!["profile".to_owned(), "groups".to_owned()],
        user_claim: "preferred_username".to_owned(),
        groups_claim: "groups".to_owned(),
        groups: GroupRoles {
            roles: [
                ("staff", Role::Viewer),
                ("ops", Role::Operator),
                ("root", Role::Admin),
            ]
            .map(|(group, role)| (group.to_owned(), role))
            .into(),
            ..GroupRoles::default()
        },
        label: "Example Login".to_owned(),
        redirect_url: None,
    }
}

/// A port that is taken, so that no other test gets it, and at which nobody is.
fn away() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let any = "127.0.0.1:0".parse().expect("an address");
    socket.bind(any).expect("a port");
    let address = socket.local_addr().expect("an address");
    (socket, address)
}

/// A server that lets people in by a provider.
struct Site {
    /// `http://127.0.0.1:PORT`.
    address: String,
    shutdown: CancellationToken,
    _folder: TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Site {
    async fn at(provider: &Provider) -> Self {
        Self::with(settings(&provider.issuer)).await
    }

    async fn with(settings: OidcSettings) -> Self {
        Self::over(settings, Vec::new(), false).await
    }

    async fn over(settings: OidcSettings, users: Vec<User>, secure: bool) -> Self {
        Self::below("", settings, users, secure).await
    }

    /// One below a base path.
    async fn below(base: &str, settings: OidcSettings, users: Vec<User>, secure: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&format!("sqlite:{}/jobs.db", folder.path().display())).await;
        let shutdown = CancellationToken::new();
        let live = Live::start(store.clone(), SamplerOptions::default(), shutdown.clone());
        let mut state = AppState::new(Admin::new(store), live, shutdown.clone());
        let auth = Auth::new(users, Vec::new(), SessionLimits::default(), secure);
        let oidc = Oidc::new(settings).expect("a client");
        state.auth = Arc::new(auth.with_oidc(Some(oidc)));
        state.proxies = TrustedProxies::new(&["127.0.0.1/32".parse().expect("a network")]);
        state.base_path = base.parse().expect("a base path");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve(listener, state, shutdown.clone()));
        Self {
            address: format!("http://{address}{base}"),
            shutdown,
            _folder: folder,
        }
    }

    /// The events of the audit, the newest first, as an operator reads them.
    async fn audit(&self, provider: &Provider) -> Vec<Value> {
        provider.is(&json!({"preferred_username": "auditor", "groups": ["ops"]}));
        let mut browser = Browser::new(self);
        browser.log_in("/").await;
        let answer = browser.get("/api/v1/audit").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let body: Value = serde_json::from_str(&answer.text).expect("JSON");
        body["events"].as_array().expect("events").clone()
    }
}
