//! Jobs in a worker's hands: fetched, settled, recovered.

use super::{
    clock::{self, LIFE_MS},
    entries, places, processes,
    writer::Writer,
};
use crate::{
    job::{self, Job, digest},
    model::{RunningJob, Timestamp},
    store::{
        Destination, FetchedJob, Orphan, QueueEnd, Rescue, SHOWN_ORPHANS, SLICE_BYTES, Settlement,
        Share,
    },
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::{sync::Arc, time::Duration};

/// Orphans of one call, and bytes of them.
const MOST_ORPHANS: i64 = 100;
const ORPHAN_BYTES: usize = 4 << 20;

/// How long a rescue is remembered: 72 hours.
const REMEMBERED_MS: i64 = 72 * 3_600_000;

/// Moves up to `limit` jobs of these queues into the process's hands: of each its share, then what is still wanted, in this order.
pub(super) fn fetch(
    connection: &Connection,
    identity: &str,
    queues: &[Share],
    limit: usize,
    most_bytes: usize,
) -> rusqlite::Result<Vec<FetchedJob>> {
    let now = clock::now();
    // A process that has not had its first heartbeat yet is given the time for it.
    let grace = if processes::lives(connection, identity, now)? {
        now.0
    } else {
        now.0 + LIFE_MS
    };
    let mut jobs = Vec::new();
    let mut bytes = 0;
    for is_share in [true, false] {
        for Share { queue, jobs: share } in queues {
            let wanted = limit.saturating_sub(jobs.len());
            let most = if is_share { wanted.min(*share) } else { wanted };
            if most == 0 || (bytes >= most_bytes && !jobs.is_empty()) {
                continue;
            }
            let Some(place) = ready_queue(connection, queue)? else {
                continue;
            };
            let mut statement = connection.prepare_cached(
                "SELECT id, raw FROM entries INDEXED BY entries_by_position WHERE place = :place ORDER BY position LIMIT :most",
            )?;
            let mut found = statement.query(
                named_params! {":place": place, ":most": i64::try_from(most).unwrap_or(i64::MAX)},
            )?;
            let mut rows: Vec<(i64, Vec<u8>)> = Vec::new();
            while (bytes < most_bytes || (rows.is_empty() && jobs.is_empty()))
                && let Some(row) = found.next()?
            {
                let raw: Vec<u8> = row.get(1)?;
                bytes += raw.len();
                rows.push((row.get(0)?, raw));
            }
            places::shrink(connection, place, rows.len())?;
            for (id, raw) in rows {
                entries::delete(connection, id)?;
                connection
                    .prepare_cached(
                        "INSERT INTO in_progress (identity, queue, raw, grace) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute((identity, &**queue, &raw, grace))?;
                jobs.push(FetchedJob {
                    queue: Arc::clone(queue),
                    raw: Bytes::from(raw),
                    lease: connection.last_insert_rowid().to_string(),
                });
            }
        }
    }
    Ok(jobs)
}

/// Whether [`fetch`] would find a job.
pub(super) fn is_ready(connection: &Connection, queues: &[Arc<str>]) -> rusqlite::Result<bool> {
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

/// Lets a job go; whether the process still had it. It is not counted here.
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
        Settlement::Finish { .. } => {}
        Settlement::Fail(to) | Settlement::SetAside(to) => entries::put(connection, to)?,
        Settlement::Requeue => hand_back(connection, queue, raw)?,
    }
    Ok(true)
}

/// Jobs in progress of processes that are gone, those of one process from the latest to the earliest. `identity` is the process that
/// asks, whose own are not answered.
pub(super) fn orphans(
    connection: &Connection,
    identity: &str,
    grace: Duration,
) -> rusqlite::Result<Vec<Orphan>> {
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
    let mut orphans: Vec<Orphan> = Vec::new();
    let mut statement = connection.prepare_cached(
        "SELECT identity, lease, queue, raw FROM in_progress \
         WHERE grace <= :now AND identity <> :own AND identity IN (SELECT identity FROM missing WHERE since <= :noted_until) \
         ORDER BY lease DESC LIMIT :most",
    )?;
    let mut rows = statement.query(
        named_params! {":now": now.0, ":own": identity, ":noted_until": noted_until.0, ":most": MOST_ORPHANS},
    )?;
    let mut bytes = 0;
    while bytes < ORPHAN_BYTES
        && let Some(row) = rows.next()?
    {
        let raw: Vec<u8> = row.get(3)?;
        bytes += raw.len();
        let job = FetchedJob {
            queue: row.get::<_, String>(2)?.into(),
            raw: raw.into(),
            lease: row.get::<_, i64>(1)?.to_string(),
        };
        let rescues = rescues(connection, &job, now)?;
        orphans.push(Orphan {
            owner: row.get(0)?,
            job,
            rescues,
        });
    }
    // Behind the look at the notes: a process is noted by one call and its jobs are answered by a later one.
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO missing (identity, since) SELECT DISTINCT identity, :now FROM in_progress \
             WHERE grace <= :now AND identity <> :own AND identity NOT IN (SELECT identity FROM processes)",
        )?
        .execute(named_params! {":now": now.0, ":own": identity})?;
    Ok(orphans)
}

/// Puts an orphan where it goes; whether it was still one.
pub(super) fn rescue(connection: &Connection, rescue: &Rescue) -> rusqlite::Result<bool> {
    let Orphan { owner, job, .. } = &rescue.orphan;
    let now = clock::now();
    let Ok(lease) = job.lease.parse::<i64>() else {
        return Ok(false);
    };
    let taken = connection
        .prepare_cached(
            "DELETE FROM in_progress WHERE lease = ?1 AND identity = ?2 AND identity IN (SELECT identity FROM missing) \
             AND identity NOT IN (SELECT identity FROM processes)",
        )?
        .execute((lease, owner))?;
    if taken == 0 {
        return Ok(false);
    }
    connection
        .prepare_cached("DELETE FROM rescues WHERE at <= ?1")?
        .execute([now.0 - REMEMBERED_MS])?;
    connection
        .prepare_cached("INSERT INTO rescues (job, at) VALUES (?1, ?2)")?
        .execute((name(job), now.0))?;
    entries::put(connection, &rescue.to)?;
    Ok(true)
}

/// How often this job was rescued lately.
fn rescues(connection: &Connection, job: &FetchedJob, now: Timestamp) -> rusqlite::Result<u32> {
    connection
        .prepare_cached("SELECT count(*) FROM rescues WHERE job = ?1 AND at > ?2")?
        .query_row((name(job), now.0 - REMEMBERED_MS), |row| row.get(0))
}

/// What rescues are remembered by: the jid; an entry without one is known by its bytes.
fn name(job: &FetchedJob) -> String {
    let jid = Job::new(job.raw.clone()).jid();
    jid.filter(|jid| !jid.is_empty())
        .unwrap_or_else(|| digest(&job.raw))
}

/// Some jobs of processes that have no heartbeat any more, a few hundred at most, in the order of their fetch.
pub(super) fn owner_gone(connection: &Connection) -> rusqlite::Result<Vec<RunningJob>> {
    let now = clock::now();
    let mut statement = connection.prepare_cached(
        "SELECT lease, identity, queue, octet_length(raw), raw FROM in_progress \
         WHERE grace <= :now AND identity NOT IN (SELECT identity FROM processes WHERE beat_at > :since) \
         ORDER BY lease LIMIT :most",
    )?;
    let mut rows = statement.query(named_params! {
        ":now": now.0,
        ":since": now.0 - LIFE_MS,
        ":most": i64::try_from(SHOWN_ORPHANS).unwrap_or(i64::MAX),
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
