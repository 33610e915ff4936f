//! What a search asks of an entry, ready to be asked many times.

use super::glob::Glob;
use super::prefilter::Prefilter;
use super::query::{ErrorField, NameField, Query, Term, TimeField};
use super::span::Span;
use super::text::fold;
use super::value::Within;
use crate::model::{JobFilter, Place, Set, Timestamp};
use memchr::memmem::Finder;

/// What is known of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It takes more to tell.
    Open,
}

impl From<bool> for Answer {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

/// Questions and how their answers make one.
#[expect(clippy::large_enum_variant, reason = "a search has a few of them")]
pub(super) enum Node {
    Always(bool),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    One(Question),
}

/// One question, and what must stand in the bytes of an entry for which the answer is yes.
pub(super) struct Question {
    pub(super) test: Test,
    pub(super) prefilters: Vec<Prefilter>,
}

/// What is asked.
#[expect(clippy::large_enum_variant, reason = "a search has a few of them")]
pub(super) enum Test {
    /// A set's score, in milliseconds.
    Score(Span),
    /// Bytes stored.
    Size(Span),
    Attempts(Span),
    Failed(Span),
    Created(Span),
    Enqueued(Span),
    /// When an entry of a queue was enqueued, or else made.
    Queued(Span),
    Class(Glob),
    Queue(Glob),
    Jid(Glob),
    Tag(Glob),
    /// The digest of the group of failures that it belongs to.
    Group(Glob),
    Error(Glob),
    Message(Glob),
    /// A value under these folded keys.
    Argument(Vec<String>, Glob),
    /// The text of this number, anywhere in what is searched.
    Text(usize),
    /// The shown class, letter by letter.
    ExactClass(String),
    ExactQueue(String),
    ExactTag(String),
    /// The error's class, or part of its message, folded.
    ErrorPart(String),
    /// A text anywhere in the stored bytes.
    Stored(Finder<'static>),
}

impl Test {
    /// Whether it looks at what may be a secret.
    pub(super) fn is_of_content(&self) -> bool {
        match self {
            Self::Tag(_)
            | Self::Error(_)
            | Self::Message(_)
            | Self::Argument(..)
            | Self::Text(_)
            | Self::ExactTag(_)
            | Self::ErrorPart(_)
            | Self::Stored(_) => true,
            Self::Score(_)
            | Self::Size(_)
            | Self::Attempts(_)
            | Self::Failed(_)
            | Self::Created(_)
            | Self::Enqueued(_)
            | Self::Queued(_)
            | Self::Class(_)
            | Self::Queue(_)
            | Self::Jid(_)
            | Self::Group(_)
            | Self::ExactClass(_)
            | Self::ExactQueue(_) => false,
        }
    }
}

impl Node {
    /// The answer for all of it, from those to the single questions, which are asked as long as they matter.
    pub(super) fn answer(&self, ask: &mut impl FnMut(&Question) -> Answer) -> Answer {
        match self {
            Self::Always(is) => (*is).into(),
            Self::One(question) => ask(question),
            Self::Not(node) => match node.answer(ask) {
                Answer::Yes => Answer::No,
                Answer::No => Answer::Yes,
                Answer::Open => Answer::Open,
            },
            Self::All(nodes) => until(nodes, Answer::No, ask),
            Self::Any(nodes) => until(nodes, Answer::Yes, ask),
        }
    }

    fn all(nodes: Vec<Self>) -> Self {
        if nodes.iter().any(|node| matches!(node, Self::Always(false))) {
            return Self::Always(false);
        }
        let mut nodes: Vec<Self> = nodes
            .into_iter()
            .filter(|node| !matches!(node, Self::Always(true)))
            .collect();
        match nodes.len() {
            0 => Self::Always(true),
            1 => nodes.remove(0),
            _ => Self::All(nodes),
        }
    }

    fn any(nodes: Vec<Self>) -> Self {
        if nodes.iter().any(|node| matches!(node, Self::Always(true))) {
            return Self::Always(true);
        }
        let mut nodes: Vec<Self> = nodes
            .into_iter()
            .filter(|node| !matches!(node, Self::Always(false)))
            .collect();
        match nodes.len() {
            0 => Self::Always(false),
            1 => nodes.remove(0),
            _ => Self::Any(nodes),
        }
    }

    /// The scores that an entry must have in any case.
    pub(super) fn scores(&self) -> Span {
        match self {
            Self::One(Question {
                test: Test::Score(span),
                ..
            }) => *span,
            Self::All(nodes) => nodes
                .iter()
                .fold(Span::default(), |span, node| span.and(node.scores())),
            _ => Span::default(),
        }
    }
}

/// Goes through the nodes until one has the answer that decides.
fn until(nodes: &[Node], decides: Answer, ask: &mut impl FnMut(&Question) -> Answer) -> Answer {
    let mut is_open = false;
    for node in nodes {
        match node.answer(ask) {
            answer if answer == decides => return decides,
            Answer::Open => is_open = true,
            _ => {}
        }
    }
    match (is_open, decides) {
        (true, _) => Answer::Open,
        (false, Answer::No) => Answer::Yes,
        (false, _) => Answer::No,
    }
}

/// Makes questions for the entries of a place.
pub(super) struct Compiler<'a> {
    pub(super) place: &'a Place,
    pub(super) now: Timestamp,
    /// Texts that are looked for anywhere, folded.
    pub(super) texts: Vec<Finder<'static>>,
}

impl Compiler<'_> {
    /// All that a filter asks; its search has been read.
    pub(super) fn filter(&mut self, filter: &JobFilter, query: &Query) -> Node {
        let text = |text: &Option<String>| text.clone();
        let mut nodes = Vec::new();
        let mut add = |test, wanted: Option<&str>| {
            nodes.push(Node::One(Question {
                test,
                prefilters: wanted.and_then(Prefilter::new).into_iter().collect(),
            }));
        };
        let span = Span {
            from: filter.from.map(|from| from.0),
            to: filter.to.map(|to| to.0),
        };
        if span != Span::default() {
            let is_set = self.place.set().is_some();
            add(
                if is_set {
                    Test::Score(span)
                } else {
                    Test::Queued(span)
                },
                None,
            );
        }
        if let Some(class) = text(&filter.class) {
            add(Test::ExactClass(class.clone()), Some(&class));
        }
        if let Some(queue) = text(&filter.queue) {
            // An entry that names no queue has that of its place.
            let is_here = self.place.queue_name() == Some(&queue);
            let wanted = (!is_here).then(|| queue.clone());
            add(Test::ExactQueue(queue), wanted.as_deref());
        }
        if let Some(tag) = text(&filter.tag) {
            add(Test::ExactTag(tag.clone()), Some(&tag));
        }
        if let Some(error) = text(&filter.error) {
            add(Test::ErrorPart(fold(&error)), Some(&error));
        }
        if let Some(wanted) = text(&filter.text) {
            let finder = Finder::new(&fold(&wanted)).into_owned();
            add(Test::Stored(finder), Some(&wanted));
        }
        nodes.push(self.query(query));
        Node::all(nodes.into_iter().flat_map(Node::flat).collect())
    }

    fn query(&mut self, query: &Query) -> Node {
        match query {
            Query::All(parts) => Node::all(parts.iter().map(|part| self.query(part)).collect()),
            Query::Any(parts) => Node::any(parts.iter().map(|part| self.query(part)).collect()),
            Query::Not(part) => match self.query(part) {
                Node::Always(is) => Node::Always(!is),
                node => Node::Not(Box::new(node)),
            },
            Query::Is(term) => self.term(term),
        }
    }

    fn term(&mut self, term: &Term) -> Node {
        let of = |test, glob: &Glob| {
            Node::One(Question {
                prefilters: glob.prefilters(),
                test,
            })
        };
        let plain = |test| {
            Node::One(Question {
                test,
                prefilters: Vec::new(),
            })
        };
        match term {
            Term::Text(text) => self.text(text),
            Term::Name(field, phrase) => {
                let glob = Glob::new(phrase);
                match field {
                    NameField::Class => of(Test::Class(glob.clone()), &glob),
                    NameField::Jid => of(Test::Jid(glob.clone()), &glob),
                    // Its digest stands nowhere in an entry.
                    NameField::Group => plain(Test::Group(glob)),
                    NameField::Tag => of(Test::Tag(glob.clone()), &glob),
                    NameField::Queue => {
                        let here = self.place.queue_name().map(fold);
                        if here.is_some_and(|here| glob.is(&here)) {
                            plain(Test::Queue(glob))
                        } else {
                            of(Test::Queue(glob.clone()), &glob)
                        }
                    }
                }
            }
            Term::Error(field, phrase) => {
                let glob = Glob::new(phrase);
                match field {
                    ErrorField::ClassOrMessage => of(Test::Error(glob.clone()), &glob),
                    ErrorField::Message => of(Test::Message(glob.clone()), &glob),
                }
            }
            Term::Argument(path, phrase) => {
                let glob = Glob::new(phrase);
                let mut prefilters = glob.prefilters();
                // A number may be a position, which stands nowhere.
                let keys = path.iter().filter(|key| key.parse::<usize>().is_err());
                prefilters.extend(keys.filter_map(|key| Prefilter::new(key)));
                Node::One(Question {
                    test: Test::Argument(path.iter().map(|key| fold(key)).collect(), glob),
                    prefilters,
                })
            }
            Term::In(places) => Node::Always(places.iter().any(|within| self.is_within(within))),
            Term::Time(field, comparison) => {
                let span = Span::of_time(comparison, self.now);
                match (field, self.place.set()) {
                    (TimeField::At, Some(_)) | (TimeField::Died, Some(Set::Dead)) => {
                        plain(Test::Score(span))
                    }
                    (TimeField::At | TimeField::Died, _) => Node::Always(false),
                    (TimeField::Failed, _) => plain(Test::Failed(span)),
                    (TimeField::Created, _) => plain(Test::Created(span)),
                    (TimeField::Enqueued, _) => plain(Test::Enqueued(span)),
                }
            }
            Term::Attempts(comparison) => plain(Test::Attempts(Span::of_number(comparison))),
            Term::Size(comparison) => plain(Test::Size(Span::of_number(comparison))),
        }
    }

    fn text(&mut self, text: &str) -> Node {
        let folded = fold(text);
        let finder = Finder::new(&folded).into_owned();
        let here = self.place.queue_name().map(fold);
        let is_here = here.is_some_and(|here| finder.find(here.as_bytes()).is_some());
        // An error is searched as `Class: message`, which stands nowhere in one piece.
        let prefilter = text
            .split(':')
            .map(str::trim_start)
            .filter_map(Prefilter::new)
            .max_by_key(Prefilter::length)
            .filter(|_| !is_here);
        let number = self.texts.len();
        self.texts.push(finder);
        Node::One(Question {
            test: Test::Text(number),
            prefilters: prefilter.into_iter().collect(),
        })
    }

    fn is_within(&self, within: &Within) -> bool {
        match (within, self.place) {
            (Within::Set(set), Place::Set(here)) => set == here,
            (Within::Queues, Place::Queue(_)) => true,
            (Within::Queue(name), Place::Queue(here)) => name == here,
            _ => false,
        }
    }
}

impl Node {
    /// The nodes that must all hold.
    fn flat(self) -> Vec<Self> {
        match self {
            Self::All(nodes) => nodes,
            node => vec![node],
        }
    }
}
