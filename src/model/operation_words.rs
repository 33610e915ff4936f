//! Operations in words: the same on pages, in REST and at the command line.

use super::{
    Action, Change, JobFilter, OperationPlan, OperationRequest, Place, PreviewSample, Selection,
    Set,
};

impl Change {
    /// The verb, as a button has it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Act(Action::Retry) => "Retry",
            Self::Act(Action::Enqueue) => "Enqueue",
            Self::Act(Action::Reschedule { .. }) => "Reschedule",
            Self::Act(Action::Kill) => "Kill",
            Self::Act(Action::Delete) => "Delete",
            Self::MoveTo { .. } => "Move",
            Self::Edit { .. } => "Edit",
            Self::Hold { .. } => "Hold",
        }
    }

    /// What comes behind the jobs that it is done to; nothing, or a text with a space before it.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Act(Action::Reschedule { at, spread_seconds }) => {
                let spread = match spread_seconds {
                    0 => String::new(),
                    seconds if seconds % 60 == 0 => format!(", spread over {} min", seconds / 60),
                    seconds => format!(", spread over {seconds} s"),
                };
                format!(" for {at}{spread}")
            }
            Self::Act(_) => String::new(),
            Self::MoveTo { queue } => format!(" to the queue `{queue}`"),
            Self::Edit { path, value } => format!(": `{path}` becomes {}", cut(value)),
            Self::Hold { until } => format!(" until {until}"),
        }
    }
}

impl Selection {
    /// Which jobs are meant: `dead jobs of class PublishPhoto`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.entries.len() {
            0 => {}
            1 => return "1 chosen job".to_owned(),
            count => return format!("{count} chosen jobs"),
        }
        let names: Vec<String> = self.places.iter().map(place_words).collect();
        let places = match names.split_last() {
            None => "jobs of no place".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        };
        format!("{places}{}", self.filter.in_words())
    }
}

impl JobFilter {
    /// What it asks for, each part with a space before it; nothing when it asks for nothing.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        let mut add = |before: &str, value: Option<&str>, after: &str| {
            if let Some(value) = value {
                words.push_str(&format!(" {before} `{}`{after}", cut(value)));
            }
        };
        add("of class", self.class.as_deref(), "");
        add("of queue", self.queue.as_deref(), "");
        add("with the error", self.error.as_deref(), "");
        add("with", self.text.as_deref(), " in their text");
        add("with the tag", self.tag.as_deref(), "");
        add("that the search", self.query.as_deref(), " finds");
        match (self.from, self.to) {
            // What a hold has held.
            (Some(from), Some(to)) if from == to => {
                words.push_str(&format!(" that wait for {from}"));
            }
            (from, to) => {
                if let Some(from) = from {
                    words.push_str(&format!(" from {from}"));
                }
                if let Some(to) = to {
                    words.push_str(&format!(" until {to}"));
                }
            }
        }
        words
    }
}

impl PreviewSample {
    /// What would become of it: `goes to retries, for 2026-11-23 21:51:41 UTC`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (&self.refused, &self.edit, &self.to, self.at) {
            (Some(reason), ..) => format!("stays: {reason}"),
            (None, Some((now, then)), ..) => format!("{now} becomes {then}"),
            (None, None, Some(to), Some(at)) => format!("goes to {to}, for {at}"),
            (None, None, Some(to), None) => format!("goes to {to}"),
            (None, None, None, _) => "goes away".to_owned(),
        }
    }
}

impl OperationPlan {
    /// What is done, to which jobs: `Retry dead jobs with the error Timeout`.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (&self.change, &self.undoes) {
            (Some(change), _) => in_words(change, &self.selection),
            (None, Some(id)) => match &self.undone_words {
                Some(words) => format!("Undo: {words}"),
                None => format!("Undo operation {id}"),
            },
            (None, None) => "Nothing".to_owned(),
        }
    }

    /// Name of what is done, in REST.
    #[must_use]
    pub fn action_name(&self) -> &'static str {
        self.change.as_ref().map_or("undo", Change::name)
    }
}

impl OperationRequest {
    /// What would be done, to which jobs.
    #[must_use]
    pub fn in_words(&self) -> String {
        in_words(&self.change, &self.selection)
    }
}

fn in_words(change: &Change, selection: &Selection) -> String {
    let (word, detail) = (change.word(), change.detail());
    format!("{word} {}{detail}", selection.in_words())
}

fn place_words(place: &Place) -> String {
    match place {
        Place::Set(Set::Scheduled) => "scheduled jobs".to_owned(),
        Place::Set(Set::Retries) => "jobs to be retried".to_owned(),
        Place::Set(Set::Dead) => "dead jobs".to_owned(),
        Place::Queue(name) => format!("jobs in the queue `{name}`"),
    }
}

/// So much of foreign text as a sentence can hold.
fn cut(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn plan(change: Change, selection: Selection) -> OperationPlan {
        OperationPlan {
            change: Some(change),
            selection,
            undoes: None,
            undone_words: None,
            before: Timestamp(0),
            rate: None,
            canary: None,
            reason: None,
            total: 0,
            at_once: false,
            limit: crate::model::Limit::none(),
        }
    }

    #[test]
    fn an_operation_is_told_in_one_sentence() {
        let dead = Selection {
            places: vec![Set::Dead.into()],
            ..Selection::default()
        };
        let filtered = Selection {
            places: vec![Set::Retries.into(), Place::Queue("mail".to_owned())],
            filter: JobFilter {
                class: Some("Publish".to_owned()),
                error: Some("Timeout".to_owned()),
                ..JobFilter::default()
            },
            ..Selection::default()
        };
        for (change, selection, words) in [
            (
                Change::Act(Action::Delete),
                dead.clone(),
                "Delete dead jobs",
            ),
            (
                Change::MoveTo {
                    queue: "slow".to_owned(),
                },
                filtered,
                "Move jobs to be retried and jobs in the queue `mail` of class `Publish` with the error `Timeout` to the queue `slow`",
            ),
            (
                Change::Act(Action::Reschedule {
                    at: Timestamp(1_795_469_606_286),
                    spread_seconds: 1_800,
                }),
                dead.clone(),
                "Reschedule dead jobs for 2026-11-23T21:33:26.286Z, spread over 30 min",
            ),
            (
                Change::Edit {
                    path: "args.0".to_owned(),
                    value: "5".to_owned(),
                },
                dead,
                "Edit dead jobs: `args.0` becomes 5",
            ),
        ] {
            assert_eq!(plan(change, selection).in_words(), words);
        }
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(cut(&"x".repeat(100)).chars().count(), 80);
    }
}
