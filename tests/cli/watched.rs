//! A process whose log is read while it runs.

use super::*;
use support::signal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A running process, its log, and where it serves if it does.
pub(super) struct Watched {
    pub(super) process: Child,
    log: UnboundedReceiver<String>,
    output: UnboundedReceiver<String>,
}

impl Watched {
    pub(super) fn start(mut command: Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let output = lines(process.stdout.take().expect("its output"));
        let log = lines(process.stderr.take().expect("its log"));
        Self {
            process,
            log,
            output,
        }
    }

    /// The address at which it says that it is.
    pub(super) async fn address(&mut self) -> String {
        let line = next(&mut self.output, "Jobdeck is at ").await;
        line.trim_start_matches("Jobdeck is at ").to_owned()
    }

    /// The next line of its log that holds this text.
    pub(super) async fn logged(&mut self, text: &str) -> String {
        next(&mut self.log, text).await
    }

    pub(super) fn signal(&self, name: &str) {
        signal(self.process.id().expect("it runs"), name);
    }

    /// Ends it as a service manager does; its exit code.
    pub(super) async fn stop(mut self) -> Option<i32> {
        terminate(&self.process);
        let ended = timeout(PATIENCE, self.process.wait()).await;
        ended.expect("it ends in time").expect("it ends").code()
    }
}

fn lines(pipe: impl tokio::io::AsyncRead + Unpin + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn next(lines: &mut UnboundedReceiver<String>, text: &str) -> String {
    let mut passed = Vec::new();
    loop {
        match timeout(PATIENCE, lines.recv()).await {
            Ok(Some(line)) if line.contains(text) => return line,
            Ok(Some(line)) => passed.push(line),
            _ => panic!("waited in vain for `{text}` behind {passed:#?}"),
        }
    }
}
