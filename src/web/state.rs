//! What every handler may use.

use super::{Hosts, Limiter, Limits, TrustedProxies, assets::Assets, seldom::Seldom};
use crate::{
    admin::Admin,
    auth::Auth,
    groups::Groups,
    live::{Live, Stores},
    model::{Actor, BasePath, StoreSign},
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
    /// What stands before the paths of everything that this server has.
    pub base_path: BasePath,
    /// What stands behind that, where one of several stores is asked for at its own address: `/s/emails`.
    pub(super) own_path: String,
    /// Which of several stores this is about, if there are several.
    pub sign: Option<StoreSign>,
    /// All stores, if there are several.
    pub stores: Arc<[ServedStore]>,
    /// The same side by side.
    pub side_by_side: Stores,
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
        let groups = groups_beside(&admin, &live, shutdown.clone());
        Self::over(admin.acting_as(Actor::nobody()), live, groups, shutdown)
    }

    fn over(admin: Admin, live: Live, groups: Groups, shutdown: CancellationToken) -> Self {
        Self {
            groups,
            leptos_options: leptos_options(),
            assets: Assets::open(),
            admin,
            live,
            own_path: String::new(),
            sign: None,
            stores: Arc::default(),
            side_by_side: Stores::default(),
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

    /// The state of a server over several stores, of which the first is also at the root.
    ///
    /// Nothing when there are none.
    #[must_use]
    pub fn with_stores(
        stores: Vec<(StoreSign, Admin, Live)>,
        shutdown: CancellationToken,
    ) -> Option<Self> {
        let served = stores.into_iter().map(|(sign, admin, live)| ServedStore {
            groups: groups_beside(&admin, &live, shutdown.clone()),
            sign,
            admin: admin.acting_as(Actor::nobody()),
            live,
        });
        let served: Arc<[ServedStore]> = served.collect();
        let first = served.first()?;
        let mut state = Self::over(
            first.admin.clone(),
            first.live.clone(),
            first.groups.clone(),
            shutdown,
        );
        state.environment.clone_from(&first.sign.environment);
        state.sign = Some(first.sign.clone());
        state.side_by_side = served
            .iter()
            .map(|store| (store.sign.clone(), store.live.clone()))
            .collect();
        state.stores = served;
        Some(state)
    }

    /// The same server, asked about one of its stores at that store's own address.
    pub(super) fn of(&self, store: &ServedStore) -> Self {
        let ServedStore {
            sign,
            admin,
            live,
            groups,
        } = store.clone();
        Self {
            environment: sign.environment.clone(),
            own_path: sign.path(),
            sign: Some(sign),
            admin,
            live,
            groups,
            ..self.clone()
        }
    }

    /// The stores that are asked for: the one whose address it is, or all of them at the root.
    pub(super) fn shown_stores(&self) -> Vec<ShownStore> {
        if !self.own_path.is_empty() || self.stores.is_empty() {
            return vec![ShownStore {
                name: self.sign.as_ref().map(|sign| sign.name.clone()),
                admin: self.admin.clone(),
                live: self.live.clone(),
            }];
        }
        let stores = self.stores.iter();
        let shown = stores.map(|store| ShownStore {
            name: Some(store.sign.name.clone()),
            admin: store.admin.clone(),
            live: store.live.clone(),
        });
        shown.collect()
    }

    /// What stands before the paths of what is asked for here: of everything, or of one of several stores.
    #[must_use]
    pub fn full_path(&self) -> BasePath {
        self.base_path.join(&self.own_path)
    }
}

/// A store that probes are told of.
pub(super) struct ShownStore {
    /// Its name, if there are several.
    pub(super) name: Option<String>,
    pub(super) admin: Admin,
    pub(super) live: Live,
}

/// One of several stores.
#[derive(Clone, Debug)]
pub struct ServedStore {
    /// How it is told from the others.
    pub sign: StoreSign,
    /// The door to it, for nobody.
    pub admin: Admin,
    /// What it looks like now.
    pub live: Live,
    /// Its failure groups.
    pub groups: Groups,
}

fn groups_beside(admin: &Admin, live: &Live, shutdown: CancellationToken) -> Groups {
    let groups = Groups::start(admin.store().clone(), live.redactor().clone(), shutdown);
    live.accompany(groups.clone());
    groups
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
