//! Numbers of payment cards.

use super::{
    REDACTED,
    splice::{Splice, run},
};
use std::borrow::Cow;

/// Digits of the shortest and of the longest number.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// What may stand between its digits, one at a time: blanks and dashes, also those that end no line.
const SEPARATORS: [char; 6] = [' ', '-', '\u{a0}', '\u{202f}', '\u{2011}', '\u{2013}'];

/// Whether digits are the number of a card: a known beginning, the length that goes with it, and the right check digit.
pub(super) fn is_card(digits: &str) -> bool {
    if !DIGITS.contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let beginning = |length: usize| {
        digits
            .get(..length)
            .and_then(|digits| digits.parse::<u32>().ok())
            .unwrap_or_default()
    };
    let fits = matches!(
        (beginning(1), beginning(2), beginning(4), digits.len()),
        (4, _, _, 13 | 16 | 19)
            | (_, 34 | 37, _, 15)
            | (_, 36 | 38, _, 14)
            | (_, 51..=55, _, 16)
            | (_, _, 2221..=2720, 16)
            | (_, 62 | 65, _, 16..=19)
            | (_, _, 6011 | 3528..=3589, 16..=19)
    );
    fits && has_right_check_digit(digits)
}

/// By Luhn.
fn has_right_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            match (index % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A text without numbers of cards, also where blanks or dashes stand between their digits.
pub(super) fn redacted(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut splice = Splice::new(text);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if !byte.is_ascii_digit() {
            at += 1;
            continue;
        }
        match end_of_card(text, at).filter(|_| !is_within(bytes, at)) {
            Some(end) => {
                splice.replace(at, end, REDACTED);
                at = end;
            }
            None => at = run(bytes, at, |byte| byte.is_ascii_digit()),
        }
    }
    splice.finish()
}

/// The end of the card's number that begins there.
fn end_of_card(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut digits = String::new();
    let mut start = from;
    loop {
        let end = run(bytes, start, |byte| byte.is_ascii_digit());
        if end == start || digits.len() + end - start > *DIGITS.end() {
            return None;
        }
        digits.push_str(text.get(start..end)?);
        let goes_on = bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
        if is_card(&digits) && !goes_on {
            return Some(end);
        }
        let rest = text.get(end..)?;
        let separator = rest
            .chars()
            .next()
            .filter(|next| SEPARATORS.contains(next))?;
        start = end + separator.len_utf8();
    }
}

/// Whether the digits that begin there go on with a word, such as an id, or with another number.
fn is_within(bytes: &[u8], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).and_then(|at| bytes.get(at));
    match before(1) {
        Some(b'.') => before(2).is_some_and(u8::is_ascii_digit),
        Some(byte) => byte.is_ascii_alphanumeric(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_card, redacted};

    #[test]
    fn a_card_has_a_beginning_a_length_and_a_check_digit() {
        for card in [
            "4111111111111111",
            "378282246310005",
            "5500000000000004",
            "2223003122003222",
            "6011111111111117",
            "30569309025904",
        ] {
            // The last one is of a brand that is no more.
            assert_eq!(is_card(card), !card.starts_with("305"), "{card}");
        }
        assert!(!is_card("1795470707831000"));
        assert!(!is_card("4111111111111112"));
    }

    #[test]
    fn a_number_before_a_card_hides_it_not() {
        assert_eq!(redacted("5 4111 1111 1111 1111."), "5 [redacted].");
        assert_eq!(redacted("v4111111111111111"), "v4111111111111111");
        assert_eq!(redacted("0.4111111111111111"), "0.4111111111111111");
        assert_eq!(redacted("4111111111111111a"), "4111111111111111a");
    }

    #[test]
    fn a_word_before_a_card_and_what_is_no_ascii_beside_it_hide_it_not() {
        for (text, without) in [
            ("v2 4111111111111111", "v2 [redacted]"),
            ("A5-4111 1111 1111 1111", "A5-[redacted]"),
            ("card_4111111111111111_old", "card_[redacted]_old"),
            ("Refused.4111111111111111.", "Refused.[redacted]."),
            ("é4111111111111111é", "é[redacted]é"),
            ("“4111 1111 1111 1111”", "“[redacted]”"),
            ("カード4111111111111111。", "カード[redacted]。"),
            ("4111\u{a0}1111\u{202f}1111–1111", "[redacted]"),
            (
                "4111111111111111 5500000000000004 1",
                "[redacted] [redacted] 1",
            ),
        ] {
            assert_eq!(redacted(text), without);
        }
    }

    #[test]
    fn many_digits_are_looked_through_once() {
        let groups = "4111 1111 1111 1112 ".repeat(50_000);
        assert_eq!(redacted(&groups), groups);
        let digits = "4".repeat(1_000_000);
        assert_eq!(redacted(&digits), digits);
    }
}
