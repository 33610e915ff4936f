//! The album example: photos published through a bad third party.
//!
//! Owners hand in albums; a job `PublishAlbum` turns each into one job `PublishPhoto` a photo, and some smaller ones. Photos are real PNG
//! files, made here and sent over HTTP to a gallery that the demo starts itself on a loopback port. The gallery is as bad as such
//! services can be: slow, failing, dropping connections before or after it took the photo, limiting the rate, and refusing what is too
//! large. What was published is not sent again; what is too large ends in the dead set, with a message that says how to get it through.
//!
//! | file | owns |
//! | --- | --- |
//! | `options` | pace and limits |
//! | `jobs` | the classes and their arguments |
//! | `producer` | albums arriving, in waves, never more than a bounded backlog |
//! | `handlers` | what the jobs do |
//! | `publisher`, `gallery_error` | the client of the gallery, and what it can run into |
//! | `gallery`, `faults` | the third party, and how it misbehaves |
//! | `picture` | photos by number |
//! | `crew` | the two worker processes, started again when somebody stops them |
//! | `janitor` | keeps the demo's own dead jobs few |

mod crew;
mod faults;
mod gallery;
mod gallery_error;
mod handlers;
mod janitor;
mod jobs;
mod options;
mod picture;
mod producer;
mod publisher;

use crate::{store::SharedStore, worker::WorkerError};
use gallery::Gallery;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

pub use options::DemoOptions;

/// How long the gallery may take to end.
const GALLERY_GRACE: Duration = Duration::from_secs(2);

/// Why the demo cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// There is no port for the gallery.
    #[error("the demo's gallery cannot listen on a loopback port: {0}")]
    Listen(#[source] std::io::Error),
    /// There is no HTTP client for the gallery.
    #[error("the demo has no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// The workers cannot run.
    #[error(transparent)]
    Worker(#[from] WorkerError),
}

/// Runs the example on this store until `shutdown`: albums arrive, two workers publish them.
///
/// # Errors
/// See [`DemoError`]. A store that is only away is waited for.
pub async fn run(
    store: SharedStore,
    options: DemoOptions,
    shutdown: CancellationToken,
) -> Result<(), DemoError> {
    Demo::start(store, options).await?.run(shutdown).await
}

/// The example, its gallery listening.
#[derive(Debug)]
pub struct Demo {
    store: SharedStore,
    options: Arc<DemoOptions>,
    listener: TcpListener,
    gallery_address: SocketAddr,
}

impl Demo {
    /// Takes a loopback port for the gallery.
    ///
    /// # Errors
    /// [`DemoError::Listen`].
    pub async fn start(store: SharedStore, options: DemoOptions) -> Result<Self, DemoError> {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(DemoError::Listen)?;
        let gallery_address = listener.local_addr().map_err(DemoError::Listen)?;
        Ok(Self {
            store,
            options: Arc::new(options),
            listener,
            gallery_address,
        })
    }

    /// Where the gallery listens while the demo runs. `GET /albums/{album}` tells what it has published, and how often it got each photo.
    #[must_use]
    pub fn gallery_address(&self) -> SocketAddr {
        self.gallery_address
    }

    /// Runs until `shutdown`, then lets running jobs end or go back to their queues.
    ///
    /// # Errors
    /// [`DemoError::Worker`] when the store cannot be used.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), DemoError> {
        let Self {
            store,
            options,
            listener,
            gallery_address,
        } = self;
        // The gallery ends last: jobs that are still running talk to it.
        let gallery_shutdown = CancellationToken::new();
        let mut gallery = JoinSet::new();
        gallery.spawn(Gallery::new(Arc::clone(&options)).serve(listener, gallery_shutdown.clone()));

        let publisher =
            publisher::Publisher::new(gallery_address, &options).map_err(DemoError::Client)?;
        let mut helpers = JoinSet::new();
        helpers.spawn(producer::run(
            store.clone(),
            Arc::clone(&options),
            shutdown.clone(),
        ));
        helpers.spawn(janitor::run(
            store.clone(),
            Arc::clone(&options),
            shutdown.clone(),
        ));
        let result = crew::run(store, publisher, options, shutdown.clone()).await;
        // Also when the crew could not work at all.
        shutdown.cancel();
        while helpers.join_next().await.is_some() {}
        gallery_shutdown.cancel();
        let ended = timeout(GALLERY_GRACE, gallery.join_next()).await;
        if ended.is_err() {
            tracing::debug!("the gallery still had connections");
        }
        Ok(result?)
    }
}
