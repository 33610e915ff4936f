//! A table as it is read.

use super::{
    Row, line,
    reader::{LINE_BYTES, Numbered, too_long},
    sheet,
};
use csv::StringRecord;
use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// Reads rows: columns are found by their names, whatever their order.
pub(super) struct Rows<R> {
    table: csv::Reader<Bounded<R>>,
    left: Rc<Cell<usize>>,
    columns: Columns,
    /// Lines that the table is behind: of a line's end of two characters, the second one is taken for the next line's.
    behind: u64,
}

/// Where the columns stand that are read.
struct Columns {
    place: usize,
    raw: usize,
    score: Option<usize>,
    size: Option<usize>,
    redacted: Option<usize>,
}

impl<R: Read> Rows<R> {
    /// Reads the heading.
    pub(super) fn new(file: R) -> io::Result<Self> {
        let left = Rc::new(Cell::new(LINE_BYTES));
        let bounded = Bounded {
            file,
            left: Rc::clone(&left),
        };
        let mut table = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(bounded);
        let headers = table.byte_headers().map_err(unreadable)?;
        let column = |name: &str| headers.iter().position(|header| header == name.as_bytes());
        let (Some(place), Some(raw)) = (column("place"), column("raw")) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its first line is no line of an export (JSON objects), and no heading of one (a table with the columns `place` and `raw`)",
            ));
        };
        let columns = Columns {
            place,
            raw,
            score: column("score"),
            size: column("size"),
            redacted: column("redacted"),
        };
        let behind = u64::from(table.position().line() == 1);
        Ok(Self {
            table,
            left,
            columns,
            behind,
        })
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Numbered>> {
        self.left.set(LINE_BYTES);
        let mut record = StringRecord::new();
        let more = self.table.read_record(&mut record);
        let number = record
            .position()
            .map_or_else(|| self.table.position().line(), csv::Position::line)
            + self.behind;
        match more {
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some((number, self.columns.read(&record)))),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { pos, .. } => {
                    let number = pos.as_ref().map_or(number, |pos| pos.line() + self.behind);
                    Ok(Some((number, Err("it is no UTF-8".to_owned()))))
                }
                _ => Err(unreadable(error)),
            },
        }
    }
}

impl Columns {
    fn read(&self, record: &StringRecord) -> Result<Row, String> {
        let cell = |column: usize| record.get(column).map(sheet::unguarded);
        if self
            .redacted
            .and_then(cell)
            .is_some_and(|text| text == "true")
        {
            return Err(line::REDACTED.to_owned());
        }
        let Some(raw) = cell(self.raw) else {
            return Err("it has fewer cells than the heading: `raw` is missing".to_owned());
        };
        let raw = sheet::bytes_of(raw)?;
        let size = self.size.and_then(cell).filter(|text| !text.is_empty());
        if let Some(size) = size
            && size.parse() != Ok(raw.len())
        {
            return Err(format!(
                "its `raw` has {} bytes, and its `size` says {size}: it was changed or cut since it was exported",
                raw.len()
            ));
        }
        let place = cell(self.place).unwrap_or_default();
        line::filed(place, self.score.and_then(cell), raw).map(Row::Job)
    }
}

fn unreadable(error: csv::Error) -> io::Error {
    let message = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::Error::new(io::ErrorKind::InvalidData, message),
    }
}

/// Hands on so many bytes at most before somebody grants more: a quote that is never closed would make a row of the whole rest.
struct Bounded<R> {
    file: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: is a quote not closed?", too_long()),
            ));
        }
        let length = self.file.read(buffer)?;
        self.left.set(left.saturating_sub(length));
        Ok(length)
    }
}
