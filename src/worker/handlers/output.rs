//! What a command writes, line by line, in bounded memory.

use crate::job::cut;
use std::collections::VecDeque;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of a line that are read; the rest of it is left out.
const LINE_BYTES: usize = 8 * 1024;
/// Lines of standard error that are kept as the trace: the last ones.
const TRACE_LINES: usize = 50;
/// Characters of a line that are kept.
const TRACE_CHARACTERS: usize = 1_000;

/// Reads lines until the end, and gives each to `tell`.
pub(super) async fn read_lines(mut source: impl AsyncRead + Unpin, mut tell: impl FnMut(&str)) {
    let mut buffer = vec![0; LINE_BYTES];
    let mut line: Vec<u8> = Vec::new();
    let mut tell = |line: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(line);
        tell(text.strip_suffix('\r').unwrap_or(&text));
        line.clear();
    };
    // A pipe that fails has nothing more to say.
    while let Ok(read @ 1..) = source.read(&mut buffer).await {
        let mut parts = buffer[..read].split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = LINE_BYTES - line.len();
            line.extend_from_slice(&part[..part.len().min(room)]);
            if parts.peek().is_some() {
                tell(&mut line);
            }
        }
    }
    if !line.is_empty() {
        tell(&mut line);
    }
}

/// The last lines of what was written.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<String>);

impl Tail {
    pub(super) fn push(&mut self, line: &str) {
        if self.0.len() == TRACE_LINES {
            self.0.pop_front();
        }
        self.0.push_back(cut(line, TRACE_CHARACTERS));
    }

    /// The last line that says something.
    pub(super) fn last_words(&self) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .map(|line| line.trim())
            .find(|line| !line.is_empty())
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES, Tail, read_lines};
    use std::io::Cursor;

    async fn lines(text: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        read_lines(Cursor::new(text.to_vec()), |line| {
            lines.push(line.to_owned());
        })
        .await;
        lines
    }

    #[tokio::test]
    async fn lines_end_as_on_any_system_and_the_last_needs_no_end() {
        assert_eq!(lines(b"one\r\n\ntwo").await, ["one", "", "two"]);
        assert_eq!(lines(b"one\n").await, ["one"]);
        assert_eq!(lines(b"").await, Vec::<String>::new());
        assert_eq!(lines(b"\xff\n").await, ["\u{fffd}"]);
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_cut() {
        let mut text = vec![b'x'; 5 * LINE_BYTES + 3];
        text.extend_from_slice(b"\nnext\n");
        let lines = lines(&text).await;
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), LINE_BYTES);
        assert_eq!(lines[1], "next");
    }

    #[test]
    fn the_last_lines_are_kept() {
        let mut tail = Tail::default();
        assert_eq!(tail.last_words(), None);
        for number in 0..60 {
            tail.push(&format!("line {number}"));
        }
        tail.push("  ");
        assert_eq!(tail.last_words(), Some("line 59"));
        let lines: Vec<String> = tail.lines().collect();
        assert_eq!((lines.len(), lines[0].as_str()), (50, "line 11"));
    }
}
