//! Putting back what an operation has changed.

use super::{
    drive::{Drive, Driven, NOT_THERE},
    flight::{Load, Undoing},
    walk::bare,
};
use crate::admin::read_ahead::{ReadAhead, Taker};
use crate::job::digest;
use crate::model::{EntryId, OperationState, Order, Place};
use crate::store::{
    Destination, KeptChunk, KeptEntry, QueueEnd, SharedStore, StepMove, StoreResult, Target,
};
use bytes::Bytes;

/// Chunks that are read at a time.
const CHUNKS: usize = 8;

impl Drive<'_> {
    /// The last that was changed goes back first, so that jobs stand in their queues in the order in which they stood.
    pub(super) async fn undo(&mut self, undone: &str) -> StoreResult<Driven> {
        let store = self.admin.store().clone();
        let below = match self.mark.below {
            Some(below) => below,
            None => match store.operation(undone).await? {
                Some(record) => record.step,
                None => 0,
            },
        };
        let id = undone.to_owned();
        let mut chunks = ReadAhead::start(CHUNKS, |taker| read(store, id, below, taker));
        while let Some(chunk) = chunks.next().await? {
            if let Some(driven) = self.put_back(undone, chunk).await? {
                return Ok(driven);
            }
        }
        self.end(OperationState::Done, None).await
    }

    async fn put_back(&mut self, undone: &str, chunk: KeptChunk) -> StoreResult<Option<Driven>> {
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
                .map(|(_, change)| EntryId {
                    digest: digest(&change.entry.raw),
                    ..change.entry.id.clone()
                })
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
        let undoes = Undoing {
            indexes,
            id: undone.to_owned(),
            step: chunk.step,
            entries,
            adds,
            newest_at: self.newest_at,
        };
        self.send(Load {
            moves,
            undoes: Some(undoes),
            ..Load::default()
        })
        .await
    }
}

/// Reads what is kept, the newest first.
async fn read(
    store: SharedStore,
    undone: String,
    mut below: u64,
    taker: Taker<KeptChunk>,
) -> StoreResult<()> {
    loop {
        let chunks = store
            .kept(&undone, 0..below, Order::Descending, CHUNKS)
            .await?;
        if chunks.is_empty() {
            return Ok(());
        }
        for chunk in chunks {
            below = chunk.step;
            if !taker.hand(chunk).await {
                return Ok(());
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
            entry: bare(Place::Set(set), score, raw),
            to: Target::Away(old(kept.raw.clone())),
            same_score: true,
        }),
        Target::Away(Destination::Queue {
            ref name, ref raw, ..
        }) => Back::Move(StepMove {
            entry: bare(Place::Queue(name.clone()), 0.0, raw.clone()),
            to: Target::Away(old(kept.raw.clone())),
            same_score: false,
        }),
        Target::Here(ref raw) => Back::Move(StepMove {
            entry: bare(kept.place.clone(), kept.position, raw.clone()),
            to: Target::Here(kept.raw.clone()),
            same_score: false,
        }),
    }
}
