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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
