//! What stands behind a field's colon.

use crate::model::{Set, Timestamp, parse_end, parse_time};
use bytesize::ByteSize;
use std::fmt;

/// A text to compare with; `*` stands for any characters unless it was in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub(super) text: String,
    /// Whether a `*` in it is just a star.
    pub(super) is_literal: bool,
}

impl Phrase {
    pub(super) fn new(text: String, is_quoted: bool) -> Self {
        Self {
            is_literal: is_quoted && text.contains('*'),
            text,
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_literal {
            write_quoted(&self.text, formatter)
        } else {
            write_value(&self.text, formatter)
        }
    }
}

/// One of the places of `in:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Within {
    /// One of the sets.
    Set(Set),
    /// Any queue.
    Queues,
    /// The queue of this name.
    Queue(String),
}

impl fmt::Display for Within {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(set) => set.fmt(formatter),
            Self::Queues => formatter.write_str("queue"),
            Self::Queue(name) => {
                formatter.write_str("queue:")?;
                if name.contains(',') {
                    write_quoted(name, formatter)
                } else {
                    write_value(name, formatter)
                }
            }
        }
    }
}

/// How a number or time is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// The same.
    Is,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// As they are written, those first that begin like others.
    pub(super) const WRITTEN: [(&'static str, Self); 5] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Less),
        (">", Self::More),
        ("=", Self::Is),
    ];
}

/// A value and how to compare with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison<T> {
    pub(super) operator: Operator,
    pub(super) value: T,
    /// The value as it was written.
    pub(super) text: String,
}

impl<T> fmt::Display for Comparison<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.operator {
            Operator::Is => "",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::More => ">",
            Operator::AtLeast => ">=",
        };
        formatter.write_str(sign)?;
        write_value(&self.text, formatter)
    }
}

/// A point in time or an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many milliseconds ago: less than that is later.
    Ago(i64),
    /// So many milliseconds from now, or before now when negative.
    FromNow(i64),
    /// From the first moment that a text names to the last.
    Span(Timestamp, Timestamp),
}

impl When {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "now" {
            return Some(Self::FromNow(0));
        }
        if let Some(length) = text.strip_prefix('+') {
            return milliseconds(length).map(Self::FromNow);
        }
        if let Some(length) = text.strip_prefix('-') {
            return milliseconds(length).map(|length| Self::FromNow(-length));
        }
        if let (Ok(first), Ok(last)) = (parse_time(text), parse_end(text)) {
            return Some(Self::Span(first, last));
        }
        milliseconds(text).map(Self::Ago)
    }
}

/// The milliseconds of a length of time such as `30m` or `1h30m`.
fn milliseconds(text: &str) -> Option<i64> {
    let length = humantime::parse_duration(text).ok()?;
    Some(i64::try_from(length.as_millis()).unwrap_or(i64::MAX))
}

/// The bytes of a size such as `1mb`.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    text.parse::<ByteSize>().ok().map(|size| size.as_u64())
}

/// Whether a character ends what is written without quotes.
pub(super) fn ends_word(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '(' | ')')
}

/// Whether a value cannot be written without quotes.
pub(super) fn needs_quotes(text: &str) -> bool {
    // `a::b` and `a://b` are words.
    let is_word = text.starts_with(':') || text.starts_with("//");
    text.is_empty() || is_word || text.contains(ends_word)
}

/// A value as it is, or in quotes where it must be.
pub(super) fn write_value(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    if needs_quotes(text) {
        write_quoted(text, formatter)
    } else {
        formatter.write_str(text)
    }
}

/// A text in quotes.
pub(super) fn write_quoted(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(&in_quotes(text))
}

/// A text in quotes, with what means something there escaped.
pub(super) fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{When, parse_size};
    use crate::model::{Timestamp, parse_time};

    #[test]
    fn times_are_ages_points_and_days() {
        assert_eq!(When::parse("1h30m"), Some(When::Ago(5_400_000)));
        assert_eq!(When::parse("+7d"), Some(When::FromNow(604_800_000)));
        assert_eq!(When::parse("-1s"), Some(When::FromNow(-1_000)));
        assert_eq!(When::parse("now"), Some(When::FromNow(0)));
        let first = parse_time("2026-11-24").unwrap();
        assert_eq!(
            When::parse("2026-11-24"),
            Some(When::Span(first, Timestamp(first.0 + 86_399_999)))
        );
        for text in ["", "soon", "+", "-", "7", "--1h", "2026-13-01"] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("1mb"), Some(1_000_000));
        assert_eq!(parse_size("1MiB"), Some(1 << 20));
        assert_eq!(parse_size("800"), Some(800));
        assert_eq!(parse_size("large"), None);
    }
}
