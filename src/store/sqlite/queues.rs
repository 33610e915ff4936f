//! Queues as a whole: pausing, clearing.

use super::places;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::sync::atomic::{AtomicBool, Ordering};

/// Entries of a cleared queue that are deleted in one transaction.
const STEP: i64 = 500;

/// Pauses a queue, or lets it go on.
pub(super) fn set_paused(
    connection: &Connection,
    queue: &str,
    paused: bool,
) -> rusqlite::Result<()> {
    let sql = if paused {
        "INSERT OR IGNORE INTO paused (queue) VALUES (?1)"
    } else {
        "DELETE FROM paused WHERE queue = ?1"
    };
    connection.prepare_cached(sql)?.execute([queue])?;
    Ok(())
}

/// Removes a queue: how many jobs it held. Takes away its name, however many there are; the writer deletes them when it has
/// nothing else to do, and is told so by `clearing`.
pub(super) fn clear(
    connection: &Connection,
    queue: &str,
    clearing: &AtomicBool,
) -> rusqlite::Result<u64> {
    let size = connection
        .prepare_cached("UPDATE places SET queue = NULL WHERE queue = ?1 RETURNING size")?
        .query_row([queue], |row| row.get(0))
        .optional()?;
    clearing.fetch_or(size.is_some(), Ordering::Relaxed);
    Ok(places::count(size.unwrap_or(0)))
}

/// Deletes some entries of cleared queues; whether there may be more.
pub(super) fn delete_cleared(connection: &Connection) -> rusqlite::Result<bool> {
    let place: Option<i64> = connection
        .prepare_cached("SELECT id FROM places WHERE id > 3 AND queue IS NULL LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(place) = place else {
        return Ok(false);
    };
    let deleted: usize = connection
        .prepare_cached(
            "DELETE FROM entries WHERE id IN \
             (SELECT id FROM entries INDEXED BY entries_by_position WHERE place = :place ORDER BY position LIMIT :step)",
        )?
        .execute(named_params! {":place": place, ":step": STEP})?;
    if deleted == 0 {
        connection
            .prepare_cached("DELETE FROM places WHERE id = ?1")?
            .execute([place])?;
    } else {
        places::shrink(connection, place, deleted)?;
    }
    Ok(true)
}
