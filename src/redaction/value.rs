//! The value behind a telling name in running text.

use super::{REDACTED, keys::is_telling, quote::Quote, splice::run, text::is_word};

/// Blanks that may stand between a name, its sign and its value.
const BLANKS: usize = 20;

/// What stands in front of what proves who somebody is: `Authorization: Bearer abc`.
const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "digest", "negotiate", "ntlm"];

/// Where the secret stands behind the name from `start` to `end`, if the name tells of one: behind `=`, `:` or `=>`, in quotes, in brackets, or
/// bare.
pub(super) fn secret_behind(
    keys: &[String],
    text: &str,
    start: usize,
    end: usize,
) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let from = behind_sign(bytes, end)?;
    let name = text.get(start..end)?;
    if !is_telling(keys, name) {
        return None;
    }
    let (from, to) = match (Quote::at(bytes, from), bytes.get(from)?) {
        (Some(quote), _) => (quote.inner, quote.close(bytes).0),
        (None, b'{' | b'[') => (from, end_of_brackets(bytes, from)),
        (None, _) if is_telling(&["cookie"], name) => (from, end_of_list(bytes, from)),
        (None, _) => (from, end_of_bare(text, name, from)),
    };
    // Nothing, and what has been replaced already, is no secret.
    let value = text.get(from..to)?;
    let is_secret = !matches!(value, "" | "nil" | "null" | "true" | "false" | REDACTED);
    is_secret.then_some((from, to))
}

/// Where a value begins behind a name that ends there.
fn behind_sign(bytes: &[u8], end: usize) -> Option<usize> {
    let at = match Quote::at(bytes, end) {
        Some(quote) => quote.inner,
        None => end,
    };
    let at = behind_blanks(bytes, at);
    let at = match (bytes.get(at)?, bytes.get(at + 1)) {
        (b'=', Some(b'>')) => at + 2,
        // A comparison; a Ruby constant; an address.
        (b'=', Some(b'=')) | (b':', Some(b':' | b'/')) => return None,
        (b'=' | b':', _) => at + 1,
        _ => return None,
    };
    Some(behind_blanks(bytes, at))
}

/// Behind a few blanks.
fn behind_blanks(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |byte| matches!(byte, b' ' | b'\t')).min(from + BLANKS)
}

/// The end of what begins with a bracket; what is quoted within has none.
fn end_of_brackets(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match (byte, Quote::at(bytes, at)) {
            (_, Some(quote)) => {
                at = quote.close(bytes).1;
                continue;
            }
            (b'\\', None) => {
                at = run(bytes, at, |byte| byte == b'\\');
                continue;
            }
            (b'{' | b'[', None) => depth += 1,
            (b'}' | b']', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The end of a value without quotes: one word, or two where the first one only says what the second one is.
fn end_of_bare(text: &str, name: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    // Whatever it begins with is of it: passwords may begin with any sign.
    let begins = bytes
        .get(from)
        .is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b',' | b';' | b'&'));
    let to = run(bytes, from + usize::from(begins), is_bare);
    let next = behind_blanks(bytes, to);
    let first = text.get(from..to).unwrap_or_default();
    let is_scheme = SCHEMES
        .iter()
        .any(|scheme| first.eq_ignore_ascii_case(scheme));
    match is_pair(bytes, next) {
        _ if next == to => to,
        // `Digest username="a", nonce="b"`.
        true if is_scheme || is_telling(&["authorization"], name) => end_of_list(bytes, next),
        false if is_scheme => run(bytes, next, is_bare),
        _ => to,
    }
}

/// The end of pairs and words that stand in one row: `a=1; b="2"; HttpOnly`, `a="1", b=2`.
fn end_of_list(bytes: &[u8], from: usize) -> usize {
    let mut at = end_of_pair(bytes, from);
    loop {
        let next = behind_blanks(bytes, at + 1);
        let goes_on = match bytes.get(at) {
            Some(b';') => bytes.get(next).is_some_and(|byte| is_bare(*byte)),
            Some(b',') => is_pair(bytes, next),
            _ => false,
        };
        if !goes_on {
            return at;
        }
        at = end_of_pair(bytes, next);
    }
}

/// Whether `name=value` begins there.
fn is_pair(bytes: &[u8], from: usize) -> bool {
    let sign = run(bytes, from, is_word);
    let is_valued = bytes.get(sign + 1).is_some_and(|byte| {
        *byte != b'=' && (is_bare(*byte) || matches!(byte, b'"' | b'\'' | b'\\'))
    });
    sign > from && bytes.get(sign) == Some(&b'=') && is_valued
}

/// The end of a pair, or of a word.
fn end_of_pair(bytes: &[u8], from: usize) -> usize {
    let sign = run(bytes, from, is_word);
    match Quote::at(bytes, sign + 1) {
        Some(quote) if bytes.get(sign) == Some(&b'=') => quote.close(bytes).1,
        _ => run(bytes, from, is_bare),
    }
}

/// Whether a byte is of a value without quotes.
fn is_bare(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
        && !matches!(
            byte,
            b',' | b';' | b'&' | b')' | b'}' | b']' | b'"' | b'\'' | b'<' | b'>' | b'\\'
        )
}
