//! The third party: a small photo gallery on a loopback port.

use super::{
    DemoOptions,
    faults::{Fault, Faults},
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use image::{ImageDecoder, codecs::png::PngDecoder};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{self, Cursor},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, time::sleep};
use tokio_util::sync::CancellationToken;

/// Largest photo that is accepted.
pub(super) const LARGEST_PHOTO_BYTES: usize = 1024 * 1024;

/// Largest body that is read at all, so that there is a proper answer to what is too large.
const LARGEST_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Albums that are remembered: the oldest are forgotten first.
const MOST_ALBUMS: usize = 2_000;

/// The gallery.
#[derive(Debug)]
pub(super) struct Gallery {
    faults: Faults,
    // A std mutex: held for a few instructions, never over an await.
    albums: Mutex<BTreeMap<u64, AlbumOnShow>>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct AlbumOnShow {
    title: String,
    photos: BTreeMap<u32, PhotoOnShow>,
}

#[derive(Clone, Debug, Serialize)]
struct PhotoOnShow {
    bytes: usize,
    edge: u32,
    /// How often the photo was sent to its end.
    received: u32,
}

#[derive(Debug, Deserialize)]
struct NewAlbum {
    title: String,
}

impl Gallery {
    pub(super) fn new(options: Arc<DemoOptions>) -> Self {
        Self {
            faults: Faults::new(options),
            albums: Mutex::default(),
        }
    }

    /// Answers requests until `shutdown`.
    pub(super) async fn serve(self, listener: TcpListener, shutdown: CancellationToken) {
        let router = Router::new()
            .route("/albums/{album}", get(show_album).put(put_album))
            .route(
                "/albums/{album}/photos/{photo}",
                get(show_photo).post(post_photo),
            )
            .route("/notifications", post(post_notification))
            .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
            .with_state(Arc::new(self));
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(shutdown.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the demo's gallery ended");
        }
    }

    /// Takes its time, and does `work` unless something goes wrong.
    async fn moody(&self, key: &str, work: impl FnOnce() -> Response) -> Response {
        let (delay, fault) = self.faults.draw(key);
        sleep(delay).await;
        match fault {
            Fault::Nothing => work(),
            Fault::Error(status, reason) => refuse(status, reason),
            Fault::DropBefore => dropped(),
            Fault::DropAfter => {
                drop(work());
                dropped()
            }
            Fault::RateLimited {
                retry_after_seconds,
            } => {
                let retry_after = [(RETRY_AFTER, retry_after_seconds.to_string())];
                let reason = "too many requests of this account";
                (retry_after, refuse(StatusCode::TOO_MANY_REQUESTS, reason)).into_response()
            }
        }
    }

    fn with_albums<T>(&self, work: impl FnOnce(&mut BTreeMap<u64, AlbumOnShow>) -> T) -> T {
        let mut albums = self.albums.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut albums);
        while albums.len() > MOST_ALBUMS {
            albums.pop_first();
        }
        result
    }
}

async fn show_album(State(gallery): State<Arc<Gallery>>, Path(album): Path<u64>) -> Response {
    match gallery.with_albums(|albums| albums.get(&album).cloned()) {
        Some(album) => Json(album).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "there is no such album"),
    }
}

async fn put_album(
    State(gallery): State<Arc<Gallery>>,
    Path(album): Path<u64>,
    Json(new): Json<NewAlbum>,
) -> Response {
    let create = || {
        gallery.with_albums(|albums| albums.entry(album).or_default().title = new.title);
        StatusCode::NO_CONTENT.into_response()
    };
    gallery.moody(&format!("album {album}"), create).await
}

async fn show_photo(
    State(gallery): State<Arc<Gallery>>,
    Path((album, photo)): Path<(u64, u32)>,
) -> Response {
    let shown = gallery.with_albums(|albums| albums.get(&album)?.photos.get(&photo).cloned());
    match shown {
        Some(photo) => Json(photo).into_response(),
        None => refuse(StatusCode::NOT_FOUND, "there is no such photo"),
    }
}

/// A photo that is sent again (its address is the key) is answered as the first time, and shown once.
async fn post_photo(
    State(gallery): State<Arc<Gallery>>,
    Path((album, photo)): Path<(u64, u32)>,
    headers: HeaderMap,
    png: Bytes,
) -> Response {
    // Before anything else can go wrong: such a photo is refused every time, for this reason and no other.
    if png.len() > LARGEST_PHOTO_BYTES {
        let reason = format!(
            "the picture has {} bytes, at most {LARGEST_PHOTO_BYTES} are accepted",
            png.len()
        );
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, &reason);
    }
    let accept = || {
        if headers
            .get("content-type")
            .is_none_or(|kind| kind != "image/png")
        {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "only PNG is accepted");
        }
        let (width, height) = match PngDecoder::new(Cursor::new(&png)) {
            Ok(decoder) => decoder.dimensions(),
            Err(error) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
        };
        gallery.with_albums(|albums| {
            let photos = &mut albums.entry(album).or_default().photos;
            let shown = photos.entry(photo).or_insert(PhotoOnShow {
                bytes: png.len(),
                edge: width.max(height),
                received: 0,
            });
            shown.received += 1;
        });
        StatusCode::CREATED.into_response()
    };
    gallery
        .moody(&format!("photo {album}/{photo}"), accept)
        .await
}

async fn post_notification(State(gallery): State<Arc<Gallery>>, text: String) -> Response {
    gallery
        .moody(&text, || StatusCode::ACCEPTED.into_response())
        .await
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, Json(serde_json::json!({ "error": reason }))).into_response()
}

/// An answer that breaks off before it begins: the server closes the connection when the body fails.
fn dropped() -> Response {
    let failure = io::Error::from(io::ErrorKind::ConnectionAborted);
    let body = futures::stream::once(std::future::ready(Err::<Bytes, _>(failure)));
    Body::from_stream(body).into_response()
}
