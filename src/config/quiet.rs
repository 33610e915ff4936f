//! Quiet hours of rules and receivers.

use super::{
    named::{self, Named},
    section::{Key, key},
};
use crate::alerts::{Quiet, Window};
use crate::periodic;
use chrono_tz::Tz;

/// When nobody is told.
pub(super) const QUIET: Key = key(
    "quiet",
    "none",
    "[\"mon-fri 22:00-07:00\", \"sat,sun 00:00-24:00\"]",
    "hours in which nothing is told but what is critical: it waits for their end, and is not told any more if it is over by then; one text, or a list",
);
/// Where these hours are.
pub(super) const TIMEZONE: Key = key(
    "timezone",
    "`\"UTC\"`",
    "\"Europe/Berlin\"",
    "the IANA name of the time zone that `quiet` is meant in",
);
/// Whether what is critical waits, too.
pub(super) const CRITICAL: Key = key(
    "quiet_critical",
    "`false`",
    "true",
    "whether what is critical waits as well",
);

/// The quiet hours, if there are some, and the time zone.
pub(super) fn read(reader: &mut Named<'_>) -> (Option<Quiet>, Tz) {
    let what = "hours such as `\"22:00-07:00\"`, or a list of them";
    let texts = reader.value("quiet", what, |value| match value.as_str() {
        Some(text) => Some(vec![text.to_owned()]),
        None => named::texts(value),
    });
    let mut windows = Vec::new();
    for text in texts.iter().flatten() {
        match text.parse::<Window>() {
            Ok(window) => windows.push(window),
            Err(error) => reader.wrong_key("quiet", error),
        }
    }
    let is_for_critical = reader
        .value("quiet_critical", "`true` or `false`", |value| {
            value.as_bool()
        })
        .unwrap_or_default();
    if is_for_critical && texts.is_none() {
        reader.wrong_key("quiet_critical", "it is of no use without `quiet`");
    }
    let zone = reader.parsed(
        "timezone",
        "an IANA name such as `\"Europe/Berlin\"`",
        periodic::zone,
    );
    let zone = zone.unwrap_or(chrono_tz::UTC);
    let quiet = (!windows.is_empty()).then_some(Quiet {
        windows,
        zone,
        is_for_critical,
    });
    (quiet, zone)
}
