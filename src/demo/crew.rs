//! The demo's two worker processes.

use super::{
    DemoOptions,
    handlers::Studio,
    jobs::{
        CLASSES, COUNT_VIEWS, MAKE_THUMBNAIL, NOTIFY_FOLLOWERS, PUBLISH_ALBUM, PUBLISH_PHOTO,
        REMIND_OWNER, periodic_jobs,
    },
    publisher::Publisher,
};
use crate::{
    store::SharedStore,
    worker::{Worker, WorkerBuilder, WorkerError, WorkerHandle},
};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Pause before a worker that somebody stopped is started again, as a supervisor would.
const RESTART_PAUSE: Duration = Duration::from_secs(5);

/// How long a worker that somebody quieted stays so: as long as a deployment takes.
const QUIET_TIME: Duration = Duration::from_secs(120);

/// Beats often, so that pages show at once what runs.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// How long running jobs may go on when the demo ends.
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug)]
enum Role {
    /// Talks to the gallery.
    Publisher,
    /// Works on its own.
    Darkroom,
}

/// Runs both workers until `shutdown`.
pub(super) async fn run(
    store: SharedStore,
    publisher: Publisher,
    options: Arc<DemoOptions>,
    shutdown: CancellationToken,
) -> Result<(), WorkerError> {
    let studio = Studio {
        store,
        publisher,
        options,
    };
    tokio::try_join!(
        supervise(Role::Publisher, &studio, &shutdown),
        supervise(Role::Darkroom, &studio, &shutdown),
    )?;
    Ok(())
}

async fn supervise(
    role: Role,
    studio: &Studio,
    shutdown: &CancellationToken,
) -> Result<(), WorkerError> {
    while !shutdown.is_cancelled() {
        let worker = builder(role, studio).build()?;
        let relief = relieve(worker.handle());
        tokio::select! {
            ended = Box::pin(worker.run(shutdown.clone())) => ended?,
            () = relief => {}
        }
        tokio::select! {
            () = sleep(RESTART_PAUSE) => {}
            () = shutdown.cancelled() => {}
        }
    }
    Ok(())
}

/// Stops a worker that was quieted, some time later; never ends itself.
async fn relieve(worker: WorkerHandle) {
    worker.quieted().await;
    sleep(QUIET_TIME).await;
    worker.stop();
    std::future::pending::<()>().await;
}

fn builder(role: Role, studio: &Studio) -> WorkerBuilder {
    let builder = Worker::builder(studio.store.clone())
        .tag("albums")
        .label("demo")
        .heartbeat_interval(HEARTBEAT_INTERVAL)
        .timeout(TIMEOUT)
        // On a store that is used for other things too, their jobs are not for the demo.
        .only_known_classes(true)
        .poll_interval(studio.options.paced(1.0));
    // Both have them: one of them enqueues each tick.
    let periodic = periodic_jobs().into_iter().flatten();
    let builder = periodic.fold(builder, WorkerBuilder::periodic);
    let builder = match role {
        Role::Publisher => builder
            .label("publisher")
            .concurrency(8)
            .queue("albums", 3)
            .queue("photos", 5)
            .queue("notifications", 2),
        Role::Darkroom => builder
            .label("darkroom")
            .concurrency(4)
            .queue("thumbnails", 4)
            .queue("low", 1),
    };
    let builder = handlers(builder, studio);
    CLASSES.into_iter().fold(builder, |builder, class| {
        let studio = studio.clone();
        builder.retry_in(class, move |count, _| studio.retry_choice(count))
    })
}

/// Both know all classes: a job that somebody enqueues elsewhere runs too.
fn handlers(builder: WorkerBuilder, studio: &Studio) -> WorkerBuilder {
    let each = || studio.clone();
    let (album, photo, thumbnail) = (each(), each(), each());
    let (notify, remind, count) = (each(), each(), each());
    builder
        .handler(PUBLISH_ALBUM, move |job, args| {
            album.clone().publish_album(job, args)
        })
        .handler(PUBLISH_PHOTO, move |job, args| {
            photo.clone().publish_photo(job, args)
        })
        .handler(MAKE_THUMBNAIL, move |job, args| {
            thumbnail.clone().make_thumbnail(job, args)
        })
        .handler(NOTIFY_FOLLOWERS, move |_, args| {
            notify.clone().notify_followers(args)
        })
        .handler(REMIND_OWNER, move |_, args| {
            remind.clone().remind_owner(args)
        })
        .handler(COUNT_VIEWS, move |job, args| {
            count.clone().count_views(job, args)
        })
}
