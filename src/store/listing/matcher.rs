//! Whether an entry is one of those that a filter asks for.

use super::{
    prefilter::Prefilter,
    text::{fold, unescape},
};
use crate::job::Job;
use crate::model::{JobFilter, Place, Timestamp};
use crate::store::StoredEntry;
use memchr::memmem::Finder;

/// A filter, ready to be asked many times.
pub(crate) struct Matcher<'filter> {
    filter: &'filter JobFilter,
    /// What a text must hold, folded.
    text: Option<Finder<'static>>,
    error: Option<String>,
    prefilters: Vec<Prefilter>,
    /// The bytes of the entry that is looked at, with small letters; kept, so that not every entry needs new memory.
    small: Vec<u8>,
}

impl<'filter> Matcher<'filter> {
    pub(crate) fn new(filter: &'filter JobFilter, place: &Place) -> Self {
        // An entry that names no queue has that of its place.
        let queue = filter
            .queue
            .as_deref()
            .filter(|queue| place.queue_name() != Some(queue));
        let wanted = [
            filter.text.as_deref(),
            filter.error.as_deref(),
            filter.class.as_deref(),
            filter.tag.as_deref(),
            queue,
        ];
        Self {
            filter,
            text: filter
                .text
                .as_deref()
                .map(|text| Finder::new(&fold(text)).into_owned()),
            error: filter.error.as_deref().map(fold),
            prefilters: wanted
                .into_iter()
                .flatten()
                .filter_map(Prefilter::new)
                .collect(),
            small: Vec::new(),
        }
    }

    /// The entry's job, if it matches. Most entries that do not are told from their bytes.
    pub(crate) fn job(&mut self, stored: &StoredEntry) -> Option<Job> {
        self.is_possible(stored).then(|| self.read(stored))?
    }

    fn is_possible(&mut self, stored: &StoredEntry) -> bool {
        if self.prefilters.is_empty() {
            return true;
        }
        self.small.clear();
        self.small.extend_from_slice(&stored.raw);
        self.small.make_ascii_lowercase();
        self.prefilters
            .iter()
            .all(|prefilter| prefilter.may_be_in(&self.small))
    }

    fn read(&self, stored: &StoredEntry) -> Option<Job> {
        let filter = self.filter;
        let job = Job::new(stored.raw.clone());
        let is = |wanted: &Option<String>, actual: &dyn Fn() -> Option<String>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| actual().as_ref() == Some(wanted))
        };
        let place = &stored.id.place;
        let queue = || {
            job.queue()
                .or_else(|| place.queue_name().map(str::to_owned))
        };
        let at = || match place.set() {
            Some(_) => Some(Timestamp::from_seconds(stored.id.position)),
            None => job.time("enqueued_at").or_else(|| job.time("created_at")),
        };
        let matches = is(&filter.class, &|| Some(job.shown_class()))
            && is(&filter.queue, &queue)
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
            && filter.to.is_none_or(|to| at().is_some_and(|at| at <= to))
            && self.text.as_ref().is_none_or(|text| has_text(&job, text));
        matches.then_some(job)
    }
}

fn has_error(job: &Job, wanted: &str) -> bool {
    let field = |name| job.string(name).map(|text| fold(&text)).unwrap_or_default();
    field("error_class") == wanted || field("error_message").contains(wanted)
}

/// Whether a text stands anywhere in the entry, as it is stored or as JSON means it (`caf\u00e9` is `café`).
///
/// A coded error trace is no text: unpacking a million of them takes a minute, and in its Base64 every short text is found by chance.
fn has_text(job: &Job, wanted: &Finder<'_>) -> bool {
    let raw = job.raw();
    let (before, behind) = match job.field("error_backtrace") {
        Some(coded) if coded.starts_with('"') => {
            // The value is a piece of the entry, so the distance of their addresses is its position.
            let start = coded.as_ptr().addr() - raw.as_ptr().addr();
            (&raw[..start], &raw[start + coded.len()..])
        }
        _ => (&raw[..], &[][..]),
    };
    [before, behind].into_iter().any(|part| {
        let text = String::from_utf8_lossy(part);
        let holds = |text: &str| wanted.find(fold(text).as_bytes()).is_some();
        holds(&text) || (text.contains('\\') && holds(&unescape(&text)))
    })
}

#[cfg(test)]
mod tests;
