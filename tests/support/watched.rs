//! A master and its replica, watched by a Sentinel that makes the one out of the other.

use super::{RedisServer, wait_until};
use redis::{FromRedisValue, RedisResult};

/// A master and its replica, and a Sentinel that knows both, under the name `main`.
#[derive(Debug)]
pub struct Watched {
    /// The master of the beginning.
    pub master: RedisServer,
    /// What becomes the master when that is gone.
    pub replica: RedisServer,
    sentinel: RedisServer,
}

impl Watched {
    /// Starts all three around a master that runs already, with what it holds.
    pub async fn around(master: RedisServer) -> Self {
        let port = master.port().to_string();
        let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]).await;
        wait_until("the replica follows", async || {
            let size = attempt::<u64>(&master, &["DBSIZE"]).await;
            let link: Option<String> = attempt(&replica, &["INFO", "replication"]).await;
            link.is_some_and(|link| link.contains("master_link_status:up"))
                && attempt(&replica, &["DBSIZE"]).await == size
        })
        .await;
        let sentinel = RedisServer::start_sentinel("main", &master).await;
        // It asks for news every ten seconds; Redis 7 lets us have them sooner.
        let _ = attempt::<()>(&sentinel, &["SENTINEL", "DEBUG", "INFO-PERIOD", "100"]).await;
        wait_until("the Sentinel knows the replica", async || {
            let known: Option<Vec<redis::Value>> =
                attempt(&sentinel, &["SENTINEL", "REPLICAS", "main"]).await;
            known.is_some_and(|known| known.len() == 1)
        })
        .await;
        Self {
            master,
            replica,
            sentinel,
        }
    }

    /// The address of the store, whoever is the master. The first Sentinel that it names does not answer.
    pub fn url(&self) -> String {
        format!(
            "redis-sentinel://127.0.0.1:1,127.0.0.1:{}/main",
            self.sentinel.port()
        )
    }
}

/// The reply to a command; nothing when it fails.
pub async fn attempt<T: FromRedisValue>(server: &RedisServer, command: &[&str]) -> Option<T> {
    let client = redis::Client::open(server.url()).ok()?;
    let mut connection = client.get_multiplexed_async_connection().await.ok()?;
    let mut request = redis::cmd(command.first()?);
    request.arg(command.get(1..)?);
    let reply: RedisResult<T> = request.query_async(&mut connection).await;
    reply.ok()
}
