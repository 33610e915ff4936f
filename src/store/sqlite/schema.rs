//! The tables: whose they are, of which version, and how they come to be.

use super::{
    failure::{self, PATIENCE},
    location::Location,
};
use crate::store::StoreResult;
use rusqlite::Connection;
use std::time::Instant;

/// Marks the file as Jobdeck's: `Jobd`.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"Jobd");

/// Each turns the version before it into its own; the first one makes version 1 from an empty file. Never changed once released.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_missing.sql"),
    include_str!("migrations/0003_rescues.sql"),
    include_str!("migrations/0004_metrics.sql"),
    include_str!("migrations/0005_periodic.sql"),
    include_str!("migrations/0006_reports.sql"),
    include_str!("migrations/0007_operations.sql"),
    include_str!("migrations/0008_failures.sql"),
    include_str!("migrations/0009_holds.sql"),
    include_str!("migrations/0010_audit.sql"),
    include_str!("migrations/0011_alerts.sql"),
];

/// The newest version that this program knows.
fn newest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// Fails when a file with this mark and version is not for this program.
pub(super) fn check(location: &Location, application_id: i32, version: i32) -> StoreResult<()> {
    if application_id != APPLICATION_ID {
        return Err(location.unusable(
            "it is the database of another program; it was left as it is: name another file",
        ));
    }
    if version > newest() {
        return Err(location.unusable(format!(
            "it was written by a newer Jobdeck (format {version}, this one knows up to {}); it was left as it is: update Jobdeck",
            newest()
        )));
    }
    Ok(())
}

/// Makes the tables, or brings them up to date, and turns on the write-ahead log.
pub(super) fn prepare(location: &Location, connection: &Connection) -> StoreResult<()> {
    let opening = |error: rusqlite::Error| failure::opening(location, &error);
    connection.busy_timeout(PATIENCE).map_err(opening)?;
    if version(location, connection)? < newest() {
        // The lock makes one of several processes do it; the others find it done.
        connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(opening)?;
        let done = version(location, connection).and_then(|version| {
            migrate(connection, version).map_err(opening)?;
            connection.execute_batch("COMMIT").map_err(opening)
        });
        if done.is_err() && !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").map_err(opening)?;
        }
        done?;
    }
    write_ahead(location, connection)
}

/// The version of the tables, 0 for an empty file; fails if they are not for this program.
fn version(location: &Location, connection: &Connection) -> StoreResult<i32> {
    let (application_id, version, tables): (i32, i32, i64) = connection
        .query_row(
            "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), \
             (SELECT count(*) FROM sqlite_schema)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(|error| failure::opening(location, &error))?;
    if (application_id, version, tables) != (0, 0, 0) {
        check(location, application_id, version)?;
    }
    Ok(version)
}

pub(super) fn migrate(connection: &Connection, version: i32) -> rusqlite::Result<()> {
    let done = usize::try_from(version).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        connection.execute_batch(migration)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", newest())
}

fn write_ahead(location: &Location, connection: &Connection) -> StoreResult<()> {
    let started = Instant::now();
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(location.unusable(format!(
                    "its folder allows no write-ahead log (only `{mode}`), as network folders do: use a local disk"
                )));
            }
            // SQLite does not always wait by itself for this lock.
            Err(error) if failure::is_busy(&error) && started.elapsed() < PATIENCE => {
                std::thread::park_timeout(std::time::Duration::from_millis(5));
            }
            Err(error) => return Err(failure::opening(location, &error)),
        }
    }
}
