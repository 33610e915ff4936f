//! Jobs in a worker's hands: fetched, settled, recovered.

use super::{
    clock::{self, LIFE_MS},
    entries, places, processes, totals,
    writer::Writer,
};
use crate::{
    job::{self, Job},
    model::{RunningJob, Timestamp},
    store::{Destination, FetchedJob, ORPHANS, QueueEnd, SLICE_BYTES, Settlement},
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::time::Duration;

/// Jobs that one call of [`recover`] puts back.
const RECOVERED: i64 = 1_000;

/// Moves up to `limit` jobs of these queues, in this order, into the process's hands.
pub(super) fn fetch(
    connection: &Connection,
    identity: &str,
    queues: &[String],
    limit: usize,
) -> rusqlite::Result<Vec<FetchedJob>> {
    let now = clock::now();
    // A process that has not had its first heartbeat yet is given the time for it.
    let grace = if processes::lives(connection, identity, now)? {
        now.0
    } else {
        now.0 + LIFE_MS
    };
    let mut jobs = Vec::new();
    for queue in queues {
        let wanted = limit.saturating_sub(jobs.len());
        if wanted == 0 {
            break;
        }
        let Some(place) = ready_queue(connection, queue)? else {
            continue;
        };
        let rows: Vec<(i64, Vec<u8>)> = connection
            .prepare_cached(
                "SELECT id, raw FROM entries INDEXED BY entries_by_position WHERE place = :place ORDER BY position LIMIT :wanted",
            )?
            .query_map(
                named_params! {":place": place, ":wanted": i64::try_from(wanted).unwrap_or(i64::MAX)},
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?
            .collect::<rusqlite::Result<_>>()?;
        places::shrink(connection, place, rows.len())?;
        for (id, raw) in rows {
            entries::delete(connection, id)?;
            connection
                .prepare_cached(
                    "INSERT INTO in_progress (identity, queue, raw, grace) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((identity, queue, &raw, grace))?;
            jobs.push(FetchedJob {
                queue: queue.clone(),
                raw: Bytes::from(raw),
                lease: connection.last_insert_rowid().to_string(),
            });
        }
    }
    Ok(jobs)
}

/// Whether [`fetch`] would find a job.
pub(super) fn is_ready(connection: &Connection, queues: &[String]) -> rusqlite::Result<bool> {
    for queue in queues {
        if ready_queue(connection, queue)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of a queue with jobs that is not paused.
fn ready_queue(connection: &Connection, queue: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT id FROM places WHERE queue = ?1 AND size > 0 AND NOT EXISTS (SELECT 1 FROM paused WHERE queue = ?1)",
        )?
        .query_row([queue], |row| row.get(0))
        .optional()
}

/// Lets a job go; whether the process still had it.
pub(super) fn settle(
    connection: &Connection,
    identity: &str,
    lease: i64,
    settlement: &Settlement,
) -> rusqlite::Result<bool> {
    let held: Option<(String, Vec<u8>)> = connection
        .prepare_cached(
            "DELETE FROM in_progress WHERE lease = ?1 AND identity = ?2 RETURNING queue, raw",
        )?
        .query_row((lease, identity), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((queue, raw)) = held else {
        return Ok(false);
    };
    match settlement {
        Settlement::Finish { failed } => totals::count_run(connection, *failed)?,
        Settlement::Fail(to) => {
            entries::put(connection, to)?;
            totals::count_run(connection, true)?;
        }
        Settlement::SetAside(to) => entries::put(connection, to)?,
        Settlement::Requeue => hand_back(connection, queue, raw)?,
    }
    Ok(true)
}

/// Puts jobs of processes that are gone back; says how many. `identity` is the process that asks, whose own are not touched.
pub(super) fn recover(
    connection: &Connection,
    identity: &str,
    grace: Duration,
) -> rusqlite::Result<u64> {
    let now = clock::now();
    processes::forget_dead(connection, now)?;
    // Who lives or has nothing in progress is not missing; nor is anybody since a time that is still to come: the clock was set back.
    connection
        .prepare_cached(
            "DELETE FROM missing WHERE since > ?1 OR identity IN (SELECT identity FROM processes) \
             OR identity NOT IN (SELECT identity FROM in_progress)",
        )?
        .execute([now.0])?;
    let noted_until = now.plus_milliseconds(-i64::try_from(grace.as_millis()).unwrap_or(i64::MAX));
    // The last one first: so the one that was fetched first is the next to run again.
    let orphans: Vec<(i64, String, Vec<u8>)> = connection
        .prepare_cached(
            "SELECT lease, queue, raw FROM in_progress \
             WHERE grace <= :now AND identity <> :own AND identity IN (SELECT identity FROM missing WHERE since <= :noted_until) \
             ORDER BY lease DESC LIMIT :most",
        )?
        .query_map(
            named_params! {":now": now.0, ":own": identity, ":noted_until": noted_until.0, ":most": RECOVERED},
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?
        .collect::<rusqlite::Result<_>>()?;
    // Behind the look at the notes: a process is noted by one call and recovered by a later one.
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO missing (identity, since) SELECT DISTINCT identity, :now FROM in_progress \
             WHERE grace <= :now AND identity <> :own AND identity NOT IN (SELECT identity FROM processes)",
        )?
        .execute(named_params! {":now": now.0, ":own": identity})?;
    let mut recovered = 0;
    for (lease, queue, raw) in orphans {
        connection
            .prepare_cached("DELETE FROM in_progress WHERE lease = ?1")?
            .execute([lease])?;
        hand_back(connection, queue, raw)?;
        recovered += 1;
    }
    Ok(recovered)
}

/// Some jobs of processes that have no heartbeat any more, a few hundred at most, in the order of their fetch.
pub(super) fn orphans(connection: &Connection) -> rusqlite::Result<Vec<RunningJob>> {
    let now = clock::now();
    let mut orphans = connection.prepare_cached(
        "SELECT lease, identity, queue, octet_length(raw), raw FROM in_progress \
         WHERE grace <= :now AND identity NOT IN (SELECT identity FROM processes WHERE beat_at > :since) \
         ORDER BY lease LIMIT :most",
    )?;
    let mut rows = orphans.query(named_params! {
        ":now": now.0,
        ":since": now.0 - LIFE_MS,
        ":most": i64::try_from(ORPHANS).unwrap_or(i64::MAX),
    })?;
    let mut bytes_left = SLICE_BYTES;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        let (lease, identity, queue): (i64, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        // What is too large is shown without its bytes.
        let size: i64 = row.get(3)?;
        let left = bytes_left.checked_sub(usize::try_from(size).unwrap_or(usize::MAX));
        let raw: Vec<u8> = if left.is_some() {
            row.get(4)?
        } else {
            Vec::new()
        };
        bytes_left = left.unwrap_or(bytes_left);
        jobs.push(RunningJob {
            owner_gone: true,
            ..job::running(
                &identity,
                &lease.to_string(),
                &queue,
                &Job::new(raw),
                Timestamp(0),
            )
        });
    }
    Ok(jobs)
}

fn hand_back(connection: &Connection, queue: String, raw: Vec<u8>) -> rusqlite::Result<()> {
    let to = Destination::Queue {
        name: queue,
        raw: Bytes::from(raw),
        end: QueueEnd::Next,
    };
    entries::put(connection, &to)
}

/// Fetched jobs on their way to the caller. If it has stopped waiting, they go back to their queues.
#[derive(Debug)]
pub(super) struct Delivery {
    identity: String,
    jobs: Vec<FetchedJob>,
    writer: Writer,
}

impl Delivery {
    pub(super) fn new(identity: &str, jobs: Vec<FetchedJob>, writer: &Writer) -> Self {
        Self {
            identity: identity.to_owned(),
            jobs,
            writer: writer.clone(),
        }
    }

    /// The jobs, delivered.
    pub(super) fn accept(mut self) -> Vec<FetchedJob> {
        std::mem::take(&mut self.jobs)
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if self.jobs.is_empty() {
            return;
        }
        let identity = std::mem::take(&mut self.identity);
        let jobs = std::mem::take(&mut self.jobs);
        self.writer.post(move |connection| {
            for job in jobs.iter().rev() {
                if let Ok(lease) = job.lease.parse() {
                    settle(connection, &identity, lease, &Settlement::Requeue)?;
                }
            }
            Ok(())
        });
    }
}
