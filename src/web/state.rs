//! What every handler may use.

use super::{Hosts, Limiter, Limits, TrustedProxies, assets::Assets, seldom::Seldom};
use crate::{
    admin::Admin,
    auth::Auth,
    groups::Groups,
    live::Live,
    model::{Actor, BasePath},
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What every handler may use. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Where the pages' files are named.
    pub leptos_options: LeptosOptions,
    /// The style sheet, script and wasm of the pages.
    pub assets: Assets,
    /// The door to the store, for nobody: it only reads. Who asks has one of their own ([`super::auth::Door`]).
    pub admin: Admin,
    /// What the store looks like now.
    pub live: Live,
    /// The failure groups of the store.
    pub groups: Groups,
    /// What stands before the paths of everything.
    pub base_path: BasePath,
    /// The names under which this server may be asked.
    pub hosts: Hosts,
    /// The proxies whose word is taken.
    pub proxies: TrustedProxies,
    /// Who may come in.
    pub auth: Arc<Auth>,
    /// Whether it is time to tell the log that somebody who is no proxy wrote its headers.
    pub(super) forged: Arc<Seldom>,
    /// Words in the log about people whom a proxy names and who are not let in.
    pub(super) unclear: Arc<Seldom>,
    /// That nobody can begin to log in at the provider.
    pub(super) no_log_in: Arc<Seldom>,
    /// How much one may ask for.
    pub limiter: Arc<Limiter>,
    /// A word in the header of pages, such as `production`.
    pub environment: Option<String>,
    /// Ends streams that would never end by themselves.
    pub shutdown: CancellationToken,
}

impl AppState {
    /// The state of a server over one store, which may be asked under any name, by anybody, for as much as they like.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "from here on the state has the door"
    )]
    pub fn new(admin: Admin, live: Live, shutdown: CancellationToken) -> Self {
        let groups = Groups::start(
            admin.store().clone(),
            live.redactor().clone(),
            shutdown.clone(),
        );
        live.accompany(groups.clone());
        Self {
            groups,
            leptos_options: leptos_options(),
            assets: Assets::open(),
            admin: admin.acting_as(Actor::nobody()),
            live,
            base_path: BasePath::default(),
            hosts: Hosts::any(),
            proxies: TrustedProxies::default(),
            auth: Arc::default(),
            forged: Arc::default(),
            unclear: Arc::default(),
            no_log_in: Arc::default(),
            limiter: Arc::new(Limiter::new(Limits::default())),
            environment: None,
            shutdown,
        }
    }
}

/// The names of the pages' files, and the port on which cargo-leptos tells browsers to load anew.
fn leptos_options() -> LeptosOptions {
    let mut options = LeptosOptions::builder().output_name("jobdeck").build();
    if let Some(port) = reload_port() {
        options.reload_port = port;
    }
    options
}

/// That port, while `cargo leptos watch` runs.
pub(super) fn reload_port() -> Option<u32> {
    std::env::var_os("LEPTOS_WATCH")?;
    std::env::var("LEPTOS_RELOAD_PORT").ok()?.parse().ok()
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

impl FromRef<AppState> for Groups {
    fn from_ref(state: &AppState) -> Self {
        state.groups.clone()
    }
}
