//! A step of an operation, made in one transaction.

use super::{
    clock, entries,
    operations::{later, stored, stored_size, turn},
};
use crate::{
    job::{Job, digest},
    model::OperationState,
    store::{Destination, Moved, Step, StepMove, Stepped, StoreResult, StoredEntry, Target, kept},
};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, named_params};
use std::time::Duration;

/// A step with all that it needs, for the writing thread.
pub(super) struct OwnedStep {
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
    pub(super) fn new(step: &Step<'_>) -> StoreResult<Self> {
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
            adds: step.adds().to_vec(),
            state: step
                .state
                .map(|(state, message)| (state, message.map(str::to_owned))),
            kept_for: step.kept_for,
        })
    }

    pub(super) fn make(&self, connection: &Connection) -> rusqlite::Result<Stepped> {
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
