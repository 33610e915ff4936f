//! The audit in words: the same on pages, in REST and at the command line.

use super::{AuditAction, AuditEvent, AuditOutcome, Via};

impl AuditAction {
    /// What is done, as a choice has it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Retry => "Retry jobs",
            Self::Enqueue => "Enqueue jobs",
            Self::Reschedule => "Reschedule jobs",
            Self::Kill => "Kill jobs",
            Self::Delete => "Delete jobs",
            Self::AddJobs => "Add jobs",
            Self::Import => "Import a file",
            Self::CancelJob => "Cancel a job",
            Self::RevealJob => "Show what is hidden",
            Self::StartOperation => "Begin operation",
            Self::PauseOperation => "Pause operation",
            Self::ResumeOperation => "Resume operation",
            Self::StopOperation => "Stop operation",
            Self::UndoOperation => "Undo operation",
            Self::FreeOperation => "Free operation",
            Self::EndOperation => "Operation over",
            Self::PauseQueue => "Pause queue",
            Self::ResumeQueue => "Resume queue",
            Self::ClearQueue => "Remove queue",
            Self::QuietProcess => "Quiet process",
            Self::StopProcess => "Stop process",
            Self::DumpProcess => "Dump process",
            Self::StartHold => "Hold retries",
            Self::ReleaseHold => "Release hold",
            Self::EndHold => "End hold",
            Self::HoldOver => "Hold over",
            Self::RunPeriodic => "Run periodic job",
            Self::PausePeriodic => "Pause periodic job",
            Self::ResumePeriodic => "Resume periodic job",
            Self::DeletePeriodic => "Delete periodic job",
            Self::ChangeGroup => "Failure group",
            Self::MarkDeploy => "Mark deploy",
            Self::AcknowledgeAlert => "Acknowledge alert",
            Self::SnoozeAlert => "Snooze alert",
            Self::WakeAlert => "Wake alert",
            Self::LogIn => "Log in",
            Self::LogOut => "Log out",
            Self::Unknown => "Written by a newer Jobdeck",
        }
    }
}

impl AuditEvent {
    /// What was done, or asked for: `Retry 3 jobs of class PublishPhoto`, `Pause queue mail`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = match (self.action, self.count) {
            (AuditAction::Retry, Some(count)) => jobs("Retry", count),
            (AuditAction::Enqueue, Some(count)) => jobs("Enqueue", count),
            (AuditAction::Reschedule, Some(count)) => jobs("Reschedule", count),
            (AuditAction::Kill, Some(count)) => jobs("Kill", count),
            (AuditAction::Delete, Some(count)) => jobs("Delete", count),
            (AuditAction::AddJobs, Some(count)) => jobs("Add", count),
            (action, _) => action.words().to_owned(),
        };
        let mut add = |before: &str, text: &str| {
            if !text.is_empty() {
                words.push_str(before);
                words.push_str(text);
            }
        };
        add(" of class ", &self.class);
        add(" ", self.queue().unwrap_or_default());
        add(" ", &self.object);
        add(": ", &self.filter);
        add(", ", &self.details);
        words
    }

    /// Who, as people say it: `ada`, `token ci`, `command ada`.
    #[must_use]
    pub fn who(&self) -> String {
        let actor = &self.actor;
        match actor.via {
            Via::Session | Via::Oidc | Via::Proxy => actor.name.clone(),
            Via::Nowhere if !actor.name.is_empty() => format!("{} (not let in)", actor.name),
            Via::Program => "Jobdeck".to_owned(),
            Via::Nowhere | Via::Command | Via::Open | Via::Token => actor.to_string(),
        }
    }

    /// The queue that it is about, when it is about one as a whole.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        let is_of_queue = matches!(
            self.action,
            AuditAction::PauseQueue | AuditAction::ResumeQueue | AuditAction::ClearQueue
        );
        let place = self.places.first().filter(|_| is_of_queue)?;
        place.strip_prefix("queue:")
    }

    /// What came of it: `3 done, 1 gone`, `refused: the role …`.
    #[must_use]
    pub fn result_in_words(&self) -> String {
        let mut parts = Vec::new();
        let numbers = [
            (self.done, "done"),
            (self.gone, "gone"),
            (self.refused, "left as they are"),
        ];
        for (number, word) in numbers {
            if number > 0 {
                parts.push(format!("{number} {word}"));
            }
        }
        let word = match self.outcome {
            AuditOutcome::Done if !parts.is_empty() => None,
            AuditOutcome::Done if self.is_of_jobs() => Some("nothing was changed"),
            AuditOutcome::Done => Some("done"),
            AuditOutcome::Refused => Some("refused"),
            AuditOutcome::Failed => Some("failed"),
            AuditOutcome::Unknown => Some("not known: nobody waited for its end"),
        };
        parts.extend(word.map(str::to_owned));
        let mut words = parts.join(", ");
        if !self.message.is_empty() {
            words = format!("{words}: {}", self.message);
        }
        match self.repeats {
            0 => words,
            1 => format!("{words} (and once more)"),
            times => format!("{words} (and {times} times more)"),
        }
    }

    /// Whether it says how many jobs were changed.
    fn is_of_jobs(&self) -> bool {
        matches!(
            self.action,
            AuditAction::Retry
                | AuditAction::Enqueue
                | AuditAction::Reschedule
                | AuditAction::Kill
                | AuditAction::Delete
                | AuditAction::AddJobs
                | AuditAction::Import
                | AuditAction::ClearQueue
                | AuditAction::EndOperation
        )
    }
}

fn jobs(verb: &str, count: u64) -> String {
    match count {
        1 => format!("{verb} 1 job"),
        count => format!("{verb} {count} jobs"),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Actor, AuditAction, AuditEvent, AuditOutcome, Role};

    fn event(action: AuditAction) -> AuditEvent {
        AuditEvent::new(Actor::user("ada", Role::Admin), action)
    }

    #[test]
    fn an_event_is_told_in_a_line() {
        let mut retry = event(AuditAction::Retry);
        retry.count = Some(3);
        retry.class = "PublishPhoto".to_owned();
        retry.outcome = AuditOutcome::Done;
        retry.done = 2;
        retry.gone = 1;
        assert_eq!(retry.in_words(), "Retry 3 jobs of class PublishPhoto");
        assert_eq!(retry.result_in_words(), "2 done, 1 gone");
        let mut pause = event(AuditAction::PauseQueue);
        pause.places = vec!["queue:mail".to_owned()];
        pause.outcome = AuditOutcome::Refused;
        pause.message = "the role `viewer` may not".to_owned();
        pause.repeats = 4;
        assert_eq!(pause.in_words(), "Pause queue mail");
        assert_eq!(
            pause.result_in_words(),
            "refused: the role `viewer` may not (and 4 times more)"
        );
        let mut end = event(AuditAction::EndOperation);
        end.filter = "Retry dead jobs".to_owned();
        end.outcome = AuditOutcome::Done;
        assert_eq!(end.in_words(), "Operation over: Retry dead jobs");
        assert_eq!(end.result_in_words(), "nothing was changed");
    }
}
