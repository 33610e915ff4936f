//! Albums that owners hand in: in waves, never more than a bounded backlog.

use super::{
    DemoOptions,
    jobs::{Album, PUBLISH_ALBUM, new_job},
};
use crate::{
    client::{Client, EnqueueError},
    store::{SharedStore, StoreResult},
};
use rand::RngExt;
use std::{f64::consts::TAU, sync::Arc};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// From one busy time to the next, seconds of the demo's time.
const WAVE_SECONDS: f64 = 240.0;

/// Photos of the albums that are there from the start, so that there is something to see.
const FIRST_ALBUMS: [u32; 3] = [12, 28, 18];

const PLACES: [&str; 12] = [
    "Dunes",
    "Harbour",
    "Old town",
    "Glacier",
    "Lighthouse",
    "Market",
    "Orchard",
    "Salt flats",
    "Night train",
    "Waterfall",
    "Rooftops",
    "Heath",
];
const TIMES: [&str; 8] = [
    "at dawn",
    "at dusk",
    "in March",
    "in the fog",
    "after rain",
    "by night",
    "in summer",
    "under snow",
];

/// Hands in albums until `shutdown`, or until there were enough.
pub(super) async fn run(
    store: SharedStore,
    options: Arc<DemoOptions>,
    shutdown: CancellationToken,
) {
    let client = Client::new(store.clone());
    let started = Instant::now();
    let mut handed_in: u32 = 0;
    let mut number = None;
    loop {
        if options.albums.is_some_and(|albums| handed_in >= albums) {
            return;
        }
        let seconds = started.elapsed().as_secs_f64() * options.speed;
        let rush = 0.5 - 0.5 * (seconds / WAVE_SECONDS * TAU).cos();
        match hand_in(&store, &client, &options, &mut number, handed_in, rush).await {
            Ok(true) => handed_in += 1,
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "an album could not be handed in yet"),
        }
        let pause_seconds = if (handed_in as usize) < FIRST_ALBUMS.len() {
            0.5
        } else {
            // 16 to 32 seconds in calm times, 6 to 12 when it is busy.
            (16.0 - 10.0 * rush) * rand::random_range(1.0..2.0)
        };
        tokio::select! {
            () = sleep(options.paced(pause_seconds)) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

/// Whether an album was handed in: not while too much waits.
async fn hand_in(
    store: &SharedStore,
    client: &Client,
    options: &DemoOptions,
    number: &mut Option<u64>,
    handed_in: u32,
    rush: f64,
) -> Result<bool, EnqueueError> {
    if is_full(store, options).await? {
        return Ok(false);
    }
    let now = store.now().await?;
    // A number that no earlier run has used: an album of another run would count as published.
    let album = number.map_or_else(
        || u64::try_from(now.0 / 10_000).unwrap_or(0),
        |last| last + 1,
    );
    *number = Some(album);
    let (new, later) = draw(album, handed_in, rush);
    let mut job = new_job(PUBLISH_ALBUM, "albums", album, &new)?;
    if let Some(seconds) = later {
        let delay_ms = options.paced(seconds).as_millis();
        job.at = Some(now.plus_milliseconds(i64::try_from(delay_ms).unwrap_or(i64::MAX)));
    }
    client.push(job).await?;
    Ok(true)
}

/// The next album, and in how many seconds it is to appear, if not at once.
fn draw(album: u64, handed_in: u32, rush: f64) -> (Album, Option<f64>) {
    let mut random = rand::rng();
    let mut photos = random.random_range(6..=14);
    if random.random_bool(rush * 0.6) {
        photos += random.random_range(10..=35);
    }
    let mut later = random
        .random_bool(0.25)
        .then(|| random.random_range(60.0..180.0));
    if let Some(first) = FIRST_ALBUMS.get(handed_in as usize) {
        (photos, later) = (*first, None);
    }
    // Every other owner wants one photo in full resolution.
    let full_resolution = if handed_in.is_multiple_of(2) {
        vec![random.random_range(1..=photos.min(5))]
    } else {
        Vec::new()
    };
    let place = PLACES[random.random_range(0..PLACES.len())];
    let time = TIMES[random.random_range(0..TIMES.len())];
    let album = Album {
        album,
        title: format!("{place} {time}"),
        photos,
        full_resolution,
    };
    (album, later)
}

async fn is_full(store: &SharedStore, options: &DemoOptions) -> StoreResult<bool> {
    let overview = store.overview().await?;
    Ok(overview.enqueued > options.backlog_limit
        || overview.retrying + overview.scheduled > options.backlog_limit)
}
