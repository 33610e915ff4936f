//! Entries by their addresses.

use super::{
    RedisStore,
    cursor::{QueueCursor, SetCursor},
    scripts,
    slices::queue_entry,
};
use crate::{
    job::digest,
    model::{EntryId, Place, Set},
    store::{StoreError, StoreResult, StoredEntry},
};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Entries of a queue that one step looks at.
const STEP: u64 = 250;
/// Entries of a score that one step looks at.
const SCORE_STEP: u64 = 1_000;
/// Most steps through the entries of one score: some million entries, a gigabyte.
const SCORE_STEPS: usize = 2_000;
/// Bytes that one step looks at, about.
const STEP_BYTES: u64 = 1 << 19;
/// Entries of a queue that are looked at for a group of addresses.
const MOST_OF_QUEUE: u64 = 50_000;

/// The entries found, by digest.
type Found = HashMap<String, StoredEntry>;

impl RedisStore {
    pub(super) async fn locate_entries(
        &self,
        ids: &[EntryId],
    ) -> StoreResult<Vec<Option<StoredEntry>>> {
        // All addresses of one score, or of one queue, in one search.
        let mut groups: BTreeMap<(&Place, Option<u64>), Vec<&EntryId>> = BTreeMap::new();
        for id in ids {
            let score = id.place.set().map(|_| id.position.to_bits());
            groups.entry((&id.place, score)).or_default().push(id);
        }
        let mut found: HashMap<(&Place, Option<u64>), Found> = HashMap::new();
        for ((place, score), group) in groups {
            let entries = match place {
                Place::Set(set) => self.locate_in_set(*set, &group).await?,
                Place::Queue(name) => self.locate_in_queue(name, &group).await?,
            };
            found.insert((place, score), entries);
        }
        Ok(ids
            .iter()
            .map(|id| {
                let score = id.place.set().map(|_| id.position.to_bits());
                found.get(&(&id.place, score))?.get(&id.digest).cloned()
            })
            .collect())
    }

    /// Looks through all entries of the score, in bounded steps. An address says the score and the digest, and equal scores stand in
    /// the order of their bytes, so nothing tells where among them an entry is: only who has seen all knows that it is gone. Where
    /// there are too many to see, that is an error, never "gone".
    async fn locate_in_set(&self, set: Set, group: &[&EntryId]) -> StoreResult<Found> {
        let mut found = Found::new();
        let Some(score) = group.first().map(|id| id.position) else {
            return Ok(found);
        };
        if score.is_nan() {
            return Ok(found);
        }
        let mut missing: BTreeSet<&str> = group.iter().map(|id| id.digest.as_str()).collect();
        let mut steps = 0;
        // Entries that leave meanwhile draw others under the search: then once more from the start.
        for _ in 0..2 {
            let mut offset = 0_u64;
            let mut size_before = None;
            let shrunk = loop {
                if missing.is_empty() {
                    return Ok(found);
                }
                let mut call = scripts::LOCATE_IN_SET.key(self.keys.set(set));
                call.arg(score.to_string())
                    .arg(offset)
                    .arg(SCORE_STEP)
                    .arg(STEP_BYTES);
                for digest in &missing {
                    call.arg(*digest);
                }
                let (size, next, rows): (u64, u64, Vec<(u64, Bytes)>) =
                    self.admin.read(&call).await?;
                for (at, raw) in rows {
                    let entry = set_entry(set, score, raw, at, size);
                    missing.remove(entry.id.digest.as_str());
                    found.insert(entry.id.digest.clone(), entry);
                }
                offset = next;
                let size_before = *size_before.get_or_insert(size);
                if next >= size {
                    break size < size_before;
                }
                steps += 1;
                if steps >= SCORE_STEPS {
                    return Err(StoreError::Invalid(format!(
                        "there are {size} entries of the score {score} in `{}`, too many to look through for one of them",
                        Place::Set(set)
                    )));
                }
            };
            if !shrunk {
                break;
            }
        }
        Ok(found)
    }

    /// Looks around where they were, then further and further away on both sides.
    async fn locate_in_queue(&self, name: &str, group: &[&EntryId]) -> StoreResult<Found> {
        let mut found = Found::new();
        let mut missing: BTreeMap<&str, u64> = group
            .iter()
            .map(|id| (id.digest.as_str(), hint(id.position)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut size = None;
        let mut looked = 0;
        let mut distance = STEP / 2;
        loop {
            for step in steps(missing.values().copied(), distance, size) {
                if !seen.insert(step) {
                    continue;
                }
                let high = step * STEP + STEP - 1;
                let mut low = step * STEP;
                while low <= high && size.is_none_or(|size| low < size) {
                    if missing.is_empty() || looked >= MOST_OF_QUEUE {
                        return Ok(found);
                    }
                    let mut call = scripts::LOCATE_IN_QUEUE.key(self.keys.queue(name));
                    call.arg(low).arg(high).arg(STEP_BYTES);
                    for digest in missing.keys() {
                        call.arg(*digest);
                    }
                    let (total, next, rows): (u64, u64, Vec<(u64, Bytes)>) =
                        self.admin.read(&call).await?;
                    size = Some(total);
                    looked += next.saturating_sub(low).max(1);
                    low = next.max(low + 1);
                    for (index, raw) in rows {
                        let cursor = QueueCursor {
                            index,
                            size: total,
                            digest: digest(&raw),
                            ..QueueCursor::default()
                        };
                        missing.remove(cursor.digest.as_str());
                        found.insert(cursor.digest.clone(), queue_entry(name, raw, &cursor));
                    }
                }
            }
            let last = size.unwrap_or(0).saturating_sub(1);
            // A position beyond the queue's end: the end is as near as it gets.
            for at in missing.values_mut() {
                *at = (*at).min(last);
            }
            if missing
                .values()
                .all(|at| *at <= distance && at.saturating_add(distance) >= last)
                && steps(missing.values().copied(), distance, size).is_subset(&seen)
            {
                return Ok(found);
            }
            distance = distance.saturating_mul(4);
        }
    }
}

/// An entry of a set that stands at this offset among `size` entries of its score.
fn set_entry(set: Set, score: f64, raw: Bytes, offset: u64, size: u64) -> StoredEntry {
    let digest = digest(&raw);
    let common = (size > 1).then_some(64);
    StoredEntry {
        cursor: SetCursor::new(score, &digest, offset, &raw, common).to_cursor(),
        id: EntryId {
            place: Place::Set(set),
            position: score,
            digest,
        },
        raw,
    }
}

/// The index that a position stands for.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, which is what is wanted for a hint"
)]
pub(super) fn hint(position: f64) -> u64 {
    (position as u64).min(u64::from(u32::MAX))
}

/// The steps of the queue that hold everything within `distance` of these indexes.
fn steps(indexes: impl Iterator<Item = u64>, distance: u64, size: Option<u64>) -> BTreeSet<u64> {
    let last = size.map_or(u64::MAX, |size| size.saturating_sub(1));
    indexes
        .flat_map(|at| {
            let from = at.min(last).saturating_sub(distance);
            let to = at.saturating_add(distance).min(last);
            from / STEP..=to / STEP
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hint, steps};

    #[test]
    fn steps_cover_the_neighbourhood_once() {
        let near = steps([10, 320].into_iter(), 125, None);
        assert!(near.into_iter().eq([0, 1]));
        let end = steps([10, 4_000_000_000].into_iter(), 125, Some(500));
        assert!(end.into_iter().eq([0, 1]));
    }

    #[test]
    fn odd_positions_are_hints_too() {
        for position in [-1.0, f64::NEG_INFINITY, 0.4] {
            assert_eq!(hint(position), 0);
        }
        assert_eq!(hint(f64::INFINITY), u64::from(u32::MAX));
    }
}
