//! Putting entries back that are missing.

use super::{entries, places};
use crate::{
    job,
    model::{Place, Set},
    store::Destination,
};
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::HashSet;

/// Puts those that are missing; answers which.
pub(super) fn put_missing(
    connection: &Connection,
    entries: &[Destination],
) -> rusqlite::Result<Vec<bool>> {
    entries
        .iter()
        .map(|entry| {
            let is_missing = is_missing(connection, entry)?;
            if is_missing {
                entries::put(connection, entry)?;
            }
            Ok(is_missing)
        })
        .collect()
}

/// Which [`put_missing`] would put.
pub(super) fn would_put(
    connection: &Connection,
    entries: &[Destination],
) -> rusqlite::Result<Vec<bool>> {
    // Twice in one call is once there and once missing.
    let mut asked = HashSet::new();
    entries
        .iter()
        .map(|entry| {
            let is_first = match entry {
                Destination::Set { set, raw, .. } => asked.insert((*set, raw)),
                Destination::Queue { .. } | Destination::Nowhere => true,
            };
            Ok(is_first && is_missing(connection, entry)?)
        })
        .collect()
}

/// Whether the entry is to be put: a queue may hold the same bytes twice, a set may not.
fn is_missing(connection: &Connection, entry: &Destination) -> rusqlite::Result<bool> {
    match entry {
        Destination::Nowhere => Ok(false),
        Destination::Queue { .. } => Ok(true),
        Destination::Set { set, raw, .. } => Ok(!has(connection, *set, raw)?),
    }
}

fn has(connection: &Connection, set: Set, raw: &[u8]) -> rusqlite::Result<bool> {
    let Some((place, _)) = places::find(connection, &Place::Set(set))? else {
        return Ok(false);
    };
    let found: Option<i64> = connection
        .prepare_cached(
            "SELECT id FROM entries INDEXED BY entries_by_digest \
             WHERE digest = :digest AND place = :place AND raw = :raw LIMIT 1",
        )?
        .query_row(
            named_params! {":digest": entries::digest_bytes(&job::digest(raw)), ":place": place, ":raw": raw},
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.is_some())
}
