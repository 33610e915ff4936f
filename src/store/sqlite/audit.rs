//! The audit.

use super::{SqliteStore, clock};
use crate::{
    model::{AuditEntry, AuditEvent, AuditId, Order},
    store::{
        AuditBounds, AuditStore, StoreResult,
        audit::{event_of, text_of},
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension};

/// Events that one change lets go at most: more than it adds, and never so many that others wait for it.
const LET_GO: i64 = 500;

#[async_trait]
impl AuditStore for SqliteStore {
    async fn write_audit(
        &self,
        event: &AuditEvent,
        once: Option<&str>,
        bounds: AuditBounds,
    ) -> StoreResult<Option<AuditId>> {
        let text = text_of(event);
        let once = once.map(str::to_owned);
        self.writer
            .write(move |connection| {
                let id = write(connection, &text, once.as_deref())?;
                if let Some(id) = id {
                    let_go(connection, id, bounds)?;
                }
                Ok(id)
            })
            .await
    }

    async fn read_audit(
        &self,
        behind: Option<AuditId>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<AuditEntry>> {
        let limit = i64::try_from(limit.clamp(1, 1_000)).unwrap_or(1_000);
        self.readers
            .read(move |connection| {
                let (select, edge) = match order {
                    Order::Ascending => (
                        "SELECT at, number, event FROM audit WHERE (at, number) > (?1, ?2) ORDER BY at, number LIMIT ?3",
                        AuditId::default(),
                    ),
                    Order::Descending => (
                        "SELECT at, number, event FROM audit WHERE (at, number) < (?1, ?2) ORDER BY at DESC, number DESC LIMIT ?3",
                        AuditId {
                            milliseconds: u64::MAX,
                            number: u64::MAX,
                        },
                    ),
                };
                let behind = behind.unwrap_or(edge);
                connection
                    .prepare_cached(select)?
                    .query_map(
                        (signed(behind.milliseconds), signed(behind.number), limit),
                        |row| {
                            let (milliseconds, number): (i64, i64) = (row.get(0)?, row.get(1)?);
                            let text: String = row.get(2)?;
                            Ok(AuditEntry {
                                id: id(milliseconds, number),
                                event: event_of(text.as_bytes()),
                            })
                        },
                    )?
                    .collect()
            })
            .await
    }
}

fn write(
    connection: &Connection,
    text: &str,
    once: Option<&str>,
) -> rusqlite::Result<Option<AuditId>> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT at FROM audit ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    // A clock that was set back does not put what is new between what is old.
    let at = clock::now().0.max(last.unwrap_or(0));
    let written = connection
        .prepare_cached(
            "INSERT INTO audit (at, event, once) VALUES (?1, ?2, ?3) ON CONFLICT (once) DO NOTHING",
        )?
        .execute((at, text, once))?;
    Ok((written > 0).then(|| id(at, connection.last_insert_rowid())))
}

fn let_go(connection: &Connection, newest: AuditId, bounds: AuditBounds) -> rusqlite::Result<()> {
    let kept = i64::try_from(bounds.kept.as_millis()).unwrap_or(i64::MAX);
    let before = signed(newest.milliseconds).saturating_sub(kept);
    let beyond = signed(newest.number).saturating_sub(signed(bounds.events));
    connection
        .prepare_cached(
            // What may go stands at the beginning, so no more than that is looked at.
            "DELETE FROM audit WHERE number IN (SELECT number FROM (SELECT number, at FROM audit ORDER BY number LIMIT ?3) WHERE number <= ?1 OR at < ?2)",
        )?
        .execute((beyond, before, LET_GO))?;
    Ok(())
}

fn id(milliseconds: i64, number: i64) -> AuditId {
    AuditId {
        milliseconds: u64::try_from(milliseconds).unwrap_or(0),
        number: u64::try_from(number).unwrap_or(0),
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
