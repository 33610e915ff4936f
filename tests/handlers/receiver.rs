//! A receiver of the examples, as a process.

use crate::process::Written;
use std::{path::Path, process::Stdio};
use tokio::process::{Child, Command};

/// The secret that the examples' receivers are given.
pub(crate) const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM=";

/// A program that listens, and says where.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) url: String,
    pub(crate) written: Written,
    _child: Child,
}

impl Receiver {
    /// Starts an example's receiver, on a free port.
    pub(crate) async fn start(program: &str, script: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
        let mut command = Command::new(program);
        command
            .arg(script)
            .env("JOBDECK_SECRET", SECRET)
            .env("PORT", "0");
        Self::run(command).await
    }

    pub(crate) async fn run(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let written = Written::of(child.stdout.take().unwrap());
        written.wait_for("listening on ").await;
        let text = written.text();
        let (_, url) = text.trim().split_once("listening on ").unwrap();
        Self {
            url: url.to_owned(),
            written,
            _child: child,
        }
    }
}
