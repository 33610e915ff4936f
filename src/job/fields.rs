//! Finds the fields of a job in its text, and reads them.

use super::{Job, RetryRule, json, parse_time};
use crate::model::{Limit, Place, Timestamp};
use std::borrow::Cow;
use std::ops::Range;

/// One field: where its name (quotes included) and its value stand in the text.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Places of all fields in stored order, repeated names included, or why the bytes are no JSON object.
pub(super) fn scan(raw: &[u8]) -> Result<Vec<Field>, String> {
    let text = str::from_utf8(raw).map_err(|error| {
        format!(
            "it is not UTF-8: byte {} of {}",
            error.valid_up_to() + 1,
            raw.len()
        )
    })?;
    let members = json::members(text).map_err(|error| reason(text, &error))?;
    // Every part is a piece of `text`, so the distance of the addresses is its position.
    let base = text.as_ptr().addr();
    let place = |part: &str| {
        let start = part.as_ptr().addr() - base;
        start..start + part.len()
    };
    Ok(members
        .into_iter()
        .map(|(name, value)| Field {
            name: place(name),
            value: place(value),
        })
        .collect())
}

fn reason(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "it is empty".to_owned();
    }
    let kind = match text.trim_start().as_bytes().first() {
        Some(b'{') => None,
        Some(b'[') => Some("an array"),
        Some(b'"') => Some("a string"),
        Some(b't' | b'f' | b'n') => Some("a literal"),
        _ => Some("a number"),
    };
    match (kind, json::check(text)) {
        (Some(kind), Ok(_)) => format!("it is {kind}, not a JSON object"),
        (Some(_), Err(error)) => format!("it is not JSON: {error}"),
        (None, _) => format!("it is not JSON: {error}"),
    }
}

impl Job {
    fn slice(&self, range: &Range<usize>) -> Option<&str> {
        str::from_utf8(self.raw.get(range.clone())?).ok()
    }

    /// A field's name.
    pub(super) fn name(&self, field: &Field) -> Option<Cow<'_, str>> {
        json::string(self.slice(&field.name)?)
    }

    /// The effective field of this name: the last one.
    pub(super) fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().rev().find(|field| {
            let stored = self.raw.get(field.name.clone()).unwrap_or_default();
            if stored.len() == name.len() + 2 {
                stored.get(1..=name.len()) == Some(name.as_bytes())
            } else {
                // A name can be spelled with escapes.
                stored.len() > name.len() + 2
                    && stored.contains(&b'\\')
                    && self.name(field).is_some_and(|stored| stored == name)
            }
        })
    }

    /// Every field of this name, in stored order.
    pub(super) fn fields_named(&self, name: &str) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(move |field| self.name(field).is_some_and(|stored| stored == name))
    }

    /// All fields in stored order, repeated names included: name and JSON text of the value.
    pub(super) fn all_fields(&self) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
        self.fields
            .iter()
            .filter_map(|field| Some((self.name(field)?, self.slice(&field.value)?)))
    }

    /// A field's JSON text as stored.
    pub(super) fn value(&self, field: &Field) -> Option<&str> {
        self.slice(&field.value)
    }

    /// All fields in stored order: name and JSON text of the value; of repeated names the last one only.
    pub(crate) fn effective_fields(&self) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
        self.fields.iter().filter_map(|field| {
            let name = self.name(field)?;
            let effective = self.find(&name)?;
            (effective.value == field.value).then_some(())?;
            Some((name, self.slice(&field.value)?))
        })
    }

    /// A field's JSON text as stored; the last one if the name is repeated, as JSON readers take it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.slice(&self.find(name)?.value)
    }

    /// A field that is a string, unescaped, without a copy where it can be.
    pub(crate) fn text_field(&self, name: &str) -> Option<Cow<'_, str>> {
        json::string(self.field(name)?)
    }

    /// A field that is a string, unescaped; nothing if it is missing or of another type.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<String> {
        self.text_field(name).map(Cow::into_owned)
    }

    /// A field that is an integer.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.field(name)?.parse().ok()
    }

    /// A field that is a boolean.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.field(name)?.parse().ok()
    }

    /// A field that is a time, in either unit.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        parse_time(self.field(name)?)
    }

    /// The job id.
    #[must_use]
    pub fn jid(&self) -> Option<String> {
        self.string("jid")
    }

    /// The stored class, which names the handler (`wrapped` for Active Job: see [`Job::shown_class`]).
    #[must_use]
    pub fn class(&self) -> Option<String> {
        self.string("class")
    }

    /// The queue that it belongs to.
    #[must_use]
    pub fn queue(&self) -> Option<String> {
        self.string("queue").filter(|name| !name.is_empty())
    }

    /// Whether it is, at this place, a job of a queue within the limit: what stands in a queue is of that one, whatever it says, and what
    /// stands in a set is of the queue that it names. What names none there, as what is no job at all does, is of none.
    #[must_use]
    pub fn is_within(&self, place: &Place, limit: &Limit) -> bool {
        limit.is_none()
            || match place {
                Place::Queue(name) => limit.includes(name),
                Place::Set(_) => self.queue().is_some_and(|name| limit.includes(&name)),
            }
    }

    /// The `retry` field.
    #[must_use]
    pub fn retry_rule(&self) -> RetryRule {
        RetryRule::from_json(self.field("retry"))
    }

    /// The `tags` field; what is no string in it is left out.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.field("tags")
            .and_then(json::elements)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| json::string(tag).map(Cow::into_owned))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::job::{Job, RetryRule};
    use crate::model::{Limit, NamePattern, Place, Set, Timestamp};
    use proptest::prelude::*;

    #[test]
    fn fields_are_read_as_stored() {
        let job = Job::new(
            r#" {"class":"A\u0042","jid":"x","retry":5,"big":123456789012345678901234567890,"f":1.0,"e":1E+5,
            "dead":false,"tags":["a",1,"b"],"created_at":1795470698.6534781,"enqueued_at":1795470701597,"queue":""} "#,
        );
        assert_eq!(job.malformed(), None);
        assert_eq!(job.class().as_deref(), Some("AB"));
        assert_eq!(job.field("big"), Some("123456789012345678901234567890"));
        assert_eq!(job.field("f"), Some("1.0"));
        assert_eq!(job.field("e"), Some("1E+5"));
        assert_eq!(job.integer("big"), None);
        assert_eq!(job.integer("class"), None);
        assert_eq!(job.boolean("dead"), Some(false));
        assert_eq!(job.retry_rule(), RetryRule::Times(5));
        assert_eq!(job.tags(), ["a", "b"]);
        assert_eq!(job.time("created_at"), Some(Timestamp(1_795_470_698_653)));
        assert_eq!(job.time("enqueued_at"), Some(Timestamp(1_795_470_701_597)));
        assert_eq!(job.queue(), None);
        assert_eq!(job.field("nothing"), None);
    }

    #[test]
    fn what_stands_in_a_queue_is_of_that_one_and_what_stands_in_a_set_of_the_one_that_it_names() {
        let limit = Limit::to([NamePattern::new("mail*").unwrap()]);
        let is_within = |raw: &'static str, place: Place| {
            let job = Job::new(raw);
            assert!(job.is_within(&place, &Limit::none()));
            job.is_within(&place, &limit)
        };
        let queue = |name: &str| Place::Queue(name.to_owned());
        for raw in [r#"{"queue":"mail_eu"}"#, r#"{"queue":"a","queue":"mail"}"#] {
            assert!(is_within(raw, Set::Dead.into()), "{raw}");
            assert!(!is_within(raw, queue("photos")), "{raw}");
        }
        for raw in [
            r#"{"queue":"photos"}"#,
            r#"{"queue":"mail","queue":"a"}"#,
            r#"{"queue":["mail"]}"#,
            r#"{"queue":""}"#,
            "{}",
            "rubbish",
            r#"{"queue":"mail""#,
        ] {
            assert!(!is_within(raw, Set::Dead.into()), "{raw}");
            assert!(is_within(raw, queue("mail")), "{raw}");
        }
    }

    #[test]
    fn the_last_of_repeated_names_counts_however_it_is_spelled() {
        let job = Job::new(r#"{"jid":"first","j\u0069d":"second","jid2":"third"}"#);
        assert_eq!(job.jid().as_deref(), Some("second"));
        let job = Job::new(r#"{"j\u0069d":"first","jid":"second"}"#);
        assert_eq!(job.jid().as_deref(), Some("second"));
        assert_eq!(job.effective_fields().count(), 1);
    }

    #[test]
    fn what_is_no_object_says_why() {
        for (raw, part) in [
            (&b""[..], "it is empty"),
            (b"  ", "it is empty"),
            (b"hello", "it is not JSON"),
            (b"[1,2]", "it is an array"),
            (b"\"text\"", "it is a string"),
            (b"12", "it is a number"),
            (b"null", "it is a literal"),
            (b"{\"a\":1", "it is not JSON"),
            (b"{\"a\":1} x", "it is not JSON"),
            (b"{\"a\":\xff}", "it is not UTF-8: byte 6 of 7"),
        ] {
            let job = Job::new(raw.to_vec());
            let reason = job.malformed().unwrap_or_default();
            assert!(reason.starts_with(part), "{raw:?}: {reason}");
            assert_eq!(job.field("a"), None);
        }
    }

    #[test]
    fn deep_nesting_and_long_texts_are_just_data() {
        let deep = format!(
            "{{\"args\":{}{}}}",
            "[".repeat(200_000),
            "]".repeat(200_000)
        );
        assert_eq!(Job::new(deep).field("args").map(str::len), Some(400_000));
        let long = format!("{{\"args\":[\"{}\"],\"jid\":\"x\"}}", "é".repeat(5_000_000));
        assert_eq!(Job::new(long).jid().as_deref(), Some("x"));
    }

    proptest! {
        #[test]
        fn any_object_gives_its_fields_back(entries in prop::collection::vec(("\\PC{0,8}", any::<i64>()), 0..8)) {
            let text = entries
                .iter()
                .map(|(name, value)| format!("{}:{value}", serde_json::Value::from(name.as_str())))
                .collect::<Vec<_>>()
                .join(" , ");
            let job = Job::new(format!("{{{text}}}"));
            prop_assert_eq!(job.malformed(), None);
            for (name, _) in &entries {
                let last = entries.iter().rev().find(|(other, _)| other == name).map(|(_, value)| *value);
                prop_assert_eq!(job.integer(name), last);
            }
        }
    }
}
