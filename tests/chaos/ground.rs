//! The store that everything stands on, and what a test does to it behind the others' backs.

use crate::support::{RedisServer, open};
use jobdeck::{
    job::Job,
    model::{Order, Overview, Place, Set},
    store::{SharedStore, Start, StoreResult},
};
use std::{collections::BTreeSet, path::PathBuf};
use tempfile::TempDir;

/// A store of one test.
pub(crate) struct Ground {
    pub(crate) url: String,
    pub(crate) store: SharedStore,
    pub(crate) folder: TempDir,
    kind: Kind,
}

enum Kind {
    Sqlite(PathBuf),
    Redis(RedisServer),
}

impl Ground {
    /// A new file.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jobs.db");
        let url = format!("sqlite:{}", file.display());
        Self {
            store: open(&url).await,
            url,
            folder,
            kind: Kind::Sqlite(file),
        }
    }

    /// A new server, which has on the disk what it has answered.
    pub(crate) async fn redis() -> Self {
        let durable = ["--appendonly", "yes", "--appendfsync", "always"];
        let server = RedisServer::start_with(&durable).await;
        Self {
            store: open(&server.url()).await,
            url: server.url(),
            folder: tempfile::tempdir().unwrap(),
            kind: Kind::Redis(server),
        }
    }

    /// The server, if it is one.
    pub(crate) fn server(&mut self) -> Option<&mut RedisServer> {
        match &mut self.kind {
            Kind::Sqlite(_) => None,
            Kind::Redis(server) => Some(server),
        }
    }

    /// Where the journal is.
    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    /// Makes these processes, which are dead, look as if the minute of their heartbeats were over.
    pub(crate) async fn expire(&self, identities: &[String]) {
        if identities.is_empty() {
            return;
        }
        match &self.kind {
            Kind::Sqlite(file) => {
                let connection = open_file(file);
                for identity in identities {
                    connection
                        .execute(
                            "UPDATE processes SET beat_at = 0 WHERE identity = ?1",
                            [identity],
                        )
                        .unwrap();
                    connection
                        .execute(
                            "UPDATE in_progress SET grace = 0 WHERE identity = ?1",
                            [identity],
                        )
                        .unwrap();
                }
            }
            Kind::Redis(server) => {
                let mut pipe = redis::pipe();
                for identity in identities {
                    pipe.cmd("DEL").arg(identity).ignore();
                    // One that has fetched before its first heartbeat is given the time for that.
                    pipe.cmd("ZADD")
                        .arg("jobdeck:processes")
                        .arg("XX")
                        .arg(0)
                        .arg(identity)
                        .ignore();
                }
                let () = pipe
                    .query_async(&mut server.connection().await)
                    .await
                    .unwrap();
            }
        }
    }

    /// Makes the process that is at work on an operation, which is dead, look as if it had been silent for long enough.
    pub(crate) async fn expire_lease(&self, operation: &str) {
        match &self.kind {
            Kind::Sqlite(file) => {
                open_file(file)
                    .execute(
                        "UPDATE operations SET owner_until = 0 WHERE id = ?1",
                        [operation],
                    )
                    .unwrap();
            }
            Kind::Redis(server) => {
                let key = format!("jobdeck:operation:{operation}");
                let _: i64 = server.command(&["HSET", &key, "owner_until", "0"]).await;
            }
        }
    }

    /// Jobs that processes have fetched and not let go.
    pub(crate) async fn in_progress(&self) -> u64 {
        match &self.kind {
            Kind::Sqlite(file) => {
                let count: i64 = open_file(file)
                    .query_row("SELECT count(*) FROM in_progress", [], |row| row.get(0))
                    .unwrap();
                count.unsigned_abs()
            }
            Kind::Redis(server) => {
                let keys: Vec<String> = server.command(&["KEYS", "jobdeck:progress:*"]).await;
                let mut count = 0;
                for key in keys {
                    count += server.command::<u64>(&["HLEN", &key]).await;
                }
                count
            }
        }
    }

    /// The ids of dead jobs: those that were with too many processes that were killed.
    pub(crate) async fn dead(&self) -> BTreeSet<String> {
        let place = Place::Set(Set::Dead);
        let slice = self
            .store
            .slice(&place, &Start::Edge, Order::Ascending, 1_000)
            .await
            .unwrap();
        let jobs = slice.entries.into_iter().map(|entry| Job::new(entry.raw));
        jobs.filter_map(|job| job.jid()).collect()
    }

    /// The store's numbers, asked for until it tells them.
    pub(crate) async fn overview(&self) -> Overview {
        let mut overview: StoreResult<Overview> = self.store.overview().await;
        for _ in 0..10 {
            if overview.is_ok() {
                break;
            }
            overview = self.store.overview().await;
        }
        overview.unwrap()
    }
}

fn open_file(file: &PathBuf) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(20))
        .unwrap();
    connection
}
