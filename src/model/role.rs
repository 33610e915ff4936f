//! What people and programs may do.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What somebody may do: each role may do everything that those before it may.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads everything but who did what, changes nothing.
    #[default]
    Viewer,
    /// Acts on jobs.
    Operator,
    /// Also does what cannot be undone, and tells processes to stop.
    Admin,
}

/// A kind of change, or what not everybody may see. All else whoever is let in may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Retry, delete, reschedule and kill jobs, one by one or by operations; undo those.
    ChangeJobs,
    /// Add jobs, also those of a file.
    AddJobs,
    /// End what runs.
    CancelJobs,
    /// Hold retries, and release them.
    HoldRetries,
    /// Acknowledge and snooze alerts.
    AnswerAlerts,
    /// Say something about groups of failures, and mark deploys.
    JudgeFailures,
    /// Pause queues, and let them go on.
    PauseQueues,
    /// Run periodic jobs now, pause them, and let them go on.
    TurnPeriodic,
    /// Have a process write to its log what its threads do.
    DumpThreads,
    /// Read who did what.
    ReadAudit,
    /// Remove a queue with all its jobs at once.
    ClearQueues,
    /// Quiet and stop processes.
    StopProcesses,
    /// Remove periodic jobs.
    DeletePeriodic,
    /// Give up what is kept for an undo.
    FreeUndo,
    /// See what is hidden of a job.
    RevealSecrets,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it has a right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self >= right.least()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Right {
    /// The least role that has it.
    #[must_use]
    pub fn least(self) -> Role {
        match self {
            Self::ChangeJobs
            | Self::AddJobs
            | Self::CancelJobs
            | Self::HoldRetries
            | Self::AnswerAlerts
            | Self::JudgeFailures
            | Self::PauseQueues
            | Self::TurnPeriodic
            | Self::DumpThreads
            | Self::ReadAudit => Role::Operator,
            Self::ClearQueues
            | Self::StopProcesses
            | Self::DeletePeriodic
            | Self::FreeUndo
            | Self::RevealSecrets => Role::Admin,
        }
    }

    /// Whether it is about jobs and queues, so that it can be limited to some. The others reach beyond any queue: who is limited has none of
    /// them.
    #[must_use]
    pub fn is_about_queues(self) -> bool {
        match self {
            Self::ChangeJobs
            | Self::AddJobs
            | Self::CancelJobs
            | Self::HoldRetries
            | Self::AnswerAlerts
            | Self::PauseQueues
            | Self::TurnPeriodic
            | Self::ClearQueues
            | Self::DeletePeriodic
            | Self::FreeUndo
            | Self::RevealSecrets => true,
            // Groups of failures and deploys are everybody's, processes run jobs of many queues, and the audit tells of all.
            Self::JudgeFailures | Self::DumpThreads | Self::ReadAudit | Self::StopProcesses => {
                false
            }
        }
    }

    /// What it allows, behind “may”.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ChangeJobs => "change jobs",
            Self::AddJobs => "add jobs",
            Self::CancelJobs => "cancel jobs",
            Self::HoldRetries => "hold or release retries",
            Self::AnswerAlerts => "acknowledge or snooze alerts",
            Self::JudgeFailures => "say something about failures or deploys",
            Self::PauseQueues => "pause or resume queues",
            Self::TurnPeriodic => "run, pause or resume periodic jobs",
            Self::DumpThreads => "have a process tell what it does",
            Self::ReadAudit => "read who did what",
            Self::ClearQueues => "remove a queue for good",
            Self::StopProcesses => "quiet or stop processes",
            Self::DeletePeriodic => "delete periodic jobs",
            Self::FreeUndo => "give up what is kept for an undo",
            Self::RevealSecrets => "see what is hidden of jobs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Right, Role};

    #[test]
    fn each_role_may_what_those_before_it_may() {
        let may = |right| Role::ALL.map(|role| role.may(right));
        assert_eq!(may(Right::ChangeJobs), [false, true, true]);
        assert_eq!(may(Right::PauseQueues), [false, true, true]);
        assert_eq!(may(Right::ClearQueues), [false, false, true]);
        assert_eq!(may(Right::StopProcesses), [false, false, true]);
    }

    #[test]
    fn a_role_is_found_by_its_name() {
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        assert_eq!(Role::named("Admin"), None);
        assert_eq!(Role::named(""), None);
    }
}
