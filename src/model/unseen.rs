//! Characters that nobody would see, or that change how others are seen: controls, which a terminal obeys, and those that reverse text.
//! Names and texts of jobs are written by others; wherever they are shown, such characters are shown by their code.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character would not be seen, or would change how others are seen.
#[must_use]
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Adds a character's code as JSON writes it: within a text of JSON it means the same as the character itself.
pub fn push_code(text: &mut String, character: char) {
    match character {
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        other => {
            for unit in other.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
}

/// A text on one line, in which everything can be seen.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_visible(&mut line, character);
    }
    Cow::Owned(line)
}

/// As [`visible`], with at most `limit` characters of the text.
#[must_use]
pub fn visible_start(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == limit {
            line.push('…');
            break;
        }
        push_visible(&mut line, character);
    }
    line
}

fn push_visible(line: &mut String, character: char) {
    if is_unseen(character) {
        push_code(line, character);
    } else {
        line.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::{is_unseen, visible, visible_start};
    use proptest::prelude::*;

    #[test]
    fn what_is_not_seen_is_shown_by_its_code() {
        assert_eq!(visible("plain ☃ текст"), "plain ☃ текст");
        assert_eq!(visible("a\nb\t\u{1b}[31m"), "a\\nb\\t\\u001b[31m");
        assert_eq!(visible("\u{202e}gnp.exe\u{feff}"), "\\u202egnp.exe\\ufeff");
        assert_eq!(visible("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(visible_start("a\u{2066}bcd", 3), "a\\u2066b…");
    }

    proptest! {
        #[test]
        fn everything_of_a_visible_text_is_seen(text in ".*") {
            prop_assert!(!visible(&text).contains(is_unseen));
        }

        /// What a script reads of a line of JSON is what was there, whether or not it is made visible.
        #[test]
        fn visible_json_means_the_same(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            let read: String = serde_json::from_str(&visible(&json)).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
