//! A search, taken apart.

use super::field::Field;
use super::parser;
use super::value::{Comparison, Phrase, When, Within, ends_word, write_quoted};
use super::word::is_word;
use crate::model::QueryError;
use std::{fmt, str::FromStr};

/// A search, taken apart. Its text is read with [`FromStr`], and shown again in one canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// All of these; of none, everything.
    All(Vec<Query>),
    /// One of these at least.
    Any(Vec<Query>),
    /// What is not this.
    Not(Box<Query>),
    /// One condition.
    Is(Term),
}

/// One condition of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A text anywhere in what is searched.
    Text(String),
    /// The whole name of a class, queue or tag, or the job id.
    Name(NameField, Phrase),
    /// A part of the error's message, or, for `error:`, its whole class.
    Error(ErrorField, Phrase),
    /// A value among the arguments, under these keys.
    Argument(Vec<String>, Phrase),
    /// Where the job stands.
    In(Vec<Within>),
    /// When something happened to it, or will.
    Time(TimeField, Comparison<When>),
    /// How often it has run and failed.
    Attempts(Comparison<u64>),
    /// Bytes stored.
    Size(Comparison<u64>),
}

/// A field that is compared as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameField {
    /// The class that is shown or that is run.
    Class,
    /// The queue's name.
    Queue,
    /// The job id.
    Jid,
    /// One of the tags.
    Tag,
    /// The group of failures that it belongs to, by its digest.
    Group,
}

/// A field of the latest error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorField {
    /// Its class, whole, or part of its message.
    ClassOrMessage,
    /// Part of its message.
    Message,
}

/// A time of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeField {
    /// A set's: when it is due, or when it died.
    At,
    /// The latest failure.
    Failed,
    /// In the dead set: when it came there.
    Died,
    /// First creation.
    Created,
    /// Last push to a queue.
    Enqueued,
}

impl NameField {
    fn field(self) -> Field {
        match self {
            Self::Class => Field::Class,
            Self::Queue => Field::Queue,
            Self::Jid => Field::Jid,
            Self::Tag => Field::Tag,
            Self::Group => Field::Group,
        }
    }
}

impl TimeField {
    fn field(self) -> Field {
        match self {
            Self::At => Field::At,
            Self::Failed => Field::Failed,
            Self::Died => Field::Died,
            Self::Created => Field::Created,
            Self::Enqueued => Field::Enqueued,
        }
    }
}

impl Query {
    /// All of these as one search.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::All(flat),
        }
    }

    /// One of these as one search.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Self::Any(flat),
        }
    }

    /// The conditions that must all hold, each as a search of its own.
    #[must_use]
    pub fn parts(&self) -> &[Query] {
        match self {
            Self::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        parser::parse(text)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(" ")?;
                    }
                    match part {
                        Self::Any(_) => write!(formatter, "({part})")?,
                        _ => part.fmt(formatter)?,
                    }
                }
                Ok(())
            }
            Self::Any(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(" OR ")?;
                    }
                    part.fmt(formatter)?;
                }
                Ok(())
            }
            Self::Not(part) => match part.as_ref() {
                Self::Is(term) => write!(formatter, "-{term}"),
                other => write!(formatter, "-({other})"),
            },
            Self::Is(term) => term.fmt(formatter),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if is_plain(text) => formatter.write_str(text),
            Self::Text(text) => write_quoted(text, formatter),
            Self::Name(field, phrase) => write!(formatter, "{}:{phrase}", field.field().name()),
            Self::Error(ErrorField::ClassOrMessage, phrase) => write!(formatter, "error:{phrase}"),
            Self::Error(ErrorField::Message, phrase) => write!(formatter, "message:{phrase}"),
            Self::Argument(path, phrase) => {
                formatter.write_str("arg")?;
                for key in path {
                    write!(formatter, ".{key}")?;
                }
                write!(formatter, ":{phrase}")
            }
            Self::In(places) => {
                formatter.write_str("in:")?;
                for (index, place) in places.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    place.fmt(formatter)?;
                }
                Ok(())
            }
            Self::Time(field, comparison) => {
                write!(formatter, "{}:{comparison}", field.field().name())
            }
            Self::Attempts(comparison) => write!(formatter, "attempts:{comparison}"),
            Self::Size(comparison) => write!(formatter, "size:{comparison}"),
        }
    }
}

/// Whether a text means itself without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.contains(ends_word)
        && !matches!(text, "OR" | "AND" | "NOT")
        && is_word(text)
}
