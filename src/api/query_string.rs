//! Query strings, read and written the same way on the server and in the browser.
//!
//! The router's own map decodes twice on the way in, so a `%` that somebody searches for would not survive it.

use std::fmt::Write as _;

/// Name and value of every pair, decoded, in order. Never fails: broken escapes stay as they are, invalid UTF-8 is replaced.
#[must_use]
pub fn parse(query: &str) -> Vec<(String, String)> {
    query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A query string with a leading `?`, or nothing when there are no pairs.
#[must_use]
pub fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(&encode(name));
        query.push('=');
        query.push_str(&encode(value));
    }
    query
}

/// A text that is safe as a name, a value, or one segment of a path: all but letters, digits and `-._~:` percent-encoded.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The text behind an encoded segment of a path. As [`parse`], it never fails; `+` is itself there.
#[must_use]
pub fn decode_segment(text: &str) -> String {
    decode_bytes(text, b'+')
}

/// The text behind an encoded one; `+` is a space, as forms write it.
fn decode(text: &str) -> String {
    decode_bytes(text, b' ')
}

fn decode_bytes(text: &str, plus: u8) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'+', _) => decoded.push(plus),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high * 16 + low);
                    rest = after;
                }
                _ => decoded.push(byte),
            },
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{encode, parse, write};
    use proptest::prelude::*;

    #[test]
    fn a_form_s_query_is_read_as_it_was_typed() {
        let pairs = parse("?text=100%25+sure&class=&error=a%2Bb&odd=%zz%4");
        let expected = [
            ("text", "100% sure"),
            ("class", ""),
            ("error", "a+b"),
            ("odd", "%zz%4"),
        ];
        let read: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_safe_stays_legible() {
        assert_eq!(encode("dead~1795.5~ab:c"), "dead~1795.5~ab:c");
        assert_eq!(encode("a b/ü"), "a%20b%2F%C3%BC");
        assert_eq!(write([("a", "1 2"), ("b", "")]), "?a=1%202&b=");
        assert_eq!(write([]), "");
    }

    proptest! {
        #[test]
        fn any_pairs_round_trip(pairs in prop::collection::vec((".{1,8}", ".*"), 0..5)) {
            let query = write(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            prop_assert_eq!(parse(&query), pairs);
        }

        #[test]
        fn any_text_can_be_read(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
