//! Putting back what an operation has changed.

use super::drive::{Drive, Driven, Made};
use crate::job::digest;
use crate::model::{Cursor, EntryId, OperationState, Place};
use crate::store::{
    Destination, KeptChunk, KeptEntry, Moved, QueueEnd, StepMove, StoreResult, StoredEntry, Target,
    Undone,
};
use bytes::Bytes;

/// Chunks that are read at a time.
const CHUNKS: usize = 8;

/// Why a job that an operation has changed is not put back.
const NOT_THERE: &str = "it has run since, or was moved or changed by somebody else";

/// Why one could not be put back because of what became of its bytes.
const NOT_KEPT: &str = "what was kept of it has been freed";

impl Drive<'_> {
    /// The last that was changed goes back first, so that jobs stand in their queues in the order in which they stood.
    pub(super) async fn undo(&mut self, undone: &str) -> StoreResult<Driven> {
        let store = self.admin.store().clone();
        let mut newest_at = 0;
        loop {
            let below = match self.mark.below {
                Some(below) => below,
                None => match store.operation(undone).await? {
                    Some(record) => record.step,
                    None => 0,
                },
            };
            let chunks = store.kept(undone, below, CHUNKS).await?;
            if chunks.is_empty() {
                return self.end(OperationState::Done, None).await;
            }
            for chunk in chunks {
                match self.put_back(undone, chunk, &mut newest_at).await? {
                    None => {}
                    Some(driven) => return Ok(driven),
                }
            }
        }
    }

    async fn put_back(
        &mut self,
        undone: &str,
        chunk: KeptChunk,
        newest_at: &mut u64,
    ) -> StoreResult<Option<Driven>> {
        let entries = u64::try_from(chunk.entries.len()).unwrap_or(u64::MAX);
        let mut moves: Vec<(usize, StepMove)> = Vec::new();
        let (mut adds, mut added) = (Vec::new(), Vec::new());
        let mut in_queue = Vec::new();
        for kept in chunk.entries.into_iter().rev() {
            let index = kept.index;
            match back(kept) {
                Back::Add(to) => {
                    adds.push(to);
                    added.push(index);
                }
                Back::Move(change) => {
                    // It was changed where it stands: it may stand elsewhere in its queue by now.
                    if matches!(change.to, Target::Here(_))
                        && change.entry.id.place.queue_name().is_some()
                    {
                        in_queue.push((index, change));
                    } else {
                        moves.push((index, change));
                    }
                }
            }
        }
        let mut gone = 0;
        if !in_queue.is_empty() {
            let ids: Vec<EntryId> = in_queue
                .iter()
                .map(|(_, change)| change.entry.id.clone())
                .collect();
            for (found, (index, mut change)) in self
                .admin
                .store()
                .locate(&ids)
                .await?
                .into_iter()
                .zip(in_queue)
            {
                match found {
                    Some(entry) => {
                        change.entry = entry;
                        moves.push((index, change));
                    }
                    None => gone += 1,
                }
            }
        }
        self.mark.below = Some(chunk.step);
        self.mark.scanned += entries;
        self.mark.matched += entries;
        if gone > 0 {
            self.mark.refuse(NOT_THERE, gone);
        }
        // Those out of the same queue beside each other, in their order: the store takes them together.
        moves.sort_by(|(_, one), (_, other)| {
            let queue = |change: &StepMove| change.entry.id.place.queue_name().map(str::to_owned);
            queue(one).cmp(&queue(other))
        });
        let (mut indexes, moves): (Vec<usize>, Vec<StepMove>) = moves.into_iter().unzip();
        indexes.extend(added);
        let undoes = Undone {
            indexes: &indexes,
            id: undone,
            step: chunk.step,
            entries,
            adds: &adds,
            newest_at: *newest_at,
        };
        match self.make(&moves, Some(undoes), None).await? {
            Made::Left => Ok(Some(Driven::Left)),
            Made::NotKept => {
                self.mark.refuse(NOT_KEPT, entries);
                Ok(None)
            }
            Made::Yes {
                moved,
                newest_at: at,
            } => {
                *newest_at = at;
                for outcome in moved {
                    match outcome {
                        Moved::Done => {}
                        Moved::Gone => self.mark.refuse(NOT_THERE, 1),
                        Moved::Refused(error) => self.mark.refuse(&error.to_string(), 1),
                    }
                }
                Ok(None)
            }
        }
    }
}

enum Back {
    /// It was deleted: it is added again.
    Add(Destination),
    Move(StepMove),
}

/// How an entry gets back where it was.
fn back(kept: KeptEntry) -> Back {
    let old = |raw: Bytes| match &kept.place {
        Place::Set(set) => Destination::Set {
            set: *set,
            score: kept.position,
            raw,
        },
        Place::Queue(name) => Destination::Queue {
            name: name.clone(),
            raw,
            end: QueueEnd::Next,
        },
    };
    match kept.to {
        Target::Away(Destination::Nowhere) => Back::Add(old(kept.raw.clone())),
        Target::Away(Destination::Set { set, score, raw }) => Back::Move(StepMove {
            entry: stored(Place::Set(set), score, raw),
            to: Target::Away(old(kept.raw.clone())),
            same_score: true,
        }),
        Target::Away(Destination::Queue {
            ref name, ref raw, ..
        }) => Back::Move(StepMove {
            entry: stored(Place::Queue(name.clone()), 0.0, raw.clone()),
            to: Target::Away(old(kept.raw.clone())),
            same_score: false,
        }),
        Target::Here(ref raw) => Back::Move(StepMove {
            entry: stored(kept.place.clone(), kept.position, raw.clone()),
            to: Target::Here(kept.raw.clone()),
            same_score: false,
        }),
    }
}

fn stored(place: Place, position: f64, raw: Bytes) -> StoredEntry {
    StoredEntry {
        id: EntryId {
            place,
            position,
            digest: digest(&raw),
        },
        raw,
        cursor: Cursor(String::new()),
    }
}
