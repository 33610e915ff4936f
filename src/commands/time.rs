//! Times and durations as people type them.

use super::Failure;
use crate::admin::Admin;
use crate::model::Timestamp;
use std::time::Duration;

/// A duration such as `30s`, `5m`, `1h 30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|error| format!("{error}; write a duration such as `30s`, `5m` or `1h 30m`"))
}

/// A point in time: RFC 3339, or seconds since 1970.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    crate::web::moment(text).ok_or_else(|| {
        "write a time such as `2026-11-23T21:51:41Z`, or seconds since 1970".to_owned()
    })
}

/// The end that was given in one of both ways: a time, or so much after now.
pub(super) async fn end(
    admin: &Admin,
    time: Option<Timestamp>,
    duration: Option<Duration>,
) -> Result<Timestamp, Failure> {
    match time {
        Some(until) => Ok(until),
        None => {
            let now = admin.now().await?;
            Ok(after(now, duration.unwrap_or_default()))
        }
    }
}

/// The time so much after `now`.
pub(super) fn after(now: Timestamp, delay: Duration) -> Timestamp {
    now.plus_milliseconds(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX))
}
