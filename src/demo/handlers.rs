//! What the demo's jobs do.

use super::{
    DemoOptions,
    gallery_error::GalleryError,
    jobs::{
        Album, COUNT_VIEWS, MAKE_THUMBNAIL, NOTIFY_FOLLOWERS, PUBLISH_PHOTO, Photo, REMIND_OWNER,
        new_job, smaller_command,
    },
    picture,
    publisher::Publisher,
};
use crate::{
    client::Client,
    job::NewJob,
    store::SharedStore,
    worker::{JobContext, JobError, JobResult, RetryChoice, Trace},
};
use std::sync::Arc;
use tokio::{task::spawn_blocking, time::sleep};

/// Seconds before each retry, of the demo's time: short, so that people see a job's whole life within minutes.
const RETRY_SECONDS: [f64; 3] = [5.0, 12.0, 25.0];

/// Edge of a thumbnail, pixels.
const THUMBNAIL_EDGE: u32 = 64;

/// Pages of views that are counted.
const PAGES: u32 = 16;

/// One thumbnail in this many meets a bug.
const THUMBNAILS_A_PANIC: u32 = 30;

/// What the handlers work with; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Studio {
    pub(super) store: SharedStore,
    pub(super) publisher: Publisher,
    pub(super) options: Arc<DemoOptions>,
}

impl Studio {
    /// When a failed job of the demo is tried again.
    pub(super) fn retry_choice(&self, count: u32) -> RetryChoice {
        let index = usize::try_from(count).unwrap_or(usize::MAX);
        let seconds = RETRY_SECONDS[index.min(RETRY_SECONDS.len() - 1)];
        RetryChoice::After(self.options.paced(seconds * rand::random_range(0.8..1.4)))
    }

    /// Makes the album and enqueues what is missing in it: an album that is tried again does not publish anything twice.
    pub(super) async fn publish_album(self, job: JobContext, album: Album) -> JobResult {
        self.publisher.create_album(&album).await?;
        job.progress(30.0, "album made");
        let published = self.publisher.published(album.album).await?;
        job.log(format!(
            "album {} “{}”: {} of {} photos are published already",
            album.album,
            album.title,
            published.len(),
            album.photos
        ));
        let mut jobs = Vec::new();
        for number in (1..=album.photos).filter(|number| !published.contains(number)) {
            let photo = album.photo(number);
            jobs.push(new_job(PUBLISH_PHOTO, "photos", album.album, &photo)?);
            jobs.push(new_job(MAKE_THUMBNAIL, "thumbnails", album.album, &photo)?);
        }
        let now = self.store.now().await?;
        let later = |class: &str, queue: &str, seconds: f64| -> Result<NewJob, JobError> {
            let delay_ms = self.options.paced(seconds).as_millis();
            let mut job = new_job(class, queue, album.album, &album)?;
            job.at = Some(now.plus_milliseconds(i64::try_from(delay_ms).unwrap_or(i64::MAX)));
            Ok(job)
        };
        let random = |from: f64, to: f64| rand::random_range(from..to);
        jobs.push(later(
            NOTIFY_FOLLOWERS,
            "notifications",
            random(20.0, 90.0),
        )?);
        jobs.push(later(COUNT_VIEWS, "low", random(5.0, 60.0))?);
        jobs.push(later(REMIND_OWNER, "notifications", random(180.0, 900.0))?);
        // One step and the last one: when it failed, nothing was enqueued.
        let client = Client::new(self.store);
        client
            .push_many(jobs)
            .await
            .trace("demo::handlers::publish_album")?;
        job.progress(100.0, "jobs enqueued");
        Ok(())
    }

    /// Makes the photo and sends it, unless the gallery has it.
    pub(super) async fn publish_photo(self, job: JobContext, photo: Photo) -> JobResult {
        if self.publisher.is_published(&photo).await? {
            tracing::debug!(
                album = photo.album,
                photo = photo.photo,
                "published already"
            );
            return Ok(());
        }
        job.progress(10.0, "making the picture");
        let png = render(&photo, photo.max_edge)
            .await
            .trace("demo::handlers::publish_photo")?;
        job.log(format!(
            "attempt {}: photo {} of album {} is {} KiB at {} pixels",
            job.attempt(),
            photo.photo,
            photo.album,
            png.len() / 1024,
            photo.max_edge
        ));
        job.progress(50.0, "sending it to the gallery");
        self.publisher
            .upload(&photo, png)
            .await
            .map_err(|error| explained(error, &photo, &self.options.enqueue))
            .trace("demo::handlers::publish_photo")
    }

    /// Makes the photo's small picture.
    pub(super) async fn make_thumbnail(self, job: JobContext, photo: Photo) -> JobResult {
        sleep(self.options.paced(rand::random_range(0.2..2.0))).await;
        job.progress(80.0, "making the small picture");
        let png = render(&photo, THUMBNAIL_EDGE)
            .await
            .trace("demo::handlers::make_thumbnail")?;
        sharpen(&png, rand::random_range(0..THUMBNAILS_A_PANIC));
        Ok(())
    }

    /// Tells followers of the album.
    pub(super) async fn notify_followers(self, album: Album) -> JobResult {
        let text = format!("album {}: {}", album.album, album.title);
        self.publisher.notify(text).await
    }

    /// Reminds the owner: nothing that could fail.
    pub(super) async fn remind_owner(self, album: Album) -> JobResult {
        tracing::debug!(album = album.album, "owner reminded");
        sleep(self.options.paced(rand::random_range(0.1..0.5))).await;
        Ok(())
    }

    /// Adds up views, page by page: 5 to 20 seconds. Told to end, it ends at the next page.
    pub(super) async fn count_views(self, job: JobContext, album: Album) -> JobResult {
        let page = self.options.paced(rand::random_range(0.3..1.2));
        let mut views = 0;
        for page_number in 1..=PAGES {
            if job.is_cancelled() {
                return Err(JobError::new(
                    "Album::CountStopped",
                    format!("stopped after page {} of {PAGES}", page_number - 1),
                ));
            }
            sleep(page).await;
            let here = rand::random_range(20..900);
            views += here;
            job.log(format!("page {page_number}: {here} views"));
            job.progress(
                100.0 * f64::from(page_number) / f64::from(PAGES),
                format!("page {page_number} of {PAGES}, {views} views"),
            );
            tracing::trace!(album = album.album, page_number, "views counted");
        }
        Ok(())
    }
}

/// The picture, made where it does not hold up others.
async fn render(photo: &Photo, edge: u32) -> Result<Vec<u8>, JobError> {
    let seed = photo
        .album
        .wrapping_mul(1_000)
        .wrapping_add(u64::from(photo.photo));
    let png = spawn_blocking(move || picture::render(seed, edge)).await??;
    Ok(png)
}

/// The demo's bug: the last of the strengths is one too many. It panics, as bugs do.
fn sharpen(png: &[u8], strength: u32) {
    let kernels = [0_u8; THUMBNAILS_A_PANIC as usize - 1];
    let kernel = kernels[strength as usize];
    std::hint::black_box((png, kernel));
}

/// The gallery's error; if the picture is too large, with a way out.
#[track_caller]
fn explained(error: GalleryError, photo: &Photo, enqueue: &[String]) -> JobError {
    let too_large = matches!(error, GalleryError::TooLarge { .. });
    let error = error.into_job_error();
    match smaller_command(photo, enqueue) {
        Some(command) if too_large => {
            let way_out = "Delete this job, or publish the photo smaller";
            let message = format!("{}. {way_out}: {command}", error.message());
            error.with_message(message)
        }
        _ => error,
    }
}
