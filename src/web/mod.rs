//! HTTP around the pages: routes, REST, live streams, health, metrics, headers.
//!
//! [`router`] is everything that can be asked for; [`serve`] answers on a socket until it is told to stop, [`serve_tls`] does
//! so over TLS.

pub mod assets;
mod auth;
mod base_path;
mod client_address;
mod connection;
mod connections;
mod headers;
mod health;
mod hosts;
mod import;
mod layers;
mod limits;
mod login;
mod metrics;
mod oidc;
mod origin;
mod pages;
mod renderers;
mod request_id;
mod rest;
mod reveal;
mod search_stream;
mod seldom;
mod serve;
mod sse;
mod state;
mod store_guard;
mod tally;
mod tls;
mod traced;
mod upload;

use axum::{
    Router,
    routing::{any, get, post},
};

pub use client_address::TrustedProxies;
pub use hosts::Hosts;
pub use limits::{Limiter, Limits};
pub(crate) use rest::{moment, script};
pub use serve::{serve, serve_tls};
pub use state::{AppState, ServedStore};
pub use tls::{Tls, TlsError};

/// The addresses of all pages, with `:name` where something stands in their place.
pub fn page_paths() -> impl Iterator<Item = String> {
    pages::paths()
}

/// Everything that can be asked for over HTTP: of the store, or of each of several at its own address, and of the first at the root as well.
pub fn router(state: AppState) -> Router {
    let of_stores = state.stores.iter().map(|store| state.of(store));
    let mut states: Vec<AppState> = of_stores.collect();
    states.push(state);
    let served = states
        .into_iter()
        .map(|state| (state.full_path(), of_one(state)));
    base_path::below(served.collect())
}

/// Everything that can be asked for of a store.
fn of_one(state: AppState) -> Router {
    let base = state.full_path();
    let router = Router::new()
        .merge(pages::router(&state))
        .merge(state.assets.clone().router())
        .route("/live", get(sse::pages))
        .route("/live/search", get(search_stream::search))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/import", post(import::upload))
        .route("/jobs", reveal::routes())
        .route("/jobs/{jid}", reveal::routes())
        .route(login::PATH, login::routes())
        .route(oidc::PATH, oidc::routes())
        .route(oidc::CALLBACK_PATH, oidc::callback_routes())
        .route(login::LOGOUT_PATH, login::logout_routes())
        .nest("/api/v1", rest::router(&base))
        .route("/api/v1/", any(rest::unknown_path))
        // What is not there: a page that says so, for people.
        .fallback(pages::not_found);
    // Last, or what comes after them slips past.
    layers::around(router, &state).with_state(state)
}
