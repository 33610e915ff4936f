//! A step in plain commands, where it only deletes or enqueues entries of one set, or only adds some to one.
//!
//! Lua looks at every byte that it is handed or asks for: that costs a server more than the deletion. So the entries go around it, in a
//! transaction: those to be taken out are marked by scores of their own, which only those can get that are there, and a script that is the
//! transaction's last command counts the marks, takes out what has one, and takes back what was enqueued of those that were gone.
//!
//! Commands of a transaction cannot be made to depend on anything, but the whole of it can: on keys that are watched. A script in front of it
//! (the guard) looks whether the step may be made and leaves a note if so; what comes between sets the note where there is none, and that is a
//! change for whoever watches it. All of that is sent as one piece, and nothing else comes between over the same connection. Where something
//! is in the way, nothing is changed, and the step is made by the script of all steps.

use super::{
    RedisStore,
    moves::{Put, is_unknown_script},
    operation_step::moved,
    operations::milliseconds,
    request::Load,
    scripts,
};
use crate::{
    model::Set,
    store::{Destination, Moved, QueueEnd, Step, StepMove, Stepped, StoreResult, Target, kept},
};
use ::redis::{Cmd, Pipeline, RedisResult, Value, from_redis_value, pipe};
use bytes::Bytes;
use std::fmt::Write as _;

/// With fewer entries a step costs less by the script of all steps.
const FEWEST: usize = 10;

/// Marks are whole numbers from this one down, which no time is, and which a double still tells apart.
const HIGHEST_MARK: i64 = -(1 << 52);

/// Between the lowest marks of two steps there are so many at least, if they are not the same.
const MARKS: i64 = 1 << 16;

/// What such a step does, all of it in one set.
enum Work<'step> {
    /// The second holds what is enqueued of those, if they are not deleted.
    Take(&'step [StepMove], Vec<Group<'step>>),
    Add(&'step [Destination]),
}

/// Neighbouring entries that go to the same end of a queue.
struct Group<'step> {
    queue: &'step str,
    end: QueueEnd,
    texts: Vec<&'step [u8]>,
}

impl<'step> Group<'step> {
    /// Nothing if not all entries are enqueued, or a queue comes again behind another one: what the script at the end finds at the end of a
    /// queue must be what this group has put there.
    fn all(moves: &'step [StepMove]) -> Option<Vec<Self>> {
        let mut groups: Vec<Self> = Vec::new();
        for change in moves {
            let Target::Away(Destination::Queue { name, raw, end }) = &change.to else {
                return None;
            };
            let is_known = groups.iter().any(|group| group.queue == name);
            match groups.last_mut() {
                Some(last) if last.queue == name && last.end == *end => last.texts.push(raw),
                _ if is_known => return None,
                _ => groups.push(Self {
                    queue: name,
                    end: *end,
                    texts: vec![raw],
                }),
            }
        }
        Some(groups)
    }

    fn command(&self, key: &str) -> Cmd {
        let bytes: usize = self.texts.iter().map(|text| text.len() + 24).sum();
        let mut command = Cmd::with_capacity(self.texts.len() + 2, bytes);
        command.arg(self.end.command()).arg(key).arg(&self.texts);
        command
    }
}

impl<'step> Work<'step> {
    /// Nothing if it is none of those.
    fn of(step: &Step<'step>) -> Option<(Set, Self)> {
        let (moves, adds) = (step.moves, step.adds());
        if step.state.is_some() || moves.len() + adds.len() < FEWEST {
            return None;
        }
        match (moves.first(), adds.first()) {
            (Some(first), None) if step.undoes.is_none() => {
                let set = first.entry.id.place.set()?;
                let is_in_set = |change: &StepMove| {
                    change.entry.id.place.set() == Some(set) && !change.same_score
                };
                let is_deleted =
                    |change: &StepMove| change.to == Target::Away(Destination::Nowhere);
                if !moves.iter().all(is_in_set) {
                    return None;
                }
                let groups = if moves.iter().all(is_deleted) {
                    Vec::new()
                } else {
                    Group::all(moves)?
                };
                Some((set, Self::Take(moves, groups)))
            }
            (None, Some(Destination::Set { set, .. })) => {
                let is_there = |to: &Destination| matches!(to, Destination::Set { set: other, .. } if other == set);
                adds.iter().all(is_there).then_some((*set, Self::Add(adds)))
            }
            _ => None,
        }
    }

    fn entries(&self) -> usize {
        match self {
            Self::Take(moves, _) => moves.len(),
            Self::Add(adds) => adds.len(),
        }
    }

    fn groups(&self) -> &[Group<'step>] {
        match self {
            Self::Take(_, groups) => groups,
            Self::Add(_) => &[],
        }
    }

    /// The command that is handed the entries of the set.
    fn command(&self, store: &RedisStore, key: &str, lowest_mark: i64) -> Cmd {
        let bytes: usize = match self {
            Self::Take(moves, _) => moves.iter().map(|change| change.entry.raw.len()).sum(),
            Self::Add(adds) => adds.iter().map(|to| Put::new(store, to).raw.len()).sum(),
        };
        let arguments = self.entries() * 2 + 3;
        let mut command = Cmd::with_capacity(arguments, bytes + arguments * 24);
        command.arg("ZADD").arg(key);
        match self {
            Self::Take(moves, _) => {
                command.arg("XX");
                for (mark, change) in (lowest_mark..).zip(*moves) {
                    command.arg(mark).arg(&change.entry.raw[..]);
                }
            }
            Self::Add(adds) => {
                for to in *adds {
                    let put = Put::new(store, to);
                    command.arg(put.detail).arg(put.raw);
                }
            }
        }
        command
    }

    /// Scores of those that are taken out, should they have to be given back.
    fn scores(&self) -> String {
        let Self::Take(moves, _) = self else {
            return String::new();
        };
        let mut scores = String::with_capacity(moves.len() * 20);
        for change in *moves {
            // Writing to a text cannot fail.
            let _ = write!(scores, "{} ", change.entry.id.position);
        }
        scores
    }
}

impl RedisStore {
    /// Makes a step, or does nothing if it is to be made by the script of all steps.
    pub(super) async fn make_plain_step(&self, step: &Step<'_>) -> StoreResult<Option<Stepped>> {
        let Some((set, work)) = Work::of(step) else {
            return Ok(None);
        };
        if !self.has_transactions().await? {
            return Ok(None);
        }
        let mut knows_guard = true;
        loop {
            let mut pipeline = self.plain_step(step, set, &work)?;
            let replies: Vec<RedisResult<Value>> =
                self.operations.change(pipeline.ignore_errors()).await?;
            // The watch comes first, and the note is cleared away behind the transaction.
            let executed = replies.len().checked_sub(2).and_then(|at| replies.get(at));
            let made = match replies.get(1) {
                Some(Ok(Value::Int(0))) => Some(Stepped::NotNow),
                Some(Ok(Value::Int(2))) => Some(Stepped::NotKept),
                Some(Ok(Value::Int(1))) => executed.and_then(|answer| made(step, &work, answer)),
                Some(Err(error)) if knows_guard && is_unknown_script(error) => {
                    knows_guard = false;
                    let load = Load(&scripts::PLAIN_GUARD);
                    self.operations.change::<String>(&load).await?;
                    continue;
                }
                _ => None,
            };
            return Ok(made);
        }
    }

    /// Whether the server carries out transactions for this user, and takes the note in front of them: otherwise their commands would be
    /// carried out one by one. Asked again from time to time: another server may be the master by then, or the user have other rights.
    async fn has_transactions(&self) -> StoreResult<bool> {
        let connection = self.operations.connection().await?;
        if let Some(known) = self.transactions.known(connection) {
            return Ok(known);
        }
        let note = self.keys.step_note();
        let mut calls = pipe();
        refuse_unless_noted(&mut calls, &note);
        calls.cmd("UNLINK").arg(&note);
        calls.cmd("MULTI").cmd("EXEC").cmd("DISCARD");
        let mut replies: Vec<RedisResult<Value>> =
            self.operations.change(calls.ignore_errors()).await?;
        // That there is nothing to discard is an error, and the good case.
        let is_over = replies.pop().is_some_and(|reply| reply.is_err());
        let has = is_over && replies.iter().all(Result::is_ok);
        self.transactions.learn(connection, has);
        Ok(has)
    }

    fn plain_step(&self, step: &Step<'_>, set: Set, work: &Work<'_>) -> StoreResult<Pipeline> {
        let (operation, kept) = (self.keys.operation(step.id), self.keys.kept(step.id));
        let set = self.keys.set(set);
        let (undone, chunk) = (step.undone_id(), step.chunk());
        let entries = i64::try_from(work.entries()).unwrap_or(MARKS);
        let lowest = HIGHEST_MARK - (i64::from(rand::random::<u32>()) + 1) * MARKS;
        let highest = lowest + entries - 1;
        let note = self.keys.step_note();
        let queues: Vec<String> = work
            .groups()
            .iter()
            .map(|group| self.keys.queue(group.queue))
            .collect();

        let mut calls = pipe();
        calls.cmd("WATCH").arg(&operation);
        if step.undoes.is_some() {
            // It may be freed, or come to its end, behind the guard.
            calls.arg(self.keys.kept(undone));
        }
        calls
            .cmd("EVALSHA")
            .arg(scripts::PLAIN_GUARD.get_hash())
            .arg(5 + queues.len())
            .arg(&operation)
            .arg(&note)
            .arg(self.keys.kept(undone))
            .arg(&set)
            .arg(self.keys.queues())
            .arg(&queues)
            .arg(step.owner)
            .arg(step.number)
            .arg(&chunk)
            .arg(lowest)
            .arg(highest);
        refuse_unless_noted(&mut calls, &note);
        calls.cmd("MULTI");
        let field = step.field();
        if !field.is_empty() {
            let packed = kept::encode(step.moves)?;
            calls.cmd("HSET").arg(&kept).arg(&field).arg(&packed[..]);
        }
        calls.add_command(work.command(self, &set, lowest));
        for (group, key) in work.groups().iter().zip(&queues) {
            // The name first: a name without jobs does no harm, jobs without a name are not seen.
            calls.cmd("SADD").arg(self.keys.queues()).arg(group.queue);
            calls.add_command(group.command(key));
        }
        // Also when somebody empties the server's store of scripts right now.
        calls
            .cmd("SCRIPT")
            .arg("LOAD")
            .arg(scripts::PLAIN_SETTLE_TEXT);
        calls
            .cmd("EVALSHA")
            .arg(scripts::PLAIN_SETTLE.get_hash())
            .arg(6 + queues.len())
            .arg(&operation)
            .arg(&kept)
            .arg(&note)
            .arg(self.keys.operation(undone))
            .arg(self.keys.kept(undone))
            .arg(&set)
            .arg(&queues)
            .arg(step.number)
            .arg(milliseconds(step.lease))
            .arg(step.mark)
            .arg(&field)
            .arg(&chunk)
            .arg(step.undoes.map_or(0, |undone| undone.entries))
            .arg(entries)
            .arg(lowest)
            .arg(highest)
            .arg(work.scores());
        for group in work.groups() {
            calls
                .arg(group.texts.len())
                .arg(group.end.word())
                .arg(group.texts.last());
        }
        calls.cmd("EXEC");
        calls.cmd("UNLINK").arg(&note);
        Ok(calls)
    }
}

/// Watches a note, and sets it where there is none: that is a change for whoever watches it.
fn refuse_unless_noted(calls: &mut Pipeline, note: &str) {
    calls.cmd("WATCH").arg(note);
    calls.cmd("SET").arg(note).arg("refused");
    calls.arg("NX").arg("EX").arg(60);
}

/// What became of the step by the answer to its transaction; nothing if it was not made.
fn made(step: &Step<'_>, work: &Work<'_>, answer: &RedisResult<Value>) -> Option<Stepped> {
    let Ok(Value::Array(answers)) = answer else {
        return None;
    };
    let Some(Value::Array(settled)) = answers.last() else {
        return None;
    };
    let moved = match &settled[..] {
        [Value::Int(1)] => vec![Moved::Done; work.entries()],
        [Value::Int(1), letters] => {
            let letters: Bytes = from_redis_value(letters.clone()).ok()?;
            moved(&letters, work.entries())?
        }
        _ => return None,
    };
    Some(Stepped::Made {
        moved,
        newest_at: step.undoes.map_or(0, |undone| undone.newest_at),
    })
}
