//! A file as it is read: line by line, in bounded memory, whatever stands in it.

use super::{FiledJob, Format, line, rows::Rows};
use std::io::{self, BufRead, BufReader, Read};

/// Longest line, bytes: more than any job has that a worker would run.
pub const LINE_BYTES: usize = 64 << 20;

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A job.
    Job(FiledJob),
    /// That the file is whole.
    End {
        /// How many jobs it has.
        jobs: u64,
    },
}

/// Reads a file of jobs.
pub struct Reader<R> {
    file: File<R>,
}

enum File<R> {
    Lines(Lines<BufReader<R>>),
    Rows(Box<Rows<BufReader<R>>>),
}

/// A line's number, from 1, and what it says or why it says nothing.
pub type Numbered = (u64, Result<Row, String>);

impl<R: Read> Reader<R> {
    /// A file in this format; if none is given, its first byte tells.
    ///
    /// # Errors
    /// It cannot be read; a table has no heading that is known.
    pub fn new(file: R, format: Option<Format>) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(1 << 16, file);
        // A spreadsheet writes a mark in front.
        if file.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            file.consume(3);
        }
        let format = match format {
            Some(format) => format,
            None if starts_as_lines(&mut file)? => Format::Ndjson,
            None => Format::Csv,
        };
        Ok(Self {
            file: match format {
                Format::Ndjson => File::Lines(Lines { file, number: 0 }),
                Format::Csv => File::Rows(Box::new(Rows::new(file)?)),
            },
        })
    }

    /// Whether a whole file of this format says at its end that it is whole.
    #[must_use]
    pub fn has_end(&self) -> bool {
        matches!(self.file, File::Lines(_))
    }

    /// The next line that says something; nothing at the end.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn read_next(&mut self) -> io::Result<Option<Numbered>> {
        match &mut self.file {
            File::Lines(lines) => lines.next(),
            File::Rows(rows) => rows.next(),
        }
    }
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// Whether the first thing that is no blank begins a JSON object. A file of blanks is lines, none of which says anything.
fn starts_as_lines(file: &mut impl BufRead) -> io::Result<bool> {
    let bytes = file.fill_buf()?;
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(first.is_none_or(|byte| *byte == b'{'))
}

struct Lines<B> {
    file: B,
    number: u64,
}

impl<B: BufRead> Lines<B> {
    fn next(&mut self) -> io::Result<Option<Numbered>> {
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX) + 1;
            let length = self
                .file
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(None);
            }
            self.number += 1;
            if line.last() != Some(&b'\n') && length > LINE_BYTES {
                skip_line(&mut self.file)?;
                return Ok(Some((self.number, Err(too_long()))));
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return Ok(Some((self.number, line::read(&line))));
        }
    }
}

/// Why a line is not read.
pub(super) fn too_long() -> String {
    format!("it is longer than {} MiB", LINE_BYTES >> 20)
}

fn skip_line(file: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        let (length, is_end) = match memchr::memchr(b'\n', bytes) {
            Some(at) => (at + 1, true),
            None => (bytes.len(), false),
        };
        file.consume(length);
        if is_end {
            return Ok(());
        }
    }
}
