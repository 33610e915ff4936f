//! Jobdeck: a live dashboard and admin tool for background jobs, with an embedded worker.
//!
//! It reads and writes Sidekiq's Redis layout, so it stands beside any Sidekiq deployment, and it
//! carries an SQLite store, so it also works with nothing installed.
//!
//! # Map
//!
//! From the bottom up; a module uses only what stands above it in this list (`tests/layering.rs`
//! checks that):
//!
//! | module | owns |
//! | --- | --- |
//! | [`model`] | plain types that cross the wire between server and browser |
//! | `job` | one stored job: its exact bytes, its fields, edits, error traces, display rules |
//! | [`periodic`] | jobs that are enqueued by the calendar: their settings, and when they are due |
//! | `store` | the contract for reading and changing jobs, and its two stores: Redis and SQLite |
//! | `client` | enqueues jobs |
//! | `worker` | fetches and runs jobs: concurrency, retries, scheduler, heartbeat, recovery |
//! | `admin` | the one door for every change and every composed read |
//! | `live` | one sampler a store, and the stream of what it saw |
//! | [`api`] | server functions: signatures here and in the browser, bodies on the server |
//! | [`app`] | the pages |
//! | `web` | HTTP around the pages: REST, assets, health, headers |
//! | `config` | settings from flags, environment and file |
//! | `telemetry` | the log |
//! | `demo` | the album example |
//! | `bench` | benchmarks of the worker |
//! | `commands` | the command line |
//!
//! The crate is compiled twice: with feature `ssr` (default) it is the server, with feature
//! `hydrate` it is the wasm that makes the server's pages live in the browser. Modules without a
//! condition below belong to both.

#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod model;

#[cfg(feature = "ssr")]
pub mod admin;
#[cfg(feature = "ssr")]
pub mod bench;
#[cfg(feature = "ssr")]
pub mod client;
#[cfg(feature = "ssr")]
pub mod commands;
#[cfg(feature = "ssr")]
pub mod config;
#[cfg(feature = "ssr")]
pub mod demo;
#[cfg(feature = "ssr")]
pub mod job;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod periodic;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod telemetry;
#[cfg(feature = "ssr")]
pub mod web;
#[cfg(feature = "ssr")]
pub mod worker;

#[cfg(feature = "hydrate")]
pub mod hydrate;

#[cfg(feature = "ssr")]
pub use client::Client;
#[cfg(feature = "ssr")]
pub use worker::{Worker, testing};
