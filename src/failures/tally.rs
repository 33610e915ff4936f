//! Counts the entries of a set by their signatures.

use super::{Signature, Signer, buckets::Buckets};
use crate::job::Job;
use crate::model::{EntryId, GroupDigest, Timestamp, Trends};
use bytes::Bytes;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// Most groups that are told apart: more of them say that messages are no good for grouping, and would take memory without end.
const MOST_GROUPS: usize = 10_000;

/// Most queues of a group that are told apart.
const MOST_QUEUES: usize = 16;

/// The entries of one set, counted by their signatures.
#[derive(Debug, Default)]
pub struct Tally {
    signer: Signer,
    groups: HashMap<GroupDigest, Group>,
    counted: u64,
    never_failed: u64,
    ungrouped: u64,
    /// Groups whose newest entry is one of those at hand, and which one: kept for its memory.
    newest: HashMap<GroupDigest, usize>,
}

/// What is known of the entries of one signature.
#[derive(Clone, Debug)]
pub struct Group {
    /// Their signature.
    pub signature: Arc<Signature>,
    /// How many there are.
    pub count: u64,
    /// The earliest first failure.
    pub first_seen: Timestamp,
    /// The latest failure.
    pub last_seen: Timestamp,
    /// Their queues, and how many are of each; in no order.
    pub queues: Vec<(Box<str>, u64)>,
    /// Most failures of one of them.
    pub most_attempts: u64,
    /// The one that failed last.
    pub sample: EntryId,
    buckets: Buckets,
}

impl Tally {
    /// Counts entries, each with its position and bytes; `now` is the store's clock. `id` makes the address of one: that costs more than
    /// counting it, so it is asked for a group's newest only.
    pub fn add(
        &mut self,
        entries: &[(f64, Bytes)],
        id: impl Fn(usize) -> Option<EntryId>,
        now: Timestamp,
    ) {
        for (index, (position, raw)) in entries.iter().enumerate() {
            self.add_one(index, *position, raw.clone(), &id, now);
        }
        for (digest, index) in self.newest.drain() {
            if let (Some(group), Some(id)) = (self.groups.get_mut(&digest), id(index)) {
                group.sample = id;
            }
        }
    }

    fn add_one(
        &mut self,
        index: usize,
        position: f64,
        raw: Bytes,
        id: &impl Fn(usize) -> Option<EntryId>,
        now: Timestamp,
    ) {
        self.counted += 1;
        let job = Job::new(raw);
        let mut signature = None;
        let Some(digest) = self.signer.digest(&job, |new| signature = Some(new)) else {
            self.never_failed += 1;
            return;
        };
        let has_room = self.groups.len() < MOST_GROUPS;
        match self.groups.entry(digest) {
            Entry::Occupied(mut group) => {
                if group.get_mut().add(position, &job, now) {
                    self.newest.insert(digest, index);
                }
            }
            Entry::Vacant(place) if has_room => {
                let signature = signature.or_else(|| Signature::of(&job));
                let (Some(signature), Some(id)) = (signature, id(index)) else {
                    return;
                };
                place.insert(Group::new(signature, id, &job, now));
            }
            Entry::Vacant(_) => self.ungrouped += 1,
        }
    }

    /// The groups, in no order.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// Entries that were counted.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.counted
    }

    /// Entries that have never failed.
    #[must_use]
    pub fn never_failed(&self) -> u64 {
        self.never_failed
    }

    /// Entries that have no group because there are too many groups.
    #[must_use]
    pub fn ungrouped(&self) -> u64 {
        self.ungrouped
    }
}

impl Group {
    fn new(signature: Signature, id: EntryId, job: &Job, now: Timestamp) -> Self {
        let position = id.position;
        let failure = Failure::of(job, position, now);
        let mut group = Self {
            signature: Arc::new(signature),
            count: 0,
            first_seen: failure.first,
            last_seen: failure.last,
            queues: Vec::new(),
            most_attempts: 0,
            sample: id,
            buckets: Buckets::default(),
        };
        group.add(position, job, now);
        group
    }

    /// Counts an entry; whether it is the one that failed last.
    fn add(&mut self, position: f64, job: &Job, now: Timestamp) -> bool {
        let failure = Failure::of(job, position, now);
        self.count += 1;
        self.first_seen = self.first_seen.min(failure.first);
        let is_newest = failure.last >= self.last_seen;
        self.last_seen = self.last_seen.max(failure.last);
        self.most_attempts = self.most_attempts.max(failure.attempts);
        self.buckets.add(failure.last, now);
        let queue = job.text_field("queue").unwrap_or_default();
        self.add_queue(&queue, 1);
        is_newest
    }

    fn add_queue(&mut self, queue: &str, count: u64) {
        if queue.is_empty() {
            return;
        }
        if let Some((_, known)) = self.queues.iter_mut().find(|(name, _)| **name == *queue) {
            *known += count;
        } else if self.queues.len() < MOST_QUEUES {
            self.queues.push((queue.into(), count));
        }
    }

    /// Takes the entries of another set of the same signature.
    pub fn add_all(&mut self, other: &Self) {
        self.count += other.count;
        self.first_seen = self.first_seen.min(other.first_seen);
        if other.last_seen > self.last_seen {
            self.last_seen = other.last_seen;
            self.sample = other.sample.clone();
        }
        self.most_attempts = self.most_attempts.max(other.most_attempts);
        self.buckets.add_all(&other.buckets);
        for (queue, count) in &other.queues {
            self.add_queue(queue, *count);
        }
    }

    /// Failures over time until `now`.
    #[must_use]
    pub fn trends(&self, now: Timestamp) -> Trends {
        self.buckets.until(now)
    }
}

/// When, and how often, an entry has failed.
struct Failure {
    first: Timestamp,
    last: Timestamp,
    attempts: u64,
}

impl Failure {
    fn of(job: &Job, position: f64, now: Timestamp) -> Self {
        let first = job.time("failed_at");
        // `retried_at` is when it failed again.
        let last = job.time("retried_at").max(first);
        // Without either, what is known is when it was put there: of a dead one, when it died.
        let placed = Timestamp::from_seconds(position).min(now);
        let retries = job
            .integer("retry_count")
            .and_then(|count| u64::try_from(count).ok());
        Self {
            first: first.or(last).unwrap_or(placed),
            last: last.unwrap_or(placed),
            // Sidekiq counts the first failure as 0.
            attempts: retries.map_or(1, |count| count.saturating_add(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_GROUPS, Tally};
    use crate::job::digest;
    use crate::model::{EntryId, Set, Timestamp};
    use bytes::Bytes;

    fn add(tally: &mut Tally, score: f64, text: String) {
        add_all(tally, &[(score, text.into())]);
    }

    fn add_all(tally: &mut Tally, entries: &[(f64, Bytes)]) {
        let id = |index: usize| {
            let (position, raw) = entries.get(index)?;
            Some(EntryId {
                place: Set::Dead.into(),
                position: *position,
                digest: digest(raw),
            })
        };
        tally.add(entries, id, Timestamp(5_000_000));
    }

    #[test]
    fn the_sample_is_the_entry_that_failed_last() {
        let mut tally = Tally::default();
        let entry = |failed: u32| -> (f64, Bytes) {
            let text = format!(r#"{{"class":"A","error_class":"E","failed_at":{failed}}}"#);
            (f64::from(failed), text.into())
        };
        let sample = |tally: &Tally| tally.groups().next().expect("a group").sample.position;
        add_all(&mut tally, &[entry(3), entry(5), entry(4)]);
        assert_eq!(sample(&tally).to_string(), "5");
        add_all(&mut tally, &[entry(1), entry(2)]);
        assert_eq!(sample(&tally).to_string(), "5");
        add_all(&mut tally, &[entry(7), entry(6)]);
        assert_eq!(sample(&tally).to_string(), "7");
    }

    #[test]
    fn entries_of_one_cause_are_one_group() {
        let mut tally = Tally::default();
        for number in 0..4 {
            let queue = if number == 0 { "low" } else { "high" };
            add(
                &mut tally,
                9.0,
                format!(
                    r#"{{"class":"A","queue":"{queue}","error_class":"E","error_message":"no {number}","retry_count":{number},"failed_at":{},"retried_at":{}}}"#,
                    100 + number,
                    2000 - number
                ),
            );
        }
        add(&mut tally, 9.0, r#"{"class":"A","args":[]}"#.to_owned());
        add(&mut tally, 9.0, "no job".to_owned());
        assert_eq!((tally.counted(), tally.never_failed()), (6, 2));
        let groups: Vec<_> = tally.groups().collect();
        assert_eq!(groups.len(), 1);
        let group = groups[0];
        assert_eq!(group.count, 4);
        assert_eq!(group.first_seen, Timestamp(100_000));
        assert_eq!(group.last_seen, Timestamp(2_000_000));
        assert_eq!(group.most_attempts, 4);
        assert_eq!(*group.queues, [("low".into(), 1), ("high".into(), 3)]);
        assert_eq!(
            group.trends(Timestamp(5_000_000)).day.iter().sum::<u64>(),
            4
        );
    }

    #[test]
    fn an_entry_without_times_counts_when_it_was_put_there() {
        let mut tally = Tally::default();
        add(
            &mut tally,
            4000.0,
            r#"{"class":"A","error_class":"E"}"#.to_owned(),
        );
        add(
            &mut tally,
            9e9,
            r#"{"class":"A","error_class":"E"}"#.to_owned(),
        );
        let group = tally.groups().next().expect("a group");
        assert_eq!(group.first_seen, Timestamp(4_000_000));
        assert_eq!(group.last_seen, Timestamp(5_000_000), "not in the future");
    }

    #[test]
    fn groups_are_bounded_and_what_is_left_out_is_counted() {
        let mut tally = Tally::default();
        let word = |mut number: usize| {
            let mut word = String::new();
            for _ in 0..4 {
                word.push(char::from(b'g' + u8::try_from(number % 20).unwrap_or(0)));
                number /= 20;
            }
            word
        };
        for number in 0..MOST_GROUPS + 5 {
            add(
                &mut tally,
                1.0,
                format!(
                    r#"{{"class":"A","error_class":"E","error_message":"{}"}}"#,
                    word(number)
                ),
            );
        }
        assert_eq!(tally.groups().count(), MOST_GROUPS);
        assert_eq!(tally.ungrouped(), 5);
    }
}
