//! What a run tells of itself, and what comes of asking it to end.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Done, 0 to 100.
    pub percent: f64,
    /// What is being done; may be empty.
    pub message: String,
    /// When it was told.
    pub at: Timestamp,
}

/// One line of a job's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogLine {
    /// When it was told.
    pub at: Timestamp,
    /// The line.
    pub text: String,
}

/// What a job's runs have told, and whether somebody asked one to end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobReport {
    /// How far the last run that told it is, or came.
    pub progress: Option<Progress>,
    /// The last lines of the log, oldest first, of all runs.
    pub log: Vec<LogLine>,
    /// When a run told something last.
    pub updated_at: Option<Timestamp>,
    /// When somebody asked last that a run end. It means the run that was on its way then, and no later one.
    pub cancel_requested_at: Option<Timestamp>,
}

/// Whom the request that a job's run end was left for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelReport {
    /// The job.
    pub jid: String,
    /// Jobdeck's processes that run it: they obey within seconds.
    pub processes: Vec<String>,
    /// Processes of Sidekiq that run it: an iterable job obeys when it saves its state, any other does not.
    pub sidekiq_processes: Vec<String>,
}

impl CancelReport {
    /// Whom the request was left for, and what follows.
    #[must_use]
    pub fn in_words(&self) -> String {
        const FOLLOWS: &str =
            "its handler is told within seconds, and aborted if that does not help.";
        let ours = match self.processes.as_slice() {
            [] => None,
            [process] => Some(format!("Asked {process} to end it: {FOLLOWS}")),
            processes => Some(format!(
                "Asked {} processes to end it: {FOLLOWS}",
                processes.len()
            )),
        };
        let foreign = (!self.sidekiq_processes.is_empty()).then(|| {
            "In Sidekiq only an iterable job obeys, when it saves its state next; any other runs to its end.".to_owned()
        });
        let sentences: Vec<String> = ours.into_iter().chain(foreign).collect();
        sentences.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::CancelReport;

    #[test]
    fn who_was_asked_is_told() {
        let report = |ours: &[&str], foreign: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
            CancelReport {
                jid: "a".to_owned(),
                processes: owned(ours),
                sidekiq_processes: owned(foreign),
            }
            .in_words()
        };
        assert!(report(&["vm:1:ab"], &[]).starts_with("Asked vm:1:ab to end it"));
        assert!(report(&["a", "b"], &[]).starts_with("Asked 2 processes"));
        assert!(report(&[], &["c"]).starts_with("In Sidekiq only"));
        assert!(report(&["a"], &["c"]).contains("help. In Sidekiq"));
    }
}
