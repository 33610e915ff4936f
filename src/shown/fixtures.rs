//! Every entry that real Sidekiq processes wrote is read whole.

use super::location;
use crate::job::{Job, TimeUnit, digest};
use crate::model::{EntryId, JobLocation, Set, Whereabouts};
use crate::redaction::Redactor;
use serde_json::Value;

const DUMPS: [(u32, &str); 3] = [
    (6, include_str!("../../tests/fixtures/sidekiq-6.jsonl")),
    (7, include_str!("../../tests/fixtures/sidekiq-7.jsonl")),
    (8, include_str!("../../tests/fixtures/sidekiq-8.jsonl")),
];

/// Every entry of a set in a version's dump, as its page shows it.
fn pages(version: u32, set: Set, key: &str) -> Vec<JobLocation> {
    let (_, dump) = DUMPS
        .iter()
        .find(|(dumped, _)| *dumped == version)
        .expect("a dump");
    let line = dump
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .find(|line| line["key"] == key)
        .expect("the key");
    line["value"]
        .as_array()
        .expect("members")
        .iter()
        .map(|member| {
            let job = Job::new(member[0].as_str().expect("text").to_owned());
            let id = EntryId {
                place: set.into(),
                position: member[1].as_str().expect("text").parse().expect("a score"),
                digest: digest(job.raw()),
            };
            location(Whereabouts::Stored, id, &job, &Redactor::none())
        })
        .collect()
}

#[test]
fn every_failed_job_of_every_version_is_shown_whole() {
    for (version, _) in DUMPS {
        for (set, key) in [(Set::Retries, "retry"), (Set::Dead, "dead")] {
            for page in pages(version, set, key) {
                let row = &page.entry;
                assert_eq!(row.malformed, None);
                assert_eq!(row.jid.len(), 24);
                assert!(
                    !row.class.is_empty() && row.args.starts_with('['),
                    "{row:?}"
                );
                assert!(row.error_class.is_some() && row.error_message.is_some());
                assert!(row.retry_count.is_some());
                // In whichever unit: created, then failed, then due or dead, within a few minutes.
                let times =
                    [row.created_at, row.failed_at, row.at].map(|time| time.expect("a time").0);
                assert!(times.is_sorted(), "Sidekiq {version}: {times:?}");
                assert!(
                    times[2] - times[0] < 300_000,
                    "Sidekiq {version}: {times:?}"
                );
                assert_eq!(page.trace_problem, None);
                assert!(page.tree.is_some());
            }
        }
    }
}

#[test]
fn traces_of_every_version_begin_with_own_frames() {
    for (version, _) in DUMPS {
        let traces: Vec<_> = pages(version, Set::Retries, "retry")
            .into_iter()
            .chain(pages(version, Set::Dead, "dead"))
            .map(|page| page.trace)
            .filter(|trace| !trace.is_empty())
            .collect();
        assert!(traces.len() >= 2, "Sidekiq {version}");
        for trace in traces {
            assert!(trace[0].own, "Sidekiq {version}: {trace:?}");
        }
    }
}

#[test]
fn active_job_shows_its_own_class_and_arguments() {
    let scheduled = pages(8, Set::Scheduled, "schedule");
    let job = scheduled
        .iter()
        .find(|page| page.entry.class == "AjEchoJob")
        .expect("an Active Job");
    assert_eq!(job.entry.args, "[\"later\"]");
    let retries = pages(8, Set::Retries, "retry");
    let job = retries
        .iter()
        .find(|page| page.entry.class == "AjFailJob")
        .expect("an Active Job");
    assert_eq!(job.entry.args, "[9]");
    assert_eq!(job.entry.queue, "mailers");
}

#[test]
fn tags_rule_and_extras_of_a_retry() {
    let retries = pages(8, Set::Retries, "retry");
    let flaky = retries
        .iter()
        .find(|page| page.entry.class == "FlakyJob")
        .expect("a retry");
    assert_eq!(flaky.entry.tags, ["flaky", "peer"]);
    assert_eq!(
        flaky.entry.error_message.as_deref(),
        Some("flaky with [7, \"x\"] — café <b>")
    );
    assert_eq!(flaky.retry_rule, "5 times");
    assert_eq!(flaky.extras, []);
    let timed = retries
        .iter()
        .find(|page| page.entry.class == "RetryForJob")
        .expect("a retry");
    assert_eq!(timed.retry_rule, "for 1h from the first failure");
    assert_eq!(timed.extras, [("retry_for".to_owned(), "3600".to_owned())]);
}

#[test]
fn the_unit_of_a_versions_times_is_seen() {
    for (version, unit) in [
        (6, TimeUnit::Seconds),
        (7, TimeUnit::Seconds),
        (8, TimeUnit::Milliseconds),
    ] {
        for page in pages(version, Set::Scheduled, "schedule") {
            let job = Job::new(page.payload);
            assert_eq!(job.field("created_at").and_then(TimeUnit::of), Some(unit));
        }
    }
}
