//! Entries as rows: put in, taken out, read back.

use super::places;
use crate::{
    job::{self, Job, hexadecimal},
    model::{Cursor, EntryId, Place},
    store::{Destination, StoreError, StoreResult, StoredEntry},
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

/// The columns that [`read`] takes.
pub(super) const COLUMNS: &str = "id, position, digest, raw";

/// Puts an entry where it belongs.
pub(super) fn put(connection: &Connection, to: &Destination) -> rusqlite::Result<()> {
    match to {
        Destination::Nowhere => Ok(()),
        Destination::Set { set, score, raw } => {
            let place = places::grow_set(connection, *set)?;
            insert(connection, place, *score, raw)
        }
        Destination::Queue { name, raw, end } => {
            let (place, position) = places::grow_queue(connection, name, *end)?;
            insert(connection, place, position, raw)
        }
    }
}

fn insert(connection: &Connection, place: i64, position: f64, raw: &Bytes) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO entries (place, position, digest, jid, raw) VALUES (:place, :position, :digest, :jid, :raw)",
        )?
        .execute(named_params! {
            ":place": place,
            ":position": position,
            ":digest": digest_bytes(&job::digest(raw)),
            ":jid": Job::new(raw.clone()).jid().filter(|jid| !jid.is_empty()),
            ":raw": &raw[..],
        })?;
    Ok(())
}

/// Takes an entry out: whether it was there, with exactly these bytes.
pub(super) fn take(connection: &Connection, entry: &StoredEntry) -> rusqlite::Result<bool> {
    let Some((place, _)) = places::find(connection, &entry.id.place)? else {
        return Ok(false);
    };
    let Some((row, _)) = row_in(connection, place, entry)? else {
        return Ok(false);
    };
    delete(connection, row)?;
    places::shrink(connection, place, 1)?;
    Ok(true)
}

/// Row and position of an entry that is there, with exactly these bytes.
pub(super) fn find_row(
    connection: &Connection,
    entry: &StoredEntry,
) -> rusqlite::Result<Option<(i64, f64)>> {
    match places::find(connection, &entry.id.place)? {
        Some((place, _)) => row_in(connection, place, entry),
        None => Ok(None),
    }
}

fn row_in(
    connection: &Connection,
    place: i64,
    entry: &StoredEntry,
) -> rusqlite::Result<Option<(i64, f64)>> {
    let digest = digest_bytes(&job::digest(&entry.raw));
    let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let there = connection
        .prepare_cached(
            "SELECT id, position FROM entries INDEXED BY entries_by_digest \
             WHERE digest = :digest AND place = :place AND position = :position AND raw = :raw LIMIT 1",
        )?
        .query_row(
            named_params! {":digest": digest, ":place": place, ":position": entry.id.position, ":raw": &entry.raw[..]},
            columns,
        )
        .optional()?;
    if there.is_some() {
        return Ok(there);
    }
    // It may have got another score, or gone through a worker's hands and back into its queue.
    connection
        .prepare_cached(
            "SELECT id, position FROM entries INDEXED BY entries_by_digest \
             WHERE digest = :digest AND place = :place AND raw = :raw LIMIT 1",
        )?
        .query_row(
            named_params! {":digest": digest, ":place": place, ":raw": &entry.raw[..]},
            columns,
        )
        .optional()
}

/// Deletes one row. The place's size is the caller's.
pub(super) fn delete(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM entries WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// The entry with this address.
pub(super) fn locate(
    connection: &Connection,
    address: &EntryId,
) -> rusqlite::Result<Option<StoredEntry>> {
    let Some((place, _)) = places::find(connection, &address.place)? else {
        return Ok(None);
    };
    let digest = digest_bytes(&address.digest);
    let there = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entries INDEXED BY entries_by_digest \
             WHERE digest = :digest AND place = :place AND position = :position LIMIT 1"
        ))?
        .query_row(
            named_params! {":digest": digest, ":place": place, ":position": address.position},
            |row| read(row, &address.place),
        )
        .optional()?;
    if there.is_some() || address.place.set().is_some() {
        return Ok(there);
    }
    // A queue's position is a hint only: a job that was handed back stands elsewhere now.
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entries INDEXED BY entries_by_digest WHERE digest = :digest AND place = :place LIMIT 1"
        ))?
        .query_row(named_params! {":digest": digest, ":place": place}, |row| {
            read(row, &address.place)
        })
        .optional()
}

/// An entry from a row with [`COLUMNS`].
pub(super) fn read(row: &Row<'_>, place: &Place) -> rusqlite::Result<StoredEntry> {
    let id: i64 = row.get(0)?;
    let position: f64 = row.get(1)?;
    let digest = hexadecimal(row.get_ref(2)?.as_blob()?);
    Ok(StoredEntry {
        id: EntryId {
            place: place.clone(),
            position,
            digest,
        },
        raw: Bytes::copy_from_slice(row.get_ref(3)?.as_blob()?),
        cursor: Cursor(format!("{position}_{id}")),
    })
}

/// How many bytes the entry of a row with [`COLUMNS`] has.
pub(super) fn length(row: &Row<'_>) -> rusqlite::Result<usize> {
    Ok(row.get_ref(3)?.as_blob()?.len())
}

/// What a cursor means: position and row of the entry that it was made from.
pub(super) fn parse_cursor(cursor: &Cursor) -> StoreResult<(f64, i64)> {
    cursor
        .0
        .split_once('_')
        .and_then(|(position, id)| Some((position.parse().ok()?, id.parse().ok()?)))
        .filter(|(position, _): &(f64, i64)| !position.is_nan())
        .ok_or_else(|| {
            let shown: String = cursor.0.chars().take(100).collect();
            StoreError::Invalid(format!(
                "`{shown}` is no cursor of this store: start again from the list's first page"
            ))
        })
}

/// The 20 bytes behind 40 hexadecimal digits; fewer if they are no such digits, which then match nothing.
pub(super) fn digest_bytes(digest: &str) -> Vec<u8> {
    let digits: Vec<u8> = digest
        .chars()
        .filter_map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{digest_bytes, hexadecimal, parse_cursor};
    use crate::model::Cursor;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digests_round_trip(bytes in prop::collection::vec(any::<u8>(), 20)) {
            prop_assert_eq!(digest_bytes(&hexadecimal(&bytes)), bytes);
        }

        #[test]
        fn cursors_round_trip(position in prop::num::f64::ANY.prop_filter("a position is a number", |position| !position.is_nan()), id: i64) {
            prop_assert_eq!(parse_cursor(&Cursor(format!("{position}_{id}"))).unwrap(), (position, id));
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in "\\PC*") {
            let _ = parse_cursor(&Cursor(text));
        }
    }
}
