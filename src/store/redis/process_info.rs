//! What a process says of itself, in the heartbeat hash of Sidekiq 6, 7 and 8.

use crate::{
    job::parse_time,
    model::{ProcessInfo, Timestamp},
};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt, marker::PhantomData};

/// The fields of the hash that are read, in this order.
pub(super) const FIELDS: [&str; 8] = [
    "info",
    "concurrency",
    "busy",
    "beat",
    "quiet",
    "rss",
    "rtt_us",
    // Jobdeck's own: Sidekiq shows a process that is told to stop as quiet only.
    "stopping",
];

/// The threads that an `info` text of Sidekiq before 8.1.2 tells.
pub(super) fn concurrency(info: &[u8]) -> u64 {
    Info::parse(info).concurrency()
}

/// A process from the values of [`FIELDS`]; nothing when there is no heartbeat.
pub(super) fn parse(identity: &str, values: &[Option<Bytes>]) -> Option<ProcessInfo> {
    if values.iter().all(Option::is_none) {
        return None;
    }
    let value = |name: &str| {
        let at = FIELDS.iter().position(|field| *field == name)?;
        let bytes = values.get(at)?.as_deref()?;
        std::str::from_utf8(bytes).ok().map(str::trim)
    };
    let count = |name: &str| value(name).and_then(|text| text.parse::<u64>().ok());
    let info = Info::parse(value("info").unwrap_or_default().as_bytes());
    // From the right: a host's name may hold anything but the separator's last two.
    let mut parts = identity.rsplitn(3, ':').skip(1);
    let pid_of_identity = parts.next().and_then(|pid| pid.parse().ok());
    let host_of_identity = parts.next().unwrap_or(identity);
    Some(ProcessInfo {
        identity: identity.to_owned(),
        hostname: info
            .field("hostname")
            .unwrap_or_else(|| host_of_identity.to_owned()),
        pid: info.field("pid").or(pid_of_identity).unwrap_or(0),
        tag: info.field("tag").unwrap_or_default(),
        labels: info.field("labels").unwrap_or_default(),
        queues: info.queues(),
        capsules: info.capsules(),
        concurrency: count("concurrency").unwrap_or_else(|| info.concurrency()),
        busy: count("busy").unwrap_or(0),
        started_at: info.time("started_at"),
        beat_at: value("beat").and_then(parse_time),
        quiet: value("quiet") == Some("true"),
        stopping: value("stopping") == Some("true"),
        rss_kib: count("rss"),
        rtt_us: count("rtt_us"),
        version: info.field("version").unwrap_or_default(),
        embedded: info.field("embedded").unwrap_or(false),
    })
}

/// The fields and values that a process of ours writes: all that Sidekiq's Web reads, of any version.
pub(super) fn fields(process: &ProcessInfo, now: Timestamp) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("info", info_text(process, now)),
        ("concurrency", process.concurrency.to_string()),
        ("busy", process.busy.to_string()),
        ("quiet", process.quiet.to_string()),
        ("rss", process.rss_kib.unwrap_or(0).to_string()),
        ("rtt_us", process.rtt_us.unwrap_or(0).to_string()),
    ];
    if process.stopping {
        fields.push(("stopping", "true".to_owned()));
    }
    fields
}

fn info_text(process: &ProcessInfo, now: Timestamp) -> String {
    let weight = |name: &str| {
        process
            .queues
            .iter()
            .find(|(queue, _)| queue == name)
            .map_or(0, |(_, weight)| *weight)
    };
    let all = || {
        process
            .queues
            .iter()
            .map(|(name, _)| name.clone())
            .collect()
    };
    let mut groups = process.capsules.clone();
    if groups.is_empty() {
        groups.push(("default".to_owned(), process.concurrency, all()));
    }
    let mut capsules = Vec::new();
    let mut weights = Vec::new();
    for (name, concurrency, queues) in groups {
        let of_capsule: Vec<(String, u64)> = queues
            .into_iter()
            .map(|queue| {
                let weight = weight(&queue);
                (queue, weight)
            })
            .collect();
        let mode = if of_capsule.iter().all(|(_, weight)| *weight == 0) {
            "strict"
        } else if of_capsule.iter().all(|(_, weight)| *weight == 1) {
            "random"
        } else {
            "weighted"
        };
        let of_capsule = Ordered(of_capsule);
        weights.push(of_capsule.clone());
        let capsule = Capsule {
            concurrency,
            mode: mode.to_owned(),
            weights: of_capsule,
        };
        capsules.push((name, capsule));
    }
    let info = WrittenInfo {
        hostname: &process.hostname,
        started_at: process.started_at.unwrap_or(now).seconds(),
        pid: process.pid,
        tag: &process.tag,
        concurrency: process.concurrency,
        capsules: Ordered(capsules),
        queues: all(),
        weights,
        labels: &process.labels,
        identity: &process.identity,
        version: &process.version,
        embedded: process.embedded,
    };
    // Text, numbers and lists only: there is nothing in it that could not be written.
    serde_json::to_string(&info).unwrap_or_default()
}

#[derive(Serialize)]
struct WrittenInfo<'process> {
    hostname: &'process str,
    started_at: f64,
    pid: u64,
    tag: &'process str,
    concurrency: u64,
    capsules: Ordered<Capsule>,
    queues: Vec<String>,
    weights: Vec<Ordered<u64>>,
    labels: &'process [String],
    identity: &'process str,
    version: &'process str,
    embedded: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Capsule {
    concurrency: u64,
    mode: String,
    weights: Ordered<u64>,
}

/// The fields of an `info` text, each read by itself: one of another type does not spoil the others.
struct Info<'text>(HashMap<String, &'text RawValue>);

impl<'text> Info<'text> {
    fn parse(text: &'text [u8]) -> Self {
        Self(serde_json::from_slice(text).unwrap_or_default())
    }

    fn field<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        parse_time(self.0.get(name)?.get())
    }

    fn concurrency(&self) -> u64 {
        self.field("concurrency").unwrap_or_else(|| {
            self.capsules()
                .iter()
                .map(|(_, concurrency, _)| concurrency)
                .sum()
        })
    }

    /// Capsules first, then weights, then the plain list: the order in which later versions added them.
    fn queues(&self) -> Vec<(String, u64)> {
        let capsules: Option<Ordered<Capsule>> = self.field("capsules");
        let weights: Option<Vec<Ordered<u64>>> = self.field("weights");
        let plain: Option<Vec<String>> = self.field("queues");
        let groups: Vec<Ordered<u64>> = match (capsules, weights) {
            (Some(capsules), _) if !capsules.0.is_empty() => capsules
                .0
                .into_iter()
                .map(|(_, capsule)| capsule.weights)
                .collect(),
            (_, Some(weights)) => weights,
            _ => vec![Ordered(
                plain
                    .unwrap_or_default()
                    .into_iter()
                    .map(|name| (name, 0))
                    .collect(),
            )],
        };
        let mut queues: Vec<(String, u64)> = Vec::new();
        for (name, weight) in groups.into_iter().flat_map(|group| group.0) {
            if !queues.iter().any(|(known, _)| *known == name) {
                queues.push((name, weight));
            }
        }
        queues
    }

    fn capsules(&self) -> Vec<(String, u64, Vec<String>)> {
        let capsules: Ordered<Capsule> = self.field("capsules").unwrap_or_default();
        capsules
            .0
            .into_iter()
            .map(|(name, capsule)| {
                let queues = capsule.weights.0.into_iter().map(|(name, _)| name);
                (name, capsule.concurrency, queues.collect())
            })
            .collect()
    }
}

/// A JSON object whose order matters: queues stand in it in the order in which they are looked at.
#[derive(Clone, Debug)]
struct Ordered<V>(Vec<(String, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, fields, parse};
    use crate::model::{ProcessInfo, Timestamp};
    use bytes::Bytes;

    fn read(identity: &str, hash: &[(&str, &str)]) -> Option<ProcessInfo> {
        let values: Vec<Option<Bytes>> = FIELDS
            .iter()
            .map(|field| {
                hash.iter()
                    .find(|(name, _)| name == field)
                    .map(|(_, value)| Bytes::copy_from_slice(value.as_bytes()))
            })
            .collect();
        parse(identity, &values)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let process = ProcessInfo {
            identity: "web-1.example:42:0123456789ab".to_owned(),
            hostname: "web-1.example".to_owned(),
            pid: 42,
            tag: "album".to_owned(),
            labels: vec!["reliable".to_owned()],
            queues: vec![("low".to_owned(), 1), ("critical".to_owned(), 5)],
            capsules: vec![(
                "default".to_owned(),
                7,
                vec!["low".to_owned(), "critical".to_owned()],
            )],
            concurrency: 7,
            busy: 2,
            started_at: Some(Timestamp(1_795_470_705_783)),
            quiet: true,
            stopping: true,
            rss_kib: Some(42_744),
            rtt_us: Some(154),
            version: "0.1.0".to_owned(),
            ..ProcessInfo::default()
        };
        let written = fields(&process, Timestamp(0));
        let hash: Vec<(&str, &str)> = written
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        assert_eq!(read(&process.identity, &hash), Some(process));
    }

    #[test]
    fn fields_that_are_missing_or_of_another_type_do_not_spoil_the_rest() {
        let hash = [(
            "info",
            r#"{"hostname":7,"tag":null,"queues":["b","a","b"],"labels":"x","pid":"12"}"#,
        )];
        let process = read("db:main-1:99:0123456789ab", &hash).unwrap();
        assert_eq!(process.hostname, "db:main-1");
        assert_eq!(process.pid, 99);
        assert_eq!(process.queues, [("b".to_owned(), 0), ("a".to_owned(), 0)]);
        assert_eq!(process.rss_kib, None);
        let process = read("odd", &[("info", "no JSON"), ("busy", "3")]).unwrap();
        assert_eq!((process.hostname.as_str(), process.busy), ("odd", 3));
        assert_eq!(read("gone", &[]), None);
    }

    #[test]
    fn threads_are_counted_in_every_version() {
        let of = |info: &str| super::concurrency(info.as_bytes());
        assert_eq!(of(r#"{"concurrency":10}"#), 10);
        assert_eq!(
            of(r#"{"capsules":{"a":{"concurrency":2},"b":{"concurrency":3,"weights":{"x":1}}}}"#),
            5
        );
        assert_eq!(of("{}"), 0);
    }
}
