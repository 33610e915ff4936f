//! How many runs there were, since ever and on each UTC day.

use super::{clock, places::count};
use crate::model::DayTotals;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::collections::BTreeMap;

/// Days that are kept: five years, as Sidekiq keeps them.
pub(super) const DAYS: u32 = 5 * 365;

/// Counts runs.
pub(super) fn count_runs(
    connection: &Connection,
    processed: i64,
    failed: i64,
) -> rusqlite::Result<()> {
    if processed == 0 {
        return Ok(());
    }
    let day = clock::day(clock::now());
    connection
        .prepare_cached("UPDATE totals SET processed = processed + ?1, failed = failed + ?2")?
        .execute([processed, failed])?;
    let known = connection
        .prepare_cached(
            "UPDATE days SET processed = processed + :processed, failed = failed + :failed WHERE day = :day",
        )?
        .execute(named_params! {":day": day, ":processed": processed, ":failed": failed})?;
    if known == 0 {
        connection
            .prepare_cached(
                "INSERT INTO days (day, processed, failed) VALUES (:day, :processed, :failed)",
            )?
            .execute(named_params! {":day": day, ":processed": processed, ":failed": failed})?;
        connection
            .prepare_cached("DELETE FROM days WHERE day <= ?1")?
            .execute([day - i64::from(DAYS)])?;
    }
    Ok(())
}

/// Processed and failed since ever.
pub(super) fn totals(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    let totals = connection
        .prepare_cached("SELECT processed, failed FROM totals")?
        .query_row([], |row| Ok((count(row.get(0)?), count(row.get(1)?))))
        .optional()?;
    Ok(totals.unwrap_or_default())
}

/// The last `days` days, today last, with zeros where nothing ran.
pub(super) fn daily(connection: &Connection, days: u32) -> rusqlite::Result<Vec<DayTotals>> {
    let today = clock::day(clock::now());
    let first = today - i64::from(days) + 1;
    let stored: BTreeMap<i64, (u64, u64)> = connection
        .prepare_cached("SELECT day, processed, failed FROM days WHERE day >= ?1")?
        .query_map([first], |row| {
            Ok((row.get(0)?, (count(row.get(1)?), count(row.get(2)?))))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let totals = (first..=today).map(|day| {
        let (processed, failed) = stored.get(&day).copied().unwrap_or_default();
        DayTotals {
            day: clock::day_name(day),
            processed,
            failed,
        }
    });
    Ok(totals.collect())
}
