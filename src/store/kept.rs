//! How a step is written down so that it can be undone: the same for every store.
//!
//! The entries of a step are LZ4 (a block behind its length) of postcard. Beside them stand the results, a letter an entry: `1` for one that
//! the step has changed, anything else for one that was gone, was refused, or has been put back.

use super::{Destination, Moved, QueueEnd, StepMove, StoreError, StoreResult, Target};
use crate::model::{Place, Set};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The form of the chunks that are written; others cannot be read.
const FORM: u8 = 1;

/// Most bytes of a chunk's entries: more than any step has.
const MOST_BYTES: usize = 1 << 30;

/// An entry that was changed, as it was and as it became.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEntry {
    /// Which entry of its chunk, from 0: also counting those that the step has not changed.
    pub index: usize,
    /// Where it stood.
    pub place: Place,
    /// In a set: its score.
    pub position: f64,
    /// Its bytes.
    pub raw: Bytes,
    /// Where it was put.
    pub to: Target,
}

#[derive(Serialize, Deserialize)]
struct Chunk<'a> {
    form: u8,
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    place: Cow<'a, str>,
    position: f64,
    #[serde(borrow)]
    raw: &'a serde_bytes::Bytes,
    #[serde(borrow)]
    to: To<'a>,
}

/// Bytes that are those of the entry are written once.
#[derive(Serialize, Deserialize)]
enum To<'a> {
    Nowhere,
    Set {
        set: Set,
        score: f64,
        #[serde(borrow)]
        raw: Option<&'a serde_bytes::Bytes>,
    },
    Queue {
        #[serde(borrow)]
        name: Cow<'a, str>,
        next: bool,
        #[serde(borrow)]
        raw: Option<&'a serde_bytes::Bytes>,
    },
    Here {
        #[serde(borrow)]
        raw: &'a serde_bytes::Bytes,
    },
}

/// The entries of a step, to be kept.
///
/// # Errors
/// Cannot happen for entries of a store; the library's words if it does.
pub(super) fn encode(moves: &[StepMove]) -> StoreResult<Vec<u8>> {
    let entries = moves.iter().map(written).collect();
    let chunk = Chunk {
        form: FORM,
        entries,
    };
    let written = postcard::to_stdvec(&chunk).map_err(|error| {
        StoreError::Invalid(format!("what can be undone cannot be written: {error}"))
    })?;
    Ok(lz4_flex::compress_prepend_size(&written))
}

fn written(change: &StepMove) -> Entry<'_> {
    let old = &change.entry.raw;
    let other = |raw: &'_ Bytes| (raw != old).then_some(());
    let to = match &change.to {
        Target::Away(Destination::Nowhere) => To::Nowhere,
        Target::Away(Destination::Set { set, score, raw }) => To::Set {
            set: *set,
            score: *score,
            raw: other(raw).map(|()| serde_bytes::Bytes::new(raw)),
        },
        Target::Away(Destination::Queue { name, raw, end }) => To::Queue {
            name: Cow::Borrowed(name),
            next: *end == QueueEnd::Next,
            raw: other(raw).map(|()| serde_bytes::Bytes::new(raw)),
        },
        Target::Here(raw) => To::Here {
            raw: serde_bytes::Bytes::new(raw),
        },
    };
    Entry {
        place: match &change.entry.id.place {
            Place::Set(set) => Cow::Borrowed(set.name()),
            place @ Place::Queue(_) => Cow::Owned(place.to_string()),
        },
        position: change.entry.id.position,
        raw: serde_bytes::Bytes::new(old),
        to,
    }
}

/// The results as letters.
pub(super) fn letters(moved: &[Moved]) -> String {
    let letter = |moved: &Moved| if *moved == Moved::Done { '1' } else { '0' };
    moved.iter().map(letter).collect()
}

/// The entries of a chunk that its step has changed.
///
/// # Errors
/// [`StoreError::Unusable`] when the chunk is damaged, or of another version's form.
pub(super) fn decode(letters: &[u8], packed: &[u8], address: &str) -> StoreResult<Vec<KeptEntry>> {
    read(letters, packed).map_err(|reason| StoreError::Unusable {
        address: address.to_owned(),
        reason: format!("what it kept to undo an operation cannot be read: {reason}"),
    })
}

fn read(letters: &[u8], packed: &[u8]) -> Result<Vec<KeptEntry>, String> {
    let (size, block) =
        lz4_flex::block::uncompressed_size(packed).map_err(|error| error.to_string())?;
    if size > MOST_BYTES {
        return Err(format!("it claims to have {size} bytes"));
    }
    let text = lz4_flex::decompress(block, size).map_err(|error| error.to_string())?;
    let chunk: Chunk<'_> = postcard::from_bytes(&text).map_err(|error| error.to_string())?;
    if chunk.form != FORM {
        return Err(format!(
            "it is of form {}, which this version does not know",
            chunk.form
        ));
    }
    if chunk.entries.len() != letters.len() {
        return Err("it has other entries than results".to_owned());
    }
    chunk
        .entries
        .into_iter()
        .zip(letters)
        .enumerate()
        .filter(|(_, (_, result))| **result == b'1')
        .map(|(index, (entry, _))| entry.kept(index))
        .collect()
}

impl Entry<'_> {
    fn kept(self, index: usize) -> Result<KeptEntry, String> {
        let raw = Bytes::copy_from_slice(self.raw);
        let new = |other: Option<&serde_bytes::Bytes>| match other {
            Some(other) => Bytes::copy_from_slice(other),
            None => raw.clone(),
        };
        let to = match self.to {
            To::Nowhere => Target::Away(Destination::Nowhere),
            To::Set {
                set,
                score,
                raw: other,
            } => Target::Away(Destination::Set {
                set,
                score,
                raw: new(other),
            }),
            To::Queue {
                name,
                next,
                raw: other,
            } => Target::Away(Destination::Queue {
                name: name.into_owned(),
                raw: new(other),
                end: if next { QueueEnd::Next } else { QueueEnd::Last },
            }),
            To::Here { raw } => Target::Here(Bytes::copy_from_slice(raw)),
        };
        Ok(KeptEntry {
            index,
            place: self
                .place
                .parse()
                .map_err(|_| format!("`{}` is no place", self.place))?,
            position: self.position,
            raw,
            to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptEntry, decode, encode};
    use crate::model::{Cursor, EntryId, Place, Set};
    use crate::store::{Destination, QueueEnd, StepMove, StoredEntry, Target};
    use bytes::Bytes;
    use proptest::prelude::*;

    fn bytes() -> impl Strategy<Value = Bytes> {
        prop::collection::vec(any::<u8>(), 0..60).prop_map(Bytes::from)
    }

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            prop::sample::select(&Set::ALL[..]).prop_map(Place::Set),
            ".{1,12}".prop_map(Place::Queue)
        ]
    }

    fn target() -> impl Strategy<Value = Target> {
        prop_oneof![
            Just(Target::Away(Destination::Nowhere)),
            (prop::sample::select(&Set::ALL[..]), any::<i32>(), bytes()).prop_map(
                |(set, score, raw)| {
                    Target::Away(Destination::Set {
                        set,
                        score: f64::from(score) / 8.0,
                        raw,
                    })
                }
            ),
            (".{1,12}", bytes(), any::<bool>()).prop_map(|(name, raw, next)| {
                Target::Away(Destination::Queue {
                    name,
                    raw,
                    end: if next { QueueEnd::Next } else { QueueEnd::Last },
                })
            }),
            bytes().prop_map(Target::Here),
        ]
    }

    proptest! {
        #[test]
        fn what_was_changed_is_read_back(changes in prop::collection::vec((place(), any::<i32>(), bytes(), target(), any::<bool>()), 0..20)) {
            let moves: Vec<StepMove> = changes.iter().map(|(place, position, raw, to, _)| StepMove {
                entry: StoredEntry {
                    id: EntryId { place: place.clone(), position: f64::from(*position) / 8.0, digest: String::new() },
                    raw: raw.clone(),
                    cursor: Cursor(String::new()),
                },
                to: to.clone(),
                same_score: false,
            }).collect();
            let letters: Vec<u8> = changes.iter().map(|(.., done)| if *done { b'1' } else { b'0' }).collect();
            let packed = encode(&moves).unwrap();
            let kept: Vec<KeptEntry> = changes.iter().enumerate().filter(|(_, (.., done))| *done).map(|(index, (place, position, raw, to, _))| KeptEntry {
                index,
                place: place.clone(),
                position: f64::from(*position) / 8.0,
                raw: raw.clone(),
                to: to.clone(),
            }).collect();
            prop_assert_eq!(decode(&letters, &packed, "here").unwrap(), kept);
        }

        #[test]
        fn any_bytes_are_a_chunk_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(b"11", &bytes, "here");
        }
    }
}
