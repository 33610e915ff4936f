//! One job as a row of CSV: columns for people, and one that holds the whole job.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line's end for a formula; such a cell gets an apostrophe in
//! front. So does one that begins with an apostrophe, so that whoever takes one off has what was there.

use super::line::{Body, decoded};
use crate::job::Job;
use crate::model::{EntryId, JobEntry, Place, Timestamp};
use crate::redaction::Redactor;
use crate::shown;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::borrow::Cow;

/// The columns, in order.
pub(super) const COLUMNS: [&str; 18] = [
    "place",
    "at",
    "jid",
    "class",
    "queue",
    "args",
    "error_class",
    "error_message",
    "failed_at",
    "retried_at",
    "attempts",
    "tags",
    "created_at",
    "enqueued_at",
    "redacted",
    "score",
    "size",
    "raw",
];

/// Stands before a job that is no text.
const BASE64: &str = "base64:";

/// The cells of a job.
pub(super) fn cells(place: &Place, position: f64, body: &Body<'_>) -> [String; COLUMNS.len()] {
    let (job, is_redacted) = match body {
        Body::Exact(raw) => (Job::new(raw.to_vec()), false),
        Body::Redacted(text) => (Job::new((*text).to_owned()), true),
    };
    let id = EntryId {
        place: place.clone(),
        position,
        digest: String::new(),
    };
    let row = shown::entry(id, &job, true, &Redactor::none());
    let raw = job.raw();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let score = place.set().map(|_| position.to_string());
    let attempts = attempts(&row);
    [
        place.to_string(),
        time(row.at),
        row.jid,
        row.class,
        row.queue,
        row.args,
        row.error_class.unwrap_or_default(),
        row.error_message.unwrap_or_default(),
        time(row.failed_at),
        time(row.retried_at),
        attempts.to_string(),
        row.tags.join(" "),
        time(row.created_at),
        time(row.enqueued_at),
        if is_redacted { "true" } else { "" }.to_owned(),
        score.unwrap_or_default(),
        raw.len().to_string(),
        text_of(raw),
    ]
}

/// How often it has failed.
fn attempts(row: &JobEntry) -> i64 {
    match row.retry_count {
        Some(count) => count.saturating_add(1),
        None => i64::from(row.failed_at.is_some()),
    }
}

fn text_of(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(text) if !text.starts_with(BASE64) => text.to_owned(),
        _ => format!("{BASE64}{}", STANDARD.encode(raw)),
    }
}

/// The bytes of a cell that [`cells`] has written as `raw`.
pub(super) fn bytes_of(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix(BASE64) {
        Some(coded) => decoded(coded),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cell behind a guarded one.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}
