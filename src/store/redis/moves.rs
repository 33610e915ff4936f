//! Entries taken out, put elsewhere, and added.

use super::{
    RedisStore, connection::is_demotion, failure::server_error, locate::hint, request::Load,
    scripts,
};
use crate::store::{Destination, Move, Moved, QueueEnd, StoreError, StoreResult};
use ::redis::{Pipeline, RedisResult, pipe};
use std::collections::HashMap;

/// Moves in one round trip.
const MOVES: usize = 100;
/// Moves out of queues in one round trip. Redis finds an entry of a list only by going through it: from the nearer end, but half a
/// million entries from there that takes some 50 ms, and no command does it faster.
const QUEUE_MOVES: usize = 5;
/// Bytes of the moves in one round trip, about.
const MOVED_BYTES: usize = 4 << 20;
/// Entries added in one step, all or none.
pub(super) const ADDED: usize = 1_000;

impl RedisStore {
    pub(super) async fn apply_moves(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        for change in moves {
            change.to.check()?;
        }
        let mut taken = Vec::with_capacity(moves.len());
        let mut rest = moves;
        while let Some(first) = rest.first() {
            let from_queue = first.entry.id.place.queue_name().is_some();
            let same = rest
                .iter()
                .take_while(|change| change.entry.id.place.queue_name().is_some() == from_queue)
                .count();
            let mut bytes = 0;
            let small = rest
                .iter()
                .take_while(|change| {
                    let before = bytes;
                    bytes += change.entry.raw.len() + bytes_of(&change.to);
                    before < MOVED_BYTES
                })
                .count();
            let most = if from_queue { QUEUE_MOVES } else { MOVES };
            let count = same.min(small).min(most);
            let (chunk, after) = rest.split_at(count);
            taken.extend(self.apply_chunk(chunk).await?);
            rest = after;
        }
        Ok(taken)
    }

    async fn apply_chunk(&self, moves: &[Move]) -> StoreResult<Vec<Moved>> {
        let mut outcomes = vec![Moved::Gone; moves.len()];
        let mut left: Vec<usize> = (0..moves.len()).collect();
        // A server that has forgotten the script (restart, failover, SCRIPT FLUSH) has made none of the moves that it says so of, nor
        // has one that is master no more: the next attempt is made on a new connection, which may lead to the new master.
        let mut may_be_demoted = true;
        for _ in 0..4 {
            let mut calls = pipe();
            for change in left.iter().filter_map(|&at| moves.get(at)) {
                self.add_move(&mut calls, change);
            }
            let replies: Vec<RedisResult<i64>> = self.admin.change(calls.ignore_errors()).await?;
            let mut unknown = Vec::new();
            let mut is_demoted = false;
            for (at, reply) in left.into_iter().zip(replies) {
                let moved = match reply {
                    Ok(1) => Moved::Done,
                    Ok(_) => Moved::Gone,
                    Err(error) if is_unknown_script(&error) => {
                        unknown.push(at);
                        continue;
                    }
                    Err(error) if may_be_demoted && is_demotion(&error) => {
                        is_demoted = true;
                        unknown.push(at);
                        continue;
                    }
                    Err(error) => match self.admin.failure(&error) {
                        // About this entry and its keys, not about the server.
                        error @ StoreError::Unusable { .. } => Moved::Refused(error),
                        error => return Err(error),
                    },
                };
                if let Some(outcome) = outcomes.get_mut(at) {
                    *outcome = moved;
                }
            }
            may_be_demoted &= !is_demoted;
            left = unknown;
            if left.is_empty() {
                return Ok(outcomes);
            }
            let _: String = self.admin.read(&Load(&scripts::MOVE)).await?;
        }
        Err(StoreError::Unavailable {
            address: self.admin.shown().to_owned(),
            reason: "it forgets scripts as soon as they are loaded".to_owned(),
        })
    }

    fn add_move(&self, calls: &mut Pipeline, change: &Move) {
        let id = &change.entry.id;
        let source = self.keys.place(&id.place);
        let to = Put::new(self, &change.to);
        let destination = to.key.unwrap_or_else(|| source.clone());
        let call = calls.cmd("EVALSHA").arg(scripts::MOVE.get_hash()).arg(3);
        call.arg(source).arg(destination).arg(self.keys.queues());
        call.arg(&change.entry.raw[..]);
        match id.place.queue_name() {
            None => call.arg("set"),
            Some(_) => call.arg(hint(id.position)),
        };
        call.arg(to.kind).arg(to.detail).arg(to.raw);
    }

    pub(super) async fn add_entries(&self, entries: &[Destination]) -> StoreResult<()> {
        for entry in entries {
            entry.check()?;
        }
        for chunk in entries.chunks(ADDED) {
            self.add_chunk(chunk).await?;
        }
        Ok(())
    }

    async fn add_chunk(&self, entries: &[Destination]) -> StoreResult<()> {
        // One command for all entries of a set, or of a queue's end: its values stay in order.
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut known: HashMap<(String, &str), usize> = HashMap::new();
        let mut last: Option<(&str, QueueEnd, usize)> = None;
        for entry in entries {
            // Most are for the same queue as the one before.
            if let Destination::Queue { name, raw, end } = entry
                && let Some((queue, same_end, at)) = last
                && queue == name
                && same_end == *end
                && let Some(group) = groups.get_mut(at)
            {
                group.values.push((String::new(), raw));
                continue;
            }
            let to = Put::new(self, entry);
            let command = to.command();
            let Some(key) = to.key else {
                continue;
            };
            let at = *known.entry((key.clone(), command)).or_insert_with(|| {
                groups.push(Group {
                    command,
                    key,
                    queue: if command == "ZADD" {
                        String::new()
                    } else {
                        to.detail.clone()
                    },
                    values: Vec::new(),
                });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(at) {
                group.values.push((to.detail, to.raw));
            }
            last = match entry {
                Destination::Queue { name, end, .. } => Some((name, *end, at)),
                _ => None,
            };
        }
        if groups.is_empty() {
            return Ok(());
        }
        let mut call = scripts::ADD.key(self.keys.queues());
        for group in &groups {
            call.key(&group.key);
        }
        for group in &groups {
            let in_set = group.command == "ZADD";
            call.arg(group.command)
                .arg(&group.queue)
                .arg(group.values.len() * if in_set { 2 } else { 1 });
            for (detail, raw) in &group.values {
                if in_set {
                    call.arg(detail);
                }
                call.arg(*raw);
            }
        }
        self.admin.change(&call).await
    }
}

/// Entries that one command adds.
struct Group<'entries> {
    command: &'static str,
    key: String,
    /// The queue's name; empty for a set.
    queue: String,
    /// Score (or queue name) and bytes.
    values: Vec<(String, &'entries [u8])>,
}

/// A destination in the words of `put.lua`.
pub(super) struct Put<'entry> {
    /// `nowhere`, `set`, `last` or `next`.
    pub(super) kind: &'static str,
    pub(super) key: Option<String>,
    /// Score or queue name.
    pub(super) detail: String,
    pub(super) raw: &'entry [u8],
}

impl<'entry> Put<'entry> {
    pub(super) fn new(store: &RedisStore, to: &'entry Destination) -> Self {
        match to {
            Destination::Nowhere => Self {
                kind: "nowhere",
                key: None,
                detail: String::new(),
                raw: &[],
            },
            Destination::Set { set, score, raw } => Self {
                kind: "set",
                key: Some(store.keys.set(*set)),
                // The shortest text that reads back as the same double, as Sidekiq writes it.
                detail: score.to_string(),
                raw,
            },
            Destination::Queue { name, raw, end } => Self {
                kind: end.word(),
                key: Some(store.keys.queue(name)),
                detail: name.clone(),
                raw,
            },
        }
    }

    /// What adds it.
    pub(super) fn command(&self) -> &'static str {
        match self.kind {
            "set" => "ZADD",
            "next" => QueueEnd::Next.command(),
            _ => QueueEnd::Last.command(),
        }
    }
}

impl QueueEnd {
    /// What it is called in scripts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Next => "next",
        }
    }

    /// What adds to it.
    pub(super) fn command(self) -> &'static str {
        match self {
            Self::Last => "LPUSH",
            Self::Next => "RPUSH",
        }
    }
}

fn bytes_of(to: &Destination) -> usize {
    match to {
        Destination::Nowhere => 0,
        Destination::Set { raw, .. } | Destination::Queue { raw, .. } => raw.len(),
    }
}

pub(super) fn is_unknown_script(error: &::redis::RedisError) -> bool {
    server_error(error).is_some_and(|(code, _)| code == "NOSCRIPT")
}
