//! `[[periodic]]` as people write it.

use super::{complaint, file};
use crate::{
    job::RetryRule,
    periodic::{Missed, PeriodicJob},
};

fn jobs(text: &str) -> Vec<PeriodicJob> {
    file(text).1.load().expect("settings").periodic
}

#[test]
fn a_periodic_job_is_read_with_all_that_it_says() {
    let read =
        jobs("[[periodic]]\ncron = '@daily'\nclass = 'Sweep'\n\n[worker]\nconcurrency = 3\n");
    assert_eq!(read, [PeriodicJob::new("@daily", "Sweep")]);
    let read = jobs(
        r#"
        [[periodic]]
        name = "digest"
        cron = "0 7 * * MON-FRI"
        timezone = "Europe/Berlin"
        class = "SendDigest"
        args = ["all", 10, 0x10, 1.5, true, ["nested"], { to = "a@b" }]
        queue = "mail"
        retry = 3
        missed = "skip"
        tags = ["daily"]

        [[periodic]]
        cron = "*/5 * * * *"
        class = "SendDigest"
        retry = false
        "#,
    );
    let first = PeriodicJob::new("0 7 * * MON-FRI", "SendDigest")
        .name("digest")
        .timezone("Europe/Berlin")
        .args(serde_json::json!(["all", 10, 16, 1.5, true, ["nested"], {"to": "a@b"}]))
        .expect("arguments")
        .queue("mail")
        .retry(RetryRule::Times(3))
        .missed(Missed::Skip)
        .tag("daily");
    let second = PeriodicJob::new("*/5 * * * *", "SendDigest").retry(RetryRule::Never);
    assert_eq!(read, [first, second]);
}

#[test]
fn what_is_wrong_with_a_periodic_job_is_told_with_its_place() {
    for (table, complaint_) in [
        (
            "cron = '@daily'\nclass = 'A'\ntimezon = 'UTC'",
            "FILE:4: there is no setting `periodic.timezon`; did you mean `timezone`?",
        ),
        (
            "class = 'A'",
            "FILE:1: `periodic.cron`: it is missing: write when it is due, such as `cron = \"0 7 * * *\"`",
        ),
        (
            "cron = '@daily'",
            "FILE:1: `periodic.class`: it is missing: name the class of its jobs, such as `class = \"SendDigest\"`",
        ),
        (
            "cron = '@daily'\nclass = 'A'\ntimezone = 'Europe/Berln'",
            "FILE:4: `periodic.timezone`: there is no time zone `Europe/Berln`; did you mean `Europe/Berlin`?",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nargs = 'all'",
            "FILE:4: `periodic.args`: they are no array: write `[1]` for one argument",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nargs = [2026-11-24]",
            "FILE:4: `periodic.args`: the time 2026-11-24 has no form in JSON: write it in quotes",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nargs = [nan]",
            "FILE:4: `periodic.args`: nan has no form in JSON",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nretry = 'often'",
            "FILE:4: `periodic.retry`: it is neither true, false nor a count such as 5",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nmissed = 'onse'",
            "FILE:4: `periodic.missed`: `onse` is neither `skip`, `once` nor `all`; did you mean `once`?",
        ),
        (
            "cron = '@daily'\nclass = 'A'\ntags = 'daily'",
            "FILE:4: `periodic.tags`: they are no list of texts: write `[\"urgent\"]`",
        ),
        (
            "cron = 5\nclass = 'A'",
            "FILE:2: `periodic.cron`: it is no text: write it in quotes",
        ),
        (
            "cron = '@daily'\nclass = 'A'\nqueue = ''",
            "FILE:4: `periodic.queue`: it is empty; name a queue, such as `default`",
        ),
        (
            "cron = '@daily'\nclass = 'A'\n[[periodic]]\nclass = 'A'\ncron = '@hourly'",
            "FILE:5: two periodic jobs are called `A` (the other one at FILE:3): give each a `name` of its own",
        ),
        (
            "cron = '@daily'\nclass = 'A'\n[[periodic]]\nname = 'A'\nclass = 'B'\ncron = '@hourly'",
            "FILE:5: two periodic jobs are called `A` (the other one at FILE:3): give each a `name` of its own",
        ),
    ] {
        assert_eq!(complaint(&format!("[[periodic]]\n{table}\n")), complaint_);
    }
    let text = complaint("[[periodic]]\nclass = 'A'\ncron = '0 25 * * *'\n");
    assert!(
        text.starts_with("FILE:3: `periodic.cron`: `0 25 * * *` is no cron expression ("),
        "{text}"
    );
    let one = complaint("[periodic]\nclass = 'A'\n");
    assert!(
        one.starts_with("FILE:1: ") && one.contains("`[[periodic]]`"),
        "{one}"
    );
    let misspelt = complaint("[[perodic]]\nclass = 'A'\n");
    assert_eq!(
        misspelt,
        "FILE:1: there is no setting `perodic`; did you mean `[[periodic]]`?"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = complaint(
        "[[periodic]]\nclass = 'A'\n[[periodic]]\ncron = 'soon'\nclass = 'B'\n[log]\nfilters = 'info'\n",
    );
    for place in ["FILE:1", "FILE:4", "FILE:7"] {
        assert!(text.contains(place), "{text}");
    }
}

#[test]
fn the_example_of_a_periodic_job_is_right() {
    let example = include_str!("../../../jobdeck.example.toml");
    let (_, commented) = example
        .split_once("#[[periodic]]\n")
        .expect("an example of one");
    let table: String = commented
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix('#').unwrap_or(line)))
        .filter(|line| !line.starts_with(' '))
        .collect();
    let read = jobs(&format!("[[periodic]]\n{table}"));
    let expected = PeriodicJob::new("0 7 * * MON-FRI", "SendDigest")
        .name("digest")
        .timezone("Europe/Berlin")
        .args(("all", 10))
        .expect("arguments")
        .queue("mail")
        .retry(RetryRule::Times(5))
        .tag("daily");
    assert_eq!(read, [expected]);
}
