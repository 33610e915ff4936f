//! Tells from an entry's bytes that it cannot hold a text, without reading it.

use super::text::fold_char;
use memchr::memmem::Finder;

/// Longest piece of a text that is looked for, in bytes: more makes nothing surer.
const LONGEST: usize = 64;

/// A piece of a text that must stand in the bytes of every entry that holds the text: letter by letter, in either case, or with some of
/// its characters written as `\uXXXX`.
pub(super) struct Prefilter {
    piece: Finder<'static>,
    escape: Escape,
}

/// How the escapes begin with which the piece may be written instead.
enum Escape {
    /// It has only ASCII characters, and JSON has no other way to write them than `\u0020` to `\u007e`.
    Ascii(Finder<'static>),
    /// It has others as well.
    Any(Finder<'static>),
}

impl Prefilter {
    /// The prefilter for a text that is compared folded or as it is; nothing when it has no piece that must be there as it is.
    pub(super) fn new(text: &str) -> Option<Self> {
        let piece = text
            .split(|character| !is_certain(character))
            .max_by_key(|piece| piece.len())
            .map(beginning)
            .filter(|piece| !piece.is_empty())?;
        let escape = if piece.is_ascii() {
            Escape::Ascii(Finder::new(r"\u00"))
        } else {
            Escape::Any(Finder::new(r"\u"))
        };
        Some(Self {
            piece: Finder::new(&piece.to_ascii_lowercase()).into_owned(),
            escape,
        })
    }

    /// Bytes of the piece that is looked for.
    pub(super) fn length(&self) -> usize {
        self.piece.needle().len()
    }

    /// Whether an entry of these bytes, all of whose ASCII letters have been made small, may hold the text.
    ///
    /// Making them small and looking for one spelling are both done many bytes at a time, whatever the text; a search that heeds no case
    /// is five times slower where the letters that it looks for are common.
    pub(super) fn may_be_in(&self, small: &[u8]) -> bool {
        self.piece.find(small).is_some() || self.escape.is_in(small)
    }
}

impl Escape {
    fn is_in(&self, raw: &[u8]) -> bool {
        match self {
            Self::Any(beginning) => beginning.find(raw).is_some(),
            Self::Ascii(beginning) => beginning
                .find_iter(raw)
                .any(|position| matches!(raw.get(position + 4), Some(b'2'..=b'7'))),
        }
    }
}

/// As many whole characters as are looked for.
fn beginning(piece: &str) -> &str {
    let end = (0..=piece.len().min(LONGEST))
        .rev()
        .find(|end| piece.is_char_boundary(*end));
    &piece[..end.unwrap_or(0)]
}

/// Whether a character stands in the bytes of JSON as it is (an ASCII letter in either case) or as `\uXXXX`, and in no third way.
fn is_certain(character: char) -> bool {
    match character {
        // These have escapes of their own, and `#` is put between the parts of a mailer's class.
        '"' | '\\' | '/' | '#' => false,
        ' '..='~' => true,
        // What invalid bytes and half surrogate pairs are shown as.
        char::REPLACEMENT_CHARACTER => false,
        _ => !character.is_ascii() && is_caseless(character),
    }
}

/// Whether no other character folds to this one.
fn is_caseless(character: char) -> bool {
    let mut upper = character.to_uppercase();
    fold_char(character) == character && upper.next() == Some(character) && upper.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{Prefilter, is_caseless};
    use crate::search::text::fold_char;

    fn may_be(text: &str, raw: &str) -> bool {
        Prefilter::new(text)
            .is_none_or(|prefilter| prefilter.may_be_in(raw.to_ascii_lowercase().as_bytes()))
    }

    #[test]
    fn nothing_folds_to_a_caseless_character_but_itself() {
        for character in char::MIN..=char::MAX {
            let folded = fold_char(character);
            assert!(
                folded == character || !is_caseless(folded),
                "{character} {folded}"
            );
        }
    }

    #[test]
    fn what_is_not_there_is_told_from_the_bytes() {
        assert!(may_be("photo 7", "the PHOTO 7"));
        assert!(!may_be("photo 7", "the photo 8"));
        assert!(may_be("日本", "in 日本"));
        assert!(!may_be("日本", "in 日 本 \\n"));
        assert!(!may_be("photo é", "fot é"));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_enough() {
        let text = "日".repeat(1000);
        assert!(may_be(&text, &"日".repeat(21)));
        assert!(!may_be(&text, &"日".repeat(20)));
    }

    #[test]
    fn what_may_be_written_otherwise_is_possible() {
        assert!(may_be("photo", r"ph\u006fto"));
        assert!(!may_be("photo", r"caf\u00e9 \u0000 \n"));
        assert!(may_be("日本", r"\u65e5\u672c"));
        assert!(may_be("É", "é"), "no piece to look for");
        assert!(may_be("\"", ""));
    }
}
