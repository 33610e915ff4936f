//! Where the next slice begins, as text.
//!
//! In a set: `SCORE~DIGEST~OFFSET~BEGINNING`: the entry's score and digest, its offset among the entries of that score, and, when
//! it shares its score with a neighbour, the beginning of its bytes (Base64) that tells it from them: so the place is found again
//! exactly, and in logarithmic time, even when the entry is gone.
//!
//! In a queue: `INDEX~SIZE~DIGEST~NEWER~OLDER`: the index from the right end and the queue's size then, the entry's digest, and the
//! first digits of its neighbours' digests: found again around there, by itself or by a neighbour.

use crate::{
    model::{Cursor, Order},
    store::{StoreError, StoreResult},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Most bytes of a beginning.
const LONGEST_BEGINNING: usize = 1024;

/// The digest of an entry that is not to be known again: no entry's.
const BLIND: &str = "0000000000000000000000000000000000000000";

/// Digits of a neighbour's digest.
pub(super) const NEIGHBOUR_DIGITS: usize = 8;

/// The place of an entry of a set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SetCursor {
    pub(super) score: f64,
    pub(super) digest: String,
    /// Offset among the entries of that score.
    pub(super) offset: u64,
    /// The first bytes of the entry; may be empty.
    pub(super) beginning: Vec<u8>,
}

impl SetCursor {
    /// The cursor of an entry whose neighbours of the same score share `common` bytes with it at most.
    pub(super) fn new(
        score: f64,
        digest: &str,
        offset: u64,
        raw: &[u8],
        common: Option<usize>,
    ) -> Self {
        let length = common.map_or(0, |common| (common + 1).min(LONGEST_BEGINNING));
        Self {
            score,
            digest: digest.to_owned(),
            offset,
            beginning: raw.iter().take(length).copied().collect(),
        }
    }

    pub(super) fn parse(cursor: &Cursor) -> StoreResult<Self> {
        let mut parts = cursor.0.split('~');
        let mut next = || parts.next();
        let parsed = (|| {
            let score: f64 = next()?.parse().ok()?;
            let digest = next().filter(|text| is_digest(text))?.to_owned();
            let offset = next()?.parse().ok()?;
            let beginning = URL_SAFE_NO_PAD.decode(next()?).ok()?;
            (!score.is_nan() && beginning.len() <= LONGEST_BEGINNING).then_some(Self {
                score,
                digest,
                offset,
                beginning,
            })
        })();
        match parsed {
            Some(parsed) if next().is_none() => Ok(parsed),
            _ => Err(foreign(cursor)),
        }
    }

    /// The same place by its score and offset alone: nothing of the entry is in it, and nothing can be asked by it.
    pub(super) fn blind(self) -> Self {
        Self {
            digest: BLIND.to_owned(),
            beginning: Vec::new(),
            ..self
        }
    }

    /// The offset at which an entry is looked for that is not known again. One that is gone has left its place to the next one; behind one that
    /// is only not to be known it goes on at the next place.
    pub(super) fn offset_for(&self, order: Order) -> u64 {
        let is_behind = self.digest == BLIND && order == Order::Ascending;
        self.offset.saturating_add(u64::from(is_behind))
    }

    /// The digest of the entry to look for; nothing of one that is not to be known again.
    pub(super) fn wanted(&self) -> &str {
        if self.digest == BLIND {
            ""
        } else {
            &self.digest
        }
    }

    pub(super) fn to_cursor(&self) -> Cursor {
        Cursor(format!(
            "{}~{}~{}~{}",
            self.score,
            self.digest,
            self.offset,
            URL_SAFE_NO_PAD.encode(&self.beginning)
        ))
    }
}

/// The place of an entry of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct QueueCursor {
    /// Index from the right end.
    pub(super) index: u64,
    /// Size of the queue then.
    pub(super) size: u64,
    pub(super) digest: String,
    /// First digits of the digest of the entry to the left; may be empty.
    pub(super) newer: String,
    /// First digits of the digest of the entry to the right; may be empty.
    pub(super) older: String,
}

impl QueueCursor {
    pub(super) fn parse(cursor: &Cursor) -> StoreResult<Self> {
        let mut parts = cursor.0.split('~');
        let mut next = || parts.next();
        let is_neighbour = |text: &&str| {
            text.is_empty() || (text.len() == NEIGHBOUR_DIGITS && is_hexadecimal(text))
        };
        let parsed = (|| {
            Some(Self {
                index: next()?.parse().ok()?,
                size: next()?.parse().ok()?,
                digest: next().filter(|text| is_digest(text))?.to_owned(),
                newer: next().filter(is_neighbour)?.to_owned(),
                older: next().filter(is_neighbour)?.to_owned(),
            })
        })();
        match parsed {
            Some(parsed) if next().is_none() => Ok(parsed),
            _ => Err(foreign(cursor)),
        }
    }

    pub(super) fn to_cursor(&self) -> Cursor {
        Cursor(format!(
            "{}~{}~{}~{}~{}",
            self.index, self.size, self.digest, self.newer, self.older
        ))
    }
}

/// The first digits of a neighbour's digest.
pub(super) fn neighbour(digest: &str) -> String {
    digest.chars().take(NEIGHBOUR_DIGITS).collect()
}

fn is_digest(text: &str) -> bool {
    text.len() == 40 && is_hexadecimal(text)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn foreign(cursor: &Cursor) -> StoreError {
    let shown: String = cursor.0.chars().take(100).collect();
    StoreError::Invalid(format!(
        "`{shown}` is no cursor of this list: start again from the list's first page"
    ))
}

#[cfg(test)]
mod tests {
    use super::{QueueCursor, SetCursor};
    use crate::model::Cursor;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn set_cursors_round_trip(
            score in prop::num::f64::ANY.prop_filter("a score is a number", |score| !score.is_nan()),
            digest in "[0-9a-f]{40}", offset: u64, raw: Vec<u8>, common in prop::option::of(0_usize..2000),
        ) {
            let cursor = SetCursor::new(score, &digest, offset, &raw, common);
            prop_assert_eq!(SetCursor::parse(&cursor.to_cursor()).unwrap(), cursor);
        }

        #[test]
        fn queue_cursors_round_trip(index: u64, size: u64, digest in "[0-9a-f]{40}", newer in "([0-9a-f]{8})?", older in "([0-9a-f]{8})?") {
            let cursor = QueueCursor { index, size, digest, newer, older };
            prop_assert_eq!(QueueCursor::parse(&cursor.to_cursor()).unwrap(), cursor);
        }

        #[test]
        fn any_text_is_a_cursor_or_an_error(text in "\\PC*") {
            let _ = SetCursor::parse(&Cursor(text.clone()));
            let _ = QueueCursor::parse(&Cursor(text));
        }
    }

    #[test]
    fn cursors_of_another_kind_of_list_are_refused() {
        let set = SetCursor::new(1.5, &"0".repeat(40), 0, b"", None).to_cursor();
        assert!(QueueCursor::parse(&set).is_err());
        let queue = QueueCursor {
            digest: "0".repeat(40),
            ..QueueCursor::default()
        };
        assert!(SetCursor::parse(&queue.to_cursor()).is_err());
    }
}
