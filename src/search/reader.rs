//! What a search looks at in one job, folded.

use super::text::{fold, unescape};
use crate::job::Job;
use crate::model::Place;
use memchr::memmem::Finder;

/// What a search looks at in one job.
pub(super) struct Reader<'job> {
    job: &'job Job,
    place: &'job Place,
}

impl<'job> Reader<'job> {
    pub(super) fn new(job: &'job Job, place: &'job Place) -> Self {
        Self { job, place }
    }

    pub(super) fn job(&self) -> &'job Job {
        self.job
    }

    /// A text field, or another value as it is written; nothing for null.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        match self.job.text_field(name) {
            Some(text) => Some(fold(&text)),
            None => self
                .job
                .field(name)
                .filter(|value| *value != "null")
                .map(fold),
        }
    }

    /// The class that is shown, and that which is run.
    pub(super) fn classes(&self) -> [Option<String>; 2] {
        [Some(self.job.shown_class()), self.job.handler_class()].map(|class| {
            class
                .filter(|class| !class.is_empty())
                .map(|class| fold(&class))
        })
    }

    /// The queue that it belongs to: that where it stands when it names none.
    pub(super) fn exact_queue(&self) -> Option<String> {
        self.job
            .queue()
            .or_else(|| self.place.queue_name().map(str::to_owned))
    }

    /// The same, folded.
    pub(super) fn queue(&self) -> Option<String> {
        self.exact_queue().map(|queue| fold(&queue))
    }

    /// How often it has run and failed.
    pub(super) fn attempts(&self) -> i64 {
        self.job
            .integer("retry_count")
            .map_or(0, |count| count.saturating_add(1).max(0))
    }

    /// Whether a folded text stands in what is searched, the trace left out.
    pub(super) fn holds(&self, text: &Finder<'_>) -> bool {
        let is_in = |folded: &str| text.find(folded.as_bytes()).is_some();
        if self.job.malformed().is_some() {
            return is_spelled(&self.job.text(), text);
        }
        let error = || {
            let (class, message) = (self.field("error_class"), self.field("error_message"));
            match (class, message) {
                (Some(class), Some(message)) => Some(format!("{class}: {message}")),
                (class, message) => class.or(message),
            }
        };
        let has = |field: Option<String>| field.is_some_and(|folded| is_in(&folded));
        self.classes().into_iter().any(has)
            || has(self.field("jid"))
            || has(error())
            || is_spelled(&self.job.open_args(), text)
            || has(self.queue())
            || self.job.tags().iter().any(|tag| is_in(&fold(tag)))
    }
}

/// Whether a folded text stands in JSON, as it is written or as it is meant.
fn is_spelled(json: &str, text: &Finder<'_>) -> bool {
    let is_in = |json: &str| text.find(fold(json).as_bytes()).is_some();
    is_in(json) || (json.contains('\\') && is_in(&unescape(json)))
}
