//! What could be written in a search: fields, and values that were seen.

use super::{Admin, NameKind};
use crate::model::{Completion, Completions};
use crate::search::{Caret, Field, quoted};
use std::collections::HashMap;

/// Most that is suggested at a time.
const MOST: usize = 8;

/// Fewest characters for which values of all fields are looked through.
const SHORTEST: usize = 2;

const KINDS: [NameKind; 4] = [
    NameKind::Class,
    NameKind::Error,
    NameKind::Queue,
    NameKind::Tag,
];

impl NameKind {
    fn field(self) -> Field {
        match self {
            Self::Class => Field::Class,
            Self::Queue => Field::Queue,
            Self::Error => Field::Error,
            Self::Tag => Field::Tag,
        }
    }
}

impl Admin {
    /// What the word at a place of a search (characters from 0) could become: of what was shown to somebody, and of `known`, which answers
    /// the names of a kind that are known from elsewhere, with how often they were seen.
    #[must_use]
    pub fn complete(
        &self,
        query: &str,
        at: usize,
        known: impl Fn(NameKind) -> Vec<(String, u64)>,
    ) -> Completions {
        let caret = Caret::of(query, at);
        let vocabulary = self.vocabulary();
        let mut names = Names::new();
        for kind in wanted(&caret) {
            let mut of_kind: HashMap<String, u64> = vocabulary.names(kind).into_iter().collect();
            for (name, count) in known(kind) {
                let seen = of_kind.entry(name).or_default();
                *seen = (*seen).max(count);
            }
            of_kind.remove("");
            names.insert(kind, of_kind);
        }
        let is_last = caret.end == query.chars().count();
        let items = match caret.field {
            Some(field) => values(field, &caret.typed, &names)
                .into_iter()
                .map(|(value, about)| (finished(value, is_last), about))
                .collect(),
            None => words(&caret.typed, &names, is_last),
        };
        // What stands there already is no news.
        let written = query
            .chars()
            .skip(caret.start)
            .take(caret.end - caret.start);
        let written: String = written.collect();
        let items = match items.as_slice() {
            [(only, _)] if only.trim_end() == written => Vec::new(),
            _ => items,
        };
        Completions {
            start: caret.start,
            end: caret.end,
            items: items
                .into_iter()
                .map(|(text, about)| Completion { text, about })
                .collect(),
        }
    }
}

/// The kinds of names that can stand at the caret: the others are not asked for.
fn wanted(caret: &Caret) -> Vec<NameKind> {
    match caret.field {
        Some(Field::In) => vec![NameKind::Queue],
        Some(field) => KINDS
            .into_iter()
            .filter(|kind| kind.field() == field)
            .collect(),
        None if caret.typed.chars().count() >= SHORTEST => KINDS.to_vec(),
        None => Vec::new(),
    }
}

/// What is written whole: the next word begins behind it.
fn finished(mut text: String, is_last: bool) -> String {
    if is_last {
        text.push(' ');
    }
    text
}

type Names = HashMap<NameKind, HashMap<String, u64>>;

/// Values of a field, as they are written, with what they are.
fn values(field: Field, typed: &str, names: &Names) -> Vec<(String, String)> {
    if let Some(kind) = KINDS.into_iter().find(|kind| kind.field() == field) {
        return ranked(typed, names.get(&kind))
            .into_iter()
            .map(|name| (quoted(name), field.name().to_owned()))
            .collect();
    }
    let usual: &[(&str, &str)] = match field {
        Field::In => &[
            ("dead", "the dead set"),
            ("retries", "what is to be retried"),
            ("scheduled", "what waits for its time"),
            ("queue", "any queue"),
        ],
        Field::Failed | Field::Died | Field::Created | Field::Enqueued => &[
            ("<1h", "less than an hour ago"),
            ("<24h", "less than a day ago"),
            (">7d", "more than seven days ago"),
        ],
        Field::At => &[
            ("<now", "overdue"),
            ("<+1h", "due within an hour"),
            (">+1d", "due later than in a day"),
        ],
        Field::Attempts => &[
            ("0", "never failed"),
            (">3", "failed more than three times"),
        ],
        Field::Size => &[(">10kb", "more than 10 kB"), (">1mb", "more than 1 MB")],
        _ => &[],
    };
    let mut found: Vec<(String, String)> = usual
        .iter()
        .filter(|(value, _)| value.starts_with(&typed.to_lowercase()))
        .map(|(value, about)| ((*value).to_owned(), (*about).to_owned()))
        .collect();
    if field == Field::In {
        let name = typed.strip_prefix("queue:").unwrap_or(typed);
        let queues = ranked(name, names.get(&NameKind::Queue));
        found.extend(
            queues
                .into_iter()
                .map(|name| (format!("queue:{}", quoted(name)), "queue".to_owned())),
        );
    }
    found.truncate(MOST);
    found
}

/// What a word without a field could become: fields, and fields with values that were seen.
fn words(typed: &str, names: &Names, is_last: bool) -> Vec<(String, String)> {
    let folded = typed.to_lowercase();
    let mut found: Vec<(String, String)> = Field::ALL
        .into_iter()
        .filter(|field| field.name().starts_with(&folded))
        .map(|field| {
            // An argument has a name of its own.
            let sign = if field == Field::Argument { '.' } else { ':' };
            (format!("{}{sign}", field.name()), field.about().to_owned())
        })
        .collect();
    if typed.chars().count() >= SHORTEST {
        for kind in KINDS {
            let of_kind = ranked(typed, names.get(&kind)).into_iter().take(MOST / 2);
            found.extend(of_kind.map(|name| {
                let field = kind.field().name();
                let text = format!("{field}:{}", quoted(name));
                (finished(text, is_last), field.to_owned())
            }));
        }
    }
    found.truncate(MOST);
    found
}

/// The names in which something typed stands: first those that begin so, of them those seen most.
fn ranked<'names>(typed: &str, names: Option<&'names HashMap<String, u64>>) -> Vec<&'names str> {
    let typed = typed.to_lowercase();
    let mut found: Vec<(bool, u64, &str)> = names
        .into_iter()
        .flatten()
        .filter_map(|(name, count)| {
            let position = name.to_lowercase().find(&typed)?;
            Some((position > 0, *count, name.as_str()))
        })
        .collect();
    found.sort_by(|one, other| {
        (one.0, std::cmp::Reverse(one.1), one.2).cmp(&(
            other.0,
            std::cmp::Reverse(other.1),
            other.2,
        ))
    });
    found.truncate(MOST);
    found.into_iter().map(|(_, _, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{NameKind, Names, ranked, values, wanted, words};
    use crate::search::{Caret, Field};
    use std::collections::HashMap;

    fn names() -> Names {
        let of = |names: &[(&str, u64)]| {
            names
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect::<HashMap<_, _>>()
        };
        HashMap::from([
            (
                NameKind::Class,
                of(&[("PublishPhoto", 9), ("Publish", 2), ("Republish", 70)]),
            ),
            (NameKind::Queue, of(&[("media", 1), ("my queue", 3)])),
        ])
    }

    fn texts(found: Vec<(String, String)>) -> Vec<String> {
        found.into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn names_that_begin_so_come_first_then_those_seen_most() {
        let names = names();
        let ranked = ranked("PUB", names.get(&NameKind::Class));
        assert_eq!(ranked, ["PublishPhoto", "Publish", "Republish"]);
    }

    #[test]
    fn a_word_becomes_a_field_or_one_with_its_value() {
        assert_eq!(texts(words("cl", &names(), true)), ["class:"]);
        assert_eq!(
            texts(words("pub", &names(), true)),
            ["class:PublishPhoto ", "class:Publish ", "class:Republish "]
        );
        assert_eq!(texts(words("my", &names(), false)), ["queue:\"my queue\""]);
        assert_eq!(words("", &names(), true).len(), 8);
    }

    #[test]
    fn a_value_is_one_that_was_seen_or_a_usual_one() {
        let value = |field: &str, typed| {
            let field = Field::ALL.into_iter().find(|known| known.name() == field);
            texts(values(field.unwrap(), typed, &names()))
        };
        assert_eq!(
            value("queue", "m"),
            ["my queue", "media"].map(crate::search::quoted)
        );
        assert_eq!(value("in", "d"), ["dead", "queue:media"]);
        assert_eq!(value("in", "queue:my"), ["queue:\"my queue\""]);
        assert_eq!(value("failed", "<"), ["<1h", "<24h"]);
        assert!(value("jid", "").is_empty());
    }
    #[test]
    fn only_names_that_can_stand_there_are_asked_for() {
        let kinds = |text: &str| wanted(&Caret::of(text, text.len()));
        assert_eq!(kinds("class:pub"), [NameKind::Class]);
        assert_eq!(kinds("in:qu"), [NameKind::Queue]);
        assert_eq!(kinds("failed:"), []);
        assert_eq!(kinds("p"), []);
        assert_eq!(kinds("pu").len(), 4);
    }
}
