//! A text of which parts are replaced.

use std::borrow::Cow;

/// A text of which parts are replaced, from its beginning to its end. It stays borrowed if none is.
pub(super) struct Splice<'text> {
    text: &'text str,
    written: String,
    /// How much of the text is written.
    copied: usize,
}

impl<'text> Splice<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self {
            text,
            written: String::new(),
            copied: 0,
        }
    }

    /// Puts something in place of a part, which stands behind those that were replaced before.
    pub(super) fn replace(&mut self, from: usize, to: usize, with: &str) {
        let before = self.text.get(self.copied..from).unwrap_or_default();
        self.written.push_str(before);
        self.written.push_str(with);
        self.copied = to;
    }

    pub(super) fn finish(mut self) -> Cow<'text, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.text);
        }
        let rest = self.text.get(self.copied..).unwrap_or_default();
        self.written.push_str(rest);
        Cow::Owned(self.written)
    }
}

/// The end of the bytes from there on that are such.
pub(super) fn run(bytes: &[u8], from: usize, is_such: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| is_such(**byte)).count()
}
