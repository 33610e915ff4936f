//! Neighbouring entries of a set or queue.

use super::{
    RedisStore,
    cursor::{QueueCursor, SetCursor, neighbour},
    scripts, timestamp,
};
use crate::{
    job::digest,
    model::{EntryId, Order, Place, Set},
    store::{SLICE_BYTES, Slice, Start, StoreError, StoreResult, StoredEntry},
};
use bytes::Bytes;

/// Most entries of a slice.
const MOST: usize = 1_000;

/// Size, seconds, microseconds, lowest and highest rank read, rank of the first entry, rank of the first of its score, entries.
type SetReply = (u64, i64, i64, i64, i64, i64, i64, Vec<(Bytes, f64)>);

/// Size, seconds, microseconds, lowest and highest index read, digests of the neighbours below and above, entries.
type QueueReply = (u64, i64, i64, i64, i64, String, String, Vec<Bytes>);

impl RedisStore {
    pub(super) async fn slice_set(
        &self,
        set: Set,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        let (slice, _) = self.slice_set_ranked(set, start, order, limit).await?;
        Ok(slice)
    }

    /// A slice, and the rank of its last entry.
    pub(super) async fn slice_set_ranked(
        &self,
        set: Set,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<(Slice, i64)> {
        let mut call = scripts::SLICE_SET.key(self.keys.set(set));
        call.arg(direction(order))
            .arg(limit.min(MOST))
            .arg(SLICE_BYTES);
        match start {
            Start::Edge => {
                call.arg("edge");
            }
            Start::Score(score) if score.is_nan() => {
                return Err(StoreError::Invalid(
                    "the score to start at is no number: give a time in seconds since the epoch"
                        .to_owned(),
                ));
            }
            Start::Score(score) => {
                call.arg("score").arg(score.to_string());
            }
            Start::After(cursor) => {
                let cursor = SetCursor::parse(cursor)?;
                call.arg("after")
                    .arg(cursor.score.to_string())
                    .arg(cursor.wanted())
                    .arg(cursor.offset_for(order))
                    .arg(&cursor.beginning[..]);
            }
        }
        let reply: SetReply = self.admin.read(&call).await?;
        let last = match order {
            Order::Ascending => reply.4,
            Order::Descending => reply.3,
        };
        Ok((set_slice(set, order, reply), last))
    }

    pub(super) async fn slice_queue(
        &self,
        name: &str,
        start: &Start,
        order: Order,
        limit: usize,
    ) -> StoreResult<Slice> {
        let mut call = scripts::SLICE_QUEUE.key(self.keys.queue(name));
        call.arg(direction(order))
            .arg(limit.min(MOST))
            .arg(SLICE_BYTES);
        match start {
            Start::Edge | Start::Score(_) => {
                call.arg("edge");
            }
            Start::After(cursor) => {
                let cursor = QueueCursor::parse(cursor)?;
                call.arg("after")
                    .arg(cursor.index)
                    .arg(cursor.size)
                    .arg(&cursor.digest)
                    .arg(&cursor.newer)
                    .arg(&cursor.older);
            }
        }
        let reply: QueueReply = self.admin.read(&call).await?;
        Ok(queue_slice(name, order, reply))
    }
}

fn direction(order: Order) -> &'static str {
    match order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
    }
}

fn set_slice(set: Set, order: Order, reply: SetReply) -> Slice {
    let (total, seconds, microseconds, low, high, first, mut base, rows) = reply;
    let mut entries = Vec::with_capacity(rows.len());
    for (at, (raw, score)) in rows.iter().enumerate() {
        let rank = first + i64::try_from(at).unwrap_or(0);
        let previous = at.checked_sub(1).and_then(|at| rows.get(at));
        if previous.is_some_and(|(_, before)| before != score) {
            base = rank;
        }
        if rank < low || rank > high {
            continue;
        }
        let common = [previous, rows.get(at + 1)]
            .into_iter()
            .flatten()
            .filter(|(_, other)| other == score)
            .map(|(other, _)| common_length(raw, other))
            .max();
        let digest = digest(raw);
        let offset = u64::try_from(rank - base).unwrap_or(0);
        entries.push(StoredEntry {
            cursor: SetCursor::new(*score, &digest, offset, raw, common).to_cursor(),
            id: EntryId {
                place: Place::Set(set),
                position: *score,
                digest,
            },
            raw: raw.clone(),
        });
    }
    if order == Order::Descending {
        entries.reverse();
    }
    Slice {
        more: is_more(order, low, high, total),
        entries,
        total,
        now: timestamp((seconds, microseconds)),
    }
}

/// Whether there is anything behind the entries read, of these ranks or indexes.
fn is_more(order: Order, low: i64, high: i64, total: u64) -> bool {
    let is_empty = low > high;
    !is_empty
        && match order {
            Order::Ascending => u64::try_from(high).is_ok_and(|high| high + 1 < total),
            Order::Descending => low > 0,
        }
}

pub(super) fn common_length(one: &[u8], other: &[u8]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn queue_slice(name: &str, order: Order, reply: QueueReply) -> Slice {
    let (total, seconds, microseconds, low, high, below, above, rows) = reply;
    let digests: Vec<String> = rows.iter().map(|raw| digest(raw)).collect();
    let mut entries = Vec::with_capacity(rows.len());
    for (at, (raw, digest)) in rows.iter().zip(&digests).enumerate() {
        let before = at.checked_sub(1).and_then(|at| digests.get(at));
        let behind = digests.get(at + 1);
        let step = i64::try_from(at).unwrap_or(0);
        let (index, older, newer) = match order {
            Order::Ascending => (low + step, before, behind),
            Order::Descending => (high - step, behind, before),
        };
        let cursor = QueueCursor {
            index: u64::try_from(index).unwrap_or(0),
            size: total,
            digest: digest.clone(),
            newer: neighbour(newer.unwrap_or(&above)),
            older: neighbour(older.unwrap_or(&below)),
        };
        entries.push(queue_entry(name, raw.clone(), &cursor));
    }
    Slice {
        more: is_more(order, low, high, total),
        entries,
        total,
        now: timestamp((seconds, microseconds)),
    }
}

/// An entry of a queue: its position is its index from the right end.
#[expect(
    clippy::cast_precision_loss,
    reason = "no list has as many entries as a double has whole numbers"
)]
pub(super) fn queue_entry(name: &str, raw: Bytes, cursor: &QueueCursor) -> StoredEntry {
    StoredEntry {
        id: EntryId {
            place: Place::Queue(name.to_owned()),
            position: cursor.index as f64,
            digest: cursor.digest.clone(),
        },
        raw,
        cursor: cursor.to_cursor(),
    }
}
