//! Worker processes and what they run.

use super::{Progress, Timestamp};
use serde::{Deserialize, Serialize};

/// A worker process, from its heartbeat. What one of another version does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessInfo {
    /// `HOSTNAME:PID:NONCE`.
    pub identity: String,
    /// Host name.
    pub hostname: String,
    /// Process id.
    pub pid: u64,
    /// Free text, usually the application's folder.
    pub tag: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Queues that it fetches from, with their weights (0: strict order), capsules joined.
    pub queues: Vec<(String, u64)>,
    /// Named groups of queues: name, concurrency, queues; empty before Sidekiq 8.
    pub capsules: Vec<(String, u64, Vec<String>)>,
    /// Jobs that it can run at a time.
    pub concurrency: u64,
    /// Jobs that it runs, as of the last heartbeat.
    pub busy: u64,
    /// Start.
    pub started_at: Option<Timestamp>,
    /// Last heartbeat.
    pub beat_at: Option<Timestamp>,
    /// Whether it fetches no more.
    pub quiet: bool,
    /// Whether it has been told to stop and is finishing.
    pub stopping: bool,
    /// Resident memory, KiB.
    pub rss_kib: Option<u64>,
    /// Round trip to the store, microseconds.
    pub rtt_us: Option<u64>,
    /// Version that it reports.
    pub version: String,
    /// Whether it runs inside another program and takes no signals.
    pub embedded: bool,
}

impl ProcessInfo {
    /// Whether it is a process of Jobdeck, and not of Sidekiq or another program.
    #[must_use]
    pub fn is_jobdeck(&self) -> bool {
        self.version.starts_with("jobdeck")
    }

    /// The major version of a process of Sidekiq; 0 for those up to 6, which do not say their version; nothing for other programs.
    #[must_use]
    pub fn sidekiq_major(&self) -> Option<u32> {
        if self.version.is_empty() {
            return Some(0);
        }
        self.version.split('.').next()?.parse().ok()
    }
}

/// A job being run. What a process of another version does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunningJob {
    /// Identity of the process.
    pub process: String,
    /// Thread in the process.
    pub thread: String,
    /// Queue that it was fetched from.
    pub queue: String,
    /// Job id; empty if the payload has none.
    pub jid: String,
    /// Class as shown.
    pub class: String,
    /// Arguments as shown, as JSON text; lists may cut it.
    pub args: String,
    /// Start of this run; 0 when it is not known (any more: `owner_gone`).
    pub run_at: Timestamp,
    /// The job's payload as stored.
    pub payload: String,
    /// Whether its process has no heartbeat any more: the job is safe in what the process had fetched, and is put back to its queue
    /// ([`RunningJob::rescuer`] says by whom).
    pub owner_gone: bool,
    /// Whether the process is none of Jobdeck: it tells no progress, and may not obey a request to end the run.
    pub foreign: bool,
    /// How far this run is, if it told.
    pub progress: Option<Progress>,
    /// When somebody asked that this run end.
    pub cancel_requested_at: Option<Timestamp>,
}

impl RunningJob {
    /// Start of this run, if it is known.
    #[must_use]
    pub fn started_at(&self) -> Option<Timestamp> {
        Some(self.run_at).filter(|at| *at != Timestamp(0))
    }

    /// When a job whose process is gone is put back to its queue, and by whom.
    #[must_use]
    pub fn rescuer(&self) -> &'static str {
        if self.foreign {
            "by Sidekiq when one of its processes starts next"
        } else {
            "within 90 s by any running worker"
        }
    }

    /// Takes over what the job's runs have told, as far as it is of this run.
    pub fn take_report(
        &mut self,
        progress: Option<Progress>,
        cancel_requested_at: Option<Timestamp>,
    ) {
        self.progress = progress.filter(|progress| progress.at >= self.run_at);
        self.cancel_requested_at = cancel_requested_at.filter(|at| *at >= self.run_at);
    }
}

/// What a process can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// `TSTP`: fetch no more; cannot be undone.
    Quiet,
    /// `TERM`: finish or hand back what runs, then end.
    Stop,
    /// `TTIN`: write what every thread is doing to the log.
    Dump,
}

impl Signal {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::Stop, Self::Dump];

    /// The signal's name in Redis.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "TSTP",
            Self::Stop => "TERM",
            Self::Dump => "TTIN",
        }
    }

    /// The one with this name in Redis.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.name() == name)
    }

    /// In an address or an answer, as forms and JSON have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Stop => "stop",
            Self::Dump => "dump",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn a_signal_is_known_by_its_name_and_its_word() {
        for signal in Signal::ALL {
            assert_eq!(Signal::of_name(signal.name()), Some(signal));
            let word = serde_json::to_value(signal).unwrap();
            assert_eq!(word, signal.word());
        }
        assert_eq!(Signal::of_name("KILL"), None);
    }
}
