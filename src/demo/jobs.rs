//! The demo's classes and their arguments.

use crate::job::{NewJob, RetryRule};
use crate::periodic::{Missed, PeriodicJob};
use serde::{Deserialize, Serialize};

/// Creates an album at the gallery and enqueues the jobs for its photos.
pub(super) const PUBLISH_ALBUM: &str = "PublishAlbum";
/// Makes a photo and sends it to the gallery.
pub(super) const PUBLISH_PHOTO: &str = "PublishPhoto";
/// Makes a photo's small picture.
pub(super) const MAKE_THUMBNAIL: &str = "MakeThumbnail";
/// Tells followers of a new album, some time after it.
pub(super) const NOTIFY_FOLLOWERS: &str = "NotifyFollowers";
/// Reminds an owner of an album, minutes later.
pub(super) const REMIND_OWNER: &str = "RemindOwner";
/// Adds an album's views up: long, and of no hurry.
pub(super) const COUNT_VIEWS: &str = "CountViews";

/// All of them.
pub(super) const CLASSES: [&str; 6] = [
    PUBLISH_ALBUM,
    PUBLISH_PHOTO,
    MAKE_THUMBNAIL,
    NOTIFY_FOLLOWERS,
    REMIND_OWNER,
    COUNT_VIEWS,
];

/// Retries of the demo's jobs: few, so that people see jobs die.
const RETRIES: u32 = 3;

/// Longest edge of a usual photo, pixels.
pub(super) const WEB_EDGE: u32 = 256;
/// Longest edge of a photo in full resolution: too large for the gallery.
pub(super) const FULL_EDGE: u32 = 1024;
/// Longest edge that the gallery still takes, with something to spare.
pub(super) const SAFE_EDGE: u32 = 512;

/// An album as its owner handed it in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Album {
    pub(super) album: u64,
    pub(super) title: String,
    /// How many photos it has; they are numbered from 1.
    pub(super) photos: u32,
    /// Numbers of the photos that the owner wants in full resolution.
    #[serde(default)]
    pub(super) full_resolution: Vec<u32>,
}

/// One photo of an album.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Photo {
    pub(super) album: u64,
    pub(super) photo: u32,
    pub(super) title: String,
    /// Longest edge, pixels.
    pub(super) max_edge: u32,
}

impl Album {
    pub(super) fn photo(&self, number: u32) -> Photo {
        let full = self.full_resolution.contains(&number);
        Photo {
            album: self.album,
            photo: number,
            title: self.title.clone(),
            max_edge: if full { FULL_EDGE } else { WEB_EDGE },
        }
    }
}

/// A job of the demo for this queue, its only argument an object.
pub(super) fn new_job(
    class: &str,
    queue: &str,
    album: u64,
    argument: &impl Serialize,
) -> Result<NewJob, serde_json::Error> {
    let mut job = NewJob::new(class);
    queue.clone_into(&mut job.queue);
    job.args = format!("[{}]", serde_json::to_string(argument)?);
    job.retry = RetryRule::Times(RETRIES);
    job.extra = vec![
        ("backtrace".to_owned(), "true".to_owned()),
        ("tags".to_owned(), format!(r#"["album-{album}"]"#)),
    ];
    Ok(job)
}

/// What the demo enqueues by the calendar: something every minute, and something once a week.
pub(super) fn periodic_jobs() -> Result<[PeriodicJob; 2], serde_json::Error> {
    let all = Album {
        album: 0,
        title: "All albums".to_owned(),
        photos: 0,
        full_resolution: Vec::new(),
    };
    Ok([
        PeriodicJob::new("* * * * *", COUNT_VIEWS)
            .name("views of all albums")
            .args(&all)?
            .queue("low")
            .retry(RetryRule::Times(RETRIES))
            .missed(Missed::Skip),
        PeriodicJob::new("0 9 * * MON", NOTIFY_FOLLOWERS)
            .name("weekly news")
            .timezone("Europe/Berlin")
            .args(&all)?
            .queue("notifications")
            .retry(RetryRule::Times(RETRIES)),
    ])
}

/// The command that publishes a photo smaller, for people to copy into a shell. `enqueue` are its first words.
pub(super) fn smaller_command(photo: &Photo, enqueue: &[String]) -> Option<String> {
    let smaller = Photo {
        max_edge: SAFE_EDGE,
        ..photo.clone()
    };
    let argument = serde_json::to_string(&[smaller]).ok()?;
    let retries = RETRIES.to_string();
    let own = [
        PUBLISH_PHOTO,
        "--queue",
        "photos",
        "--retry",
        &retries,
        "--args",
        &argument,
    ];
    let words = enqueue.iter().map(String::as_str).chain(own);
    shlex::try_join(words).ok()
}

#[cfg(test)]
mod tests {
    use super::{Photo, periodic_jobs, smaller_command};

    #[test]
    fn what_is_enqueued_by_the_calendar_is_right() {
        for job in periodic_jobs().expect("arguments") {
            assert_eq!(job.check(), Ok(()), "{}", job.effective_name());
        }
    }

    #[test]
    fn the_command_survives_a_shell() {
        let photo = Photo {
            album: 7,
            photo: 2,
            title: "It's \"dusk\"".to_owned(),
            max_edge: 1024,
        };
        let enqueue = ["./a b/jobdeck", "enqueue", "--store", "sqlite:x y.db"].map(str::to_owned);
        let command = smaller_command(&photo, &enqueue).expect("a command");
        let words = shlex::split(&command).expect("words");
        assert_eq!(words[..4], enqueue);
        let arguments: Vec<Photo> =
            serde_json::from_str(words.last().expect("arguments")).expect("a photo");
        assert_eq!(
            (arguments[0].max_edge, arguments[0].title.as_str()),
            (512, "It's \"dusk\"")
        );
    }
}
