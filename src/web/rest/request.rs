//! What scripts send.

use crate::model::Verb;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A point in time as scripts may write it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "read for the document only; a time is taken as it is written"
)]
pub(super) enum MomentBody {
    /// RFC 3339, such as `2026-11-23T21:51:41Z`.
    Text(String),
    /// Seconds since 1970.
    Seconds(f64),
}

/// What can be done to an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerbBody {
    /// Put a failed job into its queue now.
    Retry,
    /// Put a scheduled job into its queue now.
    Enqueue,
    /// Change its time.
    Reschedule,
    /// Move it to the dead set.
    Kill,
    /// Remove it.
    Delete,
}

/// What to do to entries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionRequest {
    /// What to do.
    #[schema(value_type = VerbBody)]
    pub(super) action: Verb,
    /// The `id`s of at most 1000 entries.
    pub(super) entries: Vec<String>,
    /// For `reschedule`: the new time.
    #[schema(value_type = Option<MomentBody>)]
    pub(super) at: Option<Box<RawValue>>,
    /// For `reschedule`: each entry gets a random time from `at` to so many seconds later.
    #[serde(default)]
    pub(super) spread_seconds: u32,
    /// Why, for the audit; at most 500 characters.
    pub(super) reason: Option<String>,
}
