//! Whether an entry is one of those that a filter asks for.

use crate::job::Job;
use crate::model::{JobFilter, Timestamp};
use crate::store::StoredEntry;

/// A filter, ready to be asked many times.
pub(super) struct Matcher<'a> {
    filter: &'a JobFilter,
    text: Option<String>,
    error: Option<String>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(filter: &'a JobFilter) -> Self {
        Self {
            filter,
            text: filter.text.as_deref().map(str::to_lowercase),
            error: filter.error.as_deref().map(str::to_lowercase),
        }
    }

    /// The entry's job, if it matches.
    pub(super) fn job(&self, stored: &StoredEntry) -> Option<Job> {
        let filter = self.filter;
        if let Some(text) = &self.text {
            let stored_text = String::from_utf8_lossy(&stored.raw).to_lowercase();
            // As typed, or as it stands inside a JSON string.
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            if !stored_text.contains(text.as_str()) && !stored_text.contains(&escaped) {
                return None;
            }
        }
        let job = Job::new(stored.raw.clone());
        let is = |wanted: &Option<String>, actual: &dyn Fn() -> Option<String>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| actual().as_ref() == Some(wanted))
        };
        let at = || match stored.id.place.set() {
            Some(_) => Some(Timestamp::from_seconds(stored.id.position)),
            None => job.time("enqueued_at").or_else(|| job.time("created_at")),
        };
        let matches = is(&filter.class, &|| Some(job.shown_class()))
            && is(&filter.queue, &|| job.queue())
            && filter
                .tag
                .as_ref()
                .is_none_or(|tag| job.tags().contains(tag))
            && self
                .error
                .as_ref()
                .is_none_or(|error| has_error(&job, error))
            && filter
                .from
                .is_none_or(|from| at().is_some_and(|at| at >= from))
            && filter.to.is_none_or(|to| at().is_some_and(|at| at <= to));
        matches.then_some(job)
    }
}

fn has_error(job: &Job, wanted: &str) -> bool {
    let field = |name| {
        job.string(name)
            .map(|text| text.to_lowercase())
            .unwrap_or_default()
    };
    field("error_class") == wanted || field("error_message").contains(wanted)
}
