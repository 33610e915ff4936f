//! Reads of a place: slices, single entries, jobs by id.

use super::{clock, entries, places};
use crate::{
    model::{EntryId, Order, Place},
    store::{JidSearch, SLICE_BYTES, Slice, Start, StoreError, StoreResult, StoredEntry},
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

/// Up to `limit` entries behind `edge`, as many as a slice may have bytes.
pub(super) fn slice(
    connection: &Connection,
    place: &Place,
    (position, row): (f64, i64),
    order: Order,
    limit: usize,
) -> rusqlite::Result<Slice> {
    let mut slice = Slice {
        now: clock::now(),
        ..Slice::default()
    };
    let Some((id, total)) = places::find(connection, place)? else {
        return Ok(slice);
    };
    slice.total = total;
    let limit = limit.min(MOST);
    if limit == 0 {
        return Ok(slice);
    }
    // One more than asked tells whether there is more.
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let [rest, behind] = statements(order);
    let mut bytes = 0;
    read(
        connection,
        rest,
        (id, position, row, most),
        (place, limit),
        &mut bytes,
        &mut slice,
    )?;
    if !slice.more {
        read(
            connection,
            behind,
            (id, position, most),
            (place, limit),
            &mut bytes,
            &mut slice,
        )?;
    }
    Ok(slice)
}

/// Adds entries to a slice until it has enough of them, or of their bytes.
fn read(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    (place, limit): (&Place, usize),
    bytes: &mut usize,
    slice: &mut Slice,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    while let Some(row) = rows.next()? {
        let length = entries::length(row)?;
        if slice.entries.len() == limit
            || (!slice.entries.is_empty() && *bytes + length > SLICE_BYTES)
        {
            slice.more = true;
            return Ok(());
        }
        *bytes += length;
        slice.entries.push(entries::read(row, place)?);
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
