//! Secrets in running text.

use super::{REDACTED, card, keys::is_telling};
use std::borrow::Cow;

/// Blanks that may stand between a name, its sign and its value.
const BLANKS: usize = 3;

/// The text without what stands behind telling names, without passwords in addresses, and without numbers of cards.
pub(super) fn redacted<'a>(keys: &[String], text: &'a str) -> Cow<'a, str> {
    match named(keys, text) {
        Cow::Borrowed(text) => card::redacted(text),
        Cow::Owned(text) => Cow::Owned(card::redacted(&text).into_owned()),
    }
}

fn named<'a>(keys: &[String], text: &'a str) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    if memchr::memchr2(b'=', b':', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let mut written = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = if is_word(byte) {
            let end = run(bytes, at, is_word);
            let name = &text[at..end];
            at = end;
            value_behind(text, end).filter(|_| is_telling(keys, name))
        } else if text[at..].starts_with("://") {
            at += 3;
            password_of_address(text, at)
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            None
        };
        if let Some((from, to)) = found {
            written.push_str(&text[copied..from]);
            written.push_str(REDACTED);
            (copied, at) = (to, to);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[copied..]);
    Cow::Owned(written)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The end of the bytes from there on that are such.
fn run(bytes: &[u8], from: usize, is_such: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| is_such(**byte)).count()
}

/// Behind a few blanks.
fn behind_blanks(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |byte| matches!(byte, b' ' | b'\t')).min(from + BLANKS)
}

/// A quote, or one that is escaped; and where it ends.
fn quote(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let length = match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'"' | b'\'', _) => 1,
        (b'\\', Some(b'"')) => 2,
        _ => return None,
    };
    Some((bytes.get(at..at + length)?, at + length))
}

/// The value behind a name that ends there: `=…`, `: …`, `=>…`, in quotes or without.
fn value_behind(text: &str, end: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let at = quote(bytes, end).map_or(end, |(_, end)| end);
    let at = behind_blanks(bytes, at);
    let at = match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'=', Some(b'>')) => at + 2,
        // A comparison; a Ruby constant; an address.
        (b'=', Some(b'=')) | (b':', Some(b':' | b'/')) => return None,
        (b'=' | b':', _) => at + 1,
        _ => return None,
    };
    let from = behind_blanks(bytes, at);
    if let Some((quote, from)) = quote(bytes, from) {
        let length = memchr::memmem::find(bytes.get(from..)?, quote);
        let to = length.map_or(bytes.len(), |length| from + length);
        return is_value(text, from, to).then_some((from, to));
    }
    let mut to = run(bytes, from, is_bare);
    let first = text.get(from..to)?.to_ascii_lowercase();
    // `Authorization: Bearer abc`.
    if matches!(first.as_str(), "bearer" | "basic" | "token" | "digest")
        && bytes.get(to) == Some(&b' ')
    {
        to = run(bytes, to + 1, is_bare);
    }
    is_value(text, from, to).then_some((from, to))
}

/// Whether a byte is of a value without quotes.
fn is_bare(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
        && !matches!(
            byte,
            b',' | b';' | b'&' | b')' | b'}' | b']' | b'"' | b'\'' | b'<' | b'>' | b'\\'
        )
}

/// Nothing, and what has been replaced already, is no secret.
fn is_value(text: &str, from: usize, to: usize) -> bool {
    let value = text.get(from..to).unwrap_or_default();
    !matches!(value, "" | "nil" | "null" | "true" | "false")
        && !text.get(from..).unwrap_or_default().starts_with(REDACTED)
}

/// The password in an address whose host part begins there: `user:PASSWORD@host`.
fn password_of_address(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = run(bytes, from, |byte| {
        !byte.is_ascii_whitespace()
            && !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>')
    });
    let host = text.get(from..end)?;
    let at = host.rfind('@')?;
    let colon = host.get(..at)?.find(':')?;
    let (start, stop) = (from + colon + 1, from + at);
    is_value(text, start, stop).then_some((start, stop))
}
