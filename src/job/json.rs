//! JSON read in place: parts of a text keep their exact form, nothing is converted.

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The text of a JSON string, or nothing if it is no string. Half surrogate pairs become replacement characters, as they are no text.
pub(crate) fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(Cow::Owned(text)),
        Err(_) => serde_json::from_str::<LossyText>(json)
            .ok()
            .map(|text| Cow::Owned(text.0)),
    }
}

/// The JSON text of a string.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_quoted(&mut json, text);
    json
}

/// Adds the JSON text of a string.
pub(super) fn push_quoted(json: &mut String, text: &str) {
    let needs_escape = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().any(needs_escape) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

/// The elements of an array as they are written, or nothing if it is no array.
pub(super) fn elements(json: &str) -> Option<Vec<&str>> {
    serde_json::from_str::<Vec<&RawValue>>(json)
        .ok()
        .map(|elements| elements.into_iter().map(RawValue::get).collect())
}

/// The value of a name in an object as it is written, the last one if the name is repeated.
pub(super) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    members(json)
        .ok()?
        .into_iter()
        .rev()
        .find(|(key, _)| string(key).is_some_and(|key| key == name))
        .map(|(_, value)| value)
}

/// Names (still quoted) and values of an object as they are written, in order, or why it is no object.
pub(super) fn members(json: &str) -> Result<Vec<(&str, &str)>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let members = deserializer.deserialize_map(Members)?;
    deserializer.end()?;
    Ok(members)
}

/// Hands each element of an array to `take`, as it is written, until it says no or the text breaks off.
pub(super) fn for_each_element<'a>(
    json: &'a str,
    take: impl FnMut(&'a str) -> bool,
) -> Result<(), serde_json::Error> {
    serde_json::Deserializer::from_str(json).deserialize_seq(Elements(take))
}

/// Whether a text is one whole JSON value.
pub(super) fn check(json: &str) -> Result<&str, serde_json::Error> {
    serde_json::from_str::<&RawValue>(json).map(RawValue::get)
}

/// The same value without blanks between its parts, and with strings escaped no more than needed, as Ruby writes it; numbers, order
/// and repeated names stay. The text must be JSON.
pub(super) fn compact(json: &str) -> String {
    let mut compacted = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = rest.find('"') {
        let (before, from_quote) = rest.split_at(quote);
        compacted.extend(before.split_ascii_whitespace());
        let (text, behind) = from_quote.split_at(string_end(from_quote));
        let unescaped = text
            .contains('\\')
            .then(|| serde_json::from_str::<String>(text));
        match unescaped {
            Some(Ok(unescaped)) => push_quoted(&mut compacted, &unescaped),
            _ => compacted.push_str(text),
        }
        rest = behind;
    }
    compacted.extend(rest.split_ascii_whitespace());
    compacted
}

/// Length of the JSON string that the text begins with.
pub(crate) fn string_end(from_quote: &str) -> usize {
    let bytes = from_quote.as_bytes();
    let mut position = 1;
    while let Some(found) = bytes
        .get(position..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        position += found;
        if bytes[position] == b'"' {
            return position + 1;
        }
        position += 2;
    }
    bytes.len()
}

/// A string whose half surrogate pairs are replaced.
struct LossyText(String);

impl<'de> Deserialize<'de> for LossyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(LossyTextVisitor)
    }
}

struct LossyTextVisitor;

impl Visitor<'_> for LossyTextVisitor {
    type Value = LossyText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<LossyText, E> {
        Ok(LossyText(String::from_utf8_lossy(bytes).into_owned()))
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de str, &'de str)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            members.push((name.get(), value.get()));
        }
        Ok(members)
    }
}

struct Elements<F>(F);

impl<'de, F: FnMut(&'de str) -> bool> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<(), A::Error> {
        while let Some(element) = sequence.next_element::<&RawValue>()? {
            if !(self.0)(element.get()) {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{compact, elements, member, string};

    #[test]
    fn strings_are_unescaped_and_half_surrogates_replaced() {
        assert_eq!(string(r#""a""#).as_deref(), Some("a"));
        assert_eq!(
            string(r#""caf\u00e9 \"x\"""#).as_deref(),
            Some("café \"x\"")
        );
        assert!(string(r#""\ud800!""#).is_some_and(|text| text.ends_with('!')));
        assert_eq!(string("1"), None);
        assert_eq!(string("\""), None);
    }

    #[test]
    fn parts_keep_their_form() {
        assert_eq!(
            elements("[1.0, 1e400 ,{\"a\" : 1}]"),
            Some(vec!["1.0", "1e400", "{\"a\" : 1}"])
        );
        assert_eq!(elements("{}"), None);
        assert_eq!(member(r#"{"a":1,"\u0061":2}"#, "a"), Some("2"));
    }

    #[test]
    fn compact_text_is_what_ruby_would_write() {
        assert_eq!(
            compact(
                "[ 1.0 , 10000000000000000000000 ,\n\"a  b\\u00e9\\/\\n\\\"\", { \"k\" : [ ] } ]"
            ),
            r#"[1.0,10000000000000000000000,"a  bé/\n\"",{"k":[]}]"#
        );
        assert_eq!(compact(r#"["\ud800 \\"]"#), r#"["\ud800 \\"]"#);
    }
}
