//! Reads a search as people write it.
//!
//! ```text
//! search  = all *( "OR" all )
//! all     = 1*( ["AND"] part )
//! part    = [ "-" / "NOT" ] ( "(" search ")" / field ":" value / word / quoted )
//! ```

use super::field::{Field, suggestion};
use super::query::{ErrorField, NameField, Query, Term, TimeField};
use super::value::{Comparison, Operator, Phrase, When, Within, ends_word, parse_size};
use super::word::{Head, head};
use crate::model::{QueryError, Set};

/// Most characters of a search.
const MOST_CHARACTERS: usize = 4_000;

/// Most parentheses within each other.
const MOST_LEVELS: usize = 40;

/// Places that `in:` knows.
const PLACES: [&str; 4] = ["scheduled", "retries", "dead", "queue"];

/// What is wrong, and the bytes where.
struct Wrong {
    message: String,
    start: usize,
    end: usize,
}

type Parsed<T> = Result<T, Wrong>;

/// Reads a search; an empty one finds everything.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    read(text).map_err(|wrong| {
        let characters = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
        QueryError {
            message: wrong.message,
            start: characters(wrong.start),
            end: characters(wrong.end),
        }
    })
}

fn read(text: &str) -> Parsed<Query> {
    if let Some((start, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        return Err(Wrong {
            message: format!("a search has {MOST_CHARACTERS} characters at most"),
            start,
            end: text.len(),
        });
    }
    let mut parser = Parser {
        text,
        position: 0,
        levels: 0,
    };
    parser.skip_blanks();
    if parser.is_at_end() {
        return Ok(Query::All(Vec::new()));
    }
    let query = parser.any()?;
    // What is kept is the form in which it is written again, which has to be readable, too.
    if text.len() > MOST_CHARACTERS / 8 && query.to_string().chars().count() > MOST_CHARACTERS {
        return Err(Wrong {
            message: format!(
                "a search has {MOST_CHARACTERS} characters at most, and this one, written out, has more"
            ),
            start: 0,
            end: text.len(),
        });
    }
    // Only a parenthesis ends a search before its end.
    if parser.is_at_end() {
        Ok(query)
    } else {
        Err(parser.wrong_here(
            1,
            "this `)` closes nothing: leave it out, or put it in quotes to search for it",
        ))
    }
}

struct Parser<'text> {
    text: &'text str,
    position: usize,
    levels: usize,
}

impl<'text> Parser<'text> {
    fn rest(&self) -> &'text str {
        &self.text[self.position..]
    }

    fn is_at_end(&self) -> bool {
        self.position == self.text.len()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start().len();
    }

    fn wrong_here(&self, length: usize, message: impl Into<String>) -> Wrong {
        Wrong {
            message: message.into(),
            start: self.position,
            end: self.position + length,
        }
    }

    /// Whether `word` stands here, alone.
    fn is_keyword(&self, word: &str) -> bool {
        self.rest()
            .strip_prefix(word)
            .is_some_and(|rest| rest.chars().next().is_none_or(ends_word))
    }

    fn take_keyword(&mut self, word: &str) -> bool {
        let is_there = self.is_keyword(word);
        if is_there {
            self.position += word.len();
            self.skip_blanks();
        }
        is_there
    }

    fn any(&mut self) -> Parsed<Query> {
        let mut parts = vec![self.all()?];
        while self.take_keyword("OR") {
            parts.push(self.all()?);
        }
        Ok(Query::any(parts))
    }

    fn all(&mut self) -> Parsed<Query> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            let is_over = self.is_at_end() || self.rest().starts_with(')') || self.is_keyword("OR");
            if is_over && parts.is_empty() {
                return Err(self.missing());
            } else if is_over {
                return Ok(Query::all(parts));
            }
            if self.is_keyword("AND") {
                if parts.is_empty() {
                    return Err(self.wrong_here(3, "`AND` stands between two conditions: put it in quotes to search for the word"));
                }
                self.take_keyword("AND");
            }
            parts.push(self.part()?);
        }
    }

    /// What is wrong where a condition should stand and none does.
    fn missing(&self) -> Wrong {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        if self.is_keyword("OR") {
            return self.wrong_here(
                2,
                "`OR` stands between two conditions: put it in quotes to search for the word",
            );
        }
        self.wrong_here(
            length,
            "expected a word, a text in quotes, or a field such as `class:`; to search for parentheses, put them in quotes",
        )
    }

    fn part(&mut self) -> Parsed<Query> {
        self.skip_blanks();
        if self.is_negated() {
            return Ok(Query::Not(Box::new(self.part_of_not()?)));
        }
        let rest = self.rest();
        if rest.starts_with('(') {
            return self.group();
        }
        if rest.starts_with('"') {
            let start = self.position;
            let text = self.quoted()?;
            if text.is_empty() {
                return Err(Wrong {
                    message: "there is nothing between these quotes to search for".to_owned(),
                    start,
                    end: self.position,
                });
            }
            return Ok(Query::Is(Term::Text(text)));
        }
        if rest.is_empty()
            || rest.starts_with(')')
            || self.is_keyword("OR")
            || self.is_keyword("AND")
        {
            return Err(self.missing());
        }
        self.word()
    }

    /// Takes a sign of negation, if one stands here.
    fn is_negated(&mut self) -> bool {
        let behind = self
            .rest()
            .strip_prefix('-')
            .and_then(|rest| rest.chars().next());
        if behind.is_some_and(|next| !next.is_whitespace() && next != '-' && next != ')') {
            self.position += 1;
            return true;
        }
        self.take_keyword("NOT")
    }

    fn part_of_not(&mut self) -> Parsed<Query> {
        // A negated group is one level, as a negation within another is, which is written as one.
        if self.rest().starts_with('(') {
            return self.group();
        }
        self.deeper(Self::part)
    }

    /// Reads something that may hold itself again.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Parsed<Query>) -> Parsed<Query> {
        if self.levels == MOST_LEVELS {
            return Err(self.wrong_here(
                1,
                format!("this is nested too deep: {MOST_LEVELS} levels are allowed"),
            ));
        }
        self.levels += 1;
        let query = read(self);
        self.levels -= 1;
        query
    }

    fn group(&mut self) -> Parsed<Query> {
        let start = self.position;
        self.deeper(|parser| {
            parser.position += 1;
            let query = parser.any()?;
            if parser.is_at_end() {
                return Err(Wrong {
                    message:
                        "this `(` is not closed: add a `)`, or put it in quotes to search for it"
                            .to_owned(),
                    start,
                    end: start + 1,
                });
            }
            // Only its parenthesis ends a search before the end of the text.
            parser.position += 1;
            Ok(query)
        })
    }

    /// A text in quotes, in which `\"` is a quote and `\\` a backslash.
    fn quoted(&mut self) -> Parsed<String> {
        let start = self.position;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.position = start + 1 + at + 1;
                    return Ok(text);
                }
                '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, escaped)) => text.push(escaped),
                    None => text.push('\\'),
                },
                other => text.push(other),
            }
        }
        Err(Wrong {
            message: "this quote is not closed: add a `\"` at the end of the text".to_owned(),
            start,
            end: start + 1,
        })
    }

    /// What stands here up to a blank, a quote or a parenthesis.
    fn bare(&self) -> &'text str {
        let rest = self.rest();
        &rest[..rest.find(ends_word).unwrap_or(rest.len())]
    }

    fn word(&mut self) -> Parsed<Query> {
        let bare = self.bare();
        let is_quote_next = self.rest()[bare.len()..].starts_with('"');
        match head(bare, is_quote_next) {
            Err((length, message)) => Err(self.wrong_here(length, message)),
            Ok(Head::Word) => {
                self.position += bare.len();
                Ok(Query::Is(Term::Text(bare.to_owned())))
            }
            Ok(Head::Field(field, keys, length)) => {
                let start = self.position;
                self.position += length;
                self.term(field, keys, start).map(Query::Is)
            }
        }
    }

    fn term(&mut self, field: Field, keys: &str, start: usize) -> Parsed<Term> {
        Ok(match field {
            Field::Class => Term::Name(NameField::Class, self.phrase(field)?),
            Field::Queue => Term::Name(NameField::Queue, self.phrase(field)?),
            Field::Jid => Term::Name(NameField::Jid, self.phrase(field)?),
            Field::Tag => Term::Name(NameField::Tag, self.phrase(field)?),
            Field::Group => Term::Name(NameField::Group, self.phrase(field)?),
            Field::Error => Term::Error(ErrorField::ClassOrMessage, self.phrase(field)?),
            Field::Message => Term::Error(ErrorField::Message, self.phrase(field)?),
            Field::Argument => {
                let path: Vec<String> = match keys {
                    "" => Vec::new(),
                    keys => keys[1..].split('.').map(str::to_owned).collect(),
                };
                if path.iter().any(String::is_empty) {
                    return Err(Wrong {
                        message:
                            "a key is missing: write `arg.user_id:17`, or `arg:17` for any argument"
                                .to_owned(),
                        start,
                        end: self.position,
                    });
                }
                Term::Argument(path, self.phrase(field)?)
            }
            Field::In => Term::In(self.places()?),
            Field::At => Term::Time(TimeField::At, self.time(field)?),
            Field::Failed => Term::Time(TimeField::Failed, self.time(field)?),
            Field::Died => Term::Time(TimeField::Died, self.time(field)?),
            Field::Created => Term::Time(TimeField::Created, self.time(field)?),
            Field::Enqueued => Term::Time(TimeField::Enqueued, self.time(field)?),
            Field::Attempts => Term::Attempts(self.comparison(
                field,
                "a whole number, as in `attempts:>3`",
                |text| text.parse().ok(),
            )?),
            Field::Size => Term::Size(self.comparison(
                field,
                "a size, as in `size:>1mb` or `size:<800`",
                parse_size,
            )?),
        })
    }

    /// The value that stands here, and whether it is in quotes.
    fn value(&mut self, field: Field) -> Parsed<(String, bool)> {
        let start = self.position;
        let is_quoted = self.rest().starts_with('"');
        let text = if is_quoted {
            self.quoted()?
        } else {
            let bare = self.bare();
            self.position += bare.len();
            bare.to_owned()
        };
        if text.is_empty() {
            let name = field.name();
            return Err(Wrong {
                message: format!("expected a value behind `{name}:`, without a blank between them"),
                start,
                end: self.position,
            });
        }
        Ok((text, is_quoted))
    }

    fn phrase(&mut self, field: Field) -> Parsed<Phrase> {
        let (text, is_quoted) = self.value(field)?;
        Ok(Phrase::new(text, is_quoted))
    }

    fn comparison<T>(
        &mut self,
        field: Field,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Parsed<Comparison<T>> {
        let rest = self.rest();
        let (sign, operator) = Operator::WRITTEN
            .into_iter()
            .find(|(sign, _)| rest.starts_with(sign))
            .unwrap_or(("", Operator::Is));
        self.position += sign.len();
        let start = self.position;
        let (text, _) = self.value(field)?;
        let text = text.trim().to_owned();
        match read(&text) {
            Some(value) => Ok(Comparison {
                operator,
                value,
                text,
            }),
            None => Err(Wrong {
                message: format!("expected {expected}"),
                start,
                end: self.position,
            }),
        }
    }

    fn time(&mut self, field: Field) -> Parsed<Comparison<When>> {
        let start = self.position;
        let name = field.name();
        let expected = format!(
            "a length of time or a time, as in `{name}:<1h` (less than an hour ago), `{name}:>7d`, `{name}:<+1h` (before an hour from now) or `{name}:>2026-11-24`"
        );
        let comparison = self.comparison(field, &expected, When::parse)?;
        let is_span = matches!(comparison.value, When::Span(..));
        if comparison.operator == Operator::Is && !is_span {
            let text = &comparison.text;
            return Err(Wrong {
                message: format!(
                    "expected `<` or `>` before a length of time: write `{name}:<{text}` or `{name}:>{text}`"
                ),
                start,
                end: self.position,
            });
        }
        Ok(comparison)
    }

    fn places(&mut self) -> Parsed<Vec<Within>> {
        let mut places = vec![self.place()?];
        while self.rest().starts_with(',') {
            self.position += 1;
            places.push(self.place()?);
        }
        Ok(places)
    }

    fn place(&mut self) -> Parsed<Within> {
        let start = self.position;
        let bare = self.bare();
        let item = bare.split(',').next().unwrap_or_default();
        self.position += item.len();
        let Some(name) = item.strip_prefix("queue:") else {
            return match item.to_ascii_lowercase().as_str() {
                "scheduled" | "schedule" => Ok(Within::Set(Set::Scheduled)),
                "retries" | "retry" => Ok(Within::Set(Set::Retries)),
                "dead" | "morgue" => Ok(Within::Set(Set::Dead)),
                "queue" | "queues" => Ok(Within::Queues),
                other => Err(Wrong {
                    message: format!(
                        "expected `scheduled`, `retries`, `dead`, `queue` or `queue:NAME`, one or several with commas between them{}",
                        if other.is_empty() {
                            String::new()
                        } else {
                            format!(" ({})", suggestion(other, &PLACES))
                        }
                    ),
                    start,
                    end: self.position,
                }),
            };
        };
        let name = if name.is_empty() && self.rest().starts_with('"') {
            self.quoted()?
        } else {
            name.to_owned()
        };
        if name.is_empty() {
            return Err(Wrong {
                message: "expected the queue's name behind `queue:`".to_owned(),
                start,
                end: self.position,
            });
        }
        Ok(Within::Queue(name))
    }
}

#[cfg(test)]
mod tests;
