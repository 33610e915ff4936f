//! Quotes in running text, also those that were escaped because the whole was quoted again: `"`, `\"`, `\\\"`.

use super::splice::run;

/// The quote that begins a quoted text.
pub(super) struct Quote {
    mark: u8,
    /// How many stand in front of it.
    backslashes: usize,
    /// Where what it quotes begins.
    pub(super) inner: usize,
}

impl Quote {
    /// The one that stands there, if one does.
    pub(super) fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let end = run(bytes, at, |byte| byte == b'\\');
        let mark = *bytes.get(end)?;
        matches!(mark, b'"' | b'\'').then_some(Self {
            mark,
            backslashes: end - at,
            inner: end + 1,
        })
    }

    /// Where what it quotes ends, and where the quote behind it does: the end of all for one that is never closed.
    pub(super) fn close(&self, bytes: &[u8]) -> (usize, usize) {
        // Quoting once more doubles the backslashes and adds one for each quote. So those of a quote within are more than its own by a
        // number that this does not divide, and pairs that stand for themselves by one that it does.
        let round = 2 * (self.backslashes + 1);
        let mut from = self.inner;
        while let Some(length) = memchr::memchr(self.mark, bytes.get(from..).unwrap_or_default()) {
            let mark = from + length;
            let before = bytes.get(self.inner..mark).unwrap_or_default();
            let backslashes = before
                .iter()
                .rev()
                .take_while(|byte| **byte == b'\\')
                .count();
            if backslashes % round == self.backslashes {
                return (mark - self.backslashes, mark + 1);
            }
            from = mark + 1;
        }
        (bytes.len(), bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Quote;

    #[test]
    fn a_quote_ends_at_its_like() {
        for (text, inner) in [
            (r#""a" b"#, "a"),
            (r#""a\"b" c"#, r#"a\"b"#),
            (r#""a\\" c""#, r"a\\"),
            (r#"\"a\\\"b\" c\""#, r#"a\\\"b"#),
            (r#"\"a\\\\\" c\""#, r"a\\\\"),
            (r#"\\\"a\\\\\\\"b\\\" c"#, r#"a\\\\\\\"b"#),
            (r"'it\'s' b", r"it\'s"),
            (r#""a 'b"#, "a 'b"),
        ] {
            let quote = Quote::at(text.as_bytes(), 0).unwrap();
            let (end, _) = quote.close(text.as_bytes());
            assert_eq!(text.get(quote.inner..end), Some(inner), "{text}");
        }
        assert!(Quote::at(br"\\a", 0).is_none());
    }
}
