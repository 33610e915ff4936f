//! The client of the gallery.

use super::{
    DemoOptions,
    gallery_error::GalleryError,
    jobs::{Album, Photo},
};
use crate::worker::{JobError, Trace};
use axum::http::{StatusCode, header::RETRY_AFTER};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

/// Patience with one request, seconds of the demo's time.
const TIMEOUT_SECONDS: f64 = 15.0;

/// The least patience, however fast the demo goes: machines are not faster for that.
const LEAST_TIMEOUT: Duration = Duration::from_secs(10);

/// The client of the gallery; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Publisher {
    http: reqwest::Client,
    base: Arc<str>,
    timeout: Duration,
    options: Arc<DemoOptions>,
}

#[derive(Debug, Deserialize)]
struct AlbumOnShow {
    photos: BTreeMap<u32, serde::de::IgnoredAny>,
}

impl Publisher {
    pub(super) fn new(
        gallery: SocketAddr,
        options: &Arc<DemoOptions>,
    ) -> Result<Self, reqwest::Error> {
        let timeout = options.paced(TIMEOUT_SECONDS).max(LEAST_TIMEOUT);
        // The gallery is on this machine: no proxy of the user's is to be asked.
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(timeout)
            .user_agent("jobdeck-demo")
            .build()?;
        Ok(Self {
            http,
            base: format!("http://{gallery}").into(),
            timeout,
            options: Arc::clone(options),
        })
    }

    /// Makes the album; nothing happens when there is one of its number.
    pub(super) async fn create_album(&self, album: &Album) -> Result<(), JobError> {
        let path = format!("/albums/{}", album.album);
        self.send(Method::PUT, &path, |request| {
            request.json(&serde_json::json!({ "title": album.title }))
        })
        .await
        .map_err(GalleryError::into_job_error)
        .trace("demo::publisher::create_album")?;
        Ok(())
    }

    /// Numbers of the album's photos that the gallery shows already.
    pub(super) async fn published(&self, album: u64) -> Result<Vec<u32>, JobError> {
        let path = format!("/albums/{album}");
        let read = async {
            let body = self.send(Method::GET, &path, |request| request).await?;
            serde_json::from_str::<AlbumOnShow>(&body).map_err(|source| GalleryError::BadAnswer {
                request: format!("GET {path}"),
                source,
            })
        };
        let album = read
            .await
            .map_err(GalleryError::into_job_error)
            .trace("demo::publisher::published")?;
        Ok(album.photos.into_keys().collect())
    }

    /// Whether the gallery shows this photo already: perhaps it took it and we never heard so.
    pub(super) async fn is_published(&self, photo: &Photo) -> Result<bool, JobError> {
        match self
            .send(Method::GET, &photo_path(photo), |request| request)
            .await
        {
            Ok(_) => Ok(true),
            Err(GalleryError::Refused {
                status: StatusCode::NOT_FOUND,
                ..
            }) => Ok(false),
            Err(error) => Err(error.into_job_error()).trace("demo::publisher::is_published"),
        }
    }

    /// Sends the photo.
    pub(super) async fn upload(&self, photo: &Photo, png: Vec<u8>) -> Result<(), GalleryError> {
        self.send(Method::POST, &photo_path(photo), |request| {
            request.header("content-type", "image/png").body(png)
        })
        .await?;
        Ok(())
    }

    /// Tells the followers of an album.
    pub(super) async fn notify(&self, text: String) -> Result<(), JobError> {
        self.send(Method::POST, "/notifications", |request| request.body(text))
            .await
            .map_err(GalleryError::into_job_error)
            .trace("demo::publisher::notify")?;
        Ok(())
    }

    /// The body of a good answer.
    async fn send(
        &self,
        method: Method,
        path: &str,
        complete: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<String, GalleryError> {
        let name = format!("{method} {path}");
        let request = complete(self.http.request(method, format!("{}{path}", self.base)));
        let broken = |source| GalleryError::broken(name.clone(), self.timeout, source);
        let answer = request.send().await.map_err(broken)?;
        let status = answer.status();
        let retry_after_seconds = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .unwrap_or(5.0);
        // To its end: a connection can break after the first line of a good answer.
        let body = answer.text().await.map_err(broken)?;
        if status.is_success() {
            return Ok(body);
        }
        let reason = error_in(&body);
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS => GalleryError::RateLimited {
                request: name,
                reason,
                retry_after: self
                    .options
                    .paced(retry_after_seconds + rand::random_range(0.0..3.0)),
            },
            StatusCode::PAYLOAD_TOO_LARGE => GalleryError::TooLarge {
                request: name,
                reason,
            },
            status => GalleryError::Refused {
                request: name,
                status,
                reason,
            },
        })
    }
}

fn photo_path(photo: &Photo) -> String {
    format!("/albums/{}/photos/{}", photo.album, photo.photo)
}

/// The reason in the gallery's own form, or the body itself.
fn error_in(body: &str) -> String {
    #[derive(Deserialize)]
    struct Answer {
        error: String,
    }
    serde_json::from_str(body).map_or_else(
        |_| body.chars().take(500).collect(),
        |answer: Answer| answer.error,
    )
}
