//! Stores to test, and short words for what the tests do with them.

mod backdoor;

use crate::support::{RedisServer, open, recover, wait_until};
use backdoor::{Backdoor, SqliteFile};
use bytes::Bytes;
use jobdeck::{
    model::{EntryId, Order, Place, ProcessInfo, QueueSummary, Set, Timestamp},
    store::{
        self, ClassMetrics, Destination, Heartbeat, Move, Moved, QueueEnd, SharedStore, Start,
        Store, StoredEntry,
    },
};
use std::{collections::BTreeMap, ops::Deref, time::Duration};

/// Makes one test of each function for each store. Every test has a store of its own.
macro_rules! on_both_stores {
    ($($module:ident: $($test:ident),+;)+) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    crate::$module::$test(crate::harness::sqlite().await).await;
                }
            )+)+
        }
        mod redis {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    crate::$module::$test(crate::harness::redis().await).await;
                }
            )+)+
        }
    };
}

pub(crate) use on_both_stores;

/// A store under test, empty, for one test only.
pub(crate) struct Subject {
    pub(crate) store: SharedStore,
    /// Its address, for further handles.
    pub(crate) url: String,
    backdoor: Box<dyn Backdoor>,
}

impl Deref for Subject {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        self.store.as_ref()
    }
}

/// A store in a new file.
pub(crate) async fn sqlite() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let url = format!("sqlite:{}", path.display());
    Subject {
        store: open(&url).await,
        url,
        backdoor: Box::new(SqliteFile {
            path,
            _folder: folder,
        }),
    }
}

/// A store in a new Redis.
pub(crate) async fn redis() -> Subject {
    let server = RedisServer::start().await;
    Subject {
        store: open(&server.url()).await,
        url: server.url(),
        backdoor: Box::new(server),
    }
}

/// A queue.
pub(crate) fn queue(name: &str) -> Place {
    Place::Queue(name.to_owned())
}

/// A destination at the end of a queue.
pub(crate) fn into_queue(name: &str, raw: impl Into<Bytes>) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: raw.into(),
        end: QueueEnd::Last,
    }
}

/// A destination in a set.
pub(crate) fn into_set(set: Set, score: f64, raw: impl Into<Bytes>) -> Destination {
    Destination::Set {
        set,
        score,
        raw: raw.into(),
    }
}

/// A destination in any place; a set's score is 1000.
pub(crate) fn into_place(place: &Place, raw: impl Into<Bytes>) -> Destination {
    match place {
        Place::Set(set) => into_set(*set, 1_000.0, raw),
        Place::Queue(name) => into_queue(name, raw),
    }
}

/// The three sets and a queue.
pub(crate) fn every_place() -> Vec<Place> {
    Set::ALL
        .into_iter()
        .map(Place::Set)
        .chain([queue("default")])
        .collect()
}

/// A whole job with this number as its jid and only argument.
pub(crate) fn job(number: usize) -> String {
    format!(
        r#"{{"retry":true,"queue":"default","class":"Publish","args":[{number}],"jid":"{number:024}","created_at":1795469606.5,"enqueued_at":1795469606.5}}"#
    )
}

/// Entries that are no good jobs, each another way, and how they are called.
pub(crate) fn odd_entries() -> Vec<(&'static str, Bytes)> {
    let long = format!(
        r#"{{"class":"Publish","args":["{}"],"jid":"long"}}"#,
        "x".repeat(1_000_000)
    );
    vec![
        ("not JSON", Bytes::from_static(b"this is no JSON")),
        ("empty", Bytes::new()),
        ("blank", Bytes::from_static(b" \n")),
        ("zero bytes", Bytes::from_static(b"\0a\0b\0")),
        (
            "invalid UTF-8",
            Bytes::from_static(b"{\"class\":\"\xff\xfe\",\"args\":[],\"jid\":\"utf\"}"),
        ),
        ("every byte", (0..=255).collect::<Vec<u8>>().into()),
        ("an array", Bytes::from_static(b"[1,2,3]")),
        ("a number", Bytes::from_static(b"17")),
        ("null", Bytes::from_static(b"null")),
        (
            "no jid",
            Bytes::from_static(br#"{"class":"Publish","args":[]}"#),
        ),
        (
            "a jid that is a number",
            Bytes::from_static(br#"{"class":"Publish","args":[],"jid":17}"#),
        ),
        (
            "repeated names",
            Bytes::from_static(br#"{"class":"A","class":"B","args":[],"jid":"one","jid":"two"}"#),
        ),
        (
            "blanks and escapes",
            Bytes::from_static(b"{ \"class\" : \"\\u00e9\\/\" , \"args\" : [ 1.0 , 1e5 ] }\r\n"),
        ),
        (
            "a number too large for any type",
            Bytes::from_static(
                br#"{"class":"Publish","args":[123456789012345678901234567890],"jid":"big"}"#,
            ),
        ),
        ("one million bytes", long.into()),
        (
            "deeply nested",
            format!("{}{}", "[".repeat(3_000), "]".repeat(3_000)).into(),
        ),
        (
            "a Lua pattern",
            Bytes::from_static(b"%d+ .* [[x]] \r\n$5\r\n"),
        ),
    ]
}

/// The process that most tests work as.
pub(crate) const WORKER: &str = "host-1.example:4242:0123456789ab";

/// Another process.
pub(crate) const OTHER: &str = "host-2.example:17:ba9876543210";

/// A process that recovers the jobs of others, and has none.
pub(crate) const LOOKER: &str = "host-3.example:5:111111111111";

/// A heartbeat that says nothing but that the process lives.
pub(crate) fn beat(identity: &str) -> Heartbeat {
    Heartbeat {
        process: ProcessInfo {
            identity: identity.to_owned(),
            hostname: identity.split(':').next().unwrap_or_default().to_owned(),
            pid: 4242,
            concurrency: 5,
            queues: vec![("default".to_owned(), 0)],
            started_at: Some(Timestamp(1_795_469_606_500)),
            version: "8.1.7".to_owned(),
            ..ProcessInfo::default()
        },
        running: Vec::new(),
    }
}

/// The bytes of entries.
pub(crate) fn raws(entries: &[StoredEntry]) -> Vec<Bytes> {
    entries.iter().map(|entry| entry.raw.clone()).collect()
}

impl Subject {
    /// Makes a process look as if its last heartbeat was too long ago.
    pub(crate) async fn expire_heartbeat(&self, identity: &str) {
        assert!(self.backdoor.expire_heartbeat(identity).await);
    }

    /// The same, of a process that may be gone already.
    #[allow(dead_code, reason = "not every suite that shares this needs it")]
    pub(crate) async fn expire_heartbeat_if_any(&self, identity: &str) {
        self.backdoor.expire_heartbeat(identity).await;
    }

    /// Makes a process look as if it had announced a periodic job too long ago.
    pub(crate) async fn expire_periodic(&self, name: &str, identity: &str) {
        assert!(self.backdoor.expire_periodic(name, identity).await);
    }

    /// Has it that a periodic job's ticks are done with until then.
    #[allow(dead_code, reason = "not every suite that shares this needs it")]
    pub(crate) async fn set_last_tick(&self, name: &str, milliseconds: i64) {
        self.backdoor.set_last_tick(name, milliseconds).await;
    }

    /// Bytes of all jobs in progress, of all processes.
    #[allow(dead_code, reason = "not every suite that shares this needs it")]
    pub(crate) async fn bytes_in_progress(&self) -> u64 {
        self.backdoor.bytes_in_progress().await
    }

    /// Notes behind the contract's back that a job was rescued so many seconds ago.
    pub(crate) async fn note_rescue(&self, jid: &str, seconds_ago: i64) {
        self.backdoor.note_rescue(jid, seconds_ago).await;
    }

    /// Another handle on the same store.
    pub(crate) async fn again(&self) -> SharedStore {
        open(&self.url).await
    }

    /// Recovers what belongs to processes that are gone: what was noted before is not waited for.
    pub(crate) async fn recover_noted(&self) -> u64 {
        recover(&*self.store, LOOKER, Duration::ZERO).await
    }

    /// What runs took, by class, all minutes together.
    pub(crate) async fn metrics(&self) -> Vec<ClassMetrics> {
        let mut classes: BTreeMap<String, ClassMetrics> = BTreeMap::new();
        for (class, processed, failed, milliseconds, histogram) in self.backdoor.metrics().await {
            let mut metrics = ClassMetrics::new(class.clone());
            metrics.processed = processed;
            metrics.failed = failed;
            metrics.milliseconds = milliseconds;
            for (bucket, bytes) in histogram.chunks_exact(2).enumerate() {
                metrics.histogram[bucket] = u16::from_be_bytes([bytes[0], bytes[1]]).into();
            }
            let known = classes.entry(class.clone());
            known
                .or_insert_with(|| ClassMetrics::new(class))
                .add(&metrics);
        }
        classes.into_values().collect()
    }

    /// Adds one entry.
    pub(crate) async fn put(&self, to: Destination) {
        self.store.add(&[to]).await.unwrap();
    }

    /// Adds jobs with these numbers to a queue, in this order.
    pub(crate) async fn enqueue(&self, name: &str, numbers: impl IntoIterator<Item = usize>) {
        let jobs: Vec<_> = numbers
            .into_iter()
            .map(|number| into_queue(name, job(number)))
            .collect();
        self.store.add(&jobs).await.unwrap();
    }

    /// Every entry of a place, first to last in this order, asked for `step` by `step`.
    pub(crate) async fn walk(&self, place: &Place, order: Order, step: usize) -> Vec<StoredEntry> {
        let mut entries: Vec<StoredEntry> = Vec::new();
        let mut start = Start::Edge;
        loop {
            let slice = self.store.slice(place, &start, order, step).await.unwrap();
            let Some(last) = slice.entries.last() else {
                return entries;
            };
            start = Start::After(last.cursor.clone());
            entries.extend(slice.entries);
        }
    }

    /// Every entry of a place, in ascending order.
    pub(crate) async fn all(&self, place: &Place) -> Vec<StoredEntry> {
        self.walk(place, Order::Ascending, 1_000).await
    }

    /// The only entry of a place.
    pub(crate) async fn only(&self, place: &Place) -> StoredEntry {
        let mut entries = self.all(place).await;
        assert_eq!(entries.len(), 1, "entries of {place}");
        entries.remove(0)
    }

    /// How many entries a place has, by each of the ways to ask.
    pub(crate) async fn size(&self, place: &Place) -> u64 {
        let mut sizes = (0, 0);
        // Somebody may add or take one between the two questions.
        wait_until(&format!("the two sizes of {place} agree"), async || {
            sizes = self.sizes(place).await;
            sizes.0 == sizes.1
        })
        .await;
        sizes.0
    }

    async fn sizes(&self, place: &Place) -> (u64, u64) {
        let slice = self
            .store
            .slice(place, &Start::Edge, Order::Ascending, 1)
            .await
            .unwrap();
        let overview = self.store.overview().await.unwrap();
        let shown = match place {
            Place::Set(Set::Scheduled) => overview.scheduled,
            Place::Set(Set::Retries) => overview.retrying,
            Place::Set(Set::Dead) => overview.dead,
            Place::Queue(name) => overview
                .queues
                .iter()
                .find(|queue| queue.name == *name)
                .map_or(0, |queue| queue.size),
        };
        (slice.total, shown)
    }

    /// A queue's numbers, if it is known.
    pub(crate) async fn summary(&self, name: &str) -> Option<QueueSummary> {
        let overview = self.store.overview().await.unwrap();
        overview.queues.into_iter().find(|queue| queue.name == name)
    }

    /// The entry with this address.
    pub(crate) async fn find(&self, id: &EntryId) -> Option<StoredEntry> {
        let mut found = self.store.locate(std::slice::from_ref(id)).await.unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    /// Moves one entry; whether this call took it out.
    pub(crate) async fn shift(&self, entry: &StoredEntry, to: Destination) -> bool {
        let change = Move {
            entry: entry.clone(),
            to,
        };
        let outcomes = self.store.apply(&[change]).await.unwrap();
        assert_eq!(outcomes.len(), 1);
        outcomes[0] == Moved::Done
    }

    /// Fetches without waiting, as `WORKER`: the bytes.
    pub(crate) async fn fetch_raws(&self, queues: &[&str], limit: usize) -> Vec<Bytes> {
        let jobs = self.take(queues, limit).await;
        jobs.into_iter().map(|job| job.raw).collect()
    }

    /// Fetches without waiting, as `WORKER`.
    pub(crate) async fn take(&self, queues: &[&str], limit: usize) -> Vec<store::FetchedJob> {
        let queues: Vec<_> = queues.iter().map(|&queue| queue.to_owned()).collect();
        self.store
            .fetch(WORKER, &queues, limit, Duration::ZERO)
            .await
            .unwrap()
    }

    /// Fetches the one job that there is.
    pub(crate) async fn take_one(&self, queue: &str) -> store::FetchedJob {
        let mut jobs = self.take(&[queue], 1).await;
        assert_eq!(jobs.len(), 1, "jobs fetched from {queue}");
        jobs.remove(0)
    }

    /// Processed and failed, since ever.
    pub(crate) async fn counters(&self) -> (u64, u64) {
        let overview = self.store.overview().await.unwrap();
        (overview.processed, overview.failed)
    }

    /// Waits until so many jobs were processed, failures included, and so many failed.
    #[allow(dead_code, reason = "not every suite that shares this needs it")]
    pub(crate) async fn wait_for_counters(&self, processed: u64, failed: u64) {
        let what = format!("{processed} were processed and {failed} failed");
        wait_until(&what, async || self.counters().await == (processed, failed)).await;
    }
}
