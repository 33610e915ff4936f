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
    let sql = match order {
        Order::Ascending => {
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND (position, id) > (?2, ?3) ORDER BY position, id LIMIT ?4"
        }
        Order::Descending => {
            "SELECT id, position, digest, raw FROM entries INDEXED BY entries_by_position \
             WHERE place = ?1 AND (position, id) < (?2, ?3) ORDER BY position DESC, id DESC LIMIT ?4"
        }
    };
    let limit = i64::try_from(limit.min(MOST)).unwrap_or(0);
    let entries = connection
        .prepare_cached(sql)?
        .query_map((id, position, row, limit), |row| entries::read(row, place))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Slice {
        entries,
        total,
        now: clock::now(),
    })
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
