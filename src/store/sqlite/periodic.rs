//! Periodic jobs: definitions, holders, ticks.

use super::{
    SqliteStore,
    clock::{self, LIFE_MS},
    entries,
};
use crate::{
    model::{PeriodicRun, Timestamp},
    store::{
        Announcement, Deletion, NewRun, PeriodicEntry, PeriodicStore, RUNS_KEPT, Standing,
        Standings, StoreResult, Tick,
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

#[async_trait]
impl PeriodicStore for SqliteStore {
    async fn announce_periodic(
        &self,
        identity: &str,
        jobs: &[Announcement],
    ) -> StoreResult<Standings> {
        let (identity, jobs) = (identity.to_owned(), jobs.to_vec());
        self.writer
            .write(move |connection| {
                let now = clock::now();
                let standings = jobs
                    .iter()
                    .map(|job| announce(connection, &identity, job, now))
                    .collect::<rusqlite::Result<_>>()?;
                Ok(Standings { now, standings })
            })
            .await
    }

    async fn withdraw_periodic(&self, identity: &str, names: &[String]) -> StoreResult<()> {
        let (identity, names) = (identity.to_owned(), names.to_vec());
        self.writer
            .write(move |connection| {
                let mut statement = connection.prepare_cached(
                    "DELETE FROM periodic_holders WHERE name = ?1 AND identity = ?2",
                )?;
                for name in &names {
                    statement.execute((name, &identity))?;
                }
                Ok(())
            })
            .await
    }

    async fn tick_periodic(&self, identity: &str, tick: &Tick) -> StoreResult<bool> {
        tick.queue()?;
        for run in &tick.runs {
            run.destination().check()?;
        }
        let (identity, tick) = (identity.to_owned(), tick.clone());
        let ticked = self
            .writer
            .write(move |connection| take_tick(connection, &identity, &tick))
            .await?;
        self.ready.notify_waiters();
        Ok(ticked)
    }

    async fn periodic(&self) -> StoreResult<Vec<PeriodicEntry>> {
        self.readers.read(list).await
    }

    async fn periodic_runs(&self, name: &str) -> StoreResult<Vec<PeriodicRun>> {
        let name = name.to_owned();
        self.readers
            .read(move |connection| runs(connection, &name, RUNS_KEPT))
            .await
    }

    async fn run_periodic(&self, name: &str, run: &NewRun, by: &str) -> StoreResult<bool> {
        run.destination().check()?;
        let (name, run, by) = (name.to_owned(), run.clone(), by.to_owned());
        let known = self
            .writer
            .write(move |connection| {
                let known = connection
                    .prepare_cached("SELECT 1 FROM periodic WHERE name = ?1")?
                    .exists([&name])?;
                if known {
                    enqueue(
                        connection,
                        &name,
                        std::slice::from_ref(&run),
                        &by,
                        clock::now(),
                    )?;
                }
                Ok(known)
            })
            .await?;
        self.ready.notify_waiters();
        Ok(known)
    }

    async fn set_periodic_paused(&self, name: &str, paused: bool) -> StoreResult<bool> {
        let name = name.to_owned();
        self.writer
            .write(move |connection| {
                // What came while it was stopped is done with; of one that was not stopped nothing changes.
                let changed = connection
                    .prepare_cached(
                        "UPDATE periodic SET paused = :paused, last_tick = CASE WHEN paused THEN :now ELSE last_tick END \
                         WHERE name = :name",
                    )?
                    .execute(named_params! {":paused": paused, ":now": clock::now().0, ":name": name})?;
                Ok(changed > 0)
            })
            .await
    }

    async fn delete_periodic(&self, name: &str) -> StoreResult<Deletion> {
        let name = name.to_owned();
        self.writer
            .write(move |connection| {
                if is_held(connection, &name, clock::now())? {
                    return Ok(Deletion::Held);
                }
                let deleted = connection
                    .prepare_cached("DELETE FROM periodic WHERE name = ?1")?
                    .execute([&name])?;
                for sql in [
                    "DELETE FROM periodic_holders WHERE name = ?1",
                    "DELETE FROM periodic_runs WHERE name = ?1",
                ] {
                    connection.prepare_cached(sql)?.execute([&name])?;
                }
                Ok(if deleted > 0 {
                    Deletion::Done
                } else {
                    Deletion::Gone
                })
            })
            .await
    }
}

fn announce(
    connection: &Connection,
    identity: &str,
    job: &Announcement,
    now: Timestamp,
) -> rusqlite::Result<Standing> {
    connection
        .prepare_cached("DELETE FROM periodic_holders WHERE name = ?1 AND seen_at <= ?2")?
        .execute((&job.name, now.0 - LIFE_MS))?;
    let known: Option<(String, String)> = connection
        .prepare_cached("SELECT definition, schedule FROM periodic WHERE name = ?1")?
        .query_row([&job.name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let holds = match known {
        Some((definition, _)) if definition == job.definition => true,
        Some(_) if !job.fresh && is_held(connection, &job.name, now)? => false,
        Some((_, schedule)) => {
            connection
                .prepare_cached(
                    "UPDATE periodic SET definition = :definition, schedule = :schedule, registered_at = :now, \
                     last_tick = CASE WHEN :same THEN last_tick ELSE :now END WHERE name = :name",
                )?
                .execute(named_params! {
                    ":definition": job.definition,
                    ":schedule": job.schedule,
                    ":now": now.0,
                    ":same": schedule == job.schedule,
                    ":name": job.name,
                })?;
            connection
                .prepare_cached("DELETE FROM periodic_holders WHERE name = ?1")?
                .execute([&job.name])?;
            true
        }
        None => {
            connection
                .prepare_cached(
                    "INSERT INTO periodic (name, definition, schedule, registered_at, last_tick) \
                     VALUES (:name, :definition, :schedule, :now, :now)",
                )?
                .execute(named_params! {
                    ":name": job.name,
                    ":definition": job.definition,
                    ":schedule": job.schedule,
                    ":now": now.0,
                })?;
            true
        }
    };
    if holds {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO periodic_holders (name, identity, seen_at) VALUES (?1, ?2, ?3)",
            )?
            .execute((&job.name, identity, now.0))?;
    }
    connection
        .prepare_cached("SELECT last_tick, paused FROM periodic WHERE name = ?1")?
        .query_row([&job.name], |row| {
            Ok(Standing {
                holds,
                last_tick: Timestamp(row.get(0)?),
                paused: row.get(1)?,
            })
        })
}

fn is_held(connection: &Connection, name: &str, now: Timestamp) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM periodic_holders WHERE name = ?1 AND seen_at > ?2")?
        .exists((name, now.0 - LIFE_MS))
}

fn take_tick(connection: &Connection, identity: &str, tick: &Tick) -> rusqlite::Result<bool> {
    let now = clock::now();
    if tick.until > now || tick.until <= tick.after {
        return Ok(false);
    }
    let taken = connection
        .prepare_cached(
            "UPDATE periodic SET last_tick = :until \
             WHERE name = :name AND definition = :definition AND last_tick = :after AND NOT paused",
        )?
        .execute(named_params! {
            ":until": tick.until.0,
            ":name": tick.name,
            ":definition": tick.definition,
            ":after": tick.after.0,
        })?;
    if taken == 0 {
        return Ok(false);
    }
    enqueue(connection, &tick.name, &tick.runs, identity, now)?;
    Ok(true)
}

/// Enqueues jobs and notes them.
fn enqueue(
    connection: &Connection,
    name: &str,
    runs: &[NewRun],
    by: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    for run in runs {
        entries::put(connection, &run.destination())?;
        connection
            .prepare_cached(
                "INSERT INTO periodic_runs (name, tick, enqueued_at, jid, enqueued_by) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((name, run.tick.map(|tick| tick.0), now.0, &run.jid, by))?;
    }
    connection
        .prepare_cached(
            "DELETE FROM periodic_runs WHERE name = :name AND id <= \
             (SELECT id FROM periodic_runs WHERE name = :name ORDER BY id DESC LIMIT 1 OFFSET :kept)",
        )?
        .execute(named_params! {":name": name, ":kept": i64::try_from(RUNS_KEPT).unwrap_or(i64::MAX)})?;
    Ok(())
}

fn list(connection: &Connection) -> rusqlite::Result<Vec<PeriodicEntry>> {
    let now = clock::now();
    let mut entries: Vec<PeriodicEntry> = connection
        .prepare_cached(
            "SELECT name, definition, registered_at, last_tick, paused, \
             EXISTS (SELECT 1 FROM periodic_holders WHERE name = periodic.name AND seen_at > ?1) FROM periodic ORDER BY name",
        )?
        .query_map([now.0 - LIFE_MS], |row| {
            Ok(PeriodicEntry {
                name: row.get(0)?,
                definition: row.get(1)?,
                registered_at: Timestamp(row.get(2)?),
                last_tick: Timestamp(row.get(3)?),
                paused: row.get(4)?,
                held: row.get(5)?,
                last_run: None,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    for entry in &mut entries {
        entry.last_run = runs(connection, &entry.name, 1)?.pop();
    }
    Ok(entries)
}

/// The newest runs, newest first.
fn runs(connection: &Connection, name: &str, most: usize) -> rusqlite::Result<Vec<PeriodicRun>> {
    connection
        .prepare_cached(
            "SELECT tick, enqueued_at, jid, enqueued_by FROM periodic_runs WHERE name = ?1 ORDER BY id DESC LIMIT ?2",
        )?
        .query_map((name, i64::try_from(most).unwrap_or(i64::MAX)), read_run)?
        .collect()
}

fn read_run(row: &Row<'_>) -> rusqlite::Result<PeriodicRun> {
    Ok(PeriodicRun {
        tick: row.get::<_, Option<i64>>(0)?.map(Timestamp),
        enqueued_at: Timestamp(row.get(1)?),
        jid: row.get(2)?,
        by: row.get(3)?,
    })
}
