//! Looks through a set or queue by plain windows of ranks, which cost a third of what a script's slices do.
//!
//! A window begins at the entry that was read last: if that stands there, nothing has moved, and what follows it is what comes next. If
//! not, it is looked up in its set, or else a slice of the script finds the place again. Where entries move all the time, as in a set that
//! an operation empties from below, windows begin at its score instead, wherever that is by then. Nobody knows how large the entries of a
//! window are before it is read, so with each window some entries of the next one are looked at; where one is large, the script goes on,
//! which counts bytes.

use super::{
    RedisStore,
    cursor::{QueueCursor, SetCursor, neighbour},
    slices::{common_length, queue_entry},
    timestamp,
};
use crate::{
    job::digest,
    model::{EntryId, Order, Place, Set, Timestamp},
    store::{
        Start, StoreResult, StoredEntry,
        scan::{Scan, Scanner, Width},
    },
};
use ::redis::{Cmd, Pipeline, cmd, pipe};
use async_trait::async_trait;
use bytes::Bytes;

/// Windows of fewer entries than that are left to the script.
const FEWEST: usize = 16;

/// Entries of the next window that are looked at.
const SAMPLES: i64 = 4;

/// A scan of a place.
pub(super) struct RedisScanner<'store> {
    store: &'store RedisStore,
    place: Place,
    order: Order,
    /// Where the script goes on when the mark does not lead there; nothing at the end.
    start: Option<Start>,
    /// The entry that was read last.
    mark: Option<Mark>,
    width: Width,
    /// The longest of some entries that come next, if any were looked at.
    ahead: Option<usize>,
    /// Whether the last entry of a window was not where it had been when the next one was read.
    moves: bool,
}

/// The entry that was read last.
#[derive(Clone, Debug)]
struct Mark {
    /// Its rank in the set, or its index from the right end of the queue.
    rank: i64,
    /// Its score in a set.
    score: f64,
    raw: Bytes,
    /// In a set: its offset among the entries of its score, if that is known.
    offset: Option<u64>,
}

/// Entries of a queue.
type Texts = Vec<Bytes>;

/// Entries of a window, in the scan's direction: the marked one, the next ones, and one more if there is one.
type Window = Vec<(Bytes, f64)>;

/// What was read at one moment.
struct Read {
    /// Lowest rank first.
    window: Window,
    /// Entries of the whole place.
    total: u64,
    now: Timestamp,
    /// Sizes of the samples.
    samples: Vec<usize>,
}

impl<'store> RedisScanner<'store> {
    pub(super) fn new(store: &'store RedisStore, place: Place, start: Start, order: Order) -> Self {
        Self {
            store,
            place,
            order,
            start: Some(start),
            mark: None,
            width: Width::new(),
            ahead: None,
            moves: false,
        }
    }

    /// By the script, from wherever the last entry stands now.
    async fn slice(&mut self, start: &Start) -> StoreResult<Option<Scan>> {
        // It counts bytes itself.
        let width = self.width.most_next();
        let (slice, last_rank) = match &self.place {
            Place::Set(set) => {
                self.store
                    .slice_set_ranked(*set, start, self.order, width)
                    .await?
            }
            Place::Queue(name) => {
                let slice = self
                    .store
                    .slice_queue(name, start, self.order, width)
                    .await?;
                let index = slice
                    .entries
                    .last()
                    .map(|entry| index_of(entry.id.position));
                (slice, index.unwrap_or_default())
            }
        };
        let Some(last) = slice.entries.last() else {
            self.start = None;
            return Ok(None);
        };
        self.start = slice.more.then(|| Start::After(last.cursor.clone()));
        self.mark = Some(Mark {
            rank: last_rank,
            score: match self.place {
                Place::Set(_) => last.id.position,
                Place::Queue(_) => 0.0,
            },
            raw: last.raw.clone(),
            offset: match &self.place {
                Place::Set(_) => Some(SetCursor::parse(&last.cursor)?.offset),
                Place::Queue(_) => None,
            },
        });
        let longest = slice.entries.iter().map(|entry| entry.raw.len()).max();
        self.width.read(longest.unwrap_or(1));
        self.ahead = None;
        Ok(Some(slice.into()))
    }

    /// By a window behind the mark; nothing when the mark is not where it was.
    async fn window(&mut self, mark: Mark) -> StoreResult<Option<Scan>> {
        let width = i64::try_from(self.width.get()).unwrap_or(i64::MAX);
        let step = self.step();
        let rank = |distance: i64| mark.rank.saturating_add(step * distance);
        let mut read = self
            .read(self.range(rank(0), rank(width + 1)), rank(width))
            .await?;
        let mut window = std::mem::take(&mut read.window);
        if self.order == Order::Descending {
            window.reverse();
        }
        let is_there = window
            .first()
            .is_some_and(|(raw, score)| *raw == mark.raw && *score == mark.score);
        if !is_there {
            self.moves = true;
            return Ok(None);
        }
        let beyond = (window.len() > self.width.get() + 1)
            .then(|| window.pop())
            .flatten();
        let entries: Vec<(f64, Bytes)> = window
            .into_iter()
            .skip(1)
            .zip(1..)
            .map(|((raw, score), distance)| match self.place {
                Place::Set(_) => (score, raw),
                Place::Queue(_) => (position_of(rank(distance)), raw),
            })
            .collect();
        let lower = self.lower(&mark, &entries, beyond.as_ref()).await?;
        Ok(self.behind(mark, entries, beyond, lower, read))
    }

    /// How many entries have a smaller score than the last one read, where its offset cannot be told otherwise: downwards, when more entries of
    /// its score follow.
    async fn lower(
        &self,
        mark: &Mark,
        entries: &[(f64, Bytes)],
        beyond: Option<&(Bytes, f64)>,
    ) -> StoreResult<Option<i64>> {
        let (Place::Set(set), Some((score, _)), Some((_, other))) =
            (&self.place, entries.last(), beyond)
        else {
            return Ok(None);
        };
        let is_known = mark.score == *score && mark.offset.is_some();
        if self.order == Order::Ascending || other != score || is_known {
            return Ok(None);
        }
        let mut lower = cmd("ZCOUNT");
        lower
            .arg(self.store.keys.set(*set))
            .arg("-inf")
            .arg(format!("({score}"));
        self.store.admin.read(&lower).await.map(Some)
    }

    /// By how much ranks change from one entry to the next.
    fn step(&self) -> i64 {
        match self.order {
            Order::Ascending => 1,
            Order::Descending => -1,
        }
    }

    /// By a window of what comes behind the mark by score and bytes, wherever that stands or stood; nothing when that is not all within
    /// reach: too many have its score.
    async fn window_by_score(&mut self, mark: Mark) -> StoreResult<Option<Scan>> {
        let Place::Set(set) = &self.place else {
            return Ok(None);
        };
        let (key, score) = (self.store.keys.set(*set), mark.score.to_string());
        let width = self.width.get();
        let limit = width + 2;
        let mut window = cmd("ZRANGEBYSCORE");
        window
            .arg(&key)
            .arg(&score)
            .arg("+inf")
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(0)
            .arg(limit);
        let mut lower = cmd("ZCOUNT");
        lower.arg(&key).arg("-inf").arg(format!("({score}"));
        let samples_behind = mark.rank.saturating_add(i64::try_from(width).unwrap_or(0));
        let (mut read, lower) = tokio::try_join!(
            self.read(window, samples_behind),
            self.store.admin.read::<i64>(&lower)
        )?;
        let rows = std::mem::take(&mut read.window);
        let is_cut = rows.len() == limit;
        let is_passed = |(raw, score): &(Bytes, f64)| *score == mark.score && *raw <= mark.raw;
        let passed = rows.iter().take_while(|row| is_passed(row)).count();
        let mut entries: Vec<(f64, Bytes)> = rows
            .into_iter()
            .skip(passed)
            .map(|(raw, score)| (score, raw))
            .collect();
        let mut beyond = entries.drain(width.min(entries.len())..).next();
        if beyond.is_none() && is_cut {
            // More follows: the last one is told from it by its own successor, so it must not be the last.
            beyond = entries.pop();
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let before = i64::try_from(passed).unwrap_or(0) - 1;
        let mark = Mark {
            rank: lower.saturating_add(before),
            // The window begins at the first of the score.
            offset: u64::try_from(before).ok(),
            // Nothing of its score is left in front: offsets count from the window's beginning.
            score: if passed == 0 { f64::NAN } else { mark.score },
            ..mark
        };
        let beyond = beyond.map(|(score, raw)| (raw, score));
        Ok(self.behind(mark, entries, beyond, None, read))
    }

    /// What was read behind a mark, and the next mark.
    fn behind(
        &mut self,
        mark: Mark,
        entries: Vec<(f64, Bytes)>,
        beyond: Option<(Bytes, f64)>,
        lower: Option<i64>,
        read: Read,
    ) -> Option<Scan> {
        let more = beyond.is_some();
        let Some((position, raw)) = entries.last() else {
            self.start = None;
            return None;
        };
        let longest = entries.iter().map(|(_, raw)| raw.len()).max();
        let distance = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let next_rank = mark.rank.saturating_add(self.step() * distance);
        let (next_score, next_raw) = match self.place {
            Place::Set(_) => (*position, raw.clone()),
            Place::Queue(_) => (0.0, raw.clone()),
        };
        let around = Around {
            order: self.order,
            mark,
            beyond,
            lower,
            total: read.total,
        };
        let next = Mark {
            rank: next_rank,
            score: next_score,
            raw: next_raw,
            offset: around.offset(&entries, entries.len() - 1),
        };
        let place = self.place.clone();
        let scan = Scan::new(
            entries,
            more,
            read.total,
            read.now,
            move |entries, index| match &place {
                Place::Set(set) => around.set_entry(*set, entries, index),
                Place::Queue(name) => around.queue_entry(name, entries, index),
            },
        );
        let last = scan.entries.len() - 1;
        self.start = scan
            .stored(last)
            .filter(|_| more)
            .map(|last| Start::After(last.cursor));
        self.mark = Some(next);
        self.ahead = read.samples.into_iter().max();
        self.width.read(longest.unwrap_or(1));
        Some(scan)
    }

    /// The mark where it stands now, when entries in front of it have come or gone; nothing when it has gone itself, or cannot be found quickly.
    async fn find_again(&self, mark: Mark) -> StoreResult<Option<Mark>> {
        let Place::Set(set) = &self.place else {
            return Ok(None);
        };
        let key = self.store.keys.set(*set);
        let mut calls = pipe();
        calls.cmd("ZRANK").arg(&key).arg(&mark.raw[..]);
        let below = format!("({}", mark.score);
        calls.cmd("ZCOUNT").arg(&key).arg("-inf").arg(below);
        let (rank, lower): (Option<i64>, i64) = self.store.admin.read(&calls).await?;
        Ok(rank.map(|rank| Mark {
            rank,
            offset: u64::try_from(rank - lower).ok(),
            ..mark
        }))
    }

    /// The longest of some entries behind the mark.
    async fn look_ahead(&self, mark: &Mark) -> StoreResult<usize> {
        let read = self
            .read(self.range(mark.rank, mark.rank), mark.rank)
            .await?;
        Ok(read.samples.into_iter().max().unwrap_or(1))
    }

    /// Asks for some of the entries behind a rank, the last that the next window can have among them.
    fn add_samples(&self, calls: &mut Pipeline, rank: i64) {
        let most = i64::try_from(self.width.most_next()).unwrap_or(i64::MAX);
        for sample in 1..=SAMPLES {
            let distance = most * sample / SAMPLES;
            let at = match self.order {
                Order::Ascending => rank.saturating_add(distance),
                Order::Descending => rank.saturating_sub(distance).max(0),
            };
            calls.add_command(self.range(at, at));
        }
    }

    /// Reads the entries of these ranks, in either direction, lowest first (a queue's: highest first, as it stands).
    fn range(&self, one: i64, other: i64) -> Cmd {
        let (low, high) = (one.min(other).max(0), one.max(other));
        match &self.place {
            Place::Set(set) => {
                let mut call = cmd("ZRANGE");
                call.arg(self.store.keys.set(*set))
                    .arg(low)
                    .arg(high)
                    .arg("WITHSCORES");
                call
            }
            Place::Queue(name) => {
                let mut call = cmd("LRANGE");
                call.arg(self.store.keys.queue(name))
                    .arg(-(high + 1))
                    .arg(-(low + 1));
                call
            }
        }
    }

    fn size(&self) -> Cmd {
        match &self.place {
            Place::Set(set) => {
                let mut call = cmd("ZCARD");
                call.arg(self.store.keys.set(*set));
                call
            }
            Place::Queue(name) => {
                let mut call = cmd("LLEN");
                call.arg(self.store.keys.queue(name));
                call
            }
        }
    }

    /// Reads a window, and beside it samples of the entries behind a rank.
    async fn read(&self, window: Cmd, samples_behind: i64) -> StoreResult<Read> {
        let mut calls = pipe();
        calls.add_command(window);
        calls.add_command(self.size());
        calls.cmd("TIME");
        self.add_samples(&mut calls, samples_behind);
        match &self.place {
            Place::Set(_) => {
                type Answer = (Window, u64, (i64, i64), Window, Window, Window, Window);
                let (window, total, time, a, b, c, d): Answer =
                    self.store.admin.read(&calls).await?;
                let samples = [a, b, c, d].into_iter().flatten();
                Ok(Read {
                    window,
                    total,
                    now: timestamp(time),
                    samples: samples.map(|(raw, _)| raw.len()).collect(),
                })
            }
            Place::Queue(_) => {
                type Answer = (Texts, u64, (i64, i64), Texts, Texts, Texts, Texts);
                let (window, total, time, a, b, c, d): Answer =
                    self.store.admin.read(&calls).await?;
                let samples = [a, b, c, d].into_iter().flatten();
                Ok(Read {
                    window: window.into_iter().rev().map(|raw| (raw, 0.0)).collect(),
                    total,
                    now: timestamp(time),
                    samples: samples.map(|raw| raw.len()).collect(),
                })
            }
        }
    }
}

#[async_trait]
impl Scanner for RedisScanner<'_> {
    async fn next(&mut self) -> StoreResult<Option<Scan>> {
        let Some(start) = self.start.clone() else {
            return Ok(None);
        };
        if let Some(mark) = self.mark.take() {
            let ahead = match self.ahead {
                Some(ahead) => ahead,
                None => self.look_ahead(&mark).await?,
            };
            self.width.limit(ahead);
            let by_score = self.moves && self.order == Order::Ascending;
            if self.width.get() >= FEWEST && by_score && self.place.set().is_some() {
                if let Some(scan) = Box::pin(self.window_by_score(mark)).await? {
                    return Ok(Some(scan));
                }
                // Too many have its score: by ranks again, until something moves.
                self.moves = false;
            } else if self.width.get() >= FEWEST {
                if let Some(scan) = self.window(mark.clone()).await? {
                    return Ok(Some(scan));
                }
                if let Some(mark) = self.find_again(mark).await?
                    && let Some(scan) = self.window(mark).await?
                {
                    return Ok(Some(scan));
                }
            }
        }
        self.slice(&start).await
    }
}

/// What stands around the entries of a window.
struct Around {
    order: Order,
    /// The entry in front of them.
    mark: Mark,
    /// The entry behind them.
    beyond: Option<(Bytes, f64)>,
    /// How many entries have a smaller score than the last one, if that was read.
    lower: Option<i64>,
    /// Entries of the whole place.
    total: u64,
}

impl Around {
    /// The entry in front of one of the entries, and that behind it, with their scores.
    fn neighbours<'a>(
        &'a self,
        entries: &'a [(f64, Bytes)],
        index: usize,
    ) -> [Option<(f64, &'a Bytes)>; 2] {
        let at = |index: usize| entries.get(index).map(|(score, raw)| (*score, raw));
        let before = match index.checked_sub(1) {
            Some(index) => at(index),
            None => Some((self.mark.score, &self.mark.raw)),
        };
        let behind =
            at(index + 1).or_else(|| self.beyond.as_ref().map(|(raw, score)| (*score, raw)));
        [before, behind]
    }

    /// The offset of an entry among those of its score, if that can be told from here.
    fn offset(&self, entries: &[(f64, Bytes)], index: usize) -> Option<u64> {
        let (score, _) = entries.get(index)?;
        let same = |(other, _): &&(f64, Bytes)| other == score;
        let (lower, is_whole) = match self.order {
            Order::Ascending => {
                let before = entries[..index].iter().rev().take_while(same).count();
                if before == index && self.mark.score == *score {
                    let distance = u64::try_from(index).ok()? + 1;
                    return Some(self.mark.offset?.saturating_add(distance));
                }
                (before, true)
            }
            Order::Descending => {
                if self.mark.score == *score
                    && let Some(offset) = self.mark.offset
                {
                    let distance = u64::try_from(index).ok()? + 1;
                    return offset.checked_sub(distance);
                }
                let behind = entries[index + 1..].iter().take_while(same).count();
                let is_whole = index + 1 + behind < entries.len()
                    || self.beyond.as_ref().is_none_or(|(_, other)| other != score);
                if !is_whole {
                    let rank = self.mark.rank - (i64::try_from(index).ok()? + 1);
                    return u64::try_from(rank - self.lower?).ok();
                }
                (behind, is_whole)
            }
        };
        is_whole.then(|| u64::try_from(lower).ok()).flatten()
    }

    fn set_entry(&self, set: Set, entries: &[(f64, Bytes)], index: usize) -> Option<StoredEntry> {
        let (score, raw) = entries.get(index)?;
        let common = self
            .neighbours(entries, index)
            .into_iter()
            .flatten()
            .filter(|(other, _)| other == score)
            .map(|(_, other)| common_length(raw, other))
            .max();
        let digest = digest(raw);
        // An unknown offset is a guess from which the script looks around.
        let offset = self.offset(entries, index).unwrap_or_default();
        Some(StoredEntry {
            cursor: SetCursor::new(*score, &digest, offset, raw, common).to_cursor(),
            id: EntryId {
                place: Place::Set(set),
                position: *score,
                digest,
            },
            raw: raw.clone(),
        })
    }

    fn queue_entry(
        &self,
        name: &str,
        entries: &[(f64, Bytes)],
        index: usize,
    ) -> Option<StoredEntry> {
        let (position, raw) = entries.get(index)?;
        let [before, behind] = self
            .neighbours(entries, index)
            .map(|other| other.map_or_else(String::new, |(_, raw)| neighbour(&digest(raw))));
        let (older, newer) = match self.order {
            Order::Ascending => (before, behind),
            Order::Descending => (behind, before),
        };
        let cursor = QueueCursor {
            index: u64::try_from(index_of(*position)).unwrap_or_default(),
            size: self.total,
            digest: digest(raw),
            newer,
            older,
        };
        Some(queue_entry(name, raw.clone(), &cursor))
    }
}

/// An index as an entry's position.
#[expect(
    clippy::cast_precision_loss,
    reason = "no list has as many entries as a double has whole numbers"
)]
fn position_of(index: i64) -> f64 {
    index as f64
}

/// A position as the index that it was made from.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and positions of queues are whole numbers"
)]
fn index_of(position: f64) -> i64 {
    position as i64
}
