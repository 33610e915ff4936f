//! Operations: records, steps, and what is kept to undo them.

use super::{RedisStore, check, failure::refusal, locate::hint, moves::Put, scripts};
use crate::{
    model::{Kept, OperationState, Timestamp},
    store::{
        Creation, Destination, KeptChunk, Moved, NewOperation, OPERATION_KEPT, OPERATIONS_LISTED,
        OperationRecord, OperationStore, STEP_ENTRIES, Step, StepMove, Stepped, StoreError,
        StoreResult, Target, kept,
    },
};
use ::redis::{ScriptInvocation, Value, cmd, pipe};
use async_trait::async_trait;
use bytes::Bytes;
use std::{collections::HashMap, time::Duration};

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
            .arg(operation.id)
            .arg(operation.plan)
            .arg(operation.state.name())
            .arg(operation.undoes.unwrap_or_default())
            .arg(self.keys.operation(""))
            .arg(OPERATION_KEPT);
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
        let now = self.time(answers.into_iter().next())?;
        let mut found = Vec::with_capacity(records.len());
        for (name, fields) in names.into_iter().zip(records) {
            let fields: Vec<Option<Bytes>> = ::redis::from_redis_value(fields)
                .map_err(|error| self.admin.failure(&error.into()))?;
            found.extend(record(name, &fields, now));
        }
        Ok(found)
    }

    async fn operation(&self, id: &str) -> StoreResult<Option<OperationRecord>> {
        let mut calls = pipe();
        calls.cmd("TIME");
        calls.cmd("HMGET").arg(self.keys.operation(id)).arg(&FIELDS);
        let (time, fields): ((i64, i64), Vec<Option<Bytes>>) = self.admin.read(&calls).await?;
        Ok(record(id.to_owned(), &fields, super::timestamp(time)))
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
        let adds = step.undoes.map(|undone| undone.adds).unwrap_or_default();
        let entries = step.moves.len() + adds.len();
        if entries > STEP_ENTRIES {
            return Err(StoreError::Invalid(format!(
                "a step of an operation has {entries} entries: {STEP_ENTRIES} at most"
            )));
        }
        for change in step.moves {
            if let Target::Away(to) = &change.to {
                check(to)?;
            }
        }
        for to in adds {
            check(to)?;
        }
        let blob = if step.keeps && !step.moves.is_empty() {
            kept::encode(step.moves)?
        } else {
            Vec::new()
        };
        let mut places = Places::default();
        let mut calls = Vec::with_capacity(entries);
        for change in step.moves {
            calls.push(self.entry(&mut places, change, step.undoes.is_some()));
        }
        for to in adds {
            let put = Put::new(self, to);
            calls.push(EntryCall {
                from: 0,
                found_by: String::new(),
                bytes: &[],
                to: put
                    .key
                    .as_ref()
                    .map_or(0, |key| places.number(key, kind_of(to))),
                kind: put.kind,
                detail: put.detail,
                new: put.raw,
                score: String::new(),
                index: 0,
            });
        }
        if let Some(undone) = &step.undoes {
            for (entry, index) in calls.iter_mut().zip(undone.indexes) {
                entry.index = index + 1;
            }
        }
        let undone = step.undoes.map_or(step.id, |undone| undone.id);
        let mut call = scripts::OPERATION_STEP.key(self.keys.operation(step.id));
        call.key(self.keys.kept(step.id))
            .key(self.keys.queues())
            .key(self.keys.operation(undone))
            .key(self.keys.kept(undone));
        for key in &places.keys {
            call.key(key);
        }
        let (state, message) = step
            .state
            .map_or(("", None), |(state, message)| (state.name(), message));
        call.arg(step.owner)
            .arg(step.number)
            .arg(milliseconds(step.lease))
            .arg(step.mark)
            .arg(state)
            .arg(message.unwrap_or_default())
            .arg(milliseconds(step.kept_for))
            .arg(OPERATION_KEPT)
            .arg(&blob[..])
            .arg(
                step.undoes
                    .map_or_else(String::new, |undone| undone.step.to_string()),
            )
            .arg(step.undoes.map_or(0, |undone| undone.entries))
            .arg(step.undoes.map_or(0, |undone| undone.newest_at))
            .arg(places.kinds.len())
            .arg(&places.kinds);
        for entry in &calls {
            entry.add_to(&mut call);
        }
        let answer: Vec<Value> = self.operations.change(&call).await?;
        self.stepped(answer, entries)
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

    async fn kept(&self, id: &str, below: u64, limit: usize) -> StoreResult<Vec<KeptChunk>> {
        let key = self.keys.kept(id);
        let mut chunks: Vec<KeptChunk> = Vec::new();
        let mut below = below;
        while below > 0 && chunks.len() < limit {
            let first = below.saturating_sub(ASKED);
            let mut lengths = pipe();
            for step in (first..below).rev() {
                lengths.cmd("HEXISTS").arg(&key).arg(step);
            }
            let there: Vec<bool> = self.operations.read(&lengths).await?;
            for (step, _) in (first..below).rev().zip(there).filter(|(_, there)| *there) {
                let mut call = cmd("HGET");
                call.arg(&key).arg(step);
                let bytes: Option<Bytes> = self.operations.read(&call).await?;
                if let Some(bytes) = bytes {
                    chunks.push(KeptChunk {
                        step,
                        entries: kept::decode(&bytes, self.admin.shown())?,
                    });
                }
                if chunks.len() == limit {
                    break;
                }
            }
            below = first;
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
    fn time(&self, answer: Option<Value>) -> StoreResult<Timestamp> {
        let time = answer.unwrap_or(Value::Nil);
        ::redis::from_redis_value(time)
            .map(super::timestamp)
            .map_err(|error| self.admin.failure(&error.into()))
    }

    /// `undoes`: jobs that were enqueued are looked for from the newest.
    fn entry<'step>(
        &self,
        places: &mut Places,
        change: &'step StepMove,
        undoes: bool,
    ) -> EntryCall<'step> {
        let id = &change.entry.id;
        let is_queue = id.place.queue_name().is_some();
        let found_by = match (is_queue, &change.to) {
            (false, _) => "set".to_owned(),
            (true, Target::Away(_)) if undoes => "l".to_owned(),
            (true, _) => hint(id.position).to_string(),
        };
        let from = places.number(
            &self.keys.place(&id.place),
            if is_queue { "list" } else { "set" },
        );
        let (to, kind, detail, new) = match &change.to {
            Target::Here(raw) => (0, "here", String::new(), &raw[..]),
            Target::Away(to) => {
                let put = Put::new(self, to);
                let number = put
                    .key
                    .as_ref()
                    .map_or(0, |key| places.number(key, kind_of(to)));
                (number, put.kind, put.detail, put.raw)
            }
        };
        EntryCall {
            from,
            found_by,
            bytes: &change.entry.raw,
            to,
            kind,
            detail,
            new: if new == &change.entry.raw[..] {
                &[]
            } else {
                new
            },
            score: if change.same_score && !is_queue {
                id.position.to_string()
            } else {
                String::new()
            },
            index: 0,
        }
    }

    fn stepped(&self, answer: Vec<Value>, entries: usize) -> StoreResult<Stepped> {
        let unexpected = || StoreError::Unusable {
            address: self.admin.shown().to_owned(),
            reason: "it gave an unexpected answer to a step of an operation".to_owned(),
        };
        let mut values = answer.into_iter();
        match values.next() {
            Some(Value::Int(0)) => return Ok(Stepped::NotNow),
            Some(Value::Int(2)) => return Ok(Stepped::NotKept),
            Some(Value::Int(1)) => {}
            _ => return Err(unexpected()),
        }
        let letters: Bytes = values
            .next()
            .and_then(|value| ::redis::from_redis_value(value).ok())
            .ok_or_else(unexpected)?;
        let newest_at: u64 = values
            .next()
            .and_then(|value| ::redis::from_redis_value(value).ok())
            .ok_or_else(unexpected)?;
        if letters.len() != entries {
            return Err(unexpected());
        }
        let mut moved: Vec<Moved> = letters
            .iter()
            .map(|letter| {
                if *letter == b'1' {
                    Moved::Done
                } else {
                    Moved::Gone
                }
            })
            .collect();
        while let (Some(Value::Int(index)), Some(text)) = (values.next(), values.next()) {
            let text: String = ::redis::from_redis_value(text).map_err(|_| unexpected())?;
            let place = usize::try_from(index - 1).ok();
            if let Some(outcome) = place.and_then(|index| moved.get_mut(index)) {
                *outcome = Moved::Refused(refusal(&text, self.admin.shown()));
            }
        }
        Ok(Stepped::Made { moved, newest_at })
    }
}

/// One entry in the words of `operation_step.lua`.
struct EntryCall<'step> {
    from: usize,
    found_by: String,
    bytes: &'step [u8],
    kind: &'static str,
    to: usize,
    detail: String,
    new: &'step [u8],
    score: String,
    /// Which entry of the chunk that is undone, from 1; 0: none.
    index: usize,
}

impl EntryCall<'_> {
    fn add_to(&self, call: &mut ScriptInvocation<'_>) {
        call.arg(self.from)
            .arg(&self.found_by)
            .arg(self.bytes)
            .arg(self.kind)
            .arg(self.to)
            .arg(&self.detail)
            .arg(self.new)
            .arg(&self.score)
            .arg(self.index);
    }
}

/// The sets and queues of a step, each with a number from 1.
#[derive(Default)]
struct Places {
    keys: Vec<String>,
    kinds: Vec<&'static str>,
    numbers: HashMap<String, usize>,
}

impl Places {
    fn number(&mut self, key: &str, kind: &'static str) -> usize {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        self.keys.push(key.to_owned());
        self.kinds.push(kind);
        self.numbers.insert(key.to_owned(), self.keys.len());
        self.keys.len()
    }
}

fn kind_of(to: &Destination) -> &'static str {
    match to {
        Destination::Queue { .. } => "list",
        Destination::Nowhere | Destination::Set { .. } => "set",
    }
}

fn milliseconds(duration: Duration) -> u64 {
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
