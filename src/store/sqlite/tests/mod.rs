//! What only this store does, and what one has to look inside to see.

mod keeping;
mod random;
mod writing;

use super::SqliteStore;
use crate::{
    model::Set,
    store::{Destination, QueueEnd},
};
use rusqlite::Connection;
use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};
use tempfile::TempDir;

struct Subject {
    store: Arc<SqliteStore>,
    path: String,
    _folder: TempDir,
}

impl Subject {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db").to_str().unwrap().to_owned();
        Self {
            store: Arc::new(SqliteStore::open(&path).await.unwrap()),
            path,
            _folder: folder,
        }
    }

    fn connection(&self) -> Connection {
        let connection = Connection::open(&self.path).unwrap();
        connection.busy_timeout(Duration::from_secs(5)).unwrap();
        connection
    }

    fn number(&self, sql: &str) -> i64 {
        self.connection()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    async fn wait_until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition(self) {
            assert!(Instant::now() < deadline, "waited in vain until {what}");
            tokio::task::yield_now().await;
        }
    }

    /// Keeps the writing thread busy until the answer is dropped.
    fn hold_writer(&self) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        self.store.writer.post(move |_| {
            let _ = held.lock().unwrap().recv();
            Ok(())
        });
        release
    }

    /// Sizes as kept, against the rows that there are.
    fn check_sizes(&self) {
        let wrong = self.number(
            "SELECT count(*) FROM places WHERE size <> (SELECT count(*) FROM entries WHERE place = places.id)",
        );
        assert_eq!(wrong, 0, "kept sizes are right");
        let orphans =
            self.number("SELECT count(*) FROM entries WHERE place NOT IN (SELECT id FROM places)");
        assert_eq!(orphans, 0, "every entry has a place");
    }
}

fn queued(name: &str, raw: impl Into<bytes::Bytes>) -> Destination {
    Destination::Queue {
        name: name.to_owned(),
        raw: raw.into(),
        end: QueueEnd::Last,
    }
}

fn dead(score: f64, raw: impl Into<bytes::Bytes>) -> Destination {
    Destination::Set {
        set: Set::Dead,
        score,
        raw: raw.into(),
    }
}
