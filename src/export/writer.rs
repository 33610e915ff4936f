//! A file as it is written, job by job.

use super::{
    Format,
    line::{self, Body},
    sheet,
};
use crate::job::Job;
use crate::model::Place;
use crate::redaction::Redactor;
use bytes::Bytes;

/// Writes a file of jobs.
#[derive(Debug)]
pub struct Writer {
    format: Format,
    redactor: Redactor,
    jobs: u64,
    redacted: u64,
}

impl Writer {
    /// A file in this format; jobs with secrets that the redactor knows lose them and are marked.
    #[must_use]
    pub fn new(format: Format, redactor: Redactor) -> Self {
        Self {
            format,
            redactor,
            jobs: 0,
            redacted: 0,
        }
    }

    /// Jobs written so far.
    #[must_use]
    pub fn jobs(&self) -> u64 {
        self.jobs
    }

    /// Those of them that have lost something.
    #[must_use]
    pub fn redacted(&self) -> u64 {
        self.redacted
    }

    /// Adds what stands in front of all jobs.
    pub fn begin(&self, file: &mut Vec<u8>) {
        if self.format == Format::Csv {
            record(file, &sheet::COLUMNS);
        }
    }

    /// Adds a job; `position` is its score, if the place is a set.
    pub fn job(&mut self, file: &mut Vec<u8>, place: &Place, position: f64, raw: &Bytes) {
        self.jobs += 1;
        let redacted = if self.redactor.is_none() {
            None
        } else {
            self.redactor.whole_job(&Job::new(raw.clone()))
        };
        let body = match &redacted {
            Some(text) => {
                self.redacted += 1;
                Body::Redacted(text)
            }
            None => Body::Exact(raw),
        };
        match self.format {
            Format::Ndjson => {
                let score = place.set().map(|_| position);
                line::write(file, &place.to_string(), score, &body);
            }
            Format::Csv => record(file, &sheet::cells(place, position, &body)),
        }
    }

    /// Adds what says that nothing is missing, where the format has a way to say so.
    pub fn end(&self, file: &mut Vec<u8>) {
        if self.format == Format::Ndjson {
            line::write_end(file, self.jobs, self.redacted);
        }
    }
}

pub(super) fn record(file: &mut Vec<u8>, cells: &[impl AsRef<str>]) {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(file);
    // Writing to memory cannot fail.
    for cell in cells {
        let _ = writer.write_field(sheet::guarded(cell.as_ref()).as_bytes());
    }
    let _ = writer.write_record(None::<&[u8]>);
    let _ = writer.flush();
}
