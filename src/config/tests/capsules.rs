//! Capsules as people write them, and what they are told when it is wrong.

use super::{complaint, file};
use crate::config::Config;

fn load(text: &str) -> Config {
    let (_file, sources) = file(text);
    sources.load().expect("settings")
}

#[test]
fn capsules_are_queues_with_a_concurrency_of_their_own() {
    let config = load(
        "[worker]\nqueues = ['default']\n[capsules.photos]\nqueues = ['photos=3', 'thumbnails']\nconcurrency = 2\n\
         [capsules.\"slow ones\"]\nqueues = ['reports', 'photos']\n",
    );
    let [photos, slow] = &config.capsules[..] else {
        panic!("{:?}", config.capsules)
    };
    assert_eq!((photos.name.as_str(), photos.concurrency), ("photos", 2));
    assert!(photos.place.ends_with(":3"), "{}", photos.place);
    let weighted = photos.weighted().expect("queues");
    assert_eq!(
        weighted,
        [("photos".to_owned(), 3), ("thumbnails".to_owned(), 1)]
    );
    assert_eq!((slow.name.as_str(), slow.concurrency), ("slow ones", 10));
    assert!(slow.serves("photos") && !slow.serves("default"));
}

#[test]
fn the_queue_default_is_served_unless_it_is_said_otherwise() {
    let photos = "[capsules.photos]\nqueues = ['photos']\n";
    assert_eq!(load(photos).worker.queues, ["default"]);
    // A capsule has it.
    let own = "[capsules.photos]\nqueues = ['photos', 'default']\n";
    assert!(load(own).worker.queues.is_empty());
    // The worker is told to have it as well, or to have none.
    let both = format!("[worker]\nqueues = ['default']\n{own}");
    assert_eq!(load(&both).worker.queues, ["default"]);
    let none = format!("[worker]\nqueues = []\n{photos}");
    assert!(load(&none).worker.queues.is_empty());
    let (_file, mut sources) = file(own);
    sources.environment = vec![("JOBDECK_WORKER_QUEUES".to_owned(), "default,low".to_owned())];
    let config = sources.load().expect("settings");
    assert_eq!(config.worker.queues, ["default", "low"]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        (
            "capsules = 2\n",
            "FILE:1: `capsules` is a section: write `[capsules.NAME]` and its settings below",
        ),
        (
            "[capsules]\nphotos = 2\n",
            "FILE:2: `capsules.photos` is a section: write `[capsules.photos]` and its settings below",
        ),
        (
            "[capsules.photos]\nconcurrency = 2\n",
            "FILE:1: `[capsules.photos]`: it has no queues: name those that it serves, such as `queues = [\"photos=3\", \"thumbnails\"]`",
        ),
        (
            "[capsules.photos]\nqueues = []\n",
            "FILE:2: `capsules.photos.queues`: name at least one queue",
        ),
        (
            "[capsules.photos]\nqueues = 'photos'\n",
            "FILE:2: `capsules.photos.queues`: it must be a list such as `[\"photos=3\", \"thumbnails\"]`",
        ),
        (
            "[capsules.photos]\nqueues = ['photos', 'photos=2']\n",
            "FILE:2: `capsules.photos.queues`: the queue `photos` is named twice: name it once, with a weight if it is to be asked more often",
        ),
        (
            "[capsules.photos]\nqueues = ['photos']\nconcurrency = 0\n",
            "FILE:3: `capsules.photos.concurrency`: it must be a number from 1 to 1000",
        ),
        (
            "[capsules.photos]\nqueues = ['photos']\nconcurency = 2\n",
            "FILE:3: there is no setting `concurency` for `[capsules.photos]`; did you mean `concurrency`?",
        ),
        (
            "[capsules.default]\nqueues = ['photos']\n",
            "FILE:1: `[capsules.default]`: that is the name of the worker's own queues: set `worker.queues` and `worker.concurrency`, or choose another name",
        ),
        (
            "[capsule.photos]\nqueues = ['photos']\n",
            "FILE:1: there is no setting `capsule`; did you mean `[capsules]`?",
        ),
        (
            "[worker]\nqueues = []\n",
            "FILE:2: `worker.queues`: name at least one queue",
        ),
    ] {
        assert_eq!(complaint(text), expected, "{text}");
    }
    let twice = "[capsules.a]\nqueues = ['a']\n[capsules.a]\nqueues = ['b']\n";
    assert!(
        complaint(twice).starts_with("FILE:3: "),
        "{}",
        complaint(twice)
    );
}
