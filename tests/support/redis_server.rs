//! A Redis server of one's own: free port and Unix socket, own folder, gone when dropped.

use redis::aio::MultiplexedConnection;
use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A private Redis server. `JOBDECK_REDIS_SERVER` names another program than `redis-server` (such as `valkey-server`).
#[derive(Debug)]
pub struct RedisServer {
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
    password: Option<String>,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one and waits until it answers.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// As `start`, with further arguments of the server, such as `["--maxmemory", "2mb"]`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let password = arguments
            .windows(2)
            .find(|pair| pair[0] == "--requirepass")
            .map(|pair| pair[1].to_owned());
        // Another process may take the port between our looking and the server's binding: then the next one.
        for _ in 0..10 {
            let mut server = Self {
                folder: tempfile::tempdir().expect("a temporary folder"),
                port: free_port(),
                arguments: arguments
                    .iter()
                    .map(|&argument| argument.to_owned())
                    .collect(),
                password: password.clone(),
                child: None,
            };
            if server.launch().await {
                return server;
            }
        }
        panic!("no Redis server could be started");
    }

    /// Starts it as a Sentinel that watches `master` under `name`.
    pub async fn start_sentinel(name: &str, master: &RedisServer) -> Self {
        for _ in 0..10 {
            let mut server = Self {
                folder: tempfile::tempdir().expect("a temporary folder"),
                port: free_port(),
                arguments: Vec::new(),
                password: None,
                child: None,
            };
            let configuration = format!(
                "port {}\nbind 127.0.0.1\ndir {}\nsentinel monitor {name} 127.0.0.1 {} 1\nsentinel down-after-milliseconds {name} 300\nsentinel failover-timeout {name} 2000\n",
                server.port,
                server.folder.path().display(),
                master.port,
            );
            let file = server.folder.path().join("sentinel.conf");
            std::fs::write(&file, configuration).expect("a configuration file");
            server.arguments = vec![file.display().to_string(), "--sentinel".to_owned()];
            if server.launch().await {
                return server;
            }
        }
        panic!("no Sentinel could be started");
    }

    /// `redis://127.0.0.1:PORT`, with the password if it was started with one.
    pub fn url(&self) -> String {
        match &self.password {
            Some(password) => format!("redis://:{password}@127.0.0.1:{}", self.port),
            None => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of its Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    /// A new connection for raw commands.
    pub async fn connection(&self) -> MultiplexedConnection {
        // Longer than usual: other tests keep the machine busy.
        let patience = Some(Duration::from_secs(30));
        let config = redis::AsyncConnectionConfig::new()
            .set_connection_timeout(patience)
            .set_response_timeout(patience);
        redis::Client::open(self.url())
            .expect("a valid address")
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .expect("the server answers")
    }

    /// What one command answers.
    pub async fn command<T: redis::FromRedisValue>(&self, parts: &[&str]) -> T {
        let mut command = redis::cmd(parts[0]);
        for part in &parts[1..] {
            command.arg(part);
        }
        command
            .query_async(&mut self.connection().await)
            .await
            .expect("an answer")
    }

    /// Calls and microseconds of each command since the counters were reset, by its name.
    pub async fn command_stats(&self) -> Vec<(String, u64, u64)> {
        let told: String = self.command(&["INFO", "commandstats"]).await;
        let number = |line: &str, name: &str| {
            let (_, rest) = line.split_once(name).expect("the number's name");
            let number = rest.split(',').next().unwrap_or_default();
            number.parse().expect("a number")
        };
        told.lines()
            .filter_map(|line| {
                let (name, numbers) = line.strip_prefix("cmdstat_")?.split_once(':')?;
                let (calls, microseconds) = (number(numbers, "calls="), number(numbers, "usec="));
                Some((name.to_owned(), calls, microseconds))
            })
            .collect()
    }

    /// Stops it; what it holds is saved for `restart`.
    pub async fn stop(&mut self) {
        let mut connection = self.connection().await;
        let _: Result<(), _> = redis::cmd("SAVE").query_async(&mut connection).await;
        self.kill();
    }

    /// Stops it at once, as a crash does; what was not saved is lost.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
            // Its presence tells a fresh server from a dead one.
            let _ = std::fs::remove_file(self.socket());
        }
    }

    /// Starts it again on the same port, with what was saved by `stop`. Stops it first if it runs.
    pub async fn restart(&mut self) {
        if self.child.is_some() {
            self.stop().await;
        }
        assert!(self.launch().await, "the server starts again on its port");
    }

    /// Freezes the process: it keeps its connections and answers nothing.
    pub fn freeze(&self) {
        self.send("STOP");
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.send("CONT");
    }

    fn send(&self, signal: &str) {
        let child = self.child.as_ref().expect("the server runs");
        super::signal(child.id(), signal);
    }

    /// Whether it started: false when it ended by itself, which it does when the port is taken.
    async fn launch(&mut self) -> bool {
        let program =
            std::env::var("JOBDECK_REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
        let mut command = Command::new(&program);
        if self
            .arguments
            .iter()
            .any(|argument| argument == "--sentinel")
        {
            command.args(&self.arguments);
        } else {
            command
                .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
                .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
                .args(["--dir", &self.folder.path().display().to_string()])
                .args(["--unixsocket", &self.socket().display().to_string()])
                .args(&self.arguments);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
        self.child = Some(child);
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port))
            .expect("a valid address");
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten());
            if ended.is_some() {
                self.child = None;
                return false;
            }
            let answer: Result<String, _> = match client.get_multiplexed_async_connection().await {
                Ok(mut connection) => redis::cmd("PING").query_async(&mut connection).await,
                Err(error) => Err(error),
            };
            // A server that asks for a password answers as well.
            if answer.is_ok_and(|answer| answer == "PONG")
                || (!self.arguments.is_empty() && self.socket().exists())
            {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the Redis server at port {} does not answer", self.port);
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
