//! The command line, run as people run it.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod support;

#[path = "cli/alerts.rs"]
mod alerts;
#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/cancelling.rs"]
mod cancelling;
#[path = "cli/capsules.rs"]
mod capsules;
#[path = "cli/exported.rs"]
mod exported;
#[path = "cli/failures.rs"]
mod failures;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/holds.rs"]
mod holds;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/logging.rs"]
mod logging;
#[path = "cli/once.rs"]
mod once;
#[path = "cli/operations.rs"]
mod operations;
#[path = "cli/reload.rs"]
mod reload;
#[path = "cli/service.rs"]
mod service;
#[path = "cli/serving.rs"]
mod serving;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/stores.rs"]
mod stores;
#[path = "cli/watched.rs"]
mod watched;

use serde_json::Value;
use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use support::{RedisServer, program, terminate, wait_until};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A working directory of its own, where `jobdeck.db` and `jobdeck.toml` are looked for.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .current_dir(self.path())
            .stdin(Stdio::null())
            .env_remove("RUST_BACKTRACE")
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Run {
        let output = timeout(PATIENCE, self.command(arguments).output())
            .await
            .expect("it ends in time")
            .expect("it runs");
        Run::from(output)
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    output: String,
    error: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            output: String::from_utf8(output.stdout).expect("text"),
            error: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Run {
    /// It did what it was asked for; what it said.
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.output
    }

    /// It ended with this code and one line that holds this text.
    fn failed(self, code: i32, text: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.error.lines().count(), 1, "{self:?}");
        assert!(self.error.starts_with("jobdeck: "), "{self:?}");
        assert!(self.error.contains(text), "{self:?}");
    }
}
