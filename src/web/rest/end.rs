//! Until when something lasts: a time, or so many seconds from now.

use super::{
    error::{Answer, Problem},
    query::moment,
};
use crate::admin::Admin;
use crate::model::Timestamp;

/// The end that a body says in one of both ways.
pub(super) async fn end(
    admin: &Admin,
    until: Option<String>,
    seconds: Option<i64>,
) -> Answer<Timestamp> {
    match (until, seconds) {
        (Some(text), None) => {
            moment(&text).ok_or_else(|| Problem::field("until", "`until` must be a time: RFC 3339"))
        }
        (None, Some(seconds @ 1..)) => {
            let now = admin.now().await?;
            Ok(now.plus_milliseconds(seconds.saturating_mul(1_000)))
        }
        (None, Some(_)) => Err(Problem::field("seconds", "`seconds` must be 1 at least")),
        (Some(_), Some(_)) | (None, None) => Err(Problem::field(
            "until",
            "say until when (`until`), or for how long (`seconds`): one of both",
        )),
    }
}
