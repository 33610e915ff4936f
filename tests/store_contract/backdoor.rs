//! What tests do behind the contract's back.

use crate::support::RedisServer;
use async_trait::async_trait;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};
use tempfile::TempDir;

/// What a test has to do behind the contract's back.
#[async_trait]
pub(super) trait Backdoor: Send + Sync {
    /// Makes a process look as if its last heartbeat was too long ago; whether it had one.
    async fn expire_heartbeat(&self, identity: &str) -> bool;

    /// Bytes of all jobs in progress.
    async fn bytes_in_progress(&self) -> u64;

    /// Notes that a job was rescued so many seconds ago.
    async fn note_rescue(&self, jid: &str, seconds_ago: i64);

    /// What runs took, of each minute: class, runs, failed ones, milliseconds, histogram as stored.
    async fn metrics(&self) -> Vec<(String, u64, u64, u64, Vec<u8>)>;

    /// Makes a process look as if it had announced a periodic job too long ago; whether it had.
    async fn expire_periodic(&self, name: &str, identity: &str) -> bool;

    /// Sets the time until when a periodic job's ticks are done with, milliseconds.
    async fn set_last_tick(&self, name: &str, milliseconds: i64);
}

/// A store's file, gone when dropped.
pub(super) struct SqliteFile {
    pub(super) path: PathBuf,
    pub(super) _folder: TempDir,
}

impl SqliteFile {
    fn open(&self) -> rusqlite::Connection {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection
    }
}

#[async_trait]
impl Backdoor for SqliteFile {
    async fn expire_heartbeat(&self, identity: &str) -> bool {
        let connection = self.open();
        let changed = connection
            .execute(
                "UPDATE processes SET beat_at = beat_at - 60000 WHERE identity = ?1",
                [identity],
            )
            .unwrap();
        changed == 1
    }

    async fn metrics(&self) -> Vec<(String, u64, u64, u64, Vec<u8>)> {
        let connection = self.open();
        let mut statement = connection
            .prepare("SELECT class, processed, failed, milliseconds, histogram FROM metrics WHERE span = 1")
            .unwrap();
        let number = |row: &rusqlite::Row<'_>, at| row.get(at).map(i64::unsigned_abs);
        let rows = statement.query_map([], |row| {
            let (processed, failed) = (number(row, 1)?, number(row, 2)?);
            Ok((row.get(0)?, processed, failed, number(row, 3)?, row.get(4)?))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    async fn expire_periodic(&self, name: &str, identity: &str) -> bool {
        let connection = self.open();
        let changed = connection
            .execute(
                "UPDATE periodic_holders SET seen_at = seen_at - 60000 WHERE name = ?1 AND identity = ?2",
                [name, identity],
            )
            .unwrap();
        changed == 1
    }

    async fn set_last_tick(&self, name: &str, milliseconds: i64) {
        let connection = self.open();
        let changed = connection
            .execute(
                "UPDATE periodic SET last_tick = ?2 WHERE name = ?1",
                (name, milliseconds),
            )
            .unwrap();
        assert_eq!(changed, 1);
    }

    async fn bytes_in_progress(&self) -> u64 {
        let connection = self.open();
        let bytes: i64 = connection
            .query_row(
                "SELECT coalesce(sum(octet_length(raw)), 0) FROM in_progress",
                [],
                |row| row.get(0),
            )
            .unwrap();
        bytes.unsigned_abs()
    }

    async fn note_rescue(&self, jid: &str, seconds_ago: i64) {
        let connection = self.open();
        let noted = connection.execute(
            "INSERT INTO rescues (job, at) VALUES (?1, CAST(unixepoch('subsec') * 1000 AS INTEGER) - ?2 * 1000)",
            (jid, seconds_ago),
        );
        assert_eq!(noted.unwrap(), 1);
    }
}

#[async_trait]
impl Backdoor for RedisServer {
    async fn expire_heartbeat(&self, identity: &str) -> bool {
        let deleted: u64 = redis::cmd("DEL")
            .arg(identity)
            .query_async(&mut self.connection().await)
            .await
            .unwrap();
        deleted == 1
    }

    async fn metrics(&self) -> Vec<(String, u64, u64, u64, Vec<u8>)> {
        let mut metrics = Vec::new();
        let minutes: Vec<String> = self.command(&["KEYS", "j|*|*:??"]).await;
        for minute in minutes {
            let fields: BTreeMap<String, u64> = self.command(&["HGETALL", &minute]).await;
            let field = |class: &str, name: &str| {
                let field = fields.get(&format!("{class}|{name}"));
                field.copied().unwrap_or(0)
            };
            let (day, time) = minute[2..].split_once('|').unwrap();
            let (hour, of_hour) = time.split_once(':').unwrap();
            let number = |digits: &str| digits.parse::<u32>().unwrap();
            for class in fields.keys().filter_map(|name| name.strip_suffix("|p")) {
                let (day, of_hour) = (number(&day[4..]), number(of_hour));
                let histogram = format!("h|{class}-{day}-{hour}:{of_hour}");
                let histogram: Option<Vec<u8>> = self.command(&["GET", &histogram]).await;
                metrics.push((
                    class.to_owned(),
                    field(class, "p"),
                    field(class, "f"),
                    field(class, "ms"),
                    histogram.unwrap_or_default(),
                ));
            }
        }
        metrics
    }

    async fn expire_periodic(&self, name: &str, identity: &str) -> bool {
        let key = format!("jobdeck:periodic-holders:{name}");
        let seen: Option<f64> = redis::cmd("ZINCRBY")
            .arg(key)
            .arg(-60_000)
            .arg(identity)
            .query_async(&mut self.connection().await)
            .await
            .unwrap();
        seen.is_some_and(|seen| seen > 0.0)
    }

    async fn set_last_tick(&self, name: &str, milliseconds: i64) {
        let _: u64 = redis::cmd("HSET")
            .arg(format!("jobdeck:periodic:{name}"))
            .arg("last_tick")
            .arg(milliseconds)
            .query_async(&mut self.connection().await)
            .await
            .unwrap();
    }

    async fn bytes_in_progress(&self) -> u64 {
        let script = "local bytes = 0 \
            for _, key in ipairs(redis.call('KEYS', 'jobdeck:progress:*')) do \
            for _, lease in ipairs(redis.call('HKEYS', key)) do \
            bytes = bytes + redis.call('HSTRLEN', key, lease) end end return bytes";
        self.command(&["EVAL", script, "0"]).await
    }

    async fn note_rescue(&self, jid: &str, seconds_ago: i64) {
        let now: (i64, i64) = self.command(&["TIME"]).await;
        let time = (now.0 - seconds_ago).to_string();
        let key = format!("jobdeck:rescues:{jid}");
        let _: u64 = self.command(&["RPUSH", &key, &time]).await;
    }
}
