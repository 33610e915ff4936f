//! Reads of a place: slices, single entries, jobs by id.

use super::{clock, entries, places};
use crate::{
    model::{EntryId, Order, Place},
    store::{JidSearch, Slice, Start, StoreError, StoreResult, StoredEntry},
};
use rusqlite::Connection;

/// Most entries of a slice.
pub(super) const MOST: usize = 1_000;

/// Position and row behind which a slice begins, in its direction.
pub(super) fn edge(place: &Place, start: &Start, order: Order) -> StoreResult<(f64, i64)> {
    let (first_position, first_row) = match order {
        Order::Ascending => (f64::NEG_INFINITY, i64::MIN),
        Order::Descending => (f64::INFINITY, i64::MAX),
    };
    match start {
        Start::After(cursor) => entries::parse_cursor(cursor),
        Start::Score(score) if score.is_nan() => Err(StoreError::Invalid(
            "the score to start at is no number: give a time in seconds since the epoch".to_owned(),
        )),
        Start::Score(score) if place.set().is_some() => Ok((*score, first_row)),
        Start::Score(_) | Start::Edge => Ok((first_position, first_row)),
    }
}

/// Two statements that together read on from a position and row: the rest of that position, and what is behind it. As one, with
/// `(position, id) > (…)`, SQLite would look at every entry of that position, and a million may share one.
pub(super) fn statements(order: Order) -> [&'static str; 2] {
    match order {
        Order::Ascending => [
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND position = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND position > ?2 ORDER BY position, id LIMIT ?3",
        ],
        Order::Descending => [
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND position = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND position < ?2 ORDER BY position DESC, id DESC LIMIT ?3",
        ],
    }
}

/// Up to `limit` entries behind `edge`.
pub(super) fn slice(
    connection: &Connection,
    place: &Place,
    (position, row): (f64, i64),
    order: Order,
    limit: usize,
) -> rusqlite::Result<Slice> {
    let Some((id, total)) = places::find(connection, place)? else {
        return Ok(Slice {
            now: clock::now(),
            ..Slice::default()
        });
    };
    let limit = limit.min(MOST);
    let mut entries = Vec::new();
    let [rest, behind] = statements(order);
    read(
        connection,
        rest,
        place,
        (id, position, row, most(limit)),
        &mut entries,
    )?;
    let missing = limit - entries.len();
    if missing > 0 {
        read(
            connection,
            behind,
            place,
            (id, position, most(missing)),
            &mut entries,
        )?;
    }
    Ok(Slice {
        entries,
        total,
        now: clock::now(),
    })
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn read(
    connection: &Connection,
    sql: &str,
    place: &Place,
    parameters: impl rusqlite::Params,
    entries: &mut Vec<StoredEntry>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    for entry in statement.query_map(parameters, |row| entries::read(row, place))? {
        entries.push(entry?);
    }
    Ok(())
}

/// Each of these entries that is there.
pub(super) fn locate(
    connection: &Connection,
    ids: &[EntryId],
) -> rusqlite::Result<Vec<Option<StoredEntry>>> {
    ids.iter()
        .map(|id| entries::locate(connection, id))
        .collect()
}

/// The entries with this job id, by index: all of them, at once.
pub(super) fn find_jid(connection: &Connection, jid: &str) -> rusqlite::Result<JidSearch> {
    let total = connection
        .prepare_cached(
            "SELECT coalesce(sum(size), 0) FROM places WHERE id <= 3 OR queue IS NOT NULL",
        )?
        .query_row([], |row| row.get(0))
        .map(places::count)?;
    let entries = connection
        .prepare_cached(
            "SELECT entries.id, position, digest, raw, place, queue FROM entries JOIN places ON places.id = place \
             WHERE jid = ?1 AND (place <= 3 OR queue IS NOT NULL) ORDER BY place, position, entries.id LIMIT 1000",
        )?
        .query_map([jid], |row| {
            let place = match places::set_of(row.get(4)?) {
                Some(set) => Place::Set(set),
                None => Place::Queue(row.get(5)?),
            };
            entries::read(row, &place)
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(JidSearch {
        entries,
        scanned: total,
        total,
    })
}
