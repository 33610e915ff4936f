//! Whether an entry is one of those that a filter asks for.

use super::arguments;
use super::condition::{Answer, Compiler, Node, Question, Test};
use super::query::Query;
use super::reader::Reader;
use super::text::{fold, unescape};
use super::traces::{Key, TraceBytes, TraceFinder, Traces};
use crate::failures::Signer;
use crate::job::Job;
use crate::model::{JobFilter, Limit, Place, QueryError, Timestamp};
use crate::redaction::Redactor;
use bytes::Bytes;
use memchr::memmem::Finder;

/// A filter for the entries of one place, ready to be asked many times.
///
/// It is asked in steps, each dearer than the one before: from the bytes, from the traces that were unpacked already, from the entry read
/// as a job, from its trace.
pub struct Matcher {
    root: Node,
    place: Place,
    /// Texts that are looked for anywhere, traces included; folded.
    texts: Vec<Finder<'static>>,
    traces: Traces,
    trace_finder: TraceFinder,
    /// Makes signatures, when groups of failures are asked for.
    signer: Option<Signer>,
    has_prefilters: bool,
    /// What may not be found.
    redactor: Redactor,
    /// Whose jobs only may be found, in a set.
    limit: Limit,
    /// How the filter asks for what may be a secret.
    content: Content,
    /// The bytes of the entry that is looked at, with small letters; kept, so that not every entry needs new memory.
    small: Vec<u8>,
}

impl std::fmt::Debug for Matcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Matcher")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Matcher {
    /// The matcher for a filter; `now` is what the ages in its search count from.
    ///
    /// # Errors
    /// What is wrong with the filter's search.
    pub fn new(filter: &JobFilter, place: &Place, now: Timestamp) -> Result<Self, QueryError> {
        let query: Query = filter.query.as_deref().unwrap_or_default().parse()?;
        let mut compiler = Compiler {
            place,
            now,
            texts: Vec::new(),
        };
        let root = compiler.filter(filter, &query);
        Ok(Self {
            has_prefilters: root.has_prefilters(),
            signer: root.asks_for_group().then(Signer::default),
            redactor: Redactor::none(),
            limit: Limit::none(),
            content: root.content(false),
            root,
            place: place.clone(),
            texts: compiler.texts,
            traces: Traces::new(),
            trace_finder: TraceFinder::new(),
            small: Vec::new(),
        })
    }

    /// Finds no secrets: what the redactor takes out of a job is not looked for, or whoever guesses could learn by trying whether it is
    /// right.
    #[must_use]
    pub fn without_secrets(mut self, redactor: &Redactor) -> Self {
        self.redactor = redactor.clone();
        self
    }

    /// Finds only jobs of queues within the limit.
    #[must_use]
    pub fn within(mut self, limit: &Limit) -> Self {
        match &self.place {
            Place::Queue(name) if !limit.includes(name) => self.root = Node::Always(false),
            Place::Queue(_) => {}
            Place::Set(_) => self.limit = limit.clone(),
        }
        self
    }

    /// Whether no entry of the place can match.
    #[must_use]
    pub fn is_never(&self) -> bool {
        matches!(self.root, Node::Always(false))
    }

    /// Whether every entry of the place matches.
    #[must_use]
    pub fn is_always(&self) -> bool {
        matches!(self.root, Node::Always(true)) && self.limit.is_none()
    }

    /// In a set: the first and the last time that an entry can have which matches.
    #[must_use]
    pub fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let span = self.root.scores();
        (span.from.map(Timestamp), span.to.map(Timestamp))
    }

    /// The entry's job, if it matches: an entry with this score (in a set) and these bytes. Most entries that do not are told from their
    /// bytes.
    pub fn job(&mut self, position: f64, raw: &Bytes) -> Option<Job> {
        let job = self.job_of_any_queue(position, raw)?;
        job.is_within(&self.place, &self.limit).then_some(job)
    }

    fn job_of_any_queue(&mut self, position: f64, raw: &Bytes) -> Option<Job> {
        let size = raw.len();
        let stored = match self.content {
            _ if self.redactor.is_none() => return self.stored_job(position, raw),
            Content::None => return self.stored_job(position, raw),
            // With its secrets it is one, or it is none without them either.
            Content::Asked => self.stored_job(position, raw)?,
            Content::Denied => Job::new(raw.clone()),
        };
        match self.redactor.whole_job(&stored).map(Bytes::from) {
            None if self.content == Content::Asked => Some(stored),
            None => self.stored_job(position, raw),
            Some(open) => {
                let is_one = match self.ask_bytes(position, size, &open) {
                    Answer::No => false,
                    Answer::Yes => true,
                    Answer::Open => self.matches(position, &Job::new(open), &stored),
                };
                is_one.then_some(stored)
            }
        }
    }

    /// The entry's job, if it matches with all that is in it.
    fn stored_job(&mut self, position: f64, raw: &Bytes) -> Option<Job> {
        match self.ask_bytes(position, raw.len(), raw) {
            Answer::No => None,
            Answer::Yes => Some(Job::new(raw.clone())),
            Answer::Open => {
                let job = Job::new(raw.clone());
                self.matches(position, &job, &job).then_some(job)
            }
        }
    }

    /// What the bytes tell of an entry of this size.
    fn ask_bytes(&mut self, position: f64, size: usize, raw: &[u8]) -> Answer {
        if self.has_prefilters {
            self.small.clear();
            self.small.extend_from_slice(raw);
            self.small.make_ascii_lowercase();
        }
        let mut trace = None;
        let Self {
            root,
            small,
            traces,
            trace_finder,
            ..
        } = self;
        root.answer(&mut |question| {
            if let Some(answer) = cheap(&question.test, position, size) {
                return answer;
            }
            if question
                .prefilters
                .iter()
                .all(|prefilter| prefilter.may_be_in(small))
            {
                return Answer::Open;
            }
            let Test::Text(number) = question.test else {
                return Answer::No;
            };
            match trace.get_or_insert_with(|| seen(traces, trace_finder, raw)) {
                Seen::None => Answer::No,
                Seen::Known(key) => match traces.get(*key).and_then(|texts| texts.get(number)) {
                    Some(false) => Answer::No,
                    // Whether what was taken for the trace is the trace, only reading the entry tells.
                    _ => Answer::Open,
                },
                Seen::Unclear => Answer::Open,
            }
        })
    }

    /// What the entry tells, its trace last. Its size and its group are those of what is `stored`.
    fn matches(&mut self, position: f64, job: &Job, stored: &Job) -> bool {
        let trace = match job.field("error_backtrace") {
            Some(json) if json != "null" && !self.texts.is_empty() => {
                Some((self.traces.key(json.as_bytes()), json))
            }
            _ => None,
        };
        let known = trace.and_then(|(key, _)| self.traces.get(key));
        let trace_holds = |number: usize| match (trace, known) {
            (None, _) => Answer::No,
            (Some(_), None) => Answer::Open,
            (Some(_), Some(texts)) => texts.get(number).copied().unwrap_or_default().into(),
        };
        let group = self
            .signer
            .as_mut()
            .and_then(|signer| signer.digest(stored, |_| ()))
            .map(|digest| digest.to_string());
        let group = group.as_deref();
        let size = stored.raw().len();
        match self.ask_job((position, size), job, group, trace_holds) {
            Answer::Yes => return true,
            Answer::No => return false,
            Answer::Open => {}
        }
        let Some((key, json)) = trace else {
            return false;
        };
        let texts = self.traces.read(key, json, &self.texts).to_vec();
        let trace_holds = |number: usize| texts.get(number).copied().unwrap_or_default().into();
        self.ask_job((position, size), job, group, trace_holds) == Answer::Yes
    }

    fn ask_job(
        &self,
        (position, size): (f64, usize),
        job: &Job,
        group: Option<&str>,
        trace_holds: impl Fn(usize) -> Answer,
    ) -> Answer {
        let reader = Reader::new(job, &self.place);
        self.root.answer(&mut |question| {
            if let Some(answer) = cheap(&question.test, position, size) {
                return answer;
            }
            match &question.test {
                Test::Text(number) => match self.texts.get(*number) {
                    Some(text) if reader.holds(text) => Answer::Yes,
                    _ => trace_holds(*number),
                },
                Test::Group(glob) => group.is_some_and(|group| glob.is(group)).into(),
                test => is(test, &reader).into(),
            }
        })
    }
}

/// How a filter asks for what may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    /// Not at all.
    None,
    /// What has it is found.
    Asked,
    /// What has it is not found.
    Denied,
}

impl Node {
    fn content(&self, is_denied: bool) -> Content {
        match self {
            Self::Always(_) => Content::None,
            Self::All(nodes) | Self::Any(nodes) => {
                let contents = nodes.iter().map(|node| node.content(is_denied));
                contents.max().unwrap_or(Content::None)
            }
            Self::Not(node) => node.content(!is_denied),
            Self::One(question) => match (question.test.is_of_content(), is_denied) {
                (false, _) => Content::None,
                (true, false) => Content::Asked,
                (true, true) => Content::Denied,
            },
        }
    }

    fn asks_for_group(&self) -> bool {
        match self {
            Self::Always(_) => false,
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::asks_for_group),
            Self::Not(node) => node.asks_for_group(),
            Self::One(question) => matches!(question.test, Test::Group(_)),
        }
    }

    fn has_prefilters(&self) -> bool {
        match self {
            Self::Always(_) => false,
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().any(Self::has_prefilters),
            Self::Not(node) => node.has_prefilters(),
            Self::One(Question { prefilters, .. }) => !prefilters.is_empty(),
        }
    }
}

/// What is known of the trace of an entry from its bytes.
enum Seen {
    None,
    Known(Key),
    Unclear,
}

fn seen(traces: &Traces, finder: &TraceFinder, raw: &[u8]) -> Seen {
    match finder.look(raw) {
        TraceBytes::None => Seen::None,
        TraceBytes::Coded(json) => Seen::Known(traces.key(json)),
        TraceBytes::Unclear => Seen::Unclear,
    }
}

/// The answer to what needs no look into the entry.
fn cheap(test: &Test, position: f64, size: usize) -> Option<Answer> {
    match test {
        Test::Score(span) => Some(span.holds(Timestamp::from_seconds(position).0).into()),
        Test::Size(span) => Some(span.holds(i64::try_from(size).unwrap_or(i64::MAX)).into()),
        _ => None,
    }
}

/// Whether a job is what is asked for; texts, and what needs no look into it, are asked elsewhere.
fn is(test: &Test, reader: &Reader<'_>) -> bool {
    let job = reader.job();
    let within = |span: &super::span::Span, time: Option<Timestamp>| {
        time.is_some_and(|time| span.holds(time.0))
    };
    match test {
        Test::Attempts(span) => job.malformed().is_none() && span.holds(reader.attempts()),
        Test::Failed(span) => within(
            span,
            job.time("retried_at").or_else(|| job.time("failed_at")),
        ),
        Test::Created(span) => within(span, job.time("created_at")),
        Test::Enqueued(span) => within(span, job.time("enqueued_at")),
        Test::Queued(span) => within(
            span,
            job.time("enqueued_at").or_else(|| job.time("created_at")),
        ),
        Test::Class(glob) => reader
            .classes()
            .into_iter()
            .flatten()
            .any(|class| glob.is(&class)),
        Test::Queue(glob) => reader.queue().is_some_and(|queue| glob.is(&queue)),
        Test::Jid(glob) => reader.field("jid").is_some_and(|jid| glob.is(&jid)),
        Test::Tag(glob) => job.tags().iter().any(|tag| glob.is(&fold(tag))),
        Test::Error(glob) => {
            reader
                .field("error_class")
                .is_some_and(|class| glob.is(&class))
                || has_message(reader, glob)
        }
        Test::Message(glob) => has_message(reader, glob),
        Test::Argument(path, glob) => job
            .open_arguments()
            .is_some_and(|arguments| arguments::hold(&arguments, path, glob)),
        Test::ExactClass(class) => job.shown_class() == *class,
        Test::ExactQueue(queue) => reader.exact_queue().as_ref() == Some(queue),
        Test::ExactTag(tag) => job.tags().contains(tag),
        Test::ErrorPart(error) => has_error(job, error),
        Test::Stored(text) => has_text(job, text),
        Test::Score(_) | Test::Size(_) | Test::Text(_) | Test::Group(_) => false,
    }
}

fn has_message(reader: &Reader<'_>, glob: &super::glob::Glob) -> bool {
    reader
        .field("error_message")
        .is_some_and(|message| glob.is_in(&message))
}

fn has_error(job: &Job, wanted: &str) -> bool {
    let field = |name| job.string(name).map(|text| fold(&text)).unwrap_or_default();
    field("error_class") == wanted || field("error_message").contains(wanted)
}

/// Whether a text stands anywhere in the entry, as it is stored or as JSON means it (`caf\u00e9` is `café`).
///
/// A coded error trace is no text here: in its Base64 every short text is found by chance.
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
