//! A step of an operation: in the words of its script, and its answer.

use super::{
    RedisStore, failure::refusal, locate::hint, moves::Put, operations::milliseconds,
    request::Call, scripts,
};
use crate::store::{
    Destination, Moved, OPERATION_KEPT, Step, StepMove, Stepped, StoreError, StoreResult, Target,
    kept,
};
use ::redis::{Cmd, Value, cmd};
use bytes::Bytes;
use std::collections::HashMap;

impl RedisStore {
    /// Makes a step that has been checked.
    pub(super) async fn make_step(&self, step: Step<'_>) -> StoreResult<Stepped> {
        if let Some(made) = self.make_plain_step(&step).await? {
            return Ok(made);
        }
        let adds = step.adds();
        let entries = step.moves.len() + adds.len();
        let field = step.field();
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
        let undone = step.undone_id();
        let mut keys = vec![
            self.keys.operation(step.id),
            self.keys.kept(step.id),
            self.keys.current_operations(),
            self.keys.queues(),
            self.keys.operation(undone),
            self.keys.kept(undone),
        ];
        keys.append(&mut places.keys);
        let columns = calls.first().map_or(0, |call| call.columns().len());
        let size = (
            calls.len() * columns,
            calls.iter().map(EntryCall::bytes).sum(),
        );
        let mut request = Call::new(&scripts::OPERATION_STEP, &keys, size);
        let call = request.arguments();
        let (state, message) = step
            .state
            .map_or(("", None), |(state, message)| (state.name(), message));
        call.arg(step.id)
            .arg(step.owner)
            .arg(step.number)
            .arg(milliseconds(step.lease))
            .arg(step.mark)
            .arg(state)
            .arg(message.unwrap_or_default())
            .arg(milliseconds(step.kept_for))
            .arg(OPERATION_KEPT)
            .arg(&field)
            .arg(step.chunk())
            .arg(step.undoes.map_or(0, |undone| undone.entries))
            .arg(step.undoes.map_or(0, |undone| undone.newest_at))
            .arg(places.kinds.len())
            .arg(&places.kinds);
        for group in calls.chunk_by(EntryCall::is_beside) {
            if let Some(first) = group.first() {
                first.add_group(call, group.len());
            }
            for entry in group {
                entry.add_to(call);
            }
        }
        let stepping = self.operations.change(&request);
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
        let mut moved = moved(&letters, entries).ok_or_else(unexpected)?;
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

/// What became of the entries of a step by its letters: `1` done, else gone. Nothing if there are not as many.
pub(super) fn moved(letters: &[u8], entries: usize) -> Option<Vec<Moved>> {
    let outcomes = letters.iter().map(|letter| match letter {
        b'1' => Moved::Done,
        _ => Moved::Gone,
    });
    (letters.len() == entries).then(|| outcomes.collect())
}

impl Step<'_> {
    /// The field of what is kept of it, in the hash of its operation; empty when nothing is.
    pub(super) fn field(&self) -> String {
        if self.keeps && !self.moves.is_empty() {
            format!("{}:{}", self.number, self.owner)
        } else {
            String::new()
        }
    }

    /// The operation that it undoes; its own if it undoes none.
    pub(super) fn undone_id(&self) -> &str {
        self.undoes.map_or(self.id, |undone| undone.id)
    }

    /// The name of the chunk that it undoes; empty if it undoes none.
    pub(super) fn chunk(&self) -> String {
        self.undoes
            .map_or_else(String::new, |undone| undone.step.to_string())
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

    /// About as many as it hands over.
    fn bytes(&self) -> usize {
        let texts = [self.bytes, self.new].into_iter().flatten();
        texts.map(|text| text.len() + 32).sum()
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

    fn add_group(&self, call: &mut Cmd, entries: usize) {
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

    fn add_to(&self, call: &mut Cmd) {
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
