//! Jobs by their id, looked for everywhere: Redis has no index of them.

use super::{
    RedisStore,
    cursor::{QueueCursor, SetCursor},
    scripts,
    slices::queue_entry,
};
use crate::{
    job::{Job, digest},
    model::{EntryId, Place, Set},
    store::{JidSearch, SLICE_BYTES, StoreError, StoreResult, StoredEntry},
};
use ::redis::pipe;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Entries read at a time.
const WINDOW: u64 = 500;

/// What was found in some entries that stand side by side.
#[derive(Default)]
struct Window {
    scanned: u64,
    found: Vec<StoredEntry>,
}

/// Entries looked at, size of the largest, and of each that may be it: rank, bytes, score.
type SearchReply = (u64, usize, Vec<(u64, Bytes, f64)>);

/// A place that is searched.
struct Sought<'search> {
    place: &'search Place,
    size: u64,
    matcher: &'search Matcher<'search>,
    deadline: Instant,
    /// The largest entry so far, bytes.
    longest: AtomicUsize,
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
            let sought = Sought {
                place,
                size: *size,
                matcher: &matcher,
                deadline,
                longest: AtomicUsize::new(0),
            };
            let mut windows = std::pin::pin!(self.windows(&sought));
            while let Some(window) = windows.next().await {
                let Window { scanned, found } = window?;
                search.scanned += scanned;
                for entry in found {
                    // What was added meanwhile moves the rest on, and a window may show an entry once more.
                    if seen.insert((place, entry.id.digest.clone())) {
                        search.entries.push(entry);
                    }
                }
                if scanned == 0 || Instant::now() >= deadline {
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
        let located = match self.locate_entries(&ids).await {
            // Among too many of the same score: they are shown where they were seen.
            Err(StoreError::Invalid(_)) => Vec::new(),
            located => located?,
        };
        for (entry, located) in search.entries.iter_mut().zip(located) {
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
    fn windows<'search>(
        &'search self,
        sought: &'search Sought<'search>,
    ) -> impl Stream<Item = StoreResult<Window>> + Send + 'search {
        // One more than there should be: what is added meanwhile moves the last ones on.
        stream::iter(0..=sought.size.div_ceil(WINDOW))
            .map(move |number| self.search_window(sought, number * WINDOW))
            .buffered(2)
    }

    /// The window that begins at this rank: at once, or bit by bit when its entries are large.
    async fn search_window(&self, sought: &Sought<'_>, first: u64) -> StoreResult<Window> {
        let last = first + WINDOW - 1;
        let mut window = Window::default();
        let mut at = first;
        while at <= last {
            let (looked_at, longest, rows) = self.search_step(sought, at, last).await?;
            if looked_at == 0 {
                break;
            }
            at += looked_at;
            sought.longest.fetch_max(longest, Ordering::Relaxed);
            for (rank, raw, score) in rows {
                if sought.matcher.matches(&raw) {
                    window
                        .found
                        .push(found(sought.place, sought.size, rank, raw, score));
                }
            }
            if Instant::now() >= sought.deadline {
                break;
            }
        }
        window.scanned = at - first;
        Ok(window)
    }

    /// Looks at some entries from this rank on.
    async fn search_step(
        &self,
        sought: &Sought<'_>,
        first: u64,
        last: u64,
    ) -> StoreResult<SearchReply> {
        let mut call = scripts::SEARCH.key(self.keys.place(sought.place));
        call.arg(match sought.place {
            Place::Set(_) => "set",
            Place::Queue(_) => "queue",
        })
        .arg(first)
        .arg(last)
        .arg(SLICE_BYTES)
        .arg(sought.longest.load(Ordering::Relaxed));
        for text in sought.matcher.texts() {
            call.arg(text);
        }
        self.admin.read(&call).await
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

/// Tells whether an entry is the job. Only what may be it by its bytes is read as one.
struct Matcher<'jid> {
    jid: &'jid str,
    /// How an escape begins that the id may be written with instead.
    escape: &'static str,
}

impl<'jid> Matcher<'jid> {
    fn new(jid: &'jid str) -> Self {
        let is_simple = jid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self {
            jid,
            escape: if is_simple { r"\u00" } else { r"\" },
        }
    }

    /// What must be in the bytes of an entry that is the job: one of these.
    fn texts(&self) -> [&str; 2] {
        [self.jid, self.escape]
    }

    /// Whether an entry with one of these texts is the job.
    fn matches(&self, raw: &Bytes) -> bool {
        Job::new(raw.clone()).jid().as_deref() == Some(self.jid)
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
