//! All numbers at once.

use super::{clock, places, processes, totals};
use crate::{
    job::Job,
    model::{Overview, QueueSummary, Timestamp},
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension};

/// All numbers; as many small reads as there are queues.
pub(super) fn overview(connection: &Connection) -> rusqlite::Result<Overview> {
    let now = clock::now();
    let mut overview = Overview {
        sampled_at: now,
        ..Overview::default()
    };
    (overview.processed, overview.failed) = totals::totals(connection)?;
    for process in processes::processes(connection, now)? {
        overview.processes += 1;
        overview.running = overview.running.saturating_add(process.busy);
        overview.concurrency = overview.concurrency.saturating_add(process.concurrency);
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, size, queue, EXISTS (SELECT 1 FROM paused WHERE paused.queue = places.queue) FROM places \
         WHERE id <= 3 OR queue IS NOT NULL ORDER BY queue",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, size): (i64, u64) = (row.get(0)?, places::count(row.get(1)?));
        match (id, row.get::<_, Option<String>>(2)?) {
            (1, _) => overview.scheduled = size,
            (2, _) => overview.retrying = size,
            (3, _) => overview.dead = size,
            (_, name) => {
                overview.enqueued += size;
                overview.queues.push(QueueSummary {
                    name: name.unwrap_or_default(),
                    size,
                    latency_seconds: latency_seconds(connection, id, now)?,
                    paused: row.get(3)?,
                });
            }
        }
    }
    Ok(overview)
}

/// Age of the job that is next to run. Never negative: it may have been enqueued by a machine whose clock is ahead.
fn latency_seconds(connection: &Connection, place: i64, now: Timestamp) -> rusqlite::Result<f64> {
    let next = connection
        .prepare_cached(
            "SELECT raw FROM entries INDEXED BY entries_by_position WHERE place = ?1 ORDER BY position LIMIT 1",
        )?
        .query_row([place], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    let since = next.and_then(|raw| {
        let job = Job::new(Bytes::from(raw));
        job.time("enqueued_at").or_else(|| job.time("created_at"))
    });
    Ok(since.map_or(0.0, |since| (now.seconds() - since.seconds()).max(0.0)))
}
