//! HTTP around the pages: routes, REST, live streams, health, metrics, headers.
//!
//! [`router`] is everything that can be asked for; [`serve`] answers on a socket until it is told to stop.

pub mod assets;
mod auth;
mod headers;
mod health;
mod hosts;
mod import;
mod layers;
mod login;
mod metrics;
mod origin;
mod pages;
mod renderers;
mod request_id;
mod rest;
mod search_stream;
mod serve;
mod sse;
mod state;
mod upload;

use axum::{
    Router,
    routing::{any, get, post},
};

pub use hosts::Hosts;
pub(crate) use rest::{moment, script};
pub use serve::serve;
pub use state::AppState;

/// The addresses of all pages, with `:name` where something stands in their place.
pub fn page_paths() -> impl Iterator<Item = String> {
    pages::paths()
}

/// Everything that can be asked for over HTTP.
pub fn router(state: AppState) -> Router {
    let router = Router::new()
        .merge(pages::router(&state))
        .merge(state.assets.clone().router())
        .route("/live", get(sse::pages))
        .route("/live/search", get(search_stream::search))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/import", post(import::upload))
        .route(login::PATH, login::routes())
        .route(login::LOGOUT_PATH, login::logout_routes())
        .nest("/api/v1", rest::router())
        .route("/api/v1/", any(rest::unknown_path))
        // What is not there: a page that says so, for people.
        .fallback(pages::not_found);
    // Last, or what comes after them slips past.
    layers::around(router, &state).with_state(state)
}
