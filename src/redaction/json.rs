//! Secrets in JSON, replaced where they stand.

use super::{
    REDACTED, Rules, card,
    keys::is_telling,
    splice::{Splice, run},
    text,
};
use crate::job::{json_quoted, json_string, json_string_end};
use regex::Regex;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The same JSON without its secrets; what has none keeps its bytes.
pub(super) fn redacted<'a>(rules: &Rules, json: &'a str) -> Cow<'a, str> {
    let mut walk = Walk {
        rules,
        json,
        splice: Splice::new(json),
    };
    walk.run();
    walk.splice.finish()
}

/// A text without its secrets, which may be JSON itself: a payload that was handed on as a text.
fn redacted_text<'a>(rules: &Rules, text: &'a str) -> Cow<'a, str> {
    let may_be_json = text.trim_start().starts_with(['{', '[']);
    if may_be_json && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        redacted(rules, text)
    } else {
        text::redacted(rules, text)
    }
}

struct Walk<'rules, 'json> {
    rules: &'rules Rules,
    json: &'json str,
    splice: Splice<'json>,
}

impl Walk<'_, '_> {
    fn run(&mut self) {
        let bytes = self.json.as_bytes();
        // Of each array or object around: whether it is an object.
        let mut around: Vec<bool> = Vec::new();
        let mut names = false;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'{' | b'[' => {
                    names = byte == b'{';
                    around.push(names);
                    at += 1;
                }
                b'}' | b']' => {
                    around.pop();
                    names = false;
                    at += 1;
                }
                b',' => {
                    names = around.last() == Some(&true);
                    at += 1;
                }
                b'"' => {
                    let end = at + json_string_end(self.rest(at));
                    at = if names {
                        names = false;
                        self.name(at, end)
                    } else {
                        self.string(at, end)
                    };
                }
                b'-' | b'0'..=b'9' => {
                    let end = end_of_plain(bytes, at);
                    let number = self.json.get(at..end).unwrap_or_default();
                    let is_meant = |pattern: &Regex| pattern.is_match(number);
                    if card::is_card(number) || self.rules.patterns.iter().any(is_meant) {
                        self.splice.replace(at, end, &json_quoted(REDACTED));
                    }
                    at = end;
                }
                _ => at += 1,
            }
        }
    }

    fn rest(&self, at: usize) -> &str {
        self.json.get(at..).unwrap_or_default()
    }

    /// A member's name, and its value if the name tells of a secret; answers where to go on.
    fn name(&mut self, at: usize, end: usize) -> usize {
        let name = self.json.get(at..end).and_then(json_string);
        if !name.is_some_and(|name| is_telling(&self.rules.keys, &name)) {
            return end;
        }
        let bytes = self.json.as_bytes();
        let from = run(bytes, end, |byte| {
            byte.is_ascii_whitespace() || byte == b':'
        });
        let to = end_of_value(self.json, from);
        let value = self.json.get(from..to).unwrap_or_default();
        let replacement = json_quoted(REDACTED);
        // What cannot hold a secret says something.
        if !matches!(value, "" | "null" | "true" | "false" | "\"\"") && value != replacement {
            self.splice.replace(from, to, &replacement);
        }
        to
    }

    fn string(&mut self, at: usize, end: usize) -> usize {
        let redacted = self
            .json
            .get(at..end)
            .and_then(json_string)
            .and_then(|text| match redacted_text(self.rules, &text) {
                Cow::Owned(redacted) if redacted != text => Some(json_quoted(&redacted)),
                _ => None,
            });
        if let Some(redacted) = redacted {
            self.splice.replace(at, end, &redacted);
        }
        end
    }
}

/// The end of a number or word.
fn end_of_plain(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |byte| {
        !byte.is_ascii_whitespace()
            && !matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[')
    })
    .max(from)
}

/// The end of the value that begins there.
fn end_of_value(json: &str, from: usize) -> usize {
    let bytes = json.as_bytes();
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at += json_string_end(json.get(at..).unwrap_or_default()),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b',' | b':' => at += 1,
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ => at = end_of_plain(bytes, at),
        }
        if depth == 0 {
            return at.min(bytes.len());
        }
    }
    bytes.len()
}
