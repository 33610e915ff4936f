//! HTML written as text: for the parts of a page that are long and never change by themselves, which would be slow (and much code)
//! as components.

use crate::app::format;
use crate::model::{is_unseen, push_code};

/// HTML that grows. Only what stands in the source goes in as it is ([`Markup::tag`]); all else is escaped ([`Markup::text`]).
#[derive(Debug, Default)]
pub(super) struct Markup(String);

/// What a text is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// With its lines.
    Lines,
    /// On one line.
    Line,
    /// As JSON writes it between the quotes.
    Json,
}

impl Markup {
    /// HTML as it stands in the source.
    pub(super) fn tag(&mut self, html: &'static str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// A number.
    pub(super) fn count(&mut self, number: usize) -> &mut Self {
        self.0.push_str(&format::count(number as u64));
        self
    }

    /// A text, escaped. What nobody would see (controls, marks that turn the direction of writing) is shown as its code.
    pub(super) fn text(&mut self, text: &str, shown: Shown) -> &mut Self {
        for character in text.chars() {
            self.character(character, shown);
        }
        self
    }

    /// A text, escaped; behind `limit` characters the rest unfolds.
    pub(super) fn long_text(&mut self, text: &str, shown: Shown, limit: usize) -> &mut Self {
        // A little more is not worth a click.
        let Some((end, _)) = text
            .char_indices()
            .nth(limit)
            .filter(|_| text.chars().nth(limit + limit / 4).is_some())
        else {
            return self.text(text, shown);
        };
        let (start, rest) = text.split_at(end);
        self.text(start, shown)
            .tag("<details class=\"rest\"><summary>show all ")
            .count(text.chars().count())
            .tag(" characters</summary>")
            .text(rest, shown)
            .tag("</details>")
    }

    /// The HTML.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn character(&mut self, character: char, shown: Shown) {
        match (character, shown) {
            ('&', _) => self.0.push_str("&amp;"),
            ('<', _) => self.0.push_str("&lt;"),
            ('>', _) => self.0.push_str("&gt;"),
            ('"', Shown::Json) => self.0.push_str("\\&quot;"),
            ('"', _) => self.0.push_str("&quot;"),
            ('\\', Shown::Json) => self.0.push_str("\\\\"),
            ('\n', Shown::Lines) => self.0.push('\n'),
            ('\t', Shown::Lines) => self.0.push('\t'),
            (unseen, _) if is_unseen(unseen) => {
                self.0.push_str("<span class=\"unseen\">");
                push_code(&mut self.0, unseen);
                self.0.push_str("</span>");
            }
            (other, _) => self.0.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Markup, Shown};
    use proptest::prelude::*;

    fn html(text: &str, shown: Shown) -> String {
        let mut markup = Markup::default();
        markup.text(text, shown);
        markup.finish()
    }

    #[test]
    fn html_in_a_text_is_text() {
        assert_eq!(
            html("<b onclick=\"x\">&amp;", Shown::Line),
            "&lt;b onclick=&quot;x&quot;&gt;&amp;amp;"
        );
    }

    #[test]
    fn what_nobody_would_see_is_shown_as_its_code() {
        let seen = |text, shown| {
            html(text, shown)
                .replace("<span class=\"unseen\">", "[")
                .replace("</span>", "]")
        };
        assert_eq!(
            seen("a\u{202e}b\0\r\n\tc", Shown::Lines),
            "a[\\u202e]b[\\u0000][\\r]\n\tc"
        );
        assert_eq!(seen("a\nb", Shown::Line), "a[\\n]b");
        assert_eq!(
            seen("\"\\\u{e0041}é", Shown::Json),
            "\\&quot;\\\\[\\udb40\\udc41]é"
        );
    }

    #[test]
    fn a_long_text_is_cut_and_whole() {
        let mut markup = Markup::default();
        markup.long_text(&"é".repeat(3_000), Shown::Line, 1_000);
        let html = markup.finish();
        assert_eq!(html.matches('é').count(), 3_000);
        assert!(html.contains("show all 3\u{202f}000 characters"));
        let mut markup = Markup::default();
        markup.long_text(&"x".repeat(1_100), Shown::Line, 1_000);
        assert!(!markup.finish().contains("show all"));
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in "[<>&\"'a-z\\\\ \u{0}-\u{20}\u{202e}]{0,60}") {
            for shown in [Shown::Lines, Shown::Line, Shown::Json] {
                let html = html(&text, shown).replace("<span class=\"unseen\">", "").replace("</span>", "");
                prop_assert!(!html.contains(['<', '>', '"']), "{}", html);
            }
        }
    }
}
