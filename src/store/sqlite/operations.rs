//! Operations: records, steps, and what is kept to undo them.

use super::{SqliteStore, clock, operation_step::OwnedStep, places};
use crate::{
    model::{Kept, OperationState, Order, Timestamp},
    store::{
        Creation, KeptChunk, NewOperation, OPERATION_KEPT, OPERATIONS_LISTED, OperationRecord,
        OperationStore, Step, Stepped, StoreResult, kept,
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::{ops::Range, time::Duration};

/// Chunks that are deleted in one transaction: of one that is given up the rest is deleted later.
const DELETED: i64 = 200;

const COLUMNS: &str = "id, plan, state, message, created_at, updated_at, finished_at, step, mark, done, gone, kept_entries, kept_bytes, \
                       kept_until, undone_by, owner, owner_until";

#[async_trait]
impl OperationStore for SqliteStore {
    async fn create_operation(&self, operation: NewOperation<'_>) -> StoreResult<Creation> {
        let (id, plan) = (operation.id.to_owned(), operation.plan.to_owned());
        let undoes = operation.undoes.map(str::to_owned);
        let owner = operation
            .owner
            .map(|(owner, lease)| (owner.to_owned(), lease));
        self.writer
            .write(move |connection| {
                let created = create(connection, &id, &plan, undoes.as_deref())?;
                if let (Creation::Made, Some((owner, lease))) = (created, &owner) {
                    let until = later(clock::now(), *lease);
                    connection
                        .prepare_cached(
                            "UPDATE operations SET owner = ?2, owner_until = ?3 WHERE id = ?1",
                        )?
                        .execute((&id, owner, until.0))?;
                }
                Ok(created)
            })
            .await
    }

    async fn operations(&self) -> StoreResult<Vec<OperationRecord>> {
        self.readers
            .read(|connection| {
                let now = clock::now();
                connection
                    .prepare_cached(&format!(
                        "SELECT {COLUMNS} FROM operations ORDER BY created_at DESC, id DESC LIMIT ?1"
                    ))?
                    .query_map([stored_size(OPERATIONS_LISTED)], |row| record(row, now))?
                    .collect()
            })
            .await
    }

    async fn current_operations(
        &self,
        ended_within: Duration,
    ) -> StoreResult<Vec<OperationRecord>> {
        self.readers
            .read(move |connection| {
                let now = clock::now();
                let since = now.0.saturating_sub(milliseconds(ended_within));
                connection
                    .prepare_cached(&format!(
                        "SELECT {COLUMNS} FROM operations WHERE finished_at IS NULL OR finished_at >= ?1 ORDER BY created_at DESC, id DESC"
                    ))?
                    .query_map([since], |row| record(row, now))?
                    .collect()
            })
            .await
    }

    async fn operation(&self, id: &str) -> StoreResult<Option<OperationRecord>> {
        let id = id.to_owned();
        self.readers
            .read(move |connection| find(connection, &id))
            .await
    }

    async fn claim_operation(
        &self,
        id: &str,
        owner: &str,
        lease: Duration,
    ) -> StoreResult<Option<OperationRecord>> {
        let (id, owner) = (id.to_owned(), owner.to_owned());
        self.writer
            .write(move |connection| {
                let now = clock::now();
                let claimed = connection
                    .prepare_cached(
                        "UPDATE operations SET owner = :owner, owner_until = :until WHERE id = :id AND state IN ('running', 'waiting') \
                         AND (owner IS NULL OR owner = :owner OR owner_until <= :now)",
                    )?
                    .execute(named_params! {":owner": owner, ":until": later(now, lease).0, ":id": id, ":now": now.0})?;
                if claimed == 0 {
                    return Ok(None);
                }
                find(connection, &id)
            })
            .await
    }

    async fn release_operation(&self, id: &str, owner: &str) -> StoreResult<()> {
        let (id, owner) = (id.to_owned(), owner.to_owned());
        self.writer
            .write(move |connection| {
                connection
                    .prepare_cached(
                        "UPDATE operations SET owner = NULL, owner_until = NULL WHERE id = ?1 AND owner = ?2",
                    )?
                    .execute([&id, &owner])?;
                Ok(())
            })
            .await
    }

    async fn step_operation(&self, step: Step<'_>) -> StoreResult<Stepped> {
        step.check()?;
        let owned = OwnedStep::new(&step)?;
        let stepped = self
            .writer
            .write(move |connection| owned.make(connection))
            .await?;
        self.ready.notify_waiters();
        Ok(stepped)
    }

    async fn turn_operation(
        &self,
        id: &str,
        from: &[OperationState],
        to: OperationState,
        message: Option<&str>,
        kept_for: Duration,
    ) -> StoreResult<bool> {
        let (id, from, message) = (id.to_owned(), from.to_vec(), message.map(str::to_owned));
        self.writer
            .write(move |connection| {
                let stands = find(connection, &id)?;
                if !stands.is_some_and(|record| from.contains(&record.state)) {
                    return Ok(false);
                }
                turn(connection, &id, to, message.as_deref(), kept_for)?;
                Ok(true)
            })
            .await
    }

    async fn kept(
        &self,
        id: &str,
        steps: Range<u64>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<KeptChunk>> {
        let id = id.to_owned();
        let sql = match order {
            Order::Ascending => {
                "SELECT step, results, chunk FROM kept WHERE operation = ?1 AND step >= ?2 AND step < ?3 ORDER BY step LIMIT ?4"
            }
            Order::Descending => {
                "SELECT step, results, chunk FROM kept WHERE operation = ?1 AND step >= ?2 AND step < ?3 ORDER BY step DESC LIMIT ?4"
            }
        };
        let chunks: Vec<(u64, String, Vec<u8>)> = self
            .readers
            .read(move |connection| {
                connection
                    .prepare_cached(sql)?
                    .query_map(
                        (
                            &id,
                            stored(steps.start),
                            stored(steps.end),
                            stored_size(limit),
                        ),
                        |row| Ok((places::count(row.get(0)?), row.get(1)?, row.get(2)?)),
                    )?
                    .collect()
            })
            .await?;
        chunks
            .into_iter()
            .map(|(step, results, chunk)| {
                Ok(KeptChunk {
                    step,
                    entries: kept::decode(results.as_bytes(), &chunk, &self.address)?,
                })
            })
            .collect()
    }

    async fn free_kept(&self, id: &str) -> StoreResult<Kept> {
        let name = id.to_owned();
        let freed = self
            .writer
            .write(move |connection| {
                let freed = connection
                    .prepare_cached(
                        "SELECT kept_entries, kept_bytes FROM operations WHERE id = ?1",
                    )?
                    .query_row([&name], |row| {
                        Ok(Kept {
                            entries: places::count(row.get(0)?),
                            bytes: places::count(row.get(1)?),
                            until: None,
                        })
                    })
                    .optional()?;
                forget_kept(connection, &name)?;
                Ok(freed.unwrap_or_default())
            })
            .await?;
        loop {
            let name = id.to_owned();
            let deleted = self
                .writer
                .write(move |connection| delete_chunks(connection, &name))
                .await?;
            if deleted == 0 {
                return Ok(freed);
            }
        }
    }
}

fn create(
    connection: &Connection,
    id: &str,
    plan: &str,
    undoes: Option<&str>,
) -> rusqlite::Result<Creation> {
    if let Some(other) = undoes {
        let Some(other) = find(connection, other)? else {
            return Ok(Creation::NothingKept);
        };
        if !other.state.is_over() {
            return Ok(Creation::StillRunning);
        }
        if let Some(undoing) = &other.undone_by
            && find(connection, undoing)?.is_some_and(|undoing| !undoing.state.is_over())
        {
            return Ok(Creation::BeingUndone);
        }
        if other.kept.entries == 0 {
            return Ok(Creation::NothingKept);
        }
        connection
            .prepare_cached("UPDATE operations SET undone_by = ?2 WHERE id = ?1")?
            .execute([&other.id, id])?;
    }
    let now = clock::now();
    prune(connection, now)?;
    connection
        .prepare_cached(
            "INSERT INTO operations (id, plan, state, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        )?
        .execute((id, plan, OperationState::Running.name(), now.0))?;
    Ok(Creation::Made)
}

/// Drops operations that were over long ago, and some of what was kept longer than it should.
fn prune(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let overdue: Option<String> = connection
        .prepare_cached(
            "SELECT id FROM operations WHERE kept_bytes > 0 AND kept_until < ?1 LIMIT 1",
        )?
        .query_row([now.0], |row| row.get(0))
        .optional()?;
    if let Some(id) = overdue
        && delete_chunks(connection, &id)? == 0
    {
        forget_kept(connection, &id)?;
    }
    let ended = now.plus_milliseconds(-OPERATION_KEPT * 1000);
    connection
        .prepare_cached("DELETE FROM operations WHERE finished_at < ?1 AND kept_bytes = 0")?
        .execute([ended.0])?;
    Ok(())
}

fn forget_kept(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE operations SET kept_entries = 0, kept_bytes = 0 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

fn delete_chunks(connection: &Connection, id: &str) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "DELETE FROM kept WHERE operation = ?1 AND step IN (SELECT step FROM kept WHERE operation = ?1 LIMIT ?2)",
        )?
        .execute((id, DELETED))
}

/// Writes how an operation stands.
pub(super) fn turn(
    connection: &Connection,
    id: &str,
    state: OperationState,
    message: Option<&str>,
    kept_for: Duration,
) -> rusqlite::Result<()> {
    let now = clock::now();
    connection
        .prepare_cached(
            "UPDATE operations SET state = :state, message = :message, updated_at = :now WHERE id = :id",
        )?
        .execute(
            named_params! {":state": state.name(), ":message": message, ":now": now.0, ":id": id},
        )?;
    if state.is_over() {
        connection
            .prepare_cached(
                "UPDATE operations SET finished_at = :now, kept_until = :until, owner = NULL, owner_until = NULL WHERE id = :id",
            )?
            .execute(
                named_params! {":now": now.0, ":until": later(now, kept_for).0, ":id": id},
            )?;
    }
    Ok(())
}

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<OperationRecord>> {
    let now = clock::now();
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM operations WHERE id = ?1"))?
        .query_row([id], |row| record(row, now))
        .optional()
}

fn record(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<OperationRecord> {
    let state: String = row.get("state")?;
    let kept_until: Option<i64> = row.get("kept_until")?;
    let owner_until: Option<i64> = row.get("owner_until")?;
    let owner: Option<String> = row.get("owner")?;
    Ok(OperationRecord {
        id: row.get("id")?,
        plan: row.get("plan")?,
        // Written by a newer version: nothing that this one would take up.
        state: OperationState::of_name(&state).unwrap_or(OperationState::Paused),
        message: row.get("message")?,
        created_at: Timestamp(row.get("created_at")?),
        updated_at: Timestamp(row.get("updated_at")?),
        finished_at: row.get::<_, Option<i64>>("finished_at")?.map(Timestamp),
        step: places::count(row.get("step")?),
        mark: row.get("mark")?,
        done: places::count(row.get("done")?),
        gone: places::count(row.get("gone")?),
        kept: if kept_until.is_some_and(|until| until <= now.0) {
            Kept::default()
        } else {
            Kept {
                entries: places::count(row.get("kept_entries")?),
                bytes: places::count(row.get("kept_bytes")?),
                until: kept_until.map(Timestamp),
            }
        },
        undone_by: row.get("undone_by")?,
        owner: owner.filter(|_| owner_until.is_some_and(|until| until > now.0)),
    })
}

pub(super) fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.plus_milliseconds(milliseconds(duration))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn stored_size(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
