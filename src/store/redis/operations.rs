//! Operations: records, steps, and what is kept to undo them.

use super::{RedisStore, scripts};
use crate::{
    model::{Kept, OperationState, Order, Timestamp},
    store::{
        Creation, KeptChunk, NewOperation, OPERATION_KEPT, OPERATIONS_LISTED, OperationRecord,
        OperationStore, Step, Stepped, StoreResult, kept,
    },
};
use ::redis::{Value, cmd, pipe};
use async_trait::async_trait;
use bytes::Bytes;
use std::{ops::Range, time::Duration};

/// Chunks that are asked for at once while those are looked for that are there.
const ASKED: u64 = 64;

const FIELDS: [&str; 16] = [
    "plan",
    "state",
    "message",
    "created_at",
    "updated_at",
    "finished_at",
    "step",
    "mark",
    "done",
    "gone",
    "kept_entries",
    "kept_bytes",
    "kept_until",
    "undone_by",
    "owner",
    "owner_until",
];

#[async_trait]
impl OperationStore for RedisStore {
    async fn create_operation(&self, operation: NewOperation<'_>) -> StoreResult<Creation> {
        let key = self.keys.operation(operation.id);
        let undone = match operation.undoes {
            Some(id) => self.keys.operation(id),
            None => key.clone(),
        };
        let mut call = scripts::OPERATION_CREATE.key(key);
        call.key(self.keys.operations())
            .key(undone)
            .key(self.keys.current_operations())
            .arg(operation.id)
            .arg(operation.plan)
            .arg(operation.undoes.unwrap_or_default())
            .arg(self.keys.operation(""));
        if let Some((owner, lease)) = operation.owner {
            call.arg(owner).arg(milliseconds(lease));
        }
        let answer: String = self.operations.change(&call).await?;
        Ok(match answer.as_str() {
            "running" => Creation::StillRunning,
            "undone" => Creation::BeingUndone,
            "nothing" => Creation::NothingKept,
            _ => Creation::Made,
        })
    }

    async fn operations(&self) -> StoreResult<Vec<OperationRecord>> {
        let last = i64::try_from(OPERATIONS_LISTED).unwrap_or(i64::MAX) - 1;
        let mut names = cmd("ZREVRANGE");
        names.arg(self.keys.operations()).arg(0).arg(last);
        let names: Vec<String> = self.admin.read(&names).await?;
        self.records(names).await
    }

    async fn current_operations(
        &self,
        ended_within: Duration,
    ) -> StoreResult<Vec<OperationRecord>> {
        let mut current = scripts::OPERATION_CURRENT.key(self.keys.current_operations());
        current.arg(milliseconds(ended_within));
        let names: Vec<String> = self.admin.read(&current).await?;
        let mut records = self.records(names).await?;
        records.sort_by_key(|record| std::cmp::Reverse(record.created_at));
        Ok(records)
    }

    async fn operation(&self, id: &str) -> StoreResult<Option<OperationRecord>> {
        Ok(self.records(vec![id.to_owned()]).await?.pop())
    }

    async fn claim_operation(
        &self,
        id: &str,
        owner: &str,
        lease: Duration,
    ) -> StoreResult<Option<OperationRecord>> {
        let mut call = scripts::OPERATION_CLAIM.key(self.keys.operation(id));
        call.arg(owner).arg(milliseconds(lease));
        let claimed: i64 = self.operations.change(&call).await?;
        if claimed == 0 {
            return Ok(None);
        }
        self.operation(id).await
    }

    async fn release_operation(&self, id: &str, owner: &str) -> StoreResult<()> {
        let mut call = scripts::OPERATION_RELEASE.key(self.keys.operation(id));
        call.arg(owner);
        self.operations.change(&call).await
    }

    async fn step_operation(&self, step: Step<'_>) -> StoreResult<Stepped> {
        step.check()?;
        Box::pin(self.make_step(step)).await
    }

    async fn turn_operation(
        &self,
        id: &str,
        from: &[OperationState],
        to: OperationState,
        message: Option<&str>,
        kept_for: Duration,
    ) -> StoreResult<bool> {
        let mut call = scripts::OPERATION_TURN.key(self.keys.operation(id));
        call.key(self.keys.kept(id))
            .key(self.keys.current_operations())
            .arg(id)
            .arg(to.name())
            .arg(message.unwrap_or_default())
            .arg(milliseconds(kept_for))
            .arg(OPERATION_KEPT);
        for state in from {
            call.arg(state.name());
        }
        let turned: i64 = self.operations.change(&call).await?;
        Ok(turned == 1)
    }

    async fn kept(
        &self,
        id: &str,
        steps: Range<u64>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<KeptChunk>> {
        let key = self.keys.kept(id);
        let mut chunks: Vec<KeptChunk> = Vec::new();
        let mut left = steps;
        // Where each step has changed something, as many are there as are asked for.
        let mut width = u64::try_from(limit).unwrap_or(ASKED).min(ASKED);
        while !left.is_empty() && chunks.len() < limit {
            let steps: Vec<u64> = match order {
                Order::Ascending => {
                    let from = left.start;
                    left.start = left.end.min(from.saturating_add(width));
                    (from..left.start).collect()
                }
                Order::Descending => {
                    let below = left.end;
                    left.end = left.start.max(below.saturating_sub(width));
                    (left.end..below).rev().collect()
                }
            };
            width = ASKED;
            let mut asked = cmd("HMGET");
            asked.arg(&key).arg(&steps);
            let results: Vec<Option<String>> = self.operations.read(&asked).await?;
            let there: Vec<(u64, String)> = steps
                .into_iter()
                .zip(results)
                .filter_map(|(step, results)| Some((step, results?)))
                .take(limit - chunks.len())
                .collect();
            if !there.is_empty() {
                let mut asked = cmd("HMGET");
                asked.arg(&key);
                for (_, results) in &there {
                    asked.arg(results.split_once('|').map_or("", |(_, field)| field));
                }
                let packed: Vec<Option<Bytes>> = self.operations.read(&asked).await?;
                for ((step, results), packed) in there.into_iter().zip(packed) {
                    let letters = results.split('|').next().unwrap_or_default();
                    let packed = packed.unwrap_or_default();
                    chunks.push(KeptChunk {
                        step,
                        entries: kept::decode(letters.as_bytes(), &packed, self.admin.shown())?,
                    });
                }
            }
        }
        Ok(chunks)
    }

    async fn free_kept(&self, id: &str) -> StoreResult<Kept> {
        let mut call = scripts::OPERATION_FREE.key(self.keys.operation(id));
        call.key(self.keys.kept(id));
        let (entries, bytes): (u64, u64) = self.operations.change(&call).await?;
        Ok(Kept {
            entries,
            bytes,
            until: None,
        })
    }
}

impl RedisStore {
    /// The operations of these names that there are.
    async fn records(&self, names: Vec<String>) -> StoreResult<Vec<OperationRecord>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut calls = pipe();
        calls.cmd("TIME");
        for name in &names {
            calls
                .cmd("HMGET")
                .arg(self.keys.operation(name))
                .arg(&FIELDS);
        }
        let mut answers: Vec<Value> = self.admin.read(&calls).await?;
        let records = answers.split_off(1);
        let unexpected = |error: ::redis::ParsingError| self.admin.failure(&error.into());
        let time = answers.pop().unwrap_or(Value::Nil);
        let now = super::timestamp(::redis::from_redis_value(time).map_err(unexpected)?);
        let mut found = Vec::with_capacity(records.len());
        for (name, fields) in names.into_iter().zip(records) {
            let fields: Vec<Option<Bytes>> =
                ::redis::from_redis_value(fields).map_err(unexpected)?;
            found.extend(record(name, &fields, now));
        }
        Ok(found)
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A record from its fields; nothing if it is none.
fn record(id: String, fields: &[Option<Bytes>], now: Timestamp) -> Option<OperationRecord> {
    let text = |name: &str| {
        let at = FIELDS.iter().position(|field| *field == name)?;
        let bytes = fields.get(at)?.as_ref()?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    };
    let number = |name: &str| text(name).and_then(|text| text.parse::<i64>().ok());
    let count = |name: &str| {
        number(name)
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0)
    };
    let is_attended = number("owner_until").is_some_and(|until| until > now.0);
    Some(OperationRecord {
        plan: text("plan")?,
        state: OperationState::of_name(&text("state")?)?,
        message: text("message"),
        created_at: Timestamp(number("created_at").unwrap_or(0)),
        updated_at: Timestamp(number("updated_at").unwrap_or(0)),
        finished_at: number("finished_at").map(Timestamp),
        step: count("step"),
        mark: text("mark").unwrap_or_default(),
        done: count("done"),
        gone: count("gone"),
        kept: kept_now(
            count("kept_entries"),
            count("kept_bytes"),
            number("kept_until"),
            now,
        ),
        undone_by: text("undone_by"),
        owner: text("owner").filter(|_| is_attended),
        id,
    })
}

/// What is kept, unless its time is over.
fn kept_now(entries: u64, bytes: u64, until: Option<i64>, now: Timestamp) -> Kept {
    if until.is_some_and(|until| until <= now.0) {
        return Kept::default();
    }
    Kept {
        entries,
        bytes,
        until: until.map(Timestamp),
    }
}
