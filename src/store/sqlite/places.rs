//! Sets and queues as rows: their numbers, sizes and the ends of queues.

use crate::{
    model::{Place, Set},
    store::QueueEnd,
};
use rusqlite::{Connection, OptionalExtension, named_params};

/// The number of a set; queues have higher ones.
pub(super) fn set_id(set: Set) -> i64 {
    match set {
        Set::Scheduled => 1,
        Set::Retries => 2,
        Set::Dead => 3,
    }
}

/// The set of this number.
pub(super) fn set_of(id: i64) -> Option<Set> {
    Set::ALL.into_iter().find(|set| set_id(*set) == id)
}

/// A place's number and size; nothing for a queue that is not known.
pub(super) fn find(connection: &Connection, place: &Place) -> rusqlite::Result<Option<(i64, u64)>> {
    let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, count(row.get(1)?)));
    match place {
        Place::Set(set) => connection
            .prepare_cached("SELECT id, size FROM places WHERE id = ?1")?
            .query_row([set_id(*set)], columns)
            .optional(),
        Place::Queue(name) => connection
            .prepare_cached("SELECT id, size FROM places WHERE queue = ?1")?
            .query_row([name], columns)
            .optional(),
    }
}

/// One more entry in a set.
pub(super) fn grow_set(connection: &Connection, set: Set) -> rusqlite::Result<i64> {
    let id = set_id(set);
    connection
        .prepare_cached("UPDATE places SET size = size + 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(id)
}

/// One more entry in a queue, which becomes known if it was not: the queue's number and the entry's position.
pub(super) fn grow_queue(
    connection: &Connection,
    name: &str,
    end: QueueEnd,
) -> rusqlite::Result<(i64, f64)> {
    let sql = match end {
        QueueEnd::Last => {
            "INSERT INTO places (queue, size, tail) VALUES (?1, 1, 1) \
             ON CONFLICT (queue) DO UPDATE SET size = size + 1, tail = tail + 1 RETURNING id, CAST(tail AS REAL)"
        }
        QueueEnd::Next => {
            "INSERT INTO places (queue, size, head) VALUES (?1, 1, 0) \
             ON CONFLICT (queue) DO UPDATE SET size = size + 1, head = head - 1 RETURNING id, CAST(head AS REAL)"
        }
    };
    connection
        .prepare_cached(sql)?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Some entries less.
pub(super) fn shrink(connection: &Connection, id: i64, entries: usize) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE places SET size = size - :entries WHERE id = :id")?
        .execute(
            named_params! {":id": id, ":entries": i64::try_from(entries).unwrap_or(i64::MAX)},
        )?;
    Ok(())
}

/// A stored number that is never negative.
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
