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
        let field = if step.keeps && !step.moves.is_empty() {
            format!("{}:{}", step.number, step.owner)
        } else {
            String::new()
        };
        let mut places = Places::default();
        let mut calls = Vec::with_capacity(entries);
        for change in step.moves {
            calls.push(self.entry(&mut places, change, step.undoes.is_some()));
        }
        for to in adds {
            let put = Put::new(self, to);
            calls.push(EntryCall {
                to: put
                    .key
                    .as_ref()
                    .map_or(0, |key| places.number(key, kind_of(to))),
                ..EntryCall::to(put)
            });
        }
        if let Some(undone) = &step.undoes {
            for (entry, index) in calls.iter_mut().zip(undone.indexes) {
                entry.index = Some(index + 1);
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
            .arg(&field)
            .arg(
                step.undoes
                    .map_or_else(String::new, |undone| undone.step.to_string()),
            )
            .arg(step.undoes.map_or(0, |undone| undone.entries))
            .arg(step.undoes.map_or(0, |undone| undone.newest_at))
            .arg(places.kinds.len())
            .arg(&places.kinds);
        for group in calls.chunk_by(EntryCall::is_beside) {
            if let Some(first) = group.first() {
                first.add_group(&mut call, group.len());
            }
            for entry in group {
                entry.add_to(&mut call);
            }
        }
        let stepping = self.operations.change(&call);
        let answer: Vec<Value> = if field.is_empty() {
            stepping.await?
        } else {
            // Both at once: the one behind the other on the same connection.
            let packed = kept::encode(step.moves)?;
            let mut write = cmd("HSET");
            write
                .arg(self.keys.kept(step.id))
                .arg(&field)
                .arg(&packed[..]);
            let (written, stepped) =
                futures::join!(self.operations.change::<i64>(&write), stepping);
            written?;
            stepped?
        };
        let stepped = self.stepped(answer, entries);
        if !field.is_empty() && !matches!(stepped, Ok(Stepped::Made { .. })) {
            let mut forget = cmd("HDEL");
            forget.arg(self.keys.kept(step.id)).arg(&field);
            self.operations.change::<i64>(&forget).await?;
        }
        stepped
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
            let steps: Vec<u64> = (first..below).rev().collect();
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
        let from = places.number(
            &self.keys.place(&id.place),
            if is_queue { "list" } else { "set" },
        );
        let old = &change.entry.raw[..];
        let mut call = match &change.to {
            Target::Here(raw) => EntryCall {
                kind: "here",
                new: Some(raw),
                ..EntryCall::default()
            },
            Target::Away(to) => {
                let put = Put::new(self, to);
                let to = put
                    .key
                    .as_ref()
                    .map_or(0, |key| places.number(key, kind_of(to)));
                EntryCall {
                    to,
                    ..EntryCall::to(put)
                }
            }
        };
        call.from = from;
        call.bytes = Some(old);
        if call.new == Some(old) {
            call.new = Some(&[]);
        }
        call.found_by = match (is_queue, &change.to) {
            (false, _) => "set",
            (true, Target::Away(_)) if undoes => "newest",
            (true, _) => "next",
        };
        if call.found_by == "next" {
            call.hint = Some(hint(id.position));
        }
        if change.same_score && !is_queue {
            call.must = Some(id.position);
        }
        call
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
            Some(Value::Int(3)) => {
                return Err(StoreError::Refused {
                    address: self.admin.shown().to_owned(),
                    reason: "what is needed to undo the step could not be kept".to_owned(),
                });
            }
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

/// One entry in the words of `operation_step.lua`; what is nothing has no column.
#[derive(Default)]
struct EntryCall<'step> {
    from: usize,
    found_by: &'static str,
    kind: &'static str,
    to: usize,
    queue: String,
    bytes: Option<&'step [u8]>,
    new: Option<&'step [u8]>,
    score: Option<String>,
    hint: Option<u64>,
    must: Option<f64>,
    /// Which entry of the chunk that is undone, from 1.
    index: Option<usize>,
}

impl<'step> EntryCall<'step> {
    /// One that goes there, from nowhere yet.
    fn to(put: Put<'step>) -> Self {
        let (score, queue) = match put.kind {
            "set" => (Some(put.detail), String::new()),
            _ => (None, put.detail),
        };
        Self {
            found_by: "set",
            kind: put.kind,
            queue,
            new: (put.kind != "nowhere").then_some(put.raw),
            score,
            ..Self::default()
        }
    }

    fn columns(&self) -> [bool; 6] {
        [
            self.bytes.is_some(),
            self.new.is_some(),
            self.score.is_some(),
            self.hint.is_some(),
            self.must.is_some(),
            self.index.is_some(),
        ]
    }

    /// Whether both are of one group.
    fn is_beside(&self, other: &Self) -> bool {
        (self.from, self.found_by, self.kind, self.to, &self.queue)
            == (
                other.from,
                other.found_by,
                other.kind,
                other.to,
                &other.queue,
            )
            && self.columns() == other.columns()
    }

    fn add_group(&self, call: &mut ScriptInvocation<'_>, entries: usize) {
        let letters: String = "bnshmi"
            .chars()
            .zip(self.columns())
            .filter_map(|(letter, is_there)| is_there.then_some(letter))
            .collect();
        call.arg(entries)
            .arg(self.from)
            .arg(self.found_by)
            .arg(self.kind)
            .arg(self.to)
            .arg(&self.queue)
            .arg(letters);
    }

    fn add_to(&self, call: &mut ScriptInvocation<'_>) {
        for bytes in [self.bytes, self.new].into_iter().flatten() {
            call.arg(bytes);
        }
        if let Some(score) = &self.score {
            call.arg(score);
        }
        if let Some(hint) = self.hint {
            call.arg(hint);
        }
        if let Some(must) = self.must {
            call.arg(must.to_string());
        }
        if let Some(index) = self.index {
            call.arg(index);
        }
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
