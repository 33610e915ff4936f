//! Connections to the file.

use super::{
    failure::{self, PATIENCE},
    file,
    location::Location,
    schema,
};
use crate::store::StoreResult;
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::time::Duration;

/// Page cache of each reading connection, KiB.
const READ_CACHE_KIB: i64 = 2_048;

/// Page cache of the writing connection, KiB: an added job touches four trees at places far apart.
const WRITE_CACHE_KIB: i64 = 8_192;

/// The write-ahead log is folded into the file at this size, pages of 4 KiB. SQLite's default of 1 000 would do that after each
/// thousand jobs added.
const LOG_PAGES: i64 = 4_000;

/// The log's file is cut back to this size after it was folded in.
const LOG_BYTES: i64 = LOG_PAGES * 4_096;

/// Opens the file for writing; makes it if it is not there.
pub(super) fn open_writer(location: &Location) -> StoreResult<Connection> {
    file::inspect(location)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opening = |error: rusqlite::Error| failure::opening(location, &error);
    let connection = Connection::open_with_flags(&location.path, flags).map_err(opening)?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(opening)? {
        return Err(location.unusable(
            "the file is read-only for this user: give the right to write it, or name another file",
        ));
    }
    // Until the file is known to be this store's, its log is left alone also when the connection closes.
    let keep_log = |keep| {
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep)
            .map_err(opening)
    };
    keep_log(true)?;
    schema::prepare(location, &connection)?;
    keep_log(false)?;
    tune(&connection, WRITE_CACHE_KIB)
        .and_then(|()| {
            connection.pragma_update(None, "synchronous", location.synchronous.name())?;
            connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
            connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
            // The writer waits by itself, between requests, see writer.rs.
            connection.busy_timeout(Duration::ZERO)
        })
        .map_err(opening)?;
    Ok(connection)
}

/// Opens the file, which the writer has opened before, for reading.
pub(super) fn open_reader(location: &Location) -> rusqlite::Result<Connection> {
    // Not opened read-only: such a connection could not take over the write-ahead log if it happened to be the last one.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&location.path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    tune(&connection, READ_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn tune(connection: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "trusted_schema", false)
}
