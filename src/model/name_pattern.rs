//! Names of queues and stores with stars in them.

use std::fmt;

/// Longest name, bytes.
const LONGEST: usize = 255;

/// Names, of queues for example: stars in it stand for any text, and nothing else is special.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamePattern(String);

impl NamePattern {
    /// The names that a text means.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it is empty: give a name, or write `*` for all".to_owned());
        }
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        if text != text.trim() {
            return Err("it begins or ends with a space: remove that".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it is one name.
    #[must_use]
    pub fn is_name(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether it means a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        pattern_fits(&self.0, name)
    }

    /// Whether it means every name that another one means. One that does is not always found out: then the answer is no.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        // A star of the other one can be taken by a star only, and that takes whatever stands in its place.
        pattern_fits(&self.0, &other.0)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether a text is what a pattern means, in which each `*` stands for any text. Takes time in proportion to both at most multiplied,
/// whatever they are.
#[must_use]
pub fn pattern_fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from) = (0, 0);
    // Where to go on when it does not fit: behind the last wildcard, which takes one more byte each time.
    let mut last: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                last = Some((at + 1, from));
                at += 1;
            }
            Some(byte) if *byte == text[from] => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((behind, taken)) = last else {
                    return false;
                };
                last = Some((behind, taken + 1));
                (at, from) = (behind, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::NamePattern;
    use proptest::prelude::*;

    fn pattern(text: &str) -> NamePattern {
        NamePattern::new(text).unwrap()
    }

    #[test]
    fn stars_stand_for_any_text_and_nothing_else_is_special() {
        let matches = |text: &str, queue: &str| pattern(text).matches(queue);
        assert!(matches("mail", "mail"));
        assert!(!matches("mail", "mailer"));
        assert!(!matches("mail", "Mail"));
        assert!(matches("*", "any.thing\nodd"));
        assert!(matches("mail_*_slow", "mail_eu_slow"));
        assert!(!matches("mail.*", "mailbox"));
        assert!(matches("a+b(*", "a+b(c"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "  ", " mail", &"a".repeat(300)] {
            assert!(NamePattern::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_wider_pattern_covers_a_narrower_one() {
        for (wide, narrow) in [
            ("*", "mail"),
            ("mail*", "mail_*"),
            ("mail*", "mail"),
            ("*a*", "*ba"),
        ] {
            assert!(pattern(wide).covers(&pattern(narrow)), "{wide} {narrow}");
        }
        for (narrow, wide) in [("mail", "mail*"), ("a*", "*"), ("a*b", "a*")] {
            assert!(!pattern(narrow).covers(&pattern(wide)), "{narrow} {wide}");
        }
    }

    proptest! {
        #[test]
        fn what_is_covered_means_nothing_else(
            wide in "[ab*]{1,5}", narrow in "[ab*]{1,5}", name in "[ab]{0,6}"
        ) {
            let (wide, narrow) = (pattern(&wide), pattern(&narrow));
            if wide.covers(&narrow) && narrow.matches(&name) {
                prop_assert!(wide.matches(&name));
            }
        }
    }
}
