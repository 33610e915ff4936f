//! Jobs by their id, looked for everywhere: Redis has no index of them.

use super::{
    RedisStore,
    cursor::{QueueCursor, SetCursor},
    slices::queue_entry,
};
use crate::{
    job::{Job, digest},
    model::{EntryId, Place, Set},
    store::{JidSearch, StoreResult, StoredEntry},
};
use ::redis::{cmd, pipe};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use memchr::memmem::Finder;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// Entries read at a time.
const WINDOW: u64 = 500;

/// Entries read, newest or highest score first, with their scores (0 in a queue).
struct Window {
    first: u64,
    rows: Vec<(Bytes, f64)>,
}

impl RedisStore {
    pub(super) async fn search_jid(&self, jid: &str, budget: Duration) -> StoreResult<JidSearch> {
        let deadline = Instant::now() + budget;
        let mut search = JidSearch::default();
        if jid.is_empty() {
            return Ok(search);
        }
        let mut places = self.sized_places().await?;
        search.total = places.iter().map(|(_, size)| size).sum();
        // The small ones first: a huge one shall not use up the time for all.
        places.sort_by_key(|(_, size)| *size);
        let matcher = Matcher::new(jid);
        let mut seen = BTreeSet::new();
        for (place, size) in &places {
            let mut windows = std::pin::pin!(self.windows(place, *size));
            while let Some(window) = windows.next().await {
                let Window { first, rows } = window?;
                if rows.is_empty() {
                    break;
                }
                search.scanned += rows.len() as u64;
                for (at, (raw, score)) in rows.into_iter().enumerate() {
                    if matcher.matches(&raw) {
                        let entry = found(place, *size, first + at as u64, raw, score);
                        // What was added meanwhile moves the rest on, and a window may show an entry once more.
                        if seen.insert((place, entry.id.digest.clone())) {
                            search.entries.push(entry);
                        }
                    }
                }
                if Instant::now() >= deadline {
                    break;
                }
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        search.total = search.total.max(search.scanned);
        // With cursors that hold; one that has moved since is shown where it was seen.
        let ids: Vec<EntryId> = search
            .entries
            .iter()
            .map(|entry| entry.id.clone())
            .collect();
        for (entry, located) in search
            .entries
            .iter_mut()
            .zip(self.locate_entries(&ids).await?)
        {
            if let Some(located) = located {
                *entry = located;
            }
        }
        Ok(search)
    }

    /// All places that are not empty, with their sizes.
    async fn sized_places(&self) -> StoreResult<Vec<(Place, u64)>> {
        let names = self.queue_names().await?;
        let mut sizes = pipe();
        for set in Set::ALL {
            sizes.cmd("ZCARD").arg(self.keys.set(set));
        }
        for name in &names {
            sizes.cmd("LLEN").arg(self.keys.queue(name));
        }
        let sizes: Vec<u64> = self.lenient(&mut sizes).await?;
        let places = Set::ALL
            .into_iter()
            .map(Place::Set)
            .chain(names.into_iter().map(Place::Queue));
        Ok(places.zip(sizes).filter(|(_, size)| *size > 0).collect())
    }

    /// Everything in a place, in windows of which two are on their way at a time. Begins at the end where entries are added, so that
    /// none is passed over because others come or, being run, go.
    fn windows(&self, place: &Place, size: u64) -> impl Stream<Item = StoreResult<Window>> + Send {
        let key = self.keys.place(place);
        let in_set = place.set().is_some();
        // One more than there should be: what is added meanwhile moves the last ones on.
        stream::iter(0..=size.div_ceil(WINDOW))
            .map(move |number| {
                let key = key.clone();
                async move {
                    let first = number * WINDOW;
                    let last = first + WINDOW - 1;
                    let rows = if in_set {
                        let mut command = cmd("ZREVRANGE");
                        command.arg(&key).arg(first).arg(last).arg("WITHSCORES");
                        self.admin.read(&command).await?
                    } else {
                        let mut command = cmd("LRANGE");
                        command.arg(&key).arg(first).arg(last);
                        let rows: Vec<Bytes> = self.admin.read(&command).await?;
                        rows.into_iter().map(|raw| (raw, 0.0)).collect()
                    };
                    Ok(Window { first, rows })
                }
            })
            .buffered(2)
    }
}

/// An entry found at this index from the left end, or from the highest score.
fn found(place: &Place, size: u64, index: u64, raw: Bytes, score: f64) -> StoredEntry {
    let digest = digest(&raw);
    match place {
        Place::Queue(name) => queue_entry(
            name,
            raw,
            &QueueCursor {
                index: size.saturating_sub(index + 1),
                size,
                digest,
                ..QueueCursor::default()
            },
        ),
        Place::Set(_) => StoredEntry {
            cursor: SetCursor::new(score, &digest, 0, &raw, Some(64)).to_cursor(),
            id: EntryId {
                place: place.clone(),
                position: score,
                digest,
            },
            raw,
        },
    }
}

/// Tells whether an entry is the job: looks at the bytes first, and reads only what may be it.
struct Matcher<'jid> {
    jid: &'jid str,
    plain: Finder<'jid>,
    /// How an escape begins that the id may be written with instead.
    escape: Finder<'static>,
}

impl<'jid> Matcher<'jid> {
    fn new(jid: &'jid str) -> Self {
        let is_simple = jid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self {
            jid,
            plain: Finder::new(jid),
            escape: Finder::new(if is_simple { r"\u00" } else { r"\" }),
        }
    }

    fn matches(&self, raw: &Bytes) -> bool {
        (self.plain.find(raw).is_some() || self.escape.find(raw).is_some())
            && Job::new(raw.clone()).jid().as_deref() == Some(self.jid)
    }
}

#[cfg(test)]
mod tests {
    use super::Matcher;
    use bytes::Bytes;

    #[test]
    fn only_the_jid_field_counts() {
        let matcher = Matcher::new("abc123");
        assert!(matcher.matches(&Bytes::from_static(br#"{"jid":"abc123"}"#)));
        assert!(!matcher.matches(&Bytes::from_static(br#"{"jid":"other","args":["abc123"]}"#)));
        assert!(!matcher.matches(&Bytes::from_static(b"abc123")));
    }

    #[test]
    fn jids_may_be_written_with_escapes() {
        let raw = Bytes::from_static(br#"{"jid":"a\/b\u00e9"}"#);
        assert!(Matcher::new("a/b\u{e9}").matches(&raw));
        let raw = Bytes::from_static(br#"{"jid":"\u0061bc"}"#);
        assert!(Matcher::new("abc").matches(&raw));
    }
}
