//! Operations: records, steps, and what is kept to undo them.

use super::{SqliteStore, clock, entries, places};
use crate::{
    job::{Job, digest},
    model::{Kept, OperationState, Timestamp},
    store::{
        Creation, Destination, KeptChunk, Moved, NewOperation, OPERATION_KEPT, OPERATIONS_LISTED,
        OperationRecord, OperationStore, STEP_ENTRIES, Step, StepMove, Stepped, StoreError,
        StoreResult, StoredEntry, Target, kept,
    },
};
use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::{collections::HashSet, time::Duration};

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
        let adds = step.undoes.map(|undone| undone.adds).unwrap_or_default();
        let count = step.moves.len() + adds.len();
        if count > STEP_ENTRIES {
            return Err(StoreError::Invalid(format!(
                "a step of an operation has {count} entries: {STEP_ENTRIES} at most"
            )));
        }
        for change in step.moves {
            if let Target::Away(to) = &change.to {
                entries::check(to)?;
            }
        }
        for to in adds {
            entries::check(to)?;
        }
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

    async fn kept(&self, id: &str, below: u64, limit: usize) -> StoreResult<Vec<KeptChunk>> {
        let id = id.to_owned();
        let chunks: Vec<(u64, String, Vec<u8>)> = self
            .readers
            .read(move |connection| {
                connection
                    .prepare_cached(
                        "SELECT step, results, chunk FROM kept WHERE operation = ?1 AND step < ?2 ORDER BY step DESC LIMIT ?3",
                    )?
                    .query_map((&id, stored(below), stored_size(limit)), |row| {
                        Ok((places::count(row.get(0)?), row.get(1)?, row.get(2)?))
                    })?
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
                connection
                    .prepare_cached(
                        "UPDATE operations SET kept_entries = 0, kept_bytes = 0 WHERE id = ?1",
                    )?
                    .execute([&name])?;
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

/// A step with all that it needs, for the writing thread.
struct OwnedStep {
    id: String,
    owner: String,
    lease: Duration,
    number: u64,
    moves: Vec<StepMove>,
    /// The packed entries, if they are kept.
    blob: Option<Vec<u8>>,
    mark: String,
    /// The operation that is undone, its chunk and how many entries that has.
    undone: Option<(String, u64, u64)>,
    adds: Vec<Destination>,
    state: Option<(OperationState, Option<String>)>,
    kept_for: Duration,
}

impl OwnedStep {
    fn new(step: &Step<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: step.id.to_owned(),
            owner: step.owner.to_owned(),
            lease: step.lease,
            number: step.number,
            moves: step.moves.to_vec(),
            blob: (step.keeps && !step.moves.is_empty())
                .then(|| kept::encode(step.moves))
                .transpose()?,
            mark: step.mark.to_owned(),
            undone: step
                .undoes
                .map(|undone| (undone.id.to_owned(), undone.step, undone.entries)),
            adds: step
                .undoes
                .map(|undone| undone.adds.to_vec())
                .unwrap_or_default(),
            state: step
                .state
                .map(|(state, message)| (state, message.map(str::to_owned))),
            kept_for: step.kept_for,
        })
    }

    fn make(&self, connection: &Connection) -> rusqlite::Result<Stepped> {
        let now = clock::now();
        // It is its turn, or nothing is done.
        let begun = connection
            .prepare_cached(
                "UPDATE operations SET step = step + 1, updated_at = :now, owner_until = :until, mark = :mark \
                 WHERE id = :id AND step = :step AND owner = :owner AND state IN ('running', 'waiting')",
            )?
            .execute(named_params! {
                ":now": now.0, ":until": later(now, self.lease).0, ":mark": self.mark,
                ":id": self.id, ":step": stored(self.number), ":owner": self.owner,
            })?;
        if begun == 0 {
            return Ok(Stepped::NotNow);
        }
        if let Some((id, chunk, entries)) = &self.undone
            && !release(connection, id, *chunk, *entries)?
        {
            // Nothing is done: the number of the step goes back, too.
            connection
                .prepare_cached("UPDATE operations SET step = step - 1 WHERE id = ?1")?
                .execute([&self.id])?;
            return Ok(Stepped::NotKept);
        }
        let mut moved = Vec::with_capacity(self.moves.len() + self.adds.len());
        for change in &self.moves {
            moved.push(change_entry(connection, change)?);
        }
        for to in &self.adds {
            entries::put(connection, to)?;
            moved.push(Moved::Done);
        }
        let done = moved.iter().filter(|moved| **moved == Moved::Done).count();
        connection
            .prepare_cached(
                "UPDATE operations SET done = done + ?2, gone = gone + ?3 WHERE id = ?1",
            )?
            .execute((&self.id, stored_size(done), stored_size(moved.len() - done)))?;
        if let Some(blob) = &self.blob
            && done > 0
        {
            self.keep(connection, blob, &moved, done)?;
        }
        if let Some((state, message)) = &self.state {
            turn(
                connection,
                &self.id,
                *state,
                message.as_deref(),
                self.kept_for,
            )?;
        }
        Ok(Stepped::Made {
            moved,
            newest_at: 0,
        })
    }

    fn keep(
        &self,
        connection: &Connection,
        blob: &[u8],
        moved: &[Moved],
        done: usize,
    ) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO kept (operation, step, results, chunk) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((&self.id, stored(self.number), kept::letters(moved), blob))?;
        connection
            .prepare_cached(
                "UPDATE operations SET kept_entries = kept_entries + ?2, kept_bytes = kept_bytes + ?3 WHERE id = ?1",
            )?
            .execute((&self.id, stored_size(done), stored_size(blob.len())))?;
        Ok(())
    }
}

/// Gives up a chunk that is being undone; whether it was there.
fn release(connection: &Connection, id: &str, chunk: u64, entries: u64) -> rusqlite::Result<bool> {
    let bytes: Option<i64> = connection
        .prepare_cached(
            "DELETE FROM kept WHERE operation = ?1 AND step = ?2 RETURNING length(chunk)",
        )?
        .query_row((id, stored(chunk)), |row| row.get(0))
        .optional()?;
    let Some(bytes) = bytes else {
        return Ok(false);
    };
    connection
        .prepare_cached(
            "UPDATE operations SET kept_entries = max(0, kept_entries - ?2), kept_bytes = max(0, kept_bytes - ?3) WHERE id = ?1",
        )?
        .execute((id, stored(entries), bytes))?;
    Ok(true)
}

fn change_entry(connection: &Connection, change: &StepMove) -> rusqlite::Result<Moved> {
    let entry = &change.entry;
    match &change.to {
        Target::Here(raw) => rewrite(connection, change, raw),
        Target::Away(to) => {
            if change.same_score && !has_score(connection, entry)? {
                return Ok(Moved::Gone);
            }
            if !entries::take(connection, entry)? {
                return Ok(Moved::Gone);
            }
            entries::put(connection, to)?;
            Ok(Moved::Done)
        }
    }
}

fn has_score(connection: &Connection, entry: &StoredEntry) -> rusqlite::Result<bool> {
    Ok(entry.id.place.set().is_none() || entries::locate(connection, &address(entry))?.is_some())
}

/// The entry's address with the digest of its bytes, whether it was filled in or not.
fn address(entry: &StoredEntry) -> crate::model::EntryId {
    let mut id = entry.id.clone();
    id.digest = digest(&entry.raw);
    id
}

/// The entry gets other bytes where it stands.
fn rewrite(connection: &Connection, change: &StepMove, raw: &Bytes) -> rusqlite::Result<Moved> {
    let row = entries::find_row(connection, &change.entry)?;
    let Some((row, position)) = row else {
        return Ok(Moved::Gone);
    };
    let is_set = change.entry.id.place.set().is_some();
    #[expect(clippy::float_cmp, reason = "scores are compared as they are stored")]
    if change.same_score && is_set && position != change.entry.id.position {
        return Ok(Moved::Gone);
    }
    connection
        .prepare_cached(
            "UPDATE entries SET raw = :raw, digest = :digest, jid = :jid WHERE id = :id",
        )?
        .execute(named_params! {
            ":raw": &raw[..],
            ":digest": entries::digest_bytes(&digest(raw)),
            ":jid": Job::new(raw.clone()).jid().filter(|jid| !jid.is_empty()),
            ":id": row,
        })?;
    Ok(Moved::Done)
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
    let ended = now.plus_milliseconds(-OPERATION_KEPT * 1000);
    connection
        .prepare_cached(
            "DELETE FROM operations WHERE finished_at < ?1 AND (kept_until IS NULL OR kept_until < ?2)",
        )?
        .execute((ended.0, now.0))?;
    let overdue: Vec<String> = connection
        .prepare_cached(
            "SELECT DISTINCT operation FROM kept LEFT JOIN operations ON operations.id = operation \
             WHERE operations.id IS NULL OR kept_until < ?1",
        )?
        .query_map([now.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let overdue: HashSet<String> = overdue.into_iter().collect();
    for id in overdue {
        delete_chunks(connection, &id)?;
    }
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
fn turn(
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

fn later(now: Timestamp, duration: Duration) -> Timestamp {
    now.plus_milliseconds(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn stored_size(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
