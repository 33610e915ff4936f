//! A `jobdeck worker` of the settings, as people run it.

use crate::{
    harness::Subject,
    support::{program, terminate, wait_until},
};
use jobdeck::{
    job::{Job, decode_trace},
    model::{Place, Set},
};
use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a process has written so far.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<String>>);

impl Written {
    /// Collects the lines of a pipe.
    pub(crate) fn of(pipe: impl tokio::io::AsyncRead + Send + Unpin + 'static) -> Self {
        let written = Self::default();
        let text = Arc::clone(&written.0);
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = text.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        written
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    pub(crate) async fn wait_for(&self, text: &str) {
        wait_until(&format!("it says `{text}`"), async || {
            self.text().contains(text)
        })
        .await;
    }
}

/// A folder with settings in it.
pub(crate) struct Settings {
    folder: TempDir,
    url: String,
}

impl Settings {
    pub(crate) fn new(url: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("jobdeck.toml"), settings).unwrap();
        Self {
            folder,
            url: url.to_owned(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .args(["--store", &self.url])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output();
        timeout(PATIENCE, output).await.expect("in time").unwrap()
    }

    /// Enqueues a job from the command line; its jid.
    pub(crate) async fn enqueue(&self, class: &str, arguments: &str, retry: &str) -> String {
        let output = self
            .run(&["enqueue", class, "--args", arguments, "--retry", retry])
            .await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A worker that runs.
pub(crate) struct WorkerProcess {
    pub(crate) settings: Settings,
    pub(crate) log: Written,
    child: Child,
}

impl WorkerProcess {
    pub(crate) fn start(subject: &Subject, settings: &str) -> Self {
        Self::start_with(subject, settings, |_| {})
    }

    pub(crate) fn start_with(
        subject: &Subject,
        settings: &str,
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let settings = Settings::new(&subject.url, settings);
        let mut command = settings.command(&["worker"]);
        command.stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let log = Written::of(child.stderr.take().unwrap());
        Self {
            settings,
            log,
            child,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    pub(crate) async fn enqueue(&self, class: &str, arguments: &str, retry: &str) -> String {
        self.settings.enqueue(class, arguments, retry).await
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(mut self) -> ExitStatus {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.expect("in time").unwrap()
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        terminate(&self.child);
        let log = self.log.clone();
        assert!(self.ended().await.success(), "{}", log.text());
    }
}

/// A job that has failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) class: String,
    pub(crate) message: String,
    pub(crate) trace: Vec<String>,
    /// Seconds from the failure to the next try.
    pub(crate) delay: f64,
    pub(crate) set: Set,
}

/// Waits until a job stands in the retry set or the dead set.
pub(crate) async fn failed(subject: &Subject, jid: &str) -> Failed {
    let mut found = None;
    wait_until(&format!("job {jid} has failed"), async || {
        for set in [Set::Retries, Set::Dead] {
            let entries = subject.all(&Place::Set(set)).await;
            let entry = entries
                .into_iter()
                .find(|entry| Job::new(entry.raw.clone()).jid().as_deref() == Some(jid));
            found = found.take().or(entry.map(|entry| (set, entry)));
        }
        found.is_some()
    })
    .await;
    let (set, entry) = found.unwrap();
    let job = Job::new(entry.raw.clone());
    let trace = job.field("error_backtrace").map(decode_trace);
    let failed_at = job.time("failed_at").unwrap().seconds();
    Failed {
        class: job.string("error_class").unwrap(),
        message: job.string("error_message").unwrap(),
        trace: trace.transpose().unwrap().unwrap_or_default(),
        delay: ((entry.id.position - failed_at) * 1000.0).round() / 1000.0,
        set,
    }
}

/// Whether a process is there and no mere remainder.
pub(crate) fn is_running(id: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id.trim()).join("stat"));
    // Behind the name, which stands in brackets, the state.
    stat.is_ok_and(|stat| {
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        !state.starts_with(['Z', 'X'])
    })
}
