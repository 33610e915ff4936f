//! The audit: what was changed, by whom, and what came of it.

use super::{Actor, Right, Timestamp, Verb};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What somebody has done, or wanted to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Retried failed jobs.
    Retry,
    /// Enqueued scheduled jobs.
    Enqueue,
    /// Changed the times of jobs.
    Reschedule,
    /// Moved jobs to the dead set.
    Kill,
    /// Removed jobs.
    Delete,
    /// Added jobs.
    AddJobs,
    /// Added the jobs of a file.
    Import,
    /// Asked that the run of a job end.
    CancelJob,
    /// Had all that is hidden of a job shown.
    RevealJob,
    /// Began an operation.
    StartOperation,
    /// Paused one.
    PauseOperation,
    /// Let a paused one go on.
    ResumeOperation,
    /// Ended one before its end.
    StopOperation,
    /// Began an operation that puts back what another one has changed.
    UndoOperation,
    /// Gave up what was kept of one.
    FreeOperation,
    /// One has gone through all of its jobs.
    EndOperation,
    /// Stopped the fetching from a queue.
    PauseQueue,
    /// Let it go on.
    ResumeQueue,
    /// Removed a queue with all its jobs.
    ClearQueue,
    /// Told a process to fetch nothing more.
    QuietProcess,
    /// Told a process to end.
    StopProcess,
    /// Had a process tell what its threads do.
    DumpProcess,
    /// Held retries.
    StartHold,
    /// Let what a hold held be tried.
    ReleaseHold,
    /// Ended a hold and left what it held.
    EndHold,
    /// The time of a hold was over.
    HoldOver,
    /// Enqueued a job of a periodic job beside its ticks.
    RunPeriodic,
    /// Stopped a periodic job.
    PausePeriodic,
    /// Let it go on.
    ResumePeriodic,
    /// Removed one.
    DeletePeriodic,
    /// Said something about a group of failures.
    ChangeGroup,
    /// Noted that something was deployed.
    MarkDeploy,
    /// Said that somebody knows of an alert.
    AcknowledgeAlert,
    /// Had nobody reminded of an alert for a while.
    SnoozeAlert,
    /// Took that back.
    WakeAlert,
    /// Logged in.
    LogIn,
    /// Logged out.
    LogOut,
    /// What a newer version has written.
    #[default]
    #[serde(other)]
    Unknown,
}

impl AuditAction {
    /// All that there are now, what belongs together side by side.
    pub const ALL: [Self; 37] = [
        Self::Retry,
        Self::Enqueue,
        Self::Reschedule,
        Self::Kill,
        Self::Delete,
        Self::AddJobs,
        Self::Import,
        Self::CancelJob,
        Self::RevealJob,
        Self::StartOperation,
        Self::PauseOperation,
        Self::ResumeOperation,
        Self::StopOperation,
        Self::UndoOperation,
        Self::FreeOperation,
        Self::EndOperation,
        Self::PauseQueue,
        Self::ResumeQueue,
        Self::ClearQueue,
        Self::QuietProcess,
        Self::StopProcess,
        Self::DumpProcess,
        Self::StartHold,
        Self::ReleaseHold,
        Self::EndHold,
        Self::HoldOver,
        Self::RunPeriodic,
        Self::PausePeriodic,
        Self::ResumePeriodic,
        Self::DeletePeriodic,
        Self::ChangeGroup,
        Self::MarkDeploy,
        Self::AcknowledgeAlert,
        Self::SnoozeAlert,
        Self::WakeAlert,
        Self::LogIn,
        Self::LogOut,
    ];

    /// Name in the store, in the log, in addresses and in REST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Enqueue => "enqueue",
            Self::Reschedule => "reschedule",
            Self::Kill => "kill",
            Self::Delete => "delete",
            Self::AddJobs => "add_jobs",
            Self::Import => "import",
            Self::CancelJob => "cancel_job",
            Self::RevealJob => "reveal_job",
            Self::StartOperation => "start_operation",
            Self::PauseOperation => "pause_operation",
            Self::ResumeOperation => "resume_operation",
            Self::StopOperation => "stop_operation",
            Self::UndoOperation => "undo_operation",
            Self::FreeOperation => "free_operation",
            Self::EndOperation => "end_operation",
            Self::PauseQueue => "pause_queue",
            Self::ResumeQueue => "resume_queue",
            Self::ClearQueue => "clear_queue",
            Self::QuietProcess => "quiet_process",
            Self::StopProcess => "stop_process",
            Self::DumpProcess => "dump_process",
            Self::StartHold => "start_hold",
            Self::ReleaseHold => "release_hold",
            Self::EndHold => "end_hold",
            Self::HoldOver => "hold_over",
            Self::RunPeriodic => "run_periodic",
            Self::PausePeriodic => "pause_periodic",
            Self::ResumePeriodic => "resume_periodic",
            Self::DeletePeriodic => "delete_periodic",
            Self::ChangeGroup => "change_group",
            Self::MarkDeploy => "mark_deploy",
            Self::AcknowledgeAlert => "acknowledge_alert",
            Self::SnoozeAlert => "snooze_alert",
            Self::WakeAlert => "wake_alert",
            Self::LogIn => "log_in",
            Self::LogOut => "log_out",
            Self::Unknown => "unknown",
        }
    }

    /// The action of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// What it takes; nothing for what is nobody's choice, and for log-ins.
    #[must_use]
    pub fn right(self) -> Option<Right> {
        Some(match self {
            Self::Retry
            | Self::Enqueue
            | Self::Reschedule
            | Self::Kill
            | Self::Delete
            | Self::StartOperation
            | Self::PauseOperation
            | Self::ResumeOperation
            | Self::StopOperation
            | Self::UndoOperation => Right::ChangeJobs,
            Self::AddJobs | Self::Import => Right::AddJobs,
            Self::CancelJob => Right::CancelJobs,
            Self::RevealJob => Right::RevealSecrets,
            Self::FreeOperation => Right::FreeUndo,
            Self::PauseQueue | Self::ResumeQueue => Right::PauseQueues,
            Self::ClearQueue => Right::ClearQueues,
            Self::QuietProcess | Self::StopProcess => Right::StopProcesses,
            Self::DumpProcess => Right::DumpThreads,
            Self::StartHold | Self::ReleaseHold | Self::EndHold => Right::HoldRetries,
            Self::RunPeriodic | Self::PausePeriodic | Self::ResumePeriodic => Right::TurnPeriodic,
            Self::DeletePeriodic => Right::DeletePeriodic,
            Self::ChangeGroup | Self::MarkDeploy => Right::JudgeFailures,
            Self::AcknowledgeAlert | Self::SnoozeAlert | Self::WakeAlert => Right::AnswerAlerts,
            Self::EndOperation | Self::HoldOver | Self::LogIn | Self::LogOut | Self::Unknown => {
                return None;
            }
        })
    }
}

impl From<Verb> for AuditAction {
    fn from(verb: Verb) -> Self {
        match verb {
            Verb::Retry => Self::Retry,
            Verb::Enqueue => Self::Enqueue,
            Verb::Reschedule => Self::Reschedule,
            Verb::Kill => Self::Kill,
            Verb::Delete => Self::Delete,
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused: the role does not allow it, or the password was wrong. Nothing was changed.
    Refused,
    /// The store failed on the way: a part may be done.
    Failed,
    /// Whoever asked has gone away before its end: all, a part or nothing may be done.
    #[default]
    #[serde(other)]
    Unknown,
}

impl AuditOutcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Failed, Self::Unknown];

    /// Name in the store, in the log and in REST.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What was done, by whom, to what, why, and what came of it. What does not apply is empty. All texts are bounded: what was longer ends with `…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// Who, and from where.
    pub actor: Actor,
    /// What.
    pub action: AuditAction,
    /// Where the jobs are or were: `dead`, `queue:mail`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// The jobs' class, when it is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// Which jobs: a search, or the same in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Name of what was changed: a process, a periodic job, a group of failures, a hold, a deploy, an alert.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    /// What it was changed to, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// How many jobs it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Job ids of the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jids: Vec<String>,
    /// Why, in the words of who did it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The operation that it is about, or by which it can be undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Jobs that were changed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub done: u64,
    /// Jobs that were not there any more.
    #[serde(default, skip_serializing_if = "is_none")]
    pub gone: u64,
    /// Jobs that stayed as they were, because it cannot be done to them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub refused: u64,
    /// Why it was refused, or failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// How often the same was refused once more within some minutes, which is told in this event.
    #[serde(default, skip_serializing_if = "is_none")]
    pub repeats: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

impl AuditEvent {
    /// Something that was done.
    #[must_use]
    pub fn done(actor: Actor, action: AuditAction) -> Self {
        Self {
            outcome: AuditOutcome::Done,
            ..Self::new(actor, action)
        }
    }

    /// Something that somebody begins to do; what comes of it is not known yet.
    #[must_use]
    pub fn new(actor: Actor, action: AuditAction) -> Self {
        Self {
            actor,
            action,
            places: Vec::new(),
            class: String::new(),
            filter: String::new(),
            object: String::new(),
            details: String::new(),
            count: None,
            jids: Vec::new(),
            reason: String::new(),
            operation: None,
            outcome: AuditOutcome::Unknown,
            done: 0,
            gone: 0,
            refused: 0,
            message: String::new(),
            repeats: 0,
        }
    }
}

/// Where an event stands: they are ordered by it. As text `MILLISECONDS-NUMBER`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct AuditId {
    /// When it was written, by the store's clock, milliseconds; never less than that of the one before.
    pub milliseconds: u64,
    /// Tells those of one time apart.
    pub number: u64,
}

/// A text that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in the audit: use the `next` of another page")]
pub struct AuditIdError(String);

impl AuditId {
    /// When the event was written.
    #[must_use]
    pub fn at(self) -> Timestamp {
        Timestamp(i64::try_from(self.milliseconds).unwrap_or(i64::MAX))
    }

    /// Behind every event of a time.
    #[must_use]
    pub fn behind(at: Timestamp) -> Self {
        Self {
            milliseconds: u64::try_from(at.0).unwrap_or(0),
            number: u64::MAX,
        }
    }
}

impl fmt::Display for AuditId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.milliseconds, self.number)
    }
}

impl FromStr for AuditId {
    type Err = AuditIdError;

    fn from_str(text: &str) -> Result<Self, AuditIdError> {
        let digits = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse().ok())
                .flatten()
        };
        let parts = text.split_once('-');
        match parts.map(|(milliseconds, number)| (digits(milliseconds), digits(number))) {
            Some((Some(milliseconds), Some(number))) => Ok(Self {
                milliseconds,
                number,
            }),
            _ => Err(AuditIdError(text.chars().take(60).collect())),
        }
    }
}

impl From<AuditId> for String {
    fn from(id: AuditId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for AuditId {
    type Error = AuditIdError;

    fn try_from(text: String) -> Result<Self, AuditIdError> {
        text.parse()
    }
}

/// An event with where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Where it stands, which says when it was written.
    pub id: AuditId,
    /// The event.
    pub event: AuditEvent,
}

/// Which events are asked for. What is empty is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// Part of who it was: a name, `token ci`, `command`, an address.
    pub who: String,
    /// What.
    pub action: Option<AuditAction>,
    /// Where: a place (`dead`, `queue:mail`), or a queue's name.
    pub place: String,
    /// Part of anything else that it says: a job id, a class, the reason, an operation.
    pub text: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Not after.
    pub to: Option<Timestamp>,
}

/// A page of the audit, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The events.
    pub entries: Vec<AuditEntry>,
    /// Where the page behind this one begins: older ones; nothing at the end.
    pub next: Option<AuditId>,
    /// Where the page in front of this one ends: newer ones; nothing at the beginning.
    pub previous: Option<AuditId>,
    /// Events that were looked at.
    pub scanned: u64,
    /// Whether it was looked for longer than a page may take: it goes on at `next` (or `previous`).
    pub partial: bool,
}

#[cfg(test)]
mod tests {
    use super::{AuditAction, AuditEvent, AuditId, AuditOutcome};
    use crate::model::{Actor, Role};

    #[test]
    fn names_are_as_they_are_stored() {
        for action in AuditAction::ALL {
            let stored = serde_json::to_value(action).unwrap();
            assert_eq!(stored, action.name());
            assert_eq!(AuditAction::named(action.name()), Some(action));
        }
        for outcome in AuditOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
        let newer: AuditAction = serde_json::from_str("\"teleport\"").unwrap();
        assert_eq!(newer, AuditAction::Unknown);
    }

    #[test]
    fn what_a_newer_version_adds_is_no_obstacle() {
        let mut event = AuditEvent::new(Actor::user("ada", Role::Admin), AuditAction::Kill);
        event.done = 3;
        let mut stored = serde_json::to_value(&event).unwrap();
        stored["weather"] = "fine".into();
        assert!(stored.get("gone").is_none());
        assert_eq!(serde_json::from_value::<AuditEvent>(stored).unwrap(), event);
    }

    #[test]
    fn a_place_in_the_audit_is_two_numbers() {
        let id: AuditId = "1795469606286-7".parse().unwrap();
        assert_eq!(id.to_string(), "1795469606286-7");
        assert_eq!(id.at().to_string(), "2026-11-23T21:33:26.286Z");
        assert!(id < "1795469606286-10".parse().unwrap());
        assert!(id < AuditId::behind(id.at()));
        for wrong in [
            "",
            "-",
            "1",
            "1-",
            "-1",
            "+1-1",
            "1-1-1",
            "1-x",
            "99999999999999999999-0",
        ] {
            assert!(wrong.parse::<AuditId>().is_err(), "{wrong}");
        }
    }
}
