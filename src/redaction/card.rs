//! Numbers of payment cards.

use super::REDACTED;
use std::borrow::Cow;

/// Digits of the shortest and of the longest number.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

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
    let mut written = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if !byte.is_ascii_digit() {
            at += 1;
            continue;
        }
        let groups = groups(bytes, at);
        let end = groups.last().map_or(at + 1, |(_, end)| *end);
        let is_part_of_word = at > 0 && is_of_number_or_word(bytes[at - 1]);
        match card_in(text, &groups).filter(|_| !is_part_of_word) {
            Some((from, to)) => {
                written.push_str(&text[copied..from]);
                written.push_str(REDACTED);
                (copied, at) = (to, to);
            }
            None => at = end,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    written.push_str(&text[copied..]);
    Cow::Owned(written)
}

/// Runs of digits from there on with one blank or dash between them.
fn groups(bytes: &[u8], from: usize) -> Vec<(usize, usize)> {
    let mut groups = Vec::new();
    let mut start = from;
    loop {
        let length = bytes
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 {
            return groups;
        }
        let end = start + length;
        groups.push((start, end));
        match bytes.get(end) {
            Some(b' ' | b'-') => start = end + 1,
            _ => return groups,
        }
    }
}

/// Where a card's number stands in neighbouring groups.
fn card_in(text: &str, groups: &[(usize, usize)]) -> Option<(usize, usize)> {
    for (index, (from, _)) in groups.iter().enumerate() {
        let mut digits = String::new();
        for (start, end) in &groups[index..] {
            digits.push_str(&text[*start..*end]);
            if digits.len() > *DIGITS.end() {
                break;
            }
            let follows = text.as_bytes().get(*end);
            let goes_on = follows
                .is_some_and(|byte| is_of_number_or_word(*byte) && *byte != b'.' && *byte != b'-');
            if is_card(&digits) && !goes_on {
                return Some((*from, *end));
            }
        }
    }
    None
}

fn is_of_number_or_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') || !byte.is_ascii()
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
    }
}
