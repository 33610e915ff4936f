//! Text as a search compares it: without regard to case and to how JSON spells it.

use std::borrow::Cow;

/// The text with every character folded.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.chars().map(fold_char).collect()
    }
}

/// The lower case of a character. One whose lower case is ASCII or several characters stays as it is (the kelvin sign, İ), so that
/// folding changes no ASCII text but A to Z, which is what [`super::prefilter`] builds on. Both small sigmas are one.
pub(super) fn fold_char(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    if character == 'ς' {
        return 'σ';
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) if !lower.is_ascii() => lower,
        _ => character,
    }
}

/// The text with the escapes of JSON strings resolved, wherever they stand; what is no escape stays. Half surrogate pairs become
/// replacement characters.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('\\') else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    let mut next = Some(first);
    while let Some(position) = next {
        plain.push_str(&rest[..position]);
        rest = &rest[position..];
        let (character, length) = escape(rest);
        plain.push(character);
        rest = &rest[length..];
        next = rest.find('\\');
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character that the escape at the beginning stands for, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return ('\\', 1),
    };
    (simple, 2)
}

fn unicode(text: &str) -> (char, usize) {
    let Some(unit) = unit(text) else {
        return ('\\', 1);
    };
    if let Some(character) = char::from_u32(unit) {
        return (character, 6);
    }
    let low = text.get(6..).and_then(self::unit);
    match (unit, low) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
            let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                12,
            )
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The number of a `\uXXXX` at the beginning.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` would take a sign.
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_char, unescape};
    use proptest::prelude::*;

    #[test]
    fn case_does_not_count() {
        assert_eq!(fold("PHOTO Ärger ΟΔΟΣ"), fold("photo äRGER οδος"));
        assert_eq!(
            fold("\u{212a} İ ı"),
            "\u{212a} İ ı",
            "no ASCII comes of them"
        );
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for character in char::MIN..=char::MAX {
            let folded = fold_char(character);
            assert_eq!(fold_char(folded), folded, "{character}");
            assert_eq!(folded.is_ascii(), character.is_ascii(), "{character}");
        }
    }

    #[test]
    fn escapes_are_resolved_and_others_stay() {
        for (text, plain) in [
            ("plain é", "plain é"),
            (r#"a\"b\\c\/d\n\t"#, "a\"b\\c/d\n\t"),
            (r"caf\u00e9 \u65E5", "café 日"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d!", "\u{fffd}!"),
            (r"\ude00\ud83d\u0041", "\u{fffd}\u{fffd}A"),
            (r"\u12", r"\u12"),
            (r"\u+123", r"\u+123"),
            (r"\x \", r"\x \"),
            (r"\u00é", r"\u00é"),
        ] {
            assert_eq!(unescape(text), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_json_writes_is_resolved(text in "\\PC*", control in "[\\x00-\\x1f\"\\\\/]{0,5}") {
            let text = format!("{control}{text}{control}");
            let json = serde_json::Value::from(text.as_str()).to_string();
            prop_assert_eq!(unescape(&json).into_owned(), format!("\"{text}\""));
        }
    }
}
