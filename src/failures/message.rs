//! Error messages without what varies from one failure to the next.
//!
//! What varies becomes `…`: quoted values, numbers and what hangs on them (`12:30`, `10.0.0.1:5432`, `5ms`), ids (UUIDs, hexadecimal, mixed
//! letters and digits), addresses of the web, of mail and of memory, paths below their first part, and what `#<Class …>` holds.
//! One sign for all of them: an id that happens to have digits only stays the same id.

/// What stands for what varies.
const VARIABLE: char = '…';

/// Bytes of a message that are looked at.
const READ_BYTES: usize = 1_000;

/// Most characters of what is left.
const KEPT_CHARACTERS: usize = 200;

/// Shortest word of hexadecimal digits that is an id.
const HEXADECIMAL_ID: usize = 8;

/// Shortest word in which letters and digits change often that is an id, and how often.
const MIXED_ID: (usize, usize) = (7, 3);

/// The message without what varies, into `out`: one pass, which is what nearly every message needs.
///
/// Texts with the same first pass have the same [`settled`] form, so this is enough to look up what is known already.
pub(super) fn first_pass(message: &str, out: &mut String) {
    let most = READ_BYTES.min(message.len());
    let read = (0..=most)
        .rev()
        .find(|at| message.is_char_boundary(*at))
        .unwrap_or(0);
    pass(&message[..read], read < message.len(), out);
    shorten(out);
}

/// The first pass's result, taken on until nothing changes any more.
pub(super) fn settled(mut text: String) -> String {
    let mut next = String::with_capacity(text.len());
    loop {
        pass(&text, false, &mut next);
        if next == text {
            return text;
        }
        // Each pass leaves fewer characters, or more of them are `…`: this ends.
        std::mem::swap(&mut text, &mut next);
    }
}

fn shorten(text: &mut String) {
    if text.len() > KEPT_CHARACTERS {
        if let Some((end, _)) = text.char_indices().nth(KEPT_CHARACTERS) {
            text.truncate(end);
        }
        text.truncate(text.trim_end().len());
    }
}

/// One pass over a text; `is_cut` says that it went on.
fn pass(text: &str, is_cut: bool, out: &mut String) {
    out.clear();
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        is_cut,
        has_mail: memchr::memchr(b'@', text.as_bytes()).is_some(),
        out,
    };
    reader.read();
    let end = out.trim_end().len();
    out.truncate(end);
}

/// A text on its way through a pass.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    is_cut: bool,
    has_mail: bool,
    out: &'a mut String,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
                b' ' | b'\t'..=b'\r' => {
                    self.space();
                    self.at += 1;
                }
                b'"' | b'`' | b'\'' => self.quote(byte),
                b'#' if self.byte(self.at + 1) == Some(b'<') => self.inspected(),
                b'/' => self.path(),
                b'-' | b'+' if self.is_sign() => self.at += 1,
                b':' if self.is_address(self.at) => self.variable_to(self.address_end(self.at)),
                0x80.. => self.character(),
                _ => self.copy_to(self.at + 1),
            }
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn is_word_at(&self, at: usize) -> bool {
        self.byte(at).is_some_and(is_word)
    }

    fn is_digit_at(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
    }

    /// Whether a letter or digit of any script stands right before.
    fn is_behind_word(&self) -> bool {
        match self.at.checked_sub(1).and_then(|before| self.byte(before)) {
            None => false,
            Some(byte) if byte.is_ascii() => is_word(byte),
            Some(_) => self.text[..self.at]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric),
        }
    }

    /// The end of the bytes from here on for which this holds.
    fn end_while(&self, from: usize, holds: impl Fn(u8) -> bool) -> usize {
        self.bytes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .position(|byte| !holds(*byte))
            .map_or(self.bytes.len(), |length| from + length)
    }

    fn copy_to(&mut self, end: usize) {
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn variable_to(&mut self, end: usize) {
        variable(self.out);
        self.at = end;
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    /// A character beyond ASCII.
    fn character(&mut self) {
        let Some(character) = self.text[self.at..].chars().next() else {
            self.at = self.bytes.len();
            return;
        };
        let end = self.at + character.len_utf8();
        let closing = match character {
            VARIABLE => return self.variable_to(end),
            '“' | '„' => Some('”'),
            '‘' if !self.is_behind_word() => Some('’'),
            '«' => Some('»'),
            _ => None,
        };
        match closing {
            Some(closing) => {
                let found = self.text[end..].find(closing);
                self.quoted(end, found.map(|found| end + found + closing.len_utf8()));
            }
            None if character.is_whitespace() => {
                self.space();
                self.at = end;
            }
            None => self.copy_to(end),
        }
    }

    /// A value in ASCII quotes; Ruby opens with a backtick and closes with an apostrophe.
    fn quote(&mut self, quote: u8) {
        let inside = self.at + 1;
        if quote == b'\'' && self.is_behind_word() {
            // An apostrophe.
            return self.copy_to(inside);
        }
        let mut at = inside;
        let mut closed = None;
        while let Some(byte) = self.byte(at) {
            at += 1;
            match (quote, byte) {
                (_, b'\\') => at += 1,
                (b'"', b'"') | (b'`', b'`') => closed = Some(at),
                // Not the one in `isn't`.
                (b'\'' | b'`', b'\'') if !self.is_word_at(at) => closed = Some(at),
                _ => {}
            }
            if closed.is_some() {
                break;
            }
        }
        self.quoted(inside, closed);
    }

    /// A quoted value up to its end, where it was found.
    fn quoted(&mut self, inside: usize, closed: Option<usize>) {
        match closed {
            Some(end) => self.variable_to(end),
            None if self.is_cut => self.variable_to(self.bytes.len()),
            None => self.copy_to(inside),
        }
    }

    /// `#<Class …>`: the class stays.
    fn inspected(&mut self) {
        let mut name_end = self.end_while(self.at + 2, is_word);
        while self.bytes.get(name_end..name_end + 2) == Some(b"::") && self.is_word_at(name_end + 2)
        {
            name_end = self.end_while(name_end + 2, is_word);
        }
        let mut depth = 1;
        let mut at = name_end;
        while let Some(byte) = self.byte(at) {
            let before = self.bytes[at - 1];
            match byte {
                b'<' => depth += 1,
                // Not an arrow's point.
                b'>' if !matches!(before, b'=' | b'-') => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        if depth > 0 && !self.is_cut {
            return self.copy_to(self.at + 2);
        }
        self.copy_to(name_end);
        self.out.push('>');
        self.at = at;
    }

    /// A path: its first part stays, what is below it goes.
    fn path(&mut self) {
        let start = self.at + 1;
        let is_path = !self.is_behind_word() && self.is_word_at(start);
        let first_end = self.end_while(start, |byte| is_path_part(byte) && byte != b'/');
        if !is_path || self.byte(first_end) != Some(b'/') {
            return self.copy_to(start);
        }
        let mut end = self.end_while(first_end, is_path_part);
        while matches!(self.bytes[end - 1], b'.' | b'/') && end > first_end + 1 {
            end -= 1;
        }
        self.copy_to(start);
        // Its first part as any other text.
        while self.at < first_end {
            if self.is_word_at(self.at) {
                self.word();
            } else if self.bytes[self.at].is_ascii() {
                self.copy_to(self.at + 1);
            } else {
                self.character();
            }
        }
        if self.at < end {
            if self.at == first_end {
                self.out.push('/');
            }
            self.variable_to(end);
        }
    }

    /// A plus or minus that belongs to the number behind it.
    fn is_sign(&self) -> bool {
        self.is_digit_at(self.at + 1) && !self.is_behind_word()
    }

    /// A word, or what begins with one.
    fn word(&mut self) {
        let start = self.at;
        let end = self.end_while(start, is_word);
        if let Some(end) = self.link_end(end).or_else(|| self.mail_end(start)) {
            return self.variable_to(end);
        }
        if self.byte(end) == Some(b':') && self.is_address(start) {
            return self.variable_to(self.address_end(start));
        }
        if let Some(mut end) = self.variable_end(start, end) {
            while let Some(next) = self.joined_end(end) {
                end = next;
            }
            return self.variable_to(end);
        }
        while self.at < end {
            let letters = self.end_while(self.at, |byte| is_word(byte) && !byte.is_ascii_digit());
            self.copy_to(letters.min(end));
            if self.at < end {
                let digits = self.end_while(self.at, |byte| byte.is_ascii_digit());
                self.variable_to(digits);
            }
        }
    }

    /// The end of a number or id that this word is, or begins.
    fn variable_end(&self, start: usize, end: usize) -> Option<usize> {
        let uuid = self.bytes.get(start..start + 36);
        if uuid.is_some_and(is_uuid) && !self.is_word_at(start + 36) {
            return Some(start + 36);
        }
        let word = &self.bytes[start..end];
        (word[0].is_ascii_digit() || is_id(word)).then_some(end)
    }

    /// The end of a further part of a number or id: `.1`, `:30`, `-11`.
    fn joined_end(&self, end: usize) -> Option<usize> {
        if !matches!(self.byte(end)?, b'-' | b'.' | b':' | b',' | b'/' | b'+') {
            return None;
        }
        let start = end + 1;
        self.is_word_at(start)
            .then(|| self.variable_end(start, self.end_while(start, is_word)))?
    }

    /// The end of an address of the web whose scheme ends here.
    fn link_end(&self, scheme_end: usize) -> Option<usize> {
        if self.bytes.get(scheme_end..scheme_end + 3) != Some(b"://") {
            return None;
        }
        let mut end = self.end_while(scheme_end + 3, |byte| {
            byte > b' ' && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
        });
        while end > scheme_end + 3
            && matches!(
                self.bytes[end - 1],
                b'.' | b',' | b';' | b':' | b')' | b']' | b'}' | b'!' | b'?'
            )
        {
            end -= 1;
        }
        let mut ends = end..=self.text.len();
        ends.find(|at| self.text.is_char_boundary(*at))
    }

    fn mail_end(&self, start: usize) -> Option<usize> {
        if !self.has_mail {
            return None;
        }
        let at = self.end_while(start, |byte| {
            is_word(byte) || matches!(byte, b'.' | b'%' | b'+' | b'-')
        });
        let is_mail = self.byte(at) == Some(b'@') && self.is_word_at(at + 1);
        is_mail.then(|| {
            let mut end =
                self.end_while(at + 1, |byte| is_word(byte) || matches!(byte, b'.' | b'-'));
            while matches!(self.bytes[end - 1], b'.' | b'-') {
                end -= 1;
            }
            end
        })
    }

    fn address_end(&self, start: usize) -> usize {
        self.end_while(start, |byte| {
            byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
        })
    }

    /// Whether an IPv6 address begins here.
    fn is_address(&self, start: usize) -> bool {
        let end = self.address_end(start);
        let address = &self.bytes[start..end];
        memchr::memchr_iter(b':', address).nth(1).is_some()
            && address.iter().any(u8::is_ascii_digit)
            && !matches!(address.last(), Some(b':' | b'.'))
            && !self.is_word_at(end)
            && !self.is_behind_word()
    }
}

/// Adds the sign for what varies, once for neighbours.
fn variable(out: &mut String) {
    if !out.ends_with(VARIABLE) {
        out.push(VARIABLE);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_path_part(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
        && !matches!(
            byte,
            b'"' | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b','
                | b';'
                | b':'
                | b'|'
        )
}

fn is_uuid(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Whether a word is an id: hexadecimal, or letters and digits that change often. (`photo_17` is a word and a number.)
fn is_id(word: &[u8]) -> bool {
    let (shortest, changes) = MIXED_ID;
    if word.len() < shortest {
        return false;
    }
    if word.len() >= HEXADECIMAL_ID && word.iter().all(u8::is_ascii_hexdigit) {
        return true;
    }
    word.windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count()
        >= changes
}

#[cfg(test)]
mod tests;
