//! Handlers that share state, tell how far they are, keep a log, and come to an end when somebody cancels them:
//! `cargo run --example album`.
//!
//! Look at it with `jobdeck serve --no-worker --store sqlite:album.db`.
#![allow(clippy::print_stdout, reason = "it talks to the person who runs it")]

use jobdeck::{
    Client, Worker,
    store::{SharedStore, StoreOptions, connect},
    worker::{JobContext, JobError, JobResult, WorkerError},
};
use serde::{Deserialize, Serialize};
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

/// What all handlers share: here a counter, elsewhere a pool of connections.
#[derive(Debug, Default)]
pub struct Gallery {
    /// Photos that were published.
    pub published: AtomicU64,
}

/// The argument of a job.
#[derive(Debug, Deserialize, Serialize)]
struct Album {
    title: String,
    photos: u32,
}

/// Publishes an album, photo by photo.
async fn publish_album(gallery: Arc<Gallery>, job: JobContext, album: Album) -> JobResult {
    if album.photos == 0 {
        // There is no point in trying that again: straight to the dead set.
        return Err(JobError::new("EmptyAlbum", format!("{} has no photos", album.title)).kill());
    }
    let cancellation = job.cancellation();
    for photo in 1..=album.photos {
        tokio::select! {
            () = sleep(Duration::from_millis(20)) => {}
            () = cancellation.cancelled() => {
                job.log(format!("cancelled before photo {photo}"));
                return Err(JobError::new("Cancelled", "somebody cancelled it"));
            }
        }
        gallery.published.fetch_add(1, Ordering::Relaxed);
        job.log(format!("photo {photo} of {} is published", album.title));
        let percent = 100.0 * f64::from(photo) / f64::from(album.photos);
        job.progress(percent, format!("{photo} of {} photos", album.photos));
    }
    Ok(())
}

/// Counts what other programs enqueue under names of their own: the arguments are left alone.
async fn note(job: JobContext) -> JobResult {
    job.log(format!(
        "{} with {}",
        job.class(),
        job.job().field("args").unwrap_or("nothing")
    ));
    Ok(())
}

/// Enqueues some albums.
///
/// # Errors
/// What is wrong with the store.
pub async fn enqueue(store: SharedStore) -> Result<(), Box<dyn Error>> {
    let client = Client::new(store);
    for (title, photos) in [("Harbour", 8), ("Mountains", 5), ("Nothing", 0)] {
        let title = title.to_owned();
        client
            .enqueue("PublishAlbum", (Album { title, photos },))
            .await?;
    }
    client.enqueue("Events::AlbumViewed", ("Harbour",)).await?;
    Ok(())
}

/// Works until `shutdown` completes.
///
/// # Errors
/// What is wrong with the store.
pub async fn work(
    store: SharedStore,
    gallery: Arc<Gallery>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), WorkerError> {
    Worker::builder(store)
        .concurrency(2)
        .handler("PublishAlbum", move |job, album: Album| {
            publish_album(Arc::clone(&gallery), job, album)
        })
        .raw_handler("Events::*", note)
        .run_until(shutdown)
        .await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = connect("sqlite:album.db", &StoreOptions::default()).await?;
    let gallery = Arc::new(Gallery::default());
    enqueue(store.clone()).await?;
    println!("Ctrl-C ends it.");
    let until = async { tokio::signal::ctrl_c().await.unwrap_or(()) };
    work(store, Arc::clone(&gallery), until).await?;
    println!(
        "{} photos published",
        gallery.published.load(Ordering::Relaxed)
    );
    Ok(())
}
