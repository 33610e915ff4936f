//! The word of a search in which somebody is writing, and what it could become.

use super::field::Field;
use super::value::{ends_word, in_quotes, needs_quotes};
use super::word::{Head, head};

/// The word in which somebody is writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caret {
    /// Where what is suggested goes: the first character, counted from 0.
    pub start: usize,
    /// The character behind the last one.
    pub end: usize,
    /// The field before the colon, if one is written.
    pub field: Option<Field>,
    /// What is written of the value, or of the word, until the caret; without quotes.
    pub typed: String,
}

impl Caret {
    /// The word at a place of a search, characters from 0. It may be empty.
    #[must_use]
    pub fn of(text: &str, at: usize) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let at = at.min(characters.len());
        let start = word_start(&characters, at);
        let end = word_end(&characters, start, at);
        let written: String = characters[start..at].iter().collect();
        // Only what stands before a quote can be a field.
        let bare = written.split('"').next().unwrap_or_default();
        let mut caret = Self {
            start,
            end,
            field: None,
            typed: unquoted(&written),
        };
        if let Ok(Head::Field(field, _, length)) = head(bare, bare.len() < written.len()) {
            caret.field = Some(field);
            let value = &written[length..];
            let mut skipped = length;
            if field == Field::In {
                // Places are listed.
                skipped += value.rfind(',').map_or(0, |comma| comma + 1);
                caret.end = characters[at..end]
                    .iter()
                    .position(|character| *character == ',')
                    .map_or(end, |comma| at + comma);
            }
            caret.start = start + written[..skipped].chars().count();
            caret.typed = unquoted(&written[skipped..]);
        }
        caret
    }
}

/// A value as it is written in a search: in quotes where it must be.
#[must_use]
pub fn quoted(value: &str) -> String {
    // A star alone would stand for any characters, a comma would begin another place.
    if needs_quotes(value) || value.contains(['*', ',']) {
        in_quotes(value)
    } else {
        value.to_owned()
    }
}

/// Where the word begins in which `at` is; behind a minus, which is none of it.
fn word_start(characters: &[char], at: usize) -> usize {
    let (mut start, mut is_quoted, mut position) = (0, false, 0);
    while position < at {
        match characters[position] {
            '\\' if is_quoted => position += 1,
            '"' => is_quoted = !is_quoted,
            other if !is_quoted && (other.is_whitespace() || matches!(other, '(' | ')')) => {
                start = position + 1;
            }
            '-' if !is_quoted && position == start => start = position + 1,
            _ => {}
        }
        position += 1;
    }
    start.min(at)
}

/// Where it ends: behind `at`, at what ends a word, or behind the quote that closes it.
fn word_end(characters: &[char], start: usize, at: usize) -> usize {
    let (mut is_quoted, mut position) = (false, start);
    while position < characters.len() {
        match characters[position] {
            '\\' if is_quoted => position += 1,
            '"' => is_quoted = !is_quoted,
            other if !is_quoted && position >= at && ends_word(other) => break,
            _ => {}
        }
        position += 1;
    }
    // A quote that is open to the end is being written.
    if is_quoted {
        return at;
    }
    position.min(characters.len())
}

/// A text without quotes and what escapes them.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else {
        return text.to_owned();
    };
    let mut plain = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            '"' => break,
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Caret, quoted};
    use crate::search::Field;
    use crate::search::Query;
    use proptest::prelude::*;

    /// The word at the bar of a text.
    fn at(text: &str) -> (String, Option<&'static str>, String) {
        let at = text.chars().position(|character| character == '|').unwrap();
        let text = text.replace('|', "");
        let caret = Caret::of(&text, at);
        let replaced = text
            .chars()
            .skip(caret.start)
            .take(caret.end - caret.start)
            .collect();
        (replaced, caret.field.map(Field::name), caret.typed)
    }

    #[test]
    fn the_word_at_the_caret_is_found() {
        for (text, replaced, field, typed) in [
            ("|", "", None, ""),
            ("cl|", "cl", None, "cl"),
            ("a cl|ass b", "class", None, "cl"),
            ("a |", "", None, ""),
            ("class:|", "", Some("class"), ""),
            ("Class:Pub|", "Pub", Some("class"), "Pub"),
            ("-class:Pub|lish tag:x", "Publish", Some("class"), "Pub"),
            ("(error:Net::Re|", "Net::Re", Some("error"), "Net::Re"),
            ("(tag:v|)", "v", Some("tag"), "v"),
            ("tag:\"my v|", "\"my v", Some("tag"), "my v"),
            ("tag:\"my v|ip\" x", "\"my vip\"", Some("tag"), "my v"),
            ("tag:\"a\\\"b|", "\"a\\\"b", Some("tag"), "a\"b"),
            ("in:dead,re|", "re", Some("in"), "re"),
            ("in:de|ad,retries", "dead", Some("in"), "de"),
            ("in:queue:me|", "queue:me", Some("in"), "queue:me"),
            ("ü é tag:é|", "é", Some("tag"), "é"),
            ("Net::Re|", "Net::Re", None, "Net::Re"),
            ("\"no ro|", "\"no ro", None, "no ro"),
            ("arg.user_id:1|", "1", Some("arg"), "1"),
            ("klass:x|", "klass:x", None, "klass:x"),
        ] {
            assert_eq!(
                at(text),
                (replaced.to_owned(), field, typed.to_owned()),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_place_of_any_text_has_a_word(text in "\\PC*", at in 0_usize..40) {
            let caret = Caret::of(&text, at);
            prop_assert!(caret.start <= caret.end && caret.end <= text.chars().count());
        }

        #[test]
        fn what_is_suggested_can_be_read_and_means_itself(value in "[^\\p{C}]{1,20}") {
            let search = format!("tag:{}", quoted(&value));
            let read: Query = search.parse().unwrap();
            let again: Query = read.to_string().parse().unwrap();
            prop_assert_eq!(again, read);
            prop_assert_eq!(search.parse::<Query>().unwrap().parts().len(), 1);
        }
    }
}
