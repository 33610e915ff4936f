//! Secrets in running text.

use super::{
    REDACTED, Rules, card,
    splice::{Splice, run},
    value::secret_behind,
};
use regex::NoExpand;
use std::borrow::Cow;

/// The text without what stands behind telling names, without passwords in addresses, without numbers of cards, and without what the
/// patterns mean.
pub(super) fn redacted<'a>(rules: &Rules, text: &'a str) -> Cow<'a, str> {
    let text = then(named(&rules.keys, text), card::redacted);
    rules.patterns.iter().fold(text, |text, pattern| {
        then(text, |text| pattern.replace_all(text, NoExpand(REDACTED)))
    })
}

/// What was made of a text, changed further.
fn then<'a>(text: Cow<'a, str>, change: impl Fn(&str) -> Cow<'_, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => change(text),
        Cow::Owned(text) => match change(&text) {
            Cow::Owned(changed) => Cow::Owned(changed),
            Cow::Borrowed(_) => Cow::Owned(text),
        },
    }
}

fn named<'a>(keys: &[String], text: &'a str) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    if memchr::memchr2(b'=', b':', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let mut splice = Splice::new(text);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let found = if is_word(byte) {
            let start = at;
            at = run(bytes, at, is_word);
            secret_behind(keys, text, start, at)
        } else if text[at..].starts_with("://") {
            at += 3;
            password_of_address(text, at)
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            None
        };
        if let Some((from, to)) = found {
            splice.replace(from, to, REDACTED);
            at = to;
        }
    }
    splice.finish()
}

/// Whether a byte is of a name.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
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
    (start < stop && text.get(start..stop) != Some(REDACTED)).then_some((start, stop))
}
