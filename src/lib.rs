//! Jobdeck: a live dashboard and admin tool for background jobs, with an embedded worker.
//!
//! It reads and writes Sidekiq's Redis layout, so it stands beside any Sidekiq deployment, and it
//! carries an SQLite store, so it also works with nothing installed.
//!
//! # As a library
//!
//! Programs in Rust enqueue jobs with a `Client`, and run them with a `Worker`:
//!
//! ```
//! use jobdeck::{Client, Worker, job::NewJob, store::{StoreOptions, connect}};
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite:{}/jobs.db", folder.path().display());
//! // An SQLite file, or the Redis of a Sidekiq deployment: "redis://127.0.0.1:6379/0".
//! let store = connect(&url, &StoreOptions::default()).await?; // url: "sqlite:jobs.db"
//!
//! // Anywhere: in a web application, for example.
//! let client = Client::new(store.clone());
//! client.enqueue("Greet", ("Ada", 2)).await?;
//! client.push(NewJob::new("Greet").with_args(("Grace", 1))?.on_queue("low").retry(5)).await?;
//!
//! // In the same program, or in another.
//! # let (all_greeted, mut greeted) = tokio::sync::mpsc::channel::<()>(2);
//! let worker = Worker::builder(store)
//!     .queue("default", 5)
//!     .queue("low", 1)
//! #   .state(all_greeted)
//!     .handler("Greet", |job, (name, times): (String, u32)| async move {
//!         for _ in 0..times {
//!             println!("{}: Hello, {name}!", job.jid());
//!         }
//! #       job.state::<tokio::sync::mpsc::Sender<()>>()?.send(()).await?;
//!         Ok(())
//!     });
//! # let ctrl_c = async { for _ in 0..2 { greeted.recv().await; } };
//! worker.run_until(ctrl_c).await?;
//! # Ok(())
//! # }
//! ```
//!
//! The guide for both is in `worker`; `client` has everything about enqueuing, `testing` helps to test what is written with them.
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
//! | `search` | the words of a search, and whether a job is one that they mean |
//! | [`periodic`] | jobs that are enqueued by the calendar: their settings, and when they are due |
//! | `failures` | what failed jobs have in common: signatures, and groups of entries with the same one |
//! | `holds` | whether a retry is kept from being tried, and where it waits then |
//! | [`redaction`] | takes secrets out of jobs that are shown or exported |
//! | [`shown`] | a stored job as it is shown |
//! | [`export`] | jobs as files, NDJSON and CSV: written and read |
//! | `store` | the contract for reading and changing jobs, and its two stores: Redis and SQLite |
//! | `http_client` | connections to servers that the settings name |
//! | `trace` | what spans for a collector of traces have in common |
//! | `client` | enqueues jobs |
//! | `worker` | fetches and runs jobs: concurrency, retries, scheduler, heartbeat, recovery |
//! | `admin` | the one door for every change and every composed read |
//! | `alerts` | rules that watch, and tell people what is wrong |
//! | `auth` | who somebody is: users, sessions, tokens, users of a provider or a proxy |
//! | `live` | one sampler a store, and the stream of what it saw |
//! | `groups` | one index of failure groups a store, kept in the background |
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
pub mod alerts;
#[cfg(feature = "ssr")]
pub mod auth;
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
pub mod export;
#[cfg(feature = "ssr")]
pub mod failures;
#[cfg(feature = "ssr")]
pub mod groups;
#[cfg(feature = "ssr")]
pub mod holds;
#[cfg(feature = "ssr")]
pub(crate) mod http_client;
#[cfg(feature = "ssr")]
pub mod job;
#[cfg(feature = "ssr")]
pub mod live;
#[cfg(feature = "ssr")]
pub mod periodic;
#[cfg(feature = "ssr")]
pub mod redaction;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
pub mod shown;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod telemetry;
#[cfg(feature = "ssr")]
pub(crate) mod trace;
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
