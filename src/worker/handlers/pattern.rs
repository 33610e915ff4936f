//! Names of classes with wildcards.

use crate::model::pattern_fits;
use std::{cmp::Reverse, fmt};

/// What stands for any text.
const WILDCARD: char = '*';

/// A pattern of class names, in which `*` stands for any text: `Reports::*`; `*` alone for every class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::worker) struct Pattern(String);

impl Pattern {
    /// A pattern, or the name back when it holds no wildcard.
    pub(in crate::worker) fn new(name: String) -> Result<Self, String> {
        if name.contains(WILDCARD) {
            Ok(Self(name))
        } else {
            Err(name)
        }
    }

    /// Whether the class fits.
    pub(in crate::worker) fn fits(&self, class: &str) -> bool {
        pattern_fits(&self.0, class)
    }

    /// Characters that are no wildcard: the more, the more specific.
    pub(in crate::worker) fn literal_length(&self) -> usize {
        self.0
            .chars()
            .filter(|character| *character != WILDCARD)
            .count()
    }

    /// Orders patterns from the most specific to the least.
    pub(in crate::worker) fn rank(&self) -> Reverse<usize> {
        Reverse(self.literal_length())
    }

    /// Whether there could be a class that fits both, and neither pattern is the more specific one.
    pub(in crate::worker) fn ties_with(&self, other: &Self) -> bool {
        self.literal_length() == other.literal_length() && overlap(&self.0, &other.0)
    }

    pub(in crate::worker) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether both are patterns that [tie](Pattern::ties_with).
pub(crate) fn patterns_tie(one: &str, other: &str) -> bool {
    match (Pattern::new(one.to_owned()), Pattern::new(other.to_owned())) {
        (Ok(one), Ok(other)) => one.ties_with(&other),
        _ => false,
    }
}

/// Whether there is a text that fits both patterns.
fn overlap(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    // `reached[j]`: the first characters of `one` and the first `j` of `other` can stand for the same text.
    let mut reached = vec![false; other.len() + 1];
    reached[0] = true;
    for (index, character) in other.iter().enumerate() {
        reached[index + 1] = reached[index] && *character == WILDCARD;
    }
    for left in one {
        let mut next = vec![false; other.len() + 1];
        next[0] = reached[0] && left == WILDCARD;
        for (index, right) in other.iter().enumerate() {
            next[index + 1] = if left == WILDCARD || *right == WILDCARD {
                // A wildcard stands for nothing, or for one thing more of what stands opposite.
                reached[index + 1] || next[index]
            } else {
                reached[index] && left == *right
            };
        }
        reached = next;
    }
    reached[other.len()]
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.to_owned()).expect("a wildcard")
    }

    #[test]
    fn a_wildcard_stands_for_any_text() {
        for (text, fitting, other) in [
            ("*", &["", "A", "Reports::Daily"][..], &[][..]),
            (
                "Reports::*",
                &["Reports::", "Reports::Daily", "Reports::Daily::Late"],
                &["Reports", "Report::Daily", "My::Reports::Daily"],
            ),
            ("*Job", &["Job", "MailJob", "JobJob"], &["Jobs", "JobMail"]),
            ("A*b*c", &["Abc", "Axbxc", "Abcbc"], &["Ac", "Abcd", "bc"]),
            ("é*", &["é", "éa"], &["e", "\u{c3}"]),
        ] {
            for class in fitting {
                assert!(pattern(text).fits(class), "{text} {class}");
            }
            for class in other {
                assert!(!pattern(text).fits(class), "{text} {class}");
            }
        }
        assert_eq!(Pattern::new("Plain".to_owned()), Err("Plain".to_owned()));
    }

    #[test]
    fn many_wildcards_take_no_time() {
        let hostile = pattern(&"*a".repeat(40));
        assert!(!hostile.fits(&"a".repeat(39)));
        assert!(!hostile.fits(&format!("{}b", "a".repeat(10_000))));
    }

    #[test]
    fn patterns_tie_when_a_class_could_fit_both_equally_well() {
        for (one, other) in [("A*", "*B"), ("*a*", "a*"), ("A*Job", "A*b*Jo")] {
            let tie = pattern(one).ties_with(&pattern(other));
            assert_eq!(tie, one != "A*Job", "{one} {other}");
        }
        for (one, other) in [("Ab::*", "Cd::*"), ("*", "A*"), ("A*B", "A*C")] {
            assert!(!pattern(one).ties_with(&pattern(other)), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn what_fits_both_shows_that_they_overlap(
            one in "[ab*]{0,5}\\*[ab*]{0,3}", other in "[ab*]{0,5}\\*[ab*]{0,3}", class in "[ab]{0,6}"
        ) {
            let (one, other) = (pattern(&one), pattern(&other));
            if one.fits(&class) && other.fits(&class) && one.literal_length() == other.literal_length() {
                prop_assert!(one.ties_with(&other));
                prop_assert!(other.ties_with(&one));
            }
        }
    }
}
