//! Names with stars in them.

use super::{prefilter::Prefilter, text::fold, value::Phrase};

/// A text in which stars stand for any characters, compared without regard to case.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    /// What stands between the stars, folded.
    pieces: Vec<String>,
    /// The same as it was written.
    written: Vec<String>,
}

impl Glob {
    pub(super) fn new(phrase: &Phrase) -> Self {
        let written: Vec<String> = if phrase.is_literal {
            vec![phrase.text.clone()]
        } else {
            phrase.text.split('*').map(str::to_owned).collect()
        };
        Self {
            pieces: written.iter().map(|piece| fold(piece)).collect(),
            written,
        }
    }

    /// Whether a folded text is this as a whole.
    pub(super) fn is(&self, folded: &str) -> bool {
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else {
            return folded.is_empty();
        };
        if self.pieces.len() == 1 {
            return folded == first;
        }
        let Some(rest) = folded.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(middle) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        holds_in_order(middle, &self.pieces[1..self.pieces.len() - 1])
    }

    /// Whether a folded text has a part that is this.
    pub(super) fn is_in(&self, folded: &str) -> bool {
        holds_in_order(folded, &self.pieces)
    }

    /// What must stand in the bytes of an entry that has this in a field.
    pub(super) fn prefilters(&self) -> Vec<Prefilter> {
        self.written
            .iter()
            .filter_map(|piece| Prefilter::new(piece))
            .collect()
    }
}

/// Whether the pieces stand in the text one behind the other.
fn holds_in_order(text: &str, pieces: &[String]) -> bool {
    let mut rest = text;
    pieces.iter().all(|piece| match rest.find(piece.as_str()) {
        Some(at) => {
            rest = &rest[at + piece.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::Glob;
    use crate::search::value::Phrase;
    use proptest::prelude::*;

    fn glob(text: &str, is_quoted: bool) -> Glob {
        Glob::new(&Phrase::new(text.to_owned(), is_quoted))
    }

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, is) in [
            ("Ab", "ab", true),
            ("ab", "abc", false),
            ("a*", "a", true),
            ("*::Timeout", "net::timeout", true),
            ("*a*b*", "xaxbx", true),
            ("ab*bc", "abc", false),
            ("a**c", "abc", true),
            ("*", "", true),
        ] {
            assert_eq!(glob(pattern, false).is(text), is, "{pattern} {text}");
        }
        assert!(glob("a*", true).is("a*") && !glob("a*", true).is("ab"));
        assert!(glob("b*d", false).is_in("abcde") && !glob("d*b", false).is_in("abcde"));
    }

    /// The plain definition, letter by letter.
    fn is(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skipped| is(rest, &text[skipped..])),
            Some((letter, rest)) => text.first() == Some(letter) && is(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_glob_is_what_its_definition_says(pattern in "[ab*]{1,6}", text in "[ab]{0,7}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(glob(&pattern, false).is(&text), is(&letters(&pattern), &letters(&text)));
            let around = format!("*{pattern}*");
            prop_assert_eq!(glob(&pattern, false).is_in(&text), is(&letters(&around), &letters(&text)));
        }
    }
}
