//! The store in numbers: two round trips, however many queues and processes there are.

use super::{RedisStore, day_name, process_info, queues::shown_names, timestamp};
use crate::{
    job::Job,
    model::{DayTotals, Overview, QueueSummary, Set, Timestamp},
    store::{StoreError, StoreResult},
};
use ::redis::{Value, cmd, from_redis_value, pipe};
use bytes::Bytes;
use std::collections::HashSet;

/// Days that are kept: five years, as Sidekiq keeps them.
const DAYS: u32 = 5 * 365;

/// Names of queues, paused ones and processes, sizes of the sets, processed, failed, and the time.
type Basics = (
    Vec<Bytes>,
    Vec<Bytes>,
    Vec<Bytes>,
    (u64, u64, u64),
    Vec<Option<Bytes>>,
    (i64, i64),
);

impl RedisStore {
    pub(super) async fn read_overview(&self) -> StoreResult<Overview> {
        let (queues, paused, processes, (scheduled, retrying, dead), counters, time) =
            self.basics().await?;
        let now = timestamp(time);
        let paused: HashSet<Bytes> = paused.into_iter().collect();
        let names = shown_names(&queues);
        let mut details = pipe();
        for name in &names {
            let key = self.keys.queue(name);
            details.cmd("LLEN").arg(&key);
            details.cmd("LINDEX").arg(&key).arg(-1);
        }
        for identity in &processes {
            details
                .cmd("HMGET")
                .arg(self.keys.process(&String::from_utf8_lossy(identity)))
                .arg(&["info", "concurrency", "busy"]);
        }
        let mut replies = self.lenient::<Value>(&mut details).await?.into_iter();
        let mut overview = Overview {
            processed: number(counters.first()),
            failed: number(counters.get(1)),
            scheduled,
            retrying,
            dead,
            sampled_at: now,
            ..Overview::default()
        };
        for name in names {
            let size: u64 = read(replies.next()).unwrap_or(0);
            let next: Option<Bytes> = read(replies.next()).flatten();
            overview.enqueued += size;
            overview.queues.push(QueueSummary {
                size,
                latency_seconds: next.map_or(0.0, |raw| latency(raw, now)),
                paused: paused.contains(name.as_bytes()),
                name,
            });
        }
        for _ in &processes {
            let fields: Vec<Option<Bytes>> = read(replies.next()).unwrap_or_default();
            let [info, concurrency, busy] = fields.as_slice() else {
                continue;
            };
            if fields.iter().all(Option::is_none) {
                continue;
            }
            overview.processes += 1;
            overview.running += number(Some(busy));
            overview.concurrency += match concurrency {
                Some(_) => number(Some(concurrency)),
                None => process_info::concurrency(info.as_deref().unwrap_or_default()),
            };
        }
        Ok(overview)
    }

    async fn basics(&self) -> StoreResult<Basics> {
        let mut first = pipe();
        for key in [
            self.keys.queues(),
            self.keys.paused(),
            self.keys.processes(),
        ] {
            first.cmd("SMEMBERS").arg(key);
        }
        for set in Set::ALL {
            first.cmd("ZCARD").arg(self.keys.set(set));
        }
        first
            .cmd("MGET")
            .arg(self.keys.counter("processed"))
            .arg(self.keys.counter("failed"));
        first.cmd("TIME");
        let (queues, paused, processes, scheduled, retrying, dead, counters, time) =
            self.admin.read(&first).await?;
        Ok((
            queues,
            paused,
            processes,
            (scheduled, retrying, dead),
            counters,
            time,
        ))
    }

    pub(super) async fn read_daily_totals(&self, days: u32) -> StoreResult<Vec<DayTotals>> {
        if !(1..=DAYS).contains(&days) {
            return Err(StoreError::Invalid(format!(
                "{days} days of history cannot be shown: ask for 1 to {DAYS}"
            )));
        }
        let now = timestamp(self.admin.read(&cmd("TIME")).await?);
        let names: Vec<String> = (0..i64::from(days))
            .rev()
            .map(|ago| day_name(now.plus_milliseconds(-ago * 86_400_000)))
            .collect();
        let mut command = cmd("MGET");
        for counter in ["processed", "failed"] {
            for name in &names {
                command.arg(self.keys.day_counter(counter, name));
            }
        }
        let counters: Vec<Option<Bytes>> = self.admin.read(&command).await?;
        let (processed, failed) = counters.split_at(counters.len() / 2);
        Ok(names
            .into_iter()
            .zip(processed.iter().zip(failed))
            .map(|(day, (processed, failed))| DayTotals {
                day,
                processed: number(Some(processed)),
                failed: number(Some(failed)),
            })
            .collect())
    }
}

/// A counter's value; 0 when it is missing or no number.
pub(super) fn number(text: Option<&Option<Bytes>>) -> u64 {
    text.and_then(Option::as_deref)
        .and_then(|text| std::str::from_utf8(text).ok())
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

fn read<T: ::redis::FromRedisValue>(value: Option<Value>) -> Option<T> {
    value.and_then(|value| from_redis_value(value).ok())
}

/// How long the job has been waiting; never negative, for clocks disagree.
fn latency(raw: Bytes, now: Timestamp) -> f64 {
    let job = Job::new(raw);
    job.time("enqueued_at")
        .or_else(|| job.time("created_at"))
        .map_or(0.0, |since| (now.seconds() - since.seconds()).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::{latency, number};
    use crate::model::Timestamp;
    use bytes::Bytes;

    #[test]
    fn latency_is_the_age_in_either_unit_and_never_negative() {
        let now = Timestamp(1_795_470_700_000);
        for (raw, seconds) in [
            (r#"{"enqueued_at":1795470698.5,"created_at":1}"#, 1.5),
            (r#"{"enqueued_at":1795470698500}"#, 1.5),
            (r#"{"created_at":1795470690000}"#, 10.0),
            (r#"{"enqueued_at":1795470800.5}"#, 0.0),
            (r#"{"jid":"a"}"#, 0.0),
            ("no JSON", 0.0),
        ] {
            let age = latency(Bytes::from(raw), now);
            assert!((age - seconds).abs() < 1e-6, "{raw}: {age}");
        }
    }

    #[test]
    fn counters_that_are_no_numbers_count_nothing() {
        assert_eq!(number(Some(&Some(Bytes::from_static(b"26")))), 26);
        assert_eq!(number(Some(&Some(Bytes::from_static(b"many")))), 0);
        assert_eq!(number(Some(&None)), 0);
    }
}
