//! Worker processes: heartbeats, what they run, signals.

use super::{
    clock::{self, LIFE_MS},
    progress, reports,
};
use crate::{
    model::{ProcessInfo, RunningJob, Signal, Timestamp},
    store::{Heartbeat, Pulse},
};
use rusqlite::{Connection, OptionalExtension, named_params, types::ValueRef};
use serde::Serialize;

/// Writes a heartbeat and takes the oldest signal.
pub(super) fn beat(connection: &Connection, heartbeat: &Heartbeat) -> rusqlite::Result<Pulse> {
    let now = clock::now();
    forget_dead(connection, now)?;
    let process = ProcessInfo {
        beat_at: Some(now),
        ..heartbeat.process.clone()
    };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO processes (identity, beat_at, info, running) VALUES (:identity, :beat_at, :info, :running)",
        )?
        .execute(named_params! {
            ":identity": process.identity,
            ":beat_at": now.0,
            ":info": json(&process)?,
            ":running": json(&heartbeat.running)?,
        })?;
    connection
        .prepare_cached("DELETE FROM missing WHERE identity = ?1")?
        .execute([&process.identity])?;
    let signal: Option<String> = connection
        .prepare_cached(
            "DELETE FROM signals WHERE id = (SELECT min(id) FROM signals WHERE identity = ?1) RETURNING signal",
        )?
        .query_row([&process.identity], |row| row.get(0))
        .optional()?;
    Ok(Pulse {
        now,
        signal: signal.as_deref().and_then(Signal::of_name),
    })
}

/// Takes a process out of the list; what it has not settled may be recovered at once.
pub(super) fn leave(connection: &Connection, identity: &str) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM processes WHERE identity = ?1",
        "DELETE FROM signals WHERE identity = ?1",
        "UPDATE in_progress SET grace = 0 WHERE identity = ?1",
        "INSERT OR REPLACE INTO missing (identity, since) \
         SELECT ?1, 0 WHERE EXISTS (SELECT 1 FROM in_progress WHERE identity = ?1)",
    ] {
        connection.prepare_cached(sql)?.execute([identity])?;
    }
    Ok(())
}

/// Leaves a signal; whether there is such a process.
pub(super) fn signal(
    connection: &Connection,
    identity: &str,
    signal: Signal,
) -> rusqlite::Result<bool> {
    let now = clock::now();
    let left = connection
        .prepare_cached(
            "INSERT INTO signals (identity, signal, left_at) \
             SELECT identity, :signal, :now FROM processes WHERE identity = :identity AND beat_at > :since",
        )?
        .execute(named_params! {
            ":identity": identity,
            ":signal": signal.name(),
            ":now": now.0,
            ":since": now.0 - LIFE_MS,
        })?;
    Ok(left > 0)
}

/// Drops processes without a heartbeat, and signals that nobody took.
pub(super) fn forget_dead(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM processes WHERE beat_at <= ?1",
        "DELETE FROM signals WHERE left_at <= ?1",
    ] {
        connection.prepare_cached(sql)?.execute([now.0 - LIFE_MS])?;
    }
    Ok(())
}

/// Whether a process has a heartbeat.
pub(super) fn lives(
    connection: &Connection,
    identity: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM processes WHERE identity = ?1 AND beat_at > ?2")?
        .exists((identity, now.0 - LIFE_MS))
}

/// The processes with a heartbeat, by identity. One whose row cannot be read, of another version perhaps, is known by its name only.
pub(super) fn processes(
    connection: &Connection,
    now: Timestamp,
) -> rusqlite::Result<Vec<ProcessInfo>> {
    connection
        .prepare_cached(
            "SELECT identity, beat_at, info FROM processes WHERE beat_at > ?1 ORDER BY identity",
        )?
        .query_map([now.0 - LIFE_MS], |row| {
            let (identity, beat_at): (String, i64) = (row.get(0)?, row.get(1)?);
            let info = from_json(row.get_ref(2)?, &identity);
            Ok(ProcessInfo {
                identity,
                beat_at: Some(Timestamp(beat_at)),
                ..info.unwrap_or_default()
            })
        })?
        .collect()
}

/// What they run, longest first, and before that what processes that are gone have left. What cannot be read is left out.
pub(super) fn running(connection: &Connection) -> rusqlite::Result<Vec<RunningJob>> {
    let lists: Vec<Vec<RunningJob>> = connection
        .prepare_cached(
            "SELECT identity, running, info FROM processes WHERE beat_at > ?1 ORDER BY identity",
        )?
        .query_map([clock::now().0 - LIFE_MS], |row| {
            let identity: String = row.get(0)?;
            let mut jobs: Vec<RunningJob> =
                from_json(row.get_ref(1)?, &identity).unwrap_or_default();
            let process: ProcessInfo = from_json(row.get_ref(2)?, &identity).unwrap_or_default();
            for job in &mut jobs {
                job.foreign = !process.is_jobdeck();
            }
            Ok(jobs)
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut running = progress::owner_gone(connection)?;
    running.extend(lists.into_iter().flatten());
    running.sort_by_key(|job| job.run_at);
    reports::add_reports(connection, &mut running)?;
    Ok(running)
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn from_json<T: for<'text> serde::Deserialize<'text>>(
    text: ValueRef<'_>,
    identity: &str,
) -> Option<T> {
    let read = text
        .as_str()
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str(text).map_err(|error| error.to_string()));
    read.map_err(|error| {
        tracing::debug!(
            identity,
            error,
            "what a process says of itself cannot be read"
        );
    })
    .ok()
}
