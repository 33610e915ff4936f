//! Places of jobs for tests.

use crate::model::{EntryId, JobEntry, JobLocation, Place, Timestamp, Whereabouts};

/// A job that says nothing of itself.
pub(super) fn stored(place: Place) -> JobLocation {
    let digest: String = place
        .to_string()
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .chain(std::iter::once("0".repeat(40)))
        .collect();
    JobLocation {
        whereabouts: Whereabouts::Stored,
        entry: JobEntry {
            id: EntryId {
                place,
                position: 1.5,
                digest: digest[..40].to_owned(),
            },
            at: None,
            jid: "abc".to_owned(),
            class: "PublishPhoto".to_owned(),
            args: "[]".to_owned(),
            queue: "photos".to_owned(),
            created_at: None,
            enqueued_at: None,
            failed_at: None,
            retried_at: None,
            retry_count: None,
            error_class: None,
            error_message: None,
            tags: Vec::new(),
            size_bytes: 2,
            redacted: false,
            malformed: None,
            raw: None,
        },
        payload: "{}".to_owned(),
        tree: None,
        args: None,
        escaped: None,
        trace: Vec::new(),
        trace_problem: None,
        extras: Vec::new(),
        retry_rule: "25 times".to_owned(),
    }
}

/// The same after two failures.
pub(super) fn failed(mut location: JobLocation) -> JobLocation {
    location.entry.created_at = Some(Timestamp(1_000));
    location.entry.failed_at = Some(Timestamp(5_000));
    location.entry.enqueued_at = Some(Timestamp(11_000));
    location.entry.retried_at = Some(Timestamp(12_000));
    location.entry.retry_count = Some(1);
    location
}
